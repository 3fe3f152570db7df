"""Chains of entries without a database, and everything that somebody could do to one."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

from rti.audit.chain import BEGINNING, Check, Checkpoint, Entry, Head, linked
from rti.models.audit import AuditAction
from tests.conftest import NOW, TODAY


class Link(NamedTuple):
    position: int
    hash: bytes
    entry: Entry


Chain = list[Link]


def entry(chance: random.Random, number: int) -> Entry:
    return Entry(
        id=UUID(int=chance.getrandbits(128)),
        happened_at=NOW + timedelta(seconds=number),
        what=chance.choice([what for what in AuditAction if what is not AuditAction.LOG_CUT]),
        person_id=chance.choice([None, UUID(int=chance.getrandbits(128))]),
        cbo_id=chance.choice([None, UUID(int=chance.getrandbits(128))]),
        about=chance.choice(["", str(uuid4()), "requests"]),
        details=chance.choice([{}, {"count": number}, {"kind": "received", "count": 0}]),
    )


def chained(entries: Sequence[Entry], after: Head | None = None) -> Chain:
    reached = after or Head(0, BEGINNING)
    chain = []
    for each in entries:
        position = reached.position + 1
        reached = Head(position, linked(reached.hash, position, each))
        chain.append(Link(position, reached.hash, each))
    return chain


def anchor_of(chain: Chain, day: date = TODAY) -> Checkpoint:
    return Checkpoint(day, Head(chain[-1].position, chain[-1].hash))


def faults(chain: Sequence[Link], *anchors: Checkpoint, kept_since: date = date.min) -> list[str]:
    check = Check(anchors, kept_since)
    found = [fault for link in chain for fault in check.take(*link)]
    return [*found, *check.end()]


def edit(chain: Chain, chance: random.Random) -> Chain:
    at = chance.randrange(len(chain))
    link = chain[at]
    other = entry(chance, 10_000_000 + at)
    field = chance.choice(["id", "happened_at", "what", "person_id", "cbo_id", "about", "details"])
    value = getattr(other, field)
    if value == getattr(link.entry, field):
        value = {"about": "forged", "details": {"forged": 1}, "what": "forged"}.get(field, uuid4())
    return [*chain[:at], link._replace(entry=replace(link.entry, **{field: value})), *chain[at + 1 :]]


def edit_with_its_digest(chain: Chain, chance: random.Random) -> Chain:
    """All but the last, of which only an anchor knows."""
    at = chance.randrange(len(chain) - 1)
    before = Head(at, chain[at - 1].hash) if at else None
    forged = chained([replace(chain[at].entry, about="forged")], before)
    return [*chain[:at], *forged, *chain[at + 1 :]]


def delete(chain: Chain, chance: random.Random) -> Chain:
    at = chance.randrange(len(chain) - 1)
    return [*chain[:at], *chain[at + 1 :]]


def delete_and_close_up(chain: Chain, chance: random.Random) -> Chain:
    at = chance.randrange(len(chain) - 1)
    behind = [link._replace(position=link.position - 1) for link in chain[at + 1 :]]
    return [*chain[:at], *behind]


def swap(chain: Chain, chance: random.Random) -> Chain:
    one, two = sorted(chance.sample(range(len(chain)), 2))
    swapped = list(chain)
    swapped[one] = chain[one]._replace(entry=chain[two].entry)
    swapped[two] = chain[two]._replace(entry=chain[one].entry)
    return swapped


def swap_with_digests(chain: Chain, chance: random.Random) -> Chain:
    one, two = sorted(chance.sample(range(len(chain)), 2))
    swapped = list(chain)
    swapped[one] = chain[two]._replace(position=chain[one].position)
    swapped[two] = chain[one]._replace(position=chain[two].position)
    return swapped


def insert(chain: Chain, chance: random.Random) -> Chain:
    at = chance.randrange(len(chain))
    before = Head(at, chain[at - 1].hash) if at else None
    behind = [link._replace(position=link.position + 1) for link in chain[at:]]
    return [*chain[:at], *chained([entry(chance, at)], before), *behind]


def insert_at_a_taken_place(chain: Chain, chance: random.Random) -> Chain:
    at = chance.randrange(len(chain) - 1)
    return [*chain[: at + 1], chain[at]._replace(entry=entry(chance, at)), *chain[at + 1 :]]


def cut_beginning(chain: Chain, chance: random.Random) -> Chain:
    return chain[chance.randrange(1, len(chain)) :]


SHOWN_BY_THE_CHAIN: Sequence[Callable[[Chain, random.Random], Chain]] = (
    edit,
    edit_with_its_digest,
    delete,
    delete_and_close_up,
    swap,
    swap_with_digests,
    insert,
    insert_at_a_taken_place,
    cut_beginning,
)


def cut_tail(chain: Chain, chance: random.Random) -> Chain:
    return chain[: chance.randrange(len(chain))]


def rewrite(chain: Chain, chance: random.Random) -> Chain:
    """Change one entry and make every digest from there on anew."""
    at = chance.randrange(len(chain))
    entries = [link.entry for link in chain]
    entries[at] = replace(entries[at], about="forged")
    return chained(entries)


def rewrite_shorter_and_go_on(chain: Chain, chance: random.Random) -> Chain:
    """Leave one out, make the rest anew, and go on past the anchor."""
    at = chance.randrange(len(chain))
    entries = [link.entry for place, link in enumerate(chain) if place != at]
    return chained([*entries, *(entry(chance, number) for number in range(5))])


def cut_beginning_and_tell(chain: Chain, chance: random.Random) -> Chain:
    """What retention does, too early."""
    at = chance.randrange(1, len(chain))
    result = replace(
        entry(chance, at),
        what=AuditAction.LOG_CUT,
        details={"position": at, "hash": chain[at - 1].hash.hex(), "entries": at},
    )
    return [*chain[at:], *chained([result], Head(len(chain), chain[-1].hash))]


SHOWN_BY_AN_ANCHOR: Sequence[Callable[[Chain, random.Random], Chain]] = (
    cut_tail,
    rewrite,
    rewrite_shorter_and_go_on,
)
