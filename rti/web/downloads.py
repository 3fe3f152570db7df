"""Files that people brought, as an answer."""

from litestar import Response

from rti.core.errors import Problem
from rti.requests.evidence import Download
from rti.web import problems
from rti.web.headers import DOWNLOAD_POLICY, attachment
from rti.web.templating import WebRequest


def download(request: WebRequest, found: Download | Problem) -> Response[bytes]:
    """The bytes as a file that no browser runs, or the refusal."""
    if isinstance(found, Problem):
        return problems.answer(request, found)
    return Response(
        found.content,
        media_type=found.media_type,
        headers={
            "Content-Disposition": attachment(found.file_name),
            "Content-Security-Policy": DOWNLOAD_POLICY,
        },
    )
