"""The main numbers of a table, each with a quotable sentence in plain words."""

from rti.core.errors import Message, say
from rti.law.explanations import N_
from rti.statistics.figures import Percentage
from rti.statistics.methods.own import DISCLOSURE_OF_ALL, ON_TIME, OWN, SILENCE
from rti.statistics.queries import Table

HEADLINES = (
    (
        ON_TIME,
        "quarters",
        N_(
            "Of {count} requests whose day had passed, {part} were answered in time ({percent} %; {low} to {high} %)."
        ),
    ),
    (
        SILENCE,
        "answers",
        N_(
            "Of {count} requests whose day had passed, {part} were not answered at all ({percent} %; {low} to {high} %)."
        ),
    ),
    (
        DISCLOSURE_OF_ALL,
        "provinces",
        N_(
            "Of {count} requests, {part} brought all or part of the information ({percent} %; {low} to {high} %)."
        ),
    ),
)
"""A measure, the picture of it, and its sentence; beside them stands the median."""
MEDIAN = N_("Days until half are answered")
AFTER_DAYS = N_("After {days} days half of the requests were answered, counting those that still wait.")
SHARE = N_("{part} of {count} requests ({percent} %; {low} to {high} %).")


def sentences(table: Table) -> list[tuple[Message, Message]]:
    """The name of each number with its sentence: the headlines of our own method, else the measures of another."""
    figures, method = table.total.figures, table.wanted.of_method
    own = method is OWN
    chosen = [(each, sentence) for each, _, sentence in HEADLINES] if own else []
    chosen = chosen or [(each, SHARE) for each in method.measures]
    found = [(Message(each.name), _said(figures.rate(each), sentence)) for each, sentence in chosen]
    median = figures.survival_median_days
    if own and median is not None:
        found.append((Message(MEDIAN), say(AFTER_DAYS, days=f"{median:g}")))
    return found


def _said(rate: Percentage, sentence: str) -> Message:
    percent, bounds = rate.percent(0), rate.bounds(0)
    if percent is not None and bounds is not None:
        numbers = {"count": rate.denominator, "part": rate.numerator, "percent": int(percent)}
        return Message(sentence, numbers | {"low": int(bounds[0]), "high": int(bounds[1])})
    hidden = rate.mixed or None in {rate.numerator, rate.denominator}
    return say("not shown") if hidden else say("no data")
