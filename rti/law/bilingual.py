"""Names in both languages of the system."""

from typing import NamedTuple


class BilingualName(NamedTuple):
    """A name in English and in Khmer."""

    en: str
    km: str

    def in_language(self, lang: str) -> str:
        """The Khmer name for "km", the English one for any other language."""
        return (self.km if lang == "km" else self.en) or self.en
