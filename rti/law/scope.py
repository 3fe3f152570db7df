"""Which public bodies a statute covers: those of its countries, without the kinds that `scope.toml` names.

Kinds of bodies are those of the directory. A declared standard covers whomever its campaign asks.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Protocol

from rti.law.bilingual import BilingualName


class OfCountries(Protocol):
    """A statute, or as much of one as is chosen from."""

    @property
    def id(self) -> str: ...
    @property
    def countries(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Scope:
    """What a statute says of whom it covers, and in which `section`; of the kinds in `perhaps` only some are outside."""

    text: BilingualName
    section: str
    confirmed: bool = False
    outside: frozenset[str] = frozenset()
    perhaps: frozenset[str] = frozenset()


@cache
def scopes() -> Mapping[str, Scope]:
    """By the id of the statute; one that is not there covers every kind."""
    document = tomllib.loads(files("rti.law").joinpath("scope.toml").read_text(encoding="utf-8"))
    return {
        statute: Scope(
            BilingualName(**each["text"]),
            each["section"],
            each.get("confirmed", False),
            frozenset(each.get("outside", ())),
            frozenset(each.get("perhaps", ())),
        )
        for statute, each in document.items()
    }


def is_outside(statute: OfCountries, country: str, kind: str) -> bool:
    """Whether a statute does not cover a body of a country and kind."""
    scope = scopes().get(statute.id)
    elsewhere = bool(statute.countries) and country not in _countries(statute)
    return elsewhere or bool(scope and kind in scope.outside)


def notes(statutes: Iterable[OfCountries], country: str, kind: str) -> list[tuple[OfCountries, Scope]]:
    """What is to be known of the statutes of a country before a body of a kind is asked."""
    of_it = (each for each in statutes if country in _countries(each))
    return [(each, scope) for each in of_it if (scope := scope_for(each.id, kind))]


def scope_for(statute_id: str, kind: str) -> Scope | None:
    """What is to be known of a statute before a body of this kind is asked; None where it covers all such."""
    scope = scopes().get(statute_id)
    return scope if scope and kind in scope.outside | scope.perhaps else None


def _countries(statute: OfCountries) -> set[str]:
    """A key such as GB-SCT is of a part of its country."""
    return {key.partition("-")[0] for key in statute.countries}
