"""By what figures are grouped, and which day puts a request into a period."""

from enum import StrEnum


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
