"""The Khmer font as browsers get it: the letters of Khmer only, two weights' range, packed as WOFF2 (W3C, 2022).

It is made once in a process, when the first browser asks: English pages never do, and phones bring a font of their own.
"""

from functools import lru_cache
from io import BytesIO
from pathlib import Path

import fontpkg_noto_sans_khmer

NAME = "khmer.woff2"
SOURCE = Path(fontpkg_noto_sans_khmer.__file__).parent / "files" / "NotoSansKhmer[wdth,wght].ttf"
_LETTERS = (*range(0x1780, 0x1800), *range(0x19E0, 0x1A00), *range(0x200B, 0x200E), 0x25CC)
"""Those that `style.css` takes from this font; digits and Latin letters are the system's."""


@lru_cache(1)
def khmer_font() -> bytes:
    """About 30 kB, in three seconds."""
    # ruff: noqa: PLC0415 -- most processes never make it
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    font = TTFont(SOURCE)
    subsetter = Subsetter(Options(layout_features=["*"]))
    subsetter.populate(unicodes=_LETTERS)
    subsetter.subset(font)
    font = instantiateVariableFont(font, {"wdth": 100, "wght": (400, 700)})
    font.flavor = "woff2"
    packed = BytesIO()
    font.save(packed)
    return packed.getvalue()
