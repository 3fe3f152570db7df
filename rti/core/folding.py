"""Texts that a reader takes for the same get the same key: to compare by, never to show.

In Khmer one word can be typed in several ways that look alike: signs in another order or twice, a vowel out
of its two halves, blanks without width, a letter that Unicode gave up. Other scripts lose their case.
"""

import re
import unicodedata

_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u17b4\u17b5\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
_ALIKE = str.maketrans(
    {"ឣ": "អ", "ឤ": "អា", "ឲ": "ឱ"} | {chr(0x17E0 + digit): str(digit) for digit in range(10)}
)
COENG = "\u17d2"
"""Makes the letter after it a subscript of the one before."""
_CLUSTER = re.compile("([\u1780-\u17b3])((?:\u17d2+[\u1780-\u17b3]|[\u17b6-\u17d1\u17dd])+)")
_SIGN = re.compile("\u17d2+([\u1780-\u17b3])|[\u17b6-\u17d1\u17dd]")
_HALVES = (({"\u17c1", "\u17b6"}, "\u17c4"), ({"\u17c1", "\u17b8"}, "\u17be"))
"""Vowels that are also typed as two."""


def without_unseen(text: str) -> str:
    """The text without characters that have no width, and with one blank for many."""
    return " ".join(text.translate(_UNSEEN).split())


def fold(text: str) -> str:
    """The key of a text; folding a key again changes nothing."""
    plain = unicodedata.normalize("NFC", without_unseen(text)).translate(_ALIKE)
    return _CLUSTER.sub(_ordered, plain).casefold()


def _ordered(cluster: re.Match[str]) -> str:
    """A letter with what hangs on it, each sign once and in one order; subscript DA and TA look the same."""
    signs = set()
    for sign in _SIGN.finditer(cluster[2]):
        below = sign[1]
        signs.add(COENG + ("ត" if below == "ដ" else below) if below else sign[0])
    for halves, whole in _HALVES:
        if halves <= signs:
            signs = signs - halves | {whole}
    return cluster[1] + "".join(sorted(signs, key=lambda sign: (not sign.startswith(COENG), sign)))
