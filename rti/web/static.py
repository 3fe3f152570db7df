"""Styles, scripts and the Khmer font; nothing comes from another host."""

from mimetypes import guess_type

from litestar import Response, get
from litestar.params import FromPath

from rti.core.errors import NotFound
from rti.web import font
from rti.web.guards import open_to_all
from rti.web.templating import STATIC_FILES

_OWN_TYPES = {font.NAME: "font/woff2", "manifest.webmanifest": "application/manifest+json"}


@get("/static/{name:str}", guards=[open_to_all], include_in_schema=False, sync_to_thread=True)
def static_file(name: FromPath[str]) -> Response[bytes]:
    """A file of ours."""
    path = font.khmer_font() if name == font.NAME else STATIC_FILES.get(name)
    if path is None:
        raise NotFound
    media_type = _OWN_TYPES.get(name) or guess_type(name)[0] or "application/octet-stream"
    return Response(
        path.read_bytes(),
        media_type=f"{media_type}; charset=utf-8" if media_type.endswith("xml") else media_type,
        headers={"Cache-Control": "public, max-age=31536000, immutable"},
    )


ROUTES = [static_file]
