"""Twenty cases that tell statutes apart, each with its source."""

from dataclasses import replace
from datetime import datetime, time

import pytest

from rti.law.deadlines import ClockState
from rti.law.rules import FORWARD, ClockKind, Counting, Receipt, SilenceMeaning
from rti.law.status import overdue_on
from rti.law.statutes import governing, standard
from tests.law.make import HOLIDAY, calendar, codes, day, event, judged, library, published

UK = ("GB-ENG", "GB-WLS", "GB-SCT", "GB-NIR")


def test_01_a_receipt_on_a_day_off_has_two_documented_readings_in_the_united_kingdom():
    """Information Commissioner, Line to Take 47; Newcastle-under-Lyme Borough Council for the other."""
    act = library()["UK-FOIA-2000"]
    council = replace(act, counting=replace(act.counting, receipt=Receipt.ROLL_FORWARD))
    on_a_scottish_holiday, after = [event("received", "2014-12-01")], [event("received", "2014-12-02")]
    assert judged(act, on_a_scottish_holiday, published(*UK))["reply"].due == day("2014-12-31")
    assert judged(council, on_a_scottish_holiday, published(*UK))["reply"].due == day("2015-01-05")
    assert judged(act, after, published(*UK))["reply"].due == day("2015-01-05")


def test_02_the_philippine_portal_keeps_the_time_of_day():
    """foi.gov.ph, request PCOO-365592301312."""
    reply = judged("PH-EO2-2016", [event("received", "2019-04-30T13:40:34+08:00")], published("PH"))["reply"]
    assert reply.due_at is not None
    assert reply.due_at.isoformat() == "2019-05-23T13:40:34+08:00"


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2024-02-22T18:59", "2024-03-13"),
        ("2024-02-22T19:00", "2024-03-18"),
        ("2024-02-23T19:05", "2024-03-18"),
        ("2024-01-25T10:00", "2024-02-15"),
    ],
    ids=["before closing", "at closing", "friday evening", "ends on Ash Wednesday"],
)
def test_03_brazil_closes_at_seven_starts_on_a_working_day_and_does_not_end_on_a_half_day(received, due):
    """gov.br/acessoinformacao, page on time limits; Lei 9.784/1999 art. 66."""
    days = calendar(half_days=["2024-02-14"])
    assert judged("BR-LAI-2011", [event("received", received)], days)["reply"].due == day(due)


@pytest.mark.parametrize(
    ("statute", "hours"),
    [("IN-RTI-2005", 48), ("KE-ATI-2016", 48), ("LK-RTI-2016", 48), ("NP-RTI-2007", 24), ("BD-RTI-2009", 24)],
)
def test_04_urgent_limits_run_in_hours_through_the_weekend(statute, hours):
    """India s. 7(1) proviso, Kenya s. 9(2), Sri Lanka s. 25(3), Nepal s. 7(4), Bangladesh s. 9(4)."""
    friday = [event("received", "2026-11-20T16:30:00+05:30", urgent=True)]
    reply = judged(statute, friday)["reply"]
    assert reply.due_at is not None
    assert reply.due_at == datetime.fromisoformat(f"2026-11-{20 + hours // 24}T16:30:00+05:30")
    only_a_day = judged(statute, [event("received", "2026-11-20", urgent=True)])["reply"]
    assert only_a_day.due == day(f"2026-11-{20 + hours // 24}")
    assert "time_assumed" in codes(only_a_day)


@pytest.mark.parametrize(
    ("statute", "paid", "due"),
    [
        ("UK-FOIA-2000", None, "2023-07-03"),
        ("UK-FOIA-2000", "2023-06-13", "2023-07-04"),
        ("UK-FOIA-2000", "2023-06-16", "2023-07-07"),
        ("IN-RTI-2005", None, "2023-07-05"),
        ("IN-RTI-2005", "2023-06-13", "2023-07-05"),
        ("IN-RTI-2005", "2023-06-16", "2023-07-08"),
    ],
)
def test_05_a_fee_notice_disregards_both_of_its_days_in_the_united_kingdom_but_not_in_india(
    statute, paid, due
):
    """Freedom of Information Act 2000 s. 10(2); Right to Information Act 2005 s. 7(3)(a)."""
    fee = [event("fee_requested", "2023-06-13"), event("fee_paid", paid)] if paid else []
    assert judged(statute, [event("received", "2023-06-05"), *fee])["reply"].due == day(due)


def test_06_a_clarification_restarts_tolls_once_or_changes_nothing():
    """UK s. 1(3); 5 U.S.C. 552(a)(6)(A)(ii): one toll for information, more for fees; none in India."""
    asked = [
        event("received", "2023-06-05"),
        event("clarification_requested", "2023-06-12"),
        event("clarification_given", "2023-06-20"),
    ]
    again = [event("clarification_requested", "2023-06-26"), event("clarification_given", "2023-06-28")]
    fee = [event("fee_requested", "2023-06-29"), event("fee_paid", "2023-07-03")]
    restarted = judged("UK-FOIA-2000", asked)["reply"]
    assert (restarted.due, restarted.epoch) == (day("2023-07-18"), 2)
    assert judged("US-FOIA", asked)["reply"].due == day("2023-07-11")
    assert judged("US-FOIA", asked + again)["reply"].due == day("2023-07-11")
    assert "stop_used_up" in codes(judged("US-FOIA", asked + again)["reply"])
    assert judged("US-FOIA", asked + again + fee)["reply"].due == day("2023-07-13")
    assert judged("IN-RTI-2005", asked)["reply"].due == day("2023-07-05")


def test_07_a_transfer_restarts_keeps_or_returns():
    """South Africa s. 25(1), India s. 6(3); Kenya s. 10, Ontario s. 18; Cambodian draft art. 11(7)."""
    moved = [event("received", "2023-06-01"), event("transferred", "2023-06-10")]
    arrived = [*moved, event("received", "2023-06-12")]
    assert judged("ZA-PAIA-2000", moved)["reply"].due == day("2023-07-10")
    assert judged("ZA-PAIA-2000", arrived)["reply"].due == day("2023-07-12")
    assert judged("IN-RTI-2005", arrived)["reply"].due == day("2023-07-12")
    assert judged("KE-ATI-2016", arrived)["reply"].due == day("2023-06-22")
    assert judged("CA-ON-MFIPPA", arrived)["reply"].due == day("2023-07-01")
    assert judged("KH-A2I-DRAFT", moved)["reply"].state is ClockState.ENDED


def test_08_a_refusal_has_a_shorter_limit_than_a_disclosure_in_bangladesh():
    """Right to Information Act 2009 s. 9(1), (3)."""
    received, fifteenth_day = event("received", "2023-06-04"), "2023-06-25"
    refused = judged("BD-RTI-2009", [received, event("answered", fifteenth_day, outcome="refused")])["reply"]
    disclosed = judged("BD-RTI-2009", [received, event("answered", fifteenth_day, outcome="full")])["reply"]
    assert (refused.due, disclosed.due) == (day("2023-06-18"), day("2023-07-02"))
    assert overdue_on(refused.due, refused.met_on, refused.ended_on, day("2023-06-24"))
    assert not overdue_on(disclosed.due, disclosed.met_on, disclosed.ended_on, day("2023-06-24"))


def test_09_the_cambodian_draft_waits_for_the_fee_and_is_capped_from_the_receipt():
    """a2i.info.gov.kh, arts. 13, 14 and 16, in both generations of the text."""
    received = event("received", "2023-04-12")
    waiting = judged("KH-A2I-DRAFT", [received], published("KH"))
    assert waiting["reply"].due == day("2023-04-20")
    assert (waiting["supply"].state, waiting["supply"].due) == (ClockState.WAITING, None)
    assert waiting["cap"].due is None
    soon = judged("KH-A2I-DRAFT", [received, event("fee_paid", "2023-04-20")], published("KH"))["supply"]
    assert soon.due == day("2023-05-16")
    late = judged("KH-A2I-DRAFT", [received, event("fee_paid", "2023-05-30")], published("KH"))["supply"]
    assert late.due == day("2023-06-13")
    assert "capped" in codes(late)
    extended = [received, event("fee_paid", "2023-04-20"), event("extended", "2023-05-12")]
    longer = judged("KH-A2I-DRAFT", extended, published("KH"))
    assert longer["supply"].due == longer["cap"].due == day("2023-06-13")
    assert judged("KH-A2I-DRAFT-2018", [received], published("KH"))["cap"].due == day("2023-06-13")


def test_10_a_decision_in_time_and_a_late_delivery_are_two_facts_in_sri_lanka():
    """Right to Information Act No. 12 of 2016 s. 25(1), (2): working days, then calendar days."""
    history = [
        event("received", "2023-06-05"),
        event("replied", "2023-06-20"),
        event("answered", "2023-07-10"),
    ]
    found = judged("LK-RTI-2016", history)
    decision, delivery = found["reply"], found["supply"]
    assert (decision.due, decision.met_on) == (day("2023-06-23"), day("2023-06-20"))
    assert (delivery.due, delivery.met_on) == (day("2023-07-04"), day("2023-07-10"))


def test_11_units_may_change_along_a_chain_and_an_office_may_close_at_five():
    """Executive Order 2 of 2016 s. 13: working, calendar, working days; 43 CFR 2.58: 5 pm, 90 workdays."""
    silent = judged("PH-EO2-2016", [event("received", "2023-06-05")])
    assert (silent["reply"].due, silent["review_filing"].due) == (day("2023-06-26"), day("2023-07-11"))
    asked = [event("received", "2023-06-05"), event("review_requested", "2023-07-10")]
    assert judged("PH-EO2-2016", asked)["review"].due == day("2023-08-21")
    appeal = standard("90 working", counting=Counting(cut_off=time(17)))
    before, after = (judged(appeal, [event("received", f"2023-06-05T{hour}")]) for hour in ("16:59", "17:01"))
    assert (before["reply"].due, after["reply"].due) == (day("2023-10-09"), day("2023-10-10"))


@pytest.mark.parametrize("statute", ["TH-OIA-1997", "MN-LTPI-2021", "VN-ATI-2026"])
def test_12_a_statute_without_a_number_gives_no_date(statute):
    """Official Information Act B.E. 2540 s. 11: a reasonable period; texts that were not read."""
    history = [event("received", "2026-10-05"), event("answered", "2026-12-05", outcome="refused")]
    for events in (history[:1], history):
        found = judged(statute, events)
        assert all(each.due is None for each in found.values())
        assert "no_number" in codes(found["reply"])


@pytest.mark.parametrize(
    ("received", "due"),
    [("2023-01-31", "2023-02-28"), ("2024-01-31", "2024-02-29"), ("2023-09-28", "2023-10-30")],
)
def test_13_a_german_month_ends_on_the_last_day_rolls_and_is_only_a_target(received, due):
    """BGB ss. 188(2), 188(3), 193; IFG s. 7(5)."""
    reply = judged("DE-IFG-2005", [event("received", received)])["reply"]
    assert reply.due == day(due)
    assert reply.soft
    assert "soft" in codes(reply)


def test_14_silence_is_a_grant_in_uruguay():
    """Ley 18.381 art. 18."""
    assert library()["UY-18381-2008"].silence.means is SilenceMeaning.GRANT
    assert library()["IN-RTI-2005"].silence.means is SilenceMeaning.REFUSAL
    assert library()["KH-A2I-DRAFT"].silence.means is SilenceMeaning.NOTHING


def test_15_two_extensions_share_a_cap_and_their_notice_has_a_limit_in_new_south_wales():
    """Government Information (Public Access) Act 2009 s. 57(2), (4), (5)."""
    received = event("received", "2023-06-05")
    first = event("extended", "2023-06-08", reason="consultation")
    second = event("extended", "2023-06-09", reason="archived_records")
    agreed = event("extended", "2023-07-10", reason="agreement", until=day("2023-09-01"))
    late = event("extended", "2023-06-30", reason="consultation")
    assert judged("AU-NSW-GIPA-2009", [received, first])["reply"].due == day("2023-07-17")
    assert judged("AU-NSW-GIPA-2009", [received, first, second])["reply"].due == day("2023-07-24")
    assert judged("AU-NSW-GIPA-2009", [received, first, second, agreed])["reply"].due == day("2023-09-01")
    assert "extension_notice_late" in codes(judged("AU-NSW-GIPA-2009", [received, late])["reply"])


def test_16_the_statute_in_force_on_the_day_of_receipt_governs():
    """Viet Nam's amended law of 1 September 2026; Mexico, 20 March 2025; a Cambodian law on its day."""
    before, after = day("2026-08-31"), day("2026-09-01")
    assert [s.id for s in governing(library().values(), "VN", before)] == ["VN-ATI-2016"]
    assert [s.id for s in governing(library().values(), "VN", after)] == ["VN-ATI-2026"]
    answered_after = [event("received", "2026-08-31"), event("answered", "2026-09-20")]
    assert judged("VN-ATI-2016", answered_after)["reply"].binding
    assert not judged("MX-LGTAIP-2025", [event("received", "2025-03-19")])["reply"].binding
    law = replace(library()["KH-A2I-DRAFT"], in_force_from=day("2027-01-01"))
    eve, first = [event("received", "2026-12-31")], [event("received", "2027-01-01")]
    assert not judged(law, eve)["reply"].binding
    assert "not_in_force" in codes(judged(law, eve)["reply"])
    assert judged(law, first)["reply"].binding
    assert not {"draft", "not_in_force"} & set(codes(judged(law, first)["reply"]))


def test_17_a_day_off_declared_or_withdrawn_later_moves_the_date():
    """6 June 2022 was declared after the commune election; Khmer New Year 2020 was moved to August."""
    events = [event("received", "2022-05-20")]
    declared = {**published("KH").days_off, day("2022-06-06"): HOLIDAY}
    known = calendar(map(str, declared))
    assert judged(standard("15 working"), events, published("KH"))["reply"].due == day("2022-06-10")
    assert judged(standard("15 working"), events, known)["reply"].due == day("2022-06-13")
    withdrawn = calendar(str(d) for d in declared if d != day("2022-06-06"))
    assert judged(standard("15 working"), events, withdrawn)["reply"].due == day("2022-06-10")


def test_18_whether_a_last_day_on_a_day_off_moves_is_for_the_statute_to_say():
    """Alaveteli always rolls; the Indian Act does not; South Africa rolls Sundays but not Saturdays."""
    sunday, saturday = [event("received", "2023-06-09")], [event("received", "2023-06-08")]
    rolling = standard("30 calendar", counting=Counting(roll=FORWARD))
    assert judged(rolling, sunday)["reply"].due == day("2023-07-10")
    assert judged("IN-RTI-2005", sunday)["reply"].due == day("2023-07-09")
    assert judged("ZA-PAIA-2000", sunday)["reply"].due == day("2023-07-10")
    assert judged("ZA-PAIA-2000", saturday)["reply"].due == day("2023-07-08")
    monday_off = calendar(["2023-07-10"])
    assert judged("ZA-PAIA-2000", sunday, monday_off)["reply"].due == day("2023-07-11")


def test_19_beyond_the_loaded_years_nothing_is_guessed_and_the_date_is_provisional():
    """Cambodian days off are fixed year by year by sub-decree."""
    days = calendar(["2026-01-01"], years=[2025, 2026])
    inside, across = [event("received", "2026-11-02")], [event("received", "2026-12-15")]
    assert not judged(standard("15 working"), inside, days)["reply"].provisional
    beyond = judged(standard("15 working"), across, days)["reply"]
    assert beyond.provisional
    assert beyond.due == day("2027-01-05")
    assert "unknown_year" in codes(beyond)
    expected = judged(standard("15 working"), across, published("KH"))["reply"]
    assert "provisional" in codes(expected)
    assert not judged(standard("30 calendar"), across, days)["reply"].provisional


def test_20_a_weekend_is_saturday_alone_in_nepal_and_friday_and_saturday_in_bangladesh():
    """National Information Commission of Nepal; Right to Information Act 2009 of Bangladesh."""
    thursday = [event("received", "2023-06-01")]
    for weekend, due in (("sat", "2023-06-04"), ("fri-sat", "2023-06-05"), ("sat-sun", "2023-06-05")):
        assert judged(standard("2 working"), thursday, calendar(weekend=weekend))["reply"].due == day(due)
    assert library()["NP-RTI-2007"].weekend == frozenset({5})
    assert library()["BD-RTI-2009"].weekend == frozenset({4, 5})
    assert library()["BD-RTI-2009"].clock(ClockKind.REPLY) is not None


def test_the_three_levels_of_appeal_in_brazil_each_have_their_own_time():
    """Lei 12.527/2011 arts. 15 and 16: 10 days to ask and 5 to decide, twice; the last instance has no number."""
    values = [
        event("received", "2026-03-02"),
        event("answered", "2026-03-10", outcome="refused"),
        event("review_requested", "2026-03-16"),
        event("review_decided", "2026-03-20"),
        event("complaint_filed", "2026-03-25"),
        event("complaint_decided", "2026-03-30"),
    ]
    clocks = judged("BR-LAI-2011", values)
    assert clocks["review"].due == day("2026-03-23")
    assert clocks["complaint"].due == day("2026-03-30")
    assert clocks["appeal_filing"].due == day("2026-04-09")
    assert clocks["appeal"].due is None
    filed = judged("BR-LAI-2011", [*values, event("appeal_filed", "2026-04-02")])
    assert filed["appeal"].due is None
    assert "no_number" in codes(filed["appeal"])
