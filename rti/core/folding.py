"""Texts that a reader takes for the same get the same key, for comparing and never for display.

In Khmer one word can be typed in several ways that look alike: signs in another order or twice, a vowel out of its two
halves, ុ for a sign that moves below a vowel, blanks without width, letters that Unicode gave up. Some are written in
several: a vowel that stands alone or on អ, a word twice or with ៗ, ម្ or ំ. Other scripts lose their case.
"""

import re
import unicodedata

COENG = "\u17d2"
"""Makes the letter after it a subscript of the one before."""
_LETTER, _HUNG = "[\u1780-\u17b3]", "[\u17b6-\u17d1\u17dd]"
_UNSEEN = dict.fromkeys(
    map(
        ord,
        "\u00ad\u034f\u061c\u17b4\u17b5\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
        "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufe00\ufe01\ufe0e\ufe0f\ufeff",
    )
)
_ALIKE = str.maketrans(
    {chr(0x17E0 + digit): str(digit) for digit in range(10)}
    | {"ឣ": "អ", "ឤ": "អា", "ឥ": "អិ", "ឦ": "អី", "ឧ": "អុ", "ឨ": "អុក", "ឩ": "អូ", "ឪ": "អៅ", "ឳ": "អៅ"}
    | {"ឯ": "អែ", "ឰ": "អៃ", "ឱ": "អេា", "ឲ": "អេា", "ឫ": "រឺ", "ឬ": "រឺ", "ឭ": "លឺ", "ឮ": "លឺ"}
    | {"ោ": "េា", "ើ": "េី", "ៈ": "ះ", "\u17d3": "ំ"}
    | dict.fromkeys("។៕៖៘៙៚", " ")
)
_CLUSTER = re.compile(f"({_LETTER})((?:\u17d2+{_LETTER}|{_HUNG})*+)\u17d2*")
_SIGN = re.compile(f"\u17d2+({_LETTER})|{_HUNG}")
_ABOVE = frozenset("ិីឹឺ័")
_MOVED = frozenset("៉៊")
"""Below a vowel or ័ that stands above they look like ុ."""
_GIVEN = re.compile(f"អ(?:\u17d2យាេ|ាេយ(?!{_HUNG}|\u17d2))")
"""The word ឱ្យ, which is also written អោយ; signs stand in the order of `_ordered`."""
_ONE = f"{_LETTER}(?:\u17d2{_LETTER}|{_HUNG})"
_TWICE = re.compile(f"({_ONE}++|{_ONE}*+(?:{_ONE}*+){{1,5}})(?:\\s?\\1(?!{_HUNG}|\u17d2))+")
"""A letter twice is none of these: ចចក is no ចក."""
_BLANK_WITHIN = re.compile("(?<=[\u1780-\u17dd]) (?=[\u1780-\u17dd])")
_WITH_M = re.compile("(?<=[ក-អ])ម\u17d2([ក-ភរ-អ])|(?<=[ក-អ])ំដ")


def without_unseen(text: str) -> str:
    """The text without characters that have no width, and with one blank for many."""
    return " ".join(text.translate(_UNSEEN).split())


def fold(text: str) -> str:
    """The key of a text; folding a key again changes nothing."""
    if text.isascii():
        return without_unseen(text).casefold()
    plain = unicodedata.normalize("NFC", text.translate(_UNSEEN)).replace(" ៗ", "").replace("ៗ", "")
    whole = _CLUSTER.sub(_ordered, " ".join(plain.translate(_ALIKE).split()))
    return _TWICE.sub(r"\1", _GIVEN.sub("អ\u17d2យាេ", whole)).casefold()


def unbroken(text: str) -> str:
    """The text without blanks between Khmer words, where nobody has to put one."""
    return _BLANK_WITHIN.sub("", without_unseen(text))


def formerly(folded: str) -> str:
    """A key with ំ for each ម្ within a word, as in សំរាប់ for សម្រាប់: words were written so, and are by many."""
    return _WITH_M.sub(lambda found: "ំ" + ("ត" if found[1] in (None, "ដ") else found[1]), folded)


def same(text: str) -> str:
    """The key of a whole text, of which somebody who reads it aloud could not tell another with the same."""
    return formerly(fold(unbroken(text)))


def _ordered(cluster: re.Match[str]) -> str:
    """A letter with what hangs on it, each sign once and in one order; subscript DA and TA look the same."""
    signs = set()
    for sign in _SIGN.finditer(cluster[2]):
        below = sign[1]
        signs.add(COENG + ("ត" if below == "ដ" else below) if below else sign[0])
    if signs & _MOVED and (signs & _ABOVE or {"ា", "ំ"} <= signs):
        signs = signs - _MOVED | {"ុ"}
    return cluster[1] + "".join(sorted(signs, key=_place))


def _place(sign: str) -> tuple[bool, bool, str]:
    return not sign.startswith(COENG), sign == COENG + "រ", sign
