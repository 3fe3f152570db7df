"""Every way of changing a chained log is found, the last two by a head that was kept elsewhere."""

import random
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

import pytest

from rti.audit.chain import BEGINNING, Checkpoint, Entry, read_checkpoints
from rti.models.audit import AuditAction
from tests.audit import chains
from tests.conftest import TODAY
from tests.sizes import size

CASES = size(200, 5_000)


@pytest.mark.torture
@pytest.mark.parametrize("tamper", chains.SHOWN_BY_THE_CHAIN, ids=lambda tamper: tamper.__name__)
def test_the_chain_itself_shows_that_entries_were_changed(tamper) -> None:
    chance = random.Random(tamper.__name__)
    for number in range(CASES):
        chain = chains.chained([chains.entry(chance, each) for each in range(chance.randint(2, 40))])
        assert chains.faults(chain, chains.anchor_of(chain)) == []
        assert chains.faults(tamper(chain, chance)), f"case {number} was not found"


@pytest.mark.torture
@pytest.mark.parametrize("tamper", chains.SHOWN_BY_AN_ANCHOR, ids=lambda tamper: tamper.__name__)
def test_an_anchor_shows_that_the_end_was_cut_off_or_the_log_made_anew(tamper) -> None:
    chance = random.Random(tamper.__name__)
    for number in range(CASES):
        chain = chains.chained([chains.entry(chance, each) for each in range(chance.randint(2, 40))])
        anchor = chains.anchor_of(chain)
        forged = tamper(chain, chance)
        assert chains.faults(forged) == [], "without an anchor it looks whole"
        assert chains.faults(forged, anchor), f"case {number} was not found"


def test_what_happened_after_the_last_anchor_can_be_made_anew_until_the_next() -> None:
    chance = random.Random(1)
    chain = chains.chained([chains.entry(chance, each) for each in range(10)])
    forged = chains.rewrite([*chain[:6]], random.Random(2))
    assert chains.faults(chain[:6], chains.anchor_of(chain[:6])) == []
    assert chains.faults(forged, chains.anchor_of(chain[:6]))
    assert chains.faults(chain[:8], chains.anchor_of(chain[:6])) == []


def test_a_beginning_that_retention_removed_is_right_where_an_entry_tells_of_it() -> None:
    chance = random.Random(3)
    chain = chains.chained([chains.entry(chance, each) for each in range(20)])
    cut = chains.cut_beginning_and_tell(chain, chance)
    assert cut[0].position > 1
    old = Checkpoint(TODAY - timedelta(days=6 * 365), chains.anchor_of(chain[:1]).head)
    assert chains.faults(cut, old, chains.anchor_of(chain), kept_since=TODAY - timedelta(days=1)) == []


def test_a_beginning_that_was_removed_too_early_is_shown_by_a_recent_anchor() -> None:
    chance = random.Random(4)
    chain = chains.chained([chains.entry(chance, each) for each in range(20)])
    cut = chains.cut_beginning_and_tell(chain, chance)
    recent = chains.anchor_of(chain[:1])
    assert "The beginning is missing" in " ".join(
        chains.faults(cut, recent, kept_since=TODAY - timedelta(days=1))
    )


@pytest.mark.parametrize("details", [{}, {"position": 4, "hash": "no"}, {"position": "4"}, None, [1]])
def test_an_entry_about_a_cut_that_makes_no_sense_excuses_nothing(details) -> None:
    chance = random.Random(5)
    result = replace(chains.entry(chance, 9), what=AuditAction.LOG_CUT, details=details)
    chain = chains.chained([*(chains.entry(chance, each) for each in range(9)), result])
    assert any("no entry records their deletion" in fault for fault in chains.faults(chain[4:]))


def test_a_digest_is_of_the_bytes_that_logs_were_written_with() -> None:
    """Otherwise no log that was written before could be checked any more; so they are written here once more."""
    entry = Entry(
        id=UUID("0192f0c1-0000-7000-8000-000000000001"),
        happened_at=datetime.fromisoformat("2026-12-01T09:00:00+07:00"),
        what="sealed",
        person_id=None,
        cbo_id=UUID(int=7),
        about="ឯកសារ",
        details={"times": 2, "calls": "exports"},
    )
    fields = (
        bytes.fromhex("0192f0c1000070008000000000000001"),
        b"2026-12-01T02:00:00.000000+00:00",
        b"sealed",
        None,
        bytes(15) + b"\x07",
        "ឯកសារ".encode(),
        b'{"calls":"exports","times":2}',
    )
    written = b"".join(
        b"\xff\xff\xff\xff" if each is None else len(each).to_bytes(4, "big") + each for each in fields
    )
    first = sha256(bytes(32) + (1).to_bytes(8, "big") + written).digest()
    second = sha256(first + (2).to_bytes(8, "big") + written).digest()
    assert bytes(32) == BEGINNING
    assert [link.hash for link in chains.chained([entry, entry])] == [first, second]


def test_what_is_wrong_with_a_chain_is_told_by_position() -> None:
    chance = random.Random(8)
    chain = chains.chained([chains.entry(chance, each) for each in range(9)])
    anchor = chains.anchor_of(chain[:7])
    kept = f"the checkpoint of {TODAY}"
    changed = replace(chain[3].entry, about="forged")
    for found, wrong in (
        ([*chain[:3], *chain[4:]], "1 entries are missing before entry 5"),
        ([*chain[:3], *chain[5:]], "2 entries are missing before entry 6"),
        ([*chain[:3], chain[2], *chain[3:]], "There is more than one entry at position 3"),
        ([*chain[:3], chain[3]._replace(entry=changed), *chain[4:]], "Entry 4 has been altered"),
        (chain[4:], "The entries before 5 are missing, and no entry records their deletion"),
        (chain[:5], f"The end is missing: {kept} is at 7, but the log ends at 5"),
    ):
        assert chains.faults(found, anchor) == [wrong]
    assert chains.faults(chain, chains.anchor_of(chain[:1]), anchor) == []
    assert chains.faults([*chains.rewrite(chain[:1], chance), *chain[1:]], chains.anchor_of(chain[:1])) == [
        "Entry 2 has been altered",
        f"The log has been replaced: {kept} does not match entry 1",
    ]


def test_fields_that_run_into_each_other_have_other_digests() -> None:
    chance = random.Random(6)
    one = replace(chains.entry(chance, 0), what="ab", about="c", person_id=None, cbo_id=None)
    two = replace(one, what="a", about="bc")
    assert chains.chained([one])[0].hash != chains.chained([two])[0].hash


def test_anchors_are_found_in_messages_whatever_stands_around_them() -> None:
    chance = random.Random(7)
    chain = chains.chained([chains.entry(chance, each) for each in range(3)])
    anchor = chains.anchor_of(chain)
    assert read_checkpoints(f"Subject: keep\n> {anchor}\r\nnot 2026-11-25 12 abc\n{anchor}") == [
        anchor,
        anchor,
    ]
    with pytest.raises(ValueError):
        read_checkpoints(str(anchor).replace("2026-11", "2026-13"))
