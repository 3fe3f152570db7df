"""Keys of jobs, audit entries and rules are shown in the words of the reader."""

import ast
import re
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from rti.audit.record import record
from rti.core import i18n
from rti.core.db import Database
from rti.core.roles import Role
from rti.labels import REASONS
from rti.law.reminders import DEFAULT_RULES
from rti.models.audit import AuditAction
from rti.statutes.documents import load_library
from rti.web import in_words
from rti.web.in_words import RULE_NAMES, details_in_words, result_in_words
from rti.web.templating import Reader
from tests import make
from tests.conftest import NOW, SignIn
from tests.sources import MODULES, parsed

KHMER = i18n.translator("km")
IDENTIFIERS = {"event", "document", "letter", "incoming", "assignment", "merged", "of"}
"""Details that name a thing by its identifier, which no page shows."""
NOT_DETAILS = {"about", "cbo_id", "by"}


def _calls(*names: str) -> Iterator[ast.Call]:
    for path in MODULES:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call):
                called = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                if called in names:
                    yield node


def test_all_words_have_their_khmer() -> None:
    texts = [
        text
        for each in (RULE_NAMES, in_words._SENTENCES, in_words._NAMES, in_words._VALUES)
        for text in each.values()
    ]
    assert [text for text in texts if KHMER(text) == text] == []


def test_every_detail_that_an_action_records_has_words() -> None:
    names = {
        keyword.arg
        for call in _calls("record", "count_refusal")
        if len(call.args) >= 2 and "AuditAction" in ast.unparse(call.args[1])
        for keyword in call.keywords
        if keyword.arg
    }
    assert len(names) > 20
    assert names - NOT_DETAILS - IDENTIFIERS - in_words._NAMES.keys() == set()


def test_every_trouble_with_a_server_has_words() -> None:
    values = {
        call.args[0].value
        for call in _calls("ServerTrouble", "MailboxTrouble")
        if isinstance(call.args[0], ast.Constant)
    }
    assert len(values) > 5
    assert values - in_words._SENTENCES.keys() == set()


def test_every_rule_that_campaigns_begin_with_has_words() -> None:
    assert {rule.name for rule in DEFAULT_RULES} == RULE_NAMES.keys()


@pytest.mark.parametrize(
    "result",
    [
        "2 reminders, 1 messages",
        "3 accepted, 1 failed",
        "12 entries chained",
        "0 sessions, 4 jobs",
        "1 altered, 20 whole",
        "12,345 rows, 5 of 6 documents opened",
        "failed for late, messages",
        "done today",
        "the mail server refuses our sign-in",
    ],
)
def test_what_a_job_came_to_is_told_in_khmer(result: str) -> None:
    outcome_of_it = result_in_words(result, KHMER)
    assert not re.search("[a-z]", outcome_of_it), outcome_of_it
    assert re.findall(r"\d", outcome_of_it) == re.findall(r"\d", result)


def test_details_are_told_in_khmer_and_identifiers_are_not() -> None:
    details = {
        "kind": "refused_at_counter",
        "event": str(uuid4()),
        "step": "password",
        "fields": "title,topic",
    }
    result = list(details_in_words(details, Reader("km", "UTC")))
    assert len(result) == 3
    assert not re.search("[a-z]", str(result)), result


async def test_the_log_names_people_and_bodies_and_shows_no_request_of_an_organisation_to_others(
    client: httpx.AsyncClient, sign_in: SignIn, database: Database
) -> None:
    lead = await sign_in(Role.CBO_LEAD)
    async with database.transaction() as session:
        request = await make.request(session, lead.person, NOW)
        campaign = await make.campaign(session, NOW)
        record(session, AuditAction.RULES_CHANGED, NOW, about=campaign.id, saved="late")
    own = (await client.get("/audit")).text
    assert request.reference in own
    await sign_in(Role.ADMINISTRATOR)
    page = (await client.get("/audit")).text
    assert campaign.name_en in page
    assert "An answer is late" in page
    assert str(campaign.id) not in page
    assert request.reference not in page
    assert str(request.id) in page


def test_every_reason_of_an_extension_in_a_statute_that_is_shipped_has_words() -> None:
    keys = {key for statute in load_library().values() for key in statute.extension_reasons}
    assert keys == set(REASONS)
    assert Reader("km", "UTC").reason("third_party") == "ពាក់ព័ន្ធនឹងភាគីទីបី"
    assert Reader("en", "UTC").reason("of_their_own") == "of their own"
