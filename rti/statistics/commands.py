"""What somebody wants to know, as a value: the same for the page, the JSON API and the command line."""

from datetime import date
from enum import StrEnum
from uuid import UUID

import msgspec

from rti.core.errors import Fault, Invalid, say
from rti.core.validation import Code


class Dimension(StrEnum):
    """What a table is grouped by; quarter and year are those of the basis."""

    BODY_KIND = "body_kind"
    PROVINCE = "province"
    DISTRICT = "district"
    TOPIC = "topic"
    QUARTER = "quarter"
    YEAR = "year"
    STATUTE = "statute"
    BODY = "body"
    CAMPAIGN = "campaign"
    OUTCOME = "outcome"


class Basis(StrEnum):
    """The day that puts a request into a period.

    RECEIVED is the day of the attempt where a request was never received. A table by ANSWERED knows no
    silence, since only answered requests have that day.
    """

    RECEIVED = "received"
    DUE = "due"
    ANSWERED = "answered"


class StatisticsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which figures to compute; `since` and `until` limit the day of the basis, both included.

    `as_of` is the cut-off, today if not given. `target_of` is a campaign: only requests to bodies in its
    target areas. `early` counts answers in time whose due day is still to come.
    """

    by: Dimension = Dimension.BODY_KIND
    then_by: Dimension | None = None
    basis: Basis = Basis.RECEIVED
    since: date | None = None
    until: date | None = None
    as_of: date | None = None
    campaign_id: UUID | None = None
    statute_id: Code | None = None
    province: Code | None = None
    target_of: UUID | None = None
    early: bool = False

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        return (self.by, self.then_by) if self.then_by else (self.by,)

    @property
    def count_early(self) -> bool:
        """In a table by the day of the answer nothing is still to come, so every answer is judged at once."""
        return self.early or self.basis is Basis.ANSWERED


def check(wanted: StatisticsQuery, today: date) -> None:
    """Raise Invalid with every part that contradicts another or the calendar."""
    faults = []
    if wanted.then_by is wanted.by:
        faults.append(Fault("then_by", say("Choose a different group from the first, or none")))
    if wanted.as_of and wanted.as_of > today:
        faults.append(Fault("as_of", say("This date is in the future. Choose today or an earlier date")))
    if wanted.since and wanted.until and wanted.since > wanted.until:
        faults.append(
            Fault("until", say("This is before the first day of the period ({day})", day=wanted.since))
        )
    if faults:
        raise Invalid(*faults)
