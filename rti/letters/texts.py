"""The words of letters: default texts for each kind and language, which staff can change, with declared placeholders only."""

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from rti.core.errors import Fault, Message, say
from rti.core.i18n import Language
from rti.law.explanations import N_
from rti.models.letters import LetterKind

VARIABLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "title": N_("The title of the request"),
        "question": N_("The information requested"),
        "reference": N_("The reference of the request"),
        "body": N_("The name of the public body"),
        "sender": N_("Who signs: the organisation, or the campaign"),
        "asked": N_("When the request was handed over or passed on"),
        "expected": N_("The due date, and the law that sets it if one is in force"),
        "remedy": N_("What the law in force says about objections and complaints"),
        "today": N_("The date of the letter"),
    }
)
"""The placeholders of a text, and what replaces them."""
_NAMED: Final = re.compile(r"\{([^{}]*)\}")


class Text(NamedTuple):
    """The subject of a letter and its paragraphs, with an empty line between them."""

    subject: str
    body: str


def shipped(kind: LetterKind, language: Language) -> Text:
    """The default text of a kind of letter."""
    return Text(**_shipped()[kind][language])


@lru_cache
def _shipped() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    return tomllib.loads((Path(__file__).parent / "texts.toml").read_text("utf-8"))


def faults_of(text: Text) -> list[Fault]:
    """The unknown placeholders in a text."""
    unknown = (
        (field, next((name for name in _NAMED.findall(words) if name not in VARIABLES), None))
        for field, words in text._asdict().items()
    )
    return [Fault(field, _no_variable(name)) for field, name in unknown if name is not None]


def _no_variable(name: str) -> Message:
    known = ", ".join(f"{{{each}}}" for each in VARIABLES)
    return say("{name} is not known. You can use {names}", name=f"{{{name}}}", names=known)


def filled(text: Text, values: Mapping[str, str]) -> Text:
    """The text with its placeholders filled in; a paragraph with nothing to fill in is left out."""

    def fill(words: str) -> str:
        return _NAMED.sub(lambda found: values.get(found[1], found[0]), words)

    paragraphs = (fill(each).strip() for each in re.split(r"\n\s*\n", text.body))
    return Text(" ".join(fill(text.subject).split()), "\n\n".join(each for each in paragraphs if each))
