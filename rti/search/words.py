"""The search marks of a text, and of a query.

Khmer has no blanks between words, so it is found by clusters (a consonant with all that hangs on it) and pairs of
them; other scripts by whole words, their beginnings and groups of three letters. A near miss is another vowel or
sign, a cluster that is wrong, or one letter more, less, other or in the wrong place: of words in other scripts
also those are marked that lack one letter (the deletion neighbourhood of W. Garbe's SymSpell).

A mark is five letters of a digest: short, and safe within PostgreSQL's tsquery.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import blake2b
from itertools import chain, pairwise

from rti.core.folding import fold, formerly, unbroken

_KHMER = "\u1780-\u17dd"
_RUN = re.compile(f"[{_KHMER}]+|[^\\W_{_KHMER}]+")
_CLUSTER = re.compile("[\u1780-\u17b3](?:\u17d2[\u1780-\u17b3]|[\u17b4-\u17d1\u17d3\u17dd])*|.")
_SIGNS = re.compile("[\u17b4-\u17d1\u17d3\u17dd]")
"""Vowels and signs, in which spellings differ most."""
_SHORTEST_MISSPELT = 4
_LONGEST_MISSPELT = 24
LONGEST_QUERY = 12
"""Words of a query that are looked for."""


def marks(text: str) -> set[str]:
    """All marks of a text."""
    return set().union(*map(_of_run, _runs(fold(unbroken(text)))))


@lru_cache(2_000)
def _of_run(run: str) -> frozenset[str]:
    """Kept, because the names of bodies share most of their words."""
    if not _is_khmer(run):
        return frozenset(_of_word(run))
    return frozenset(chain.from_iterable(map(_of_khmer, _ways(run))))


def exactly(query: str) -> str:
    """The tsquery for texts that contain every word of a query; empty if it has no words."""
    return _all(_exact(run) for run in _asked(query))


def nearly(query: str) -> str:
    """The tsquery for texts with near misses of every word."""
    return _all(_any([_exact(run), *_misspelt(run)]) for run in _asked(query))


def _asked(query: str) -> list[str]:
    return list(dict.fromkeys(_runs(fold(query))))[:LONGEST_QUERY]


def _runs(folded: str) -> list[str]:
    return _RUN.findall(folded)


def _is_khmer(run: str) -> bool:
    return "\u1780" <= run[0] <= "\u17dd"


def _ways(run: str) -> Iterable[str]:
    """As it is typed, and as words were written formerly. Both are looked for in both: where one word ends and the next
    begins with ម្ nobody knows."""
    return dict.fromkeys((run, formerly(run)))


def _exact(run: str) -> str:
    if _is_khmer(run):
        ways = map(_CLUSTER.findall, _ways(run))
        return _any([_marked("k", _pairs(each) if len(each) > 1 else each) for each in ways])
    return _marked("l", _threes(run)) if len(run) > 2 else _marked("b", [run])


def _misspelt(run: str) -> Iterator[str]:
    if not _is_khmer(run):
        if _SHORTEST_MISSPELT <= len(run) <= _LONGEST_MISSPELT:
            yield _any([_marked("d", [each]) for each in _shortened(run)])
        return
    clusters = _CLUSTER.findall(run)
    bare = _pairs(_bare(clusters))
    if bare:
        yield _marked("s", bare)
    for wrong in range(len(clusters)):
        left = [*_pairs(clusters[:wrong]), *_pairs(clusters[wrong + 1 :])]
        if len(left) > 1:
            yield _marked("k", left)


def _of_khmer(run: str) -> Iterator[str]:
    clusters = _CLUSTER.findall(run)
    for each in (*clusters, *_pairs(clusters)):
        yield _mark("k", each)
    for each in _pairs(_bare(clusters)):
        yield _mark("s", each)


def _of_word(word: str) -> Iterator[str]:
    for each in _threes(word):
        yield _mark("l", each)
    for length in (1, 2):
        yield _mark("b", word[:length])
    if _SHORTEST_MISSPELT <= len(word) <= _LONGEST_MISSPELT:
        for each in _shortened(word):
            yield _mark("d", each)


def _bare(clusters: list[str]) -> list[str]:
    return [_SIGNS.sub("", each) or each for each in clusters]


def _pairs(clusters: list[str]) -> list[str]:
    return [first + second for first, second in pairwise(clusters)]


def _threes(word: str) -> list[str]:
    return [word[at : at + 3] for at in range(len(word) - 2)]


def _shortened(word: str) -> set[str]:
    return {word} | {word[:at] + word[at + 1 :] for at in range(len(word))}


def _marked(kind: str, parts: list[str]) -> str:
    return _all(f"'{_mark(kind, each)}'" for each in dict.fromkeys(parts))


def _all(terms: Iterator[str]) -> str:
    found = list(terms)
    return found[0] if len(found) == 1 else f"({' & '.join(found)})" if found else ""


def _any(terms: list[str]) -> str:
    return terms[0] if len(terms) == 1 else f"({' | '.join(terms)})"


@lru_cache(50_000)
def _mark(kind: str, part: str) -> str:
    digits = int.from_bytes(blake2b(f"{kind}{part}".encode(), digest_size=4).digest()) & 0x3FFFFFFF
    return "".join(_LETTERS[digits >> shift & 63] for shift in (24, 18, 12, 6, 0))


_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-"
