"""Suggested wordings: a title and a question for each subject of the programme."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Wording:
    """In both languages; `{year}` stands for the year that is asked about."""

    topic: str
    title_km: str
    title_en: str
    question_km: str
    question_en: str

    def in_words(self, language: str, year: int) -> dict[str, str]:
        """What the fields of the form begin with."""
        title, question = getattr(self, f"title_{language}"), getattr(self, f"question_{language}")
        return {
            "topic": self.topic,
            "title": title.format(year=year),
            "question": question.format(year=year),
        }


@cache
def wordings() -> Sequence[Wording]:
    document = tomllib.loads((files("rti.requests") / "wordings.toml").read_text(encoding="utf-8"))
    return [Wording(**each) for each in document["wording"]]
