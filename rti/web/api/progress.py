"""What every job has in JSON: how far it is, and why it failed."""

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from rti.core.attributes import from_attributes
from rti.jobs import queue
from rti.models.jobs import JobRow, JobState
from rti.web.templating import WebRequest, reader_of


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """`done` of `total` steps are taken, and `fault` says why there will be no result."""

    id: UUID
    state: JobState
    done: int
    total: int
    created_at: datetime
    fault: str | None


View = TypeVar("View", bound=Progress)


def progress(request: WebRequest, job: JobRow, view: type[View], **more: Any) -> View:
    """The view of a job, with what it shows beside its progress."""
    fault = queue.fault_of(job)
    words = reader_of(request).say(fault) if fault else None
    return from_attributes(view, job, fault=words, **more)
