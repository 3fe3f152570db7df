"""Commands about releases."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec

from rti.core.errors import Fault, Invalid, say
from rti.core.validation import Code, Paragraphs, ShortText
from rti.statistics.commands import Basis, Dimension, StatisticsQuery, Unit
from rti.statistics.disclosure import period_faults
from rti.statistics.methods import METHODS

THRESHOLDS = (3, 5, 10)
MOST_TABLES = 24


class DraftRelease(msgspec.Struct, frozen=True, kw_only=True):
    """What to publish: a table for each of `methods` by each of `groups`, a group being up to three dimensions with a /
    between them, such as province/topic. All tables count the same requests, as of one cut-off.

    `corrects` is the code of the release that this one corrects, and `changes` says what is different.
    """

    title_km: ShortText
    title_en: ShortText
    methods: list[Code] = msgspec.field(default_factory=lambda: ["own"])
    groups: list[Code] = msgspec.field(default_factory=lambda: ["body_kind", "province", "topic", "quarter"])
    basis: Basis = Basis.RECEIVED
    unit: Unit = Unit.SUBMISSION
    since: date | None = None
    until: date | None = None
    as_of: date | None = None
    known_on: date | None = None
    campaign_id: UUID | None = None
    statute_id: Code | None = None
    province: Code | None = None
    threshold: Annotated[int, msgspec.Meta(ge=3, le=10)] = 5
    checks_needed: Annotated[int, msgspec.Meta(ge=1, le=9)] = 2
    corrects: Code | None = None
    changes: Paragraphs | None = None


class CheckRelease(msgspec.Struct, frozen=True, kw_only=True):
    """Confirm that the draft with this digest is correct, as somebody other than its author."""

    digest: Code
    remark: Paragraphs = ""


class GiveReason(msgspec.Struct, frozen=True, kw_only=True):
    """Why a warning is no obstacle."""

    warning: Code
    reason: Paragraphs


class ApproveRelease(msgspec.Struct, frozen=True, kw_only=True):
    """Freeze it, to be out from a day on: today unless another is announced."""

    publish_on: date | None = None


class VerifyRelease(msgspec.Struct, frozen=True, kw_only=True):
    """Count a release once more; `release` is its code."""

    release: Code


class SetEmbargo(msgspec.Struct, frozen=True, kw_only=True):
    """Put a campaign, or a wave or province of it, under embargo until a day."""

    campaign_id: UUID
    wave: Code | None = None
    province_code: Code | None = None
    until_on: date
    reason: ShortText


def queries(wanted: DraftRelease, as_of: date | None, known_on: date | None) -> list[StatisticsQuery]:
    """One for each table."""
    found = []
    for method in wanted.methods:
        for group in wanted.groups:
            by = [Dimension(part) for part in group.split("/")]
            found.append(
                StatisticsQuery(
                    method=method,
                    by=by[0],
                    then_by=by[1] if len(by) > 1 else None,
                    and_by=by[2] if len(by) > 2 else None,
                    unit=wanted.unit,
                    basis=wanted.basis,
                    since=wanted.since,
                    until=wanted.until,
                    as_of=as_of,
                    known_on=known_on,
                    campaign_id=wanted.campaign_id,
                    statute_id=wanted.statute_id,
                    province=wanted.province,
                )
            )
    return found


def check(wanted: DraftRelease, today: date) -> None:
    """Raise Invalid with everything that contradicts another part or the calendar."""
    faults = period_faults(today, wanted.since, wanted.until, wanted.as_of)
    known = ", ".join(METHODS)
    if not wanted.methods or not set(wanted.methods) <= METHODS.keys():
        faults.append(Fault("methods", say("Choose one of these methods: {known}", known=known)))
    parts = [group.split("/") for group in wanted.groups]
    dimensions = set(Dimension)
    if not parts or any(
        not set(each) <= dimensions or len({*each}) != len(each) or len(each) > 3 for each in parts
    ):
        hint = say("Choose groups such as province or province/topic, each of up to three parts")
        faults.append(Fault("groups", hint))
    elif len(parts) * len(wanted.methods) > MOST_TABLES:
        faults.append(Fault("groups", say("A release has at most {count} tables", count=MOST_TABLES)))
    if wanted.threshold not in THRESHOLDS:
        faults.append(Fault("threshold", say("Choose 3, 5 or 10")))
    if wanted.since and wanted.until and wanted.since > wanted.until:
        faults.append(
            Fault("until", say("This is before the first day of the period ({day})", day=wanted.since))
        )
    if wanted.known_on and wanted.known_on > today:
        faults.append(Fault("known_on", say("This date is in the future. Choose today or an earlier date")))
    if wanted.as_of and wanted.known_on and wanted.known_on < wanted.as_of:
        faults.append(Fault("known_on", say("Choose the cut-off date or a later one")))
    if bool(wanted.corrects) != bool(wanted.changes):
        missing = "changes" if wanted.corrects else "corrects"
        faults.append(
            Fault(missing, say("A correction names the release that it corrects and says what changed"))
        )
    if faults:
        raise Invalid(*faults)
