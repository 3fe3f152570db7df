"""Which public bodies a statute covers."""

import pytest

from rti.law.scope import is_outside, scope_for, scopes
from rti.law.statutes import standard
from rti.models.bodies import BodyKind
from rti.statutes.documents import load_library

LIBRARY = load_library()


@pytest.mark.parametrize(
    ("statute", "country", "kind", "outside"),
    [
        ("KH-A2I-DRAFT", "KH", "commune_administration", False),
        ("KH-A2I-DRAFT", "TH", "ministry", True),
        ("US-FOIA", "US", "ministry", False),
        ("US-FOIA", "US", "commune_administration", True),
        ("CA-ON-MFIPPA", "CA", "commune_administration", False),
        ("CA-ON-MFIPPA", "CA", "ministry", True),
        ("SCT-FOISA-2002", "GB", "district_administration", False),
        ("UK-FOIA-2000", "GB", "ministry", False),
    ],
)
def test_a_statute_covers_bodies_of_its_country_and_of_the_kinds_it_names(statute, country, kind, outside):
    assert is_outside(LIBRARY[statute], country, kind) is outside


def test_a_declared_standard_covers_whomever_its_campaign_asks():
    assert not is_outside(standard("15 working"), "XX", "other")


def test_who_asks_a_body_that_may_be_outside_is_told_what_the_law_says():
    assert "courts" in scope_for("KH-A2I-DRAFT", "other").text.en
    assert scope_for("KH-A2I-DRAFT", "commune_administration") is None
    assert scope_for("STANDARD", "other") is None


def test_every_scope_is_of_a_statute_that_is_shipped_and_names_kinds_that_there_are():
    assert set(scopes()) <= set(LIBRARY)
    for each in scopes().values():
        assert each.outside | each.perhaps <= set(BodyKind)
        assert each.section
        assert each.text.km


def test_a_section_that_no_source_confirmed_says_so():
    confirmed = {statute for statute, each in scopes().items() if each.confirmed}
    assert confirmed == {"KH-A2I-DRAFT", "KH-A2I-DRAFT-2018"}
