"""The order of the Khmer alphabet, for PostgreSQL servers without ICU: lists are sorted by a stored key.

The order is that of Unicode's locale data (CLDR, km): a letter stands before the same with a vowel, and that before the
same with a subscript; last of the vowels come ុំ ំ ាំ ះ and those that end in ះ. Independent vowels stand with អ, ឫ and ឬ
behind រ, ឭ and ឮ behind ល, and a robat is a រ before its letter. All other signs do not count, nor does case in other
scripts. Numbers stand by what they are worth: 2 before 10, whatever their digits.
"""

import re
import unicodedata

_SIGNS = dict.fromkeys(
    map(
        ord,
        "\u17b4\u17b5\u17c8\u17c9\u17ca\u17cb\u17cd\u17ce\u17cf\u17d0\u17d1\u17dd\u200b\u200c\u200d\ufeff",
    )
)
_PUNCTUATION = dict.fromkeys(range(0x17D4, 0x17DB), "!")
_LETTERS = str.maketrans(
    {"ឣ": "អ", "ឤ": "អា", "ឥ": "អិ", "ឦ": "អី", "ឧ": "អុ", "ឨ": "អុ", "ឩ": "អូ", "ឪ": "អូ", "ឯ": "អែ", "ឰ": "អៃ"}
    | {
        "ឱ": "អោ",
        "ឲ": "អោ",
        "ឳ": "អៅ",
        "ឫ": "រ\u17fe",
        "ឬ": "រ\u17ff",
        "ឭ": "ល\u17fe",
        "ឮ": "ល\u17ff",
        "\u17d2": "\u17df",
    }
    | {chr(0x17E0 + digit): str(digit) for digit in range(10)}
)
_NUMBER = re.compile("[0-9]+")
_ROBAT = re.compile("([\u1780-\u17b3])\u17cc")
_LAST_VOWEL = re.compile("[\u17b6\u17bb]?\u17c6|[\u17b6-\u17c5]?\u17c7")
_LAST_VOWELS = [
    "\u17bb\u17c6",
    "\u17c6",
    "\u17b6\u17c6",
    "\u17c7",
    *(f"{chr(vowel)}\u17c7" for vowel in range(0x17B6, 0x17C6)),
]


def alphabetical(text: str) -> str:
    """The key of a text: two compare, code point by code point, as the texts stand in a Khmer dictionary."""
    plain = unicodedata.normalize("NFC", text).casefold().translate(_SIGNS | _PUNCTUATION)
    whole = _ROBAT.sub("រ\u17d2\\1", plain).translate(_LETTERS)
    spelt = _LAST_VOWEL.sub(lambda vowel: chr(0x17C6 + _LAST_VOWELS.index(vowel[0])), whole)
    return _NUMBER.sub(_by_worth, spelt)


def _by_worth(number: re.Match[str]) -> str:
    """A number behind how many digits it has."""
    digits = number[0].lstrip("0")
    return f"{len(digits):03}{digits}"
