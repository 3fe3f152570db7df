"""How far two readers agree: hand-counted, by a published example, and where nothing can be divided."""

from fractions import Fraction

from rti.coding.agreement import agreement, differing, drawn_from, settled
from rti.coding.commands import Found
from rti.models.coding import Verdict

ANSWERED, PARTLY, REFUSED = Verdict.ANSWERED, Verdict.PARTLY, Verdict.REFUSED


def found(**verdicts: Verdict) -> dict[str, Found]:
    return {code: Found(question=code, verdict=verdict) for code, verdict in verdicts.items()}


def test_kappa_of_a_table_that_was_counted_by_hand() -> None:
    """20 both say answered, 15 both refused, 5 and 10 differ: 35 of 50 alike, 25 by chance, so (35 - 25) / (50 - 25)."""
    pairs = [(ANSWERED, ANSWERED)] * 20 + [(REFUSED, REFUSED)] * 15
    pairs += [(ANSWERED, REFUSED)] * 5 + [(REFUSED, ANSWERED)] * 10
    counted = agreement(pairs)
    assert (counted.pairs, counted.alike, counted.kappa) == (50, 35, Fraction(2, 5))


def test_readers_who_never_agree_are_below_chance_and_those_who_always_do_are_at_one() -> None:
    assert agreement([(ANSWERED, REFUSED), (REFUSED, ANSWERED)]).kappa == -1
    assert agreement([(ANSWERED, ANSWERED), (PARTLY, PARTLY)]).kappa == 1


def test_kappa_is_not_told_where_it_would_be_nothing_divided_by_nothing() -> None:
    alike = agreement([(ANSWERED, ANSWERED)] * 9)
    assert (alike.pairs, alike.alike, alike.kappa) == (9, 9, None)
    assert agreement([]).kappa is None


def test_what_both_say_stands_and_where_they_differ_the_third_decides() -> None:
    first = found(a=ANSWERED, b=ANSWERED, c=REFUSED)
    second = found(a=ANSWERED, b=PARTLY)
    assert differing(first, second) == ["b", "c"]
    open_ones = settled([first, second])
    assert (open_ones["a"], open_ones["b"], open_ones["c"]) == (first["a"], None, None)
    decided = settled([first, second, found(b=PARTLY, c=REFUSED)])
    assert [each.verdict for each in decided.values() if each] == [ANSWERED, PARTLY, REFUSED]
    assert settled([first]) == dict.fromkeys("abc")


def test_a_value_counts_and_a_page_does_not() -> None:
    one = {"a": Found(question="a", verdict=ANSWERED, value="Yes", page=1)}
    assert not differing(one, {"a": Found(question="a", verdict=ANSWERED, value="yes", page=2)})
    assert differing(one, {"a": Found(question="a", verdict=ANSWERED, value="no", page=1)}) == ["a"]


def test_questions_are_drawn_from_the_numbered_lines_of_a_letter_or_from_its_sentences() -> None:
    letter = "Please tell us:\n1. The budget of 2025.\n២) ផែនការ ឆ្នាំ ២០២៥\nThank you."
    assert drawn_from(letter) == ["The budget of 2025.", "ផែនការ ឆ្នាំ ២០២៥"]
    assert drawn_from("How much was spent? Who was paid?") == ["How much was spent?", "Who was paid?"]
    assert drawn_from("") == []
