"""The words of letters, and what stands on a paper."""

from dataclasses import replace
from datetime import date

import pytest

from rti.core.i18n import Language
from rti.letters.addressing import ADDRESSES
from rti.letters.facts import Facts
from rti.letters.paper import Paper, layout_values, words_of
from rti.letters.texts import Text, faults_of, filled, shipped
from rti.models.bodies import BodyKind
from rti.models.letters import LetterKind
from rti.statutes.documents import load_library
from tests.conftest import TODAY

FACTS = Facts(
    title="Budget",
    question="1. The plan\n2. The spending",
    reference="R-2B4D6F8H",
    body="Office",
    sender="Community",
    handed_over_on=date(2026, 10, 1),
    passed_on_on=None,
    due_on=date(2026, 10, 22),
    statute=None,
)
EVERY = [(kind, language) for kind in LetterKind for language in Language]


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_every_shipped_text_names_only_what_is_known_and_is_filled_in_whole(kind, language):
    text = shipped(kind, language)
    assert faults_of(text) == []
    made = filled(text, FACTS.variables(kind, language, TODAY))
    assert "{" not in made.subject + made.body
    assert made.body


def test_what_nothing_stands_for_is_refused_with_what_can_be_used():
    [fault] = faults_of(Text("About {title}", "Dear {minister},"))
    assert fault.field == "body"
    assert "{minister}" in fault.message.render()
    assert "{title}" in fault.message.render()


def test_what_a_person_typed_is_not_filled_in_again():
    made = filled(Text("{title}", "{question}"), {"title": "{question}", "question": "{sender}"})
    assert made == Text("{question}", "{sender}")


def test_a_paragraph_of_which_nothing_is_left_is_not_printed():
    assert filled(Text("s", "one\n\n{remedy}\n\ntwo"), {"remedy": ""}).body == "one\n\ntwo"


@pytest.mark.parametrize("language", list(Language))
def test_a_letter_cites_a_section_only_of_a_law_in_force(language):
    law = load_library()["LK-RTI-2016"]
    binding = replace(FACTS, statute=law)
    for kind, section in ((LetterKind.OBJECTION, "s. 31(1)"), (LetterKind.COMPLAINT, "s. 32")):
        assert section in binding.remedy(kind, language)
        assert FACTS.remedy(kind, language) == ""
    assert binding.remedy(LetterKind.REMINDER, language) == ""


def _paper(kind=LetterKind.REQUEST, language=Language.KM, body=BodyKind.COMMUNE_ADMINISTRATION):
    address = ADDRESSES[body]
    return Paper(
        kind=kind,
        language=language,
        text=Text("Subject", "One\n\nTwo"),
        reference="R-2B4D6F8H",
        sender="Community",
        address=address,
        recipient=address.to("Office", language),
        day=date(2026, 11, 28),
    )


def test_a_letter_carries_both_dates_in_khmer_digits_and_addresses_by_rank():
    commune, ministry = _paper(), _paper(body=BodyKind.MINISTRY)
    words = words_of(commune)
    assert "៤រោច ខែកត្តិក ឆ្នាំមមី អដ្ឋស័ក ព.ស. ២៥៧០" in words
    assert "ថ្ងៃទី២៨ ខែវិច្ឆិកា ឆ្នាំ២០២៦" in words
    assert "\nជូន\n" in words
    assert "\nសូមគោរពជូន\nឯកឧត្តម" in words_of(ministry)


def test_every_kind_of_body_is_addressed():
    assert set(ADDRESSES) == set(BodyKind)


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_papers_that_are_filled_in_by_hand_have_lines_and_letters_a_receipt(kind, language):
    values = layout_values(_paper(kind, language))
    assert bool(values["receipt"]) == bool(values["recipient"])
    assert values["receipt"] or values["lines"] or values["columns"]
