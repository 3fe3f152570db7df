"""The Khmer font as browsers get it: the letters of Khmer only, two weights' range, packed as WOFF2 (W3C, 2022).

`make setup` makes it, by `python -m rti.web.font`; where nobody did, the first browser that asks waits for it.
"""

import os
import subprocess
import sys
from pathlib import Path

import fontpkg_noto_sans_khmer

NAME = "khmer.woff2"
SOURCE = Path(fontpkg_noto_sans_khmer.__file__).parent / "files" / "NotoSansKhmer[wdth,wght].ttf"
MADE = Path(__file__).parent / "static" / NAME
_LETTERS = (*range(0x1780, 0x1800), *range(0x19E0, 0x1A00), *range(0x200B, 0x200E), 0x25CC)
"""Those that `style.css` takes from this font; digits and Latin letters are the system's."""


def khmer_font() -> Path:
    """The file; making it takes a process of its own, since that needs seconds and much memory."""
    if not MADE.exists():
        subprocess.run([sys.executable, "-m", __name__], check=True)  # noqa: S603 -- our own command
    return MADE


def make() -> None:
    """About 30 kB, in three seconds."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    font = TTFont(SOURCE)
    subsetter = Subsetter(Options(layout_features=["*"]))
    subsetter.populate(unicodes=_LETTERS)
    subsetter.subset(font)
    font = instantiateVariableFont(font, {"wdth": 100, "wght": (400, 700)})
    font.flavor = "woff2"
    packed = MADE.with_name(f"{NAME}.{os.getpid()}")
    font.save(packed)
    packed.replace(MADE)


if __name__ == "__main__":
    make()
