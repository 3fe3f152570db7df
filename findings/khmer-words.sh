#!/bin/sh
# typst 0.15.2, which letters in Khmer are printed with: a character of Khmer costs six to nine times the CPU time of a Latin
# one or a Khmer digit. It is not the shaping: Thai, of which the font has no letter, costs nearly as much, and bare Khmer
# consonants as much as words. What is dear is looking for words, because neither script puts blanks between them, and nothing
# avoids it: not blanks between the words, not simple line breaks, not a box that is wide enough for all.
# Seen: Khmer 10.0 microseconds a character, with blanks 14.0, simple line breaks 9.5, one wide box 8.9, Thai 7.9; Latin 1.5,
# Khmer digits 1.7. Exits 1 if one of the first five comes within three times of Latin, or the digits no longer do.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/cost.py" <<'PY'
from pathlib import Path
from time import process_time

import fontpkg_noto_sans_khmer
import typst

FONTS = typst.Fonts(include_system_fonts=False, font_paths=[str(Path(fontpkg_noto_sans_khmer.__file__).parent / "files")])
LETTERS = 8_000
WORD = "សេចក្ដីសម្រេចរបស់ក្រុមប្រឹក្សាឃុំ"


def cost(text, around="{}"):
    """Microseconds a character, the best of three."""
    text = (text * LETTERS)[:LETTERS]
    source = '#set text(font: "Noto Sans Khmer", lang: "km")\n' + around.format(text)
    best = float("inf")
    for _ in range(3):
        begun = process_time()
        typst.compile(source.encode(), font_paths=FONTS)
        best = min(best, process_time() - begun)
    return best * 1e6 / LETTERS


latin = cost("information about the budget ")
dear = {
    "Khmer": cost(WORD),
    "Khmer with blanks": cost(WORD + " "),
    "simple line breaks": cost(WORD, '#set par(linebreaks: "simple")\n{}'),
    "one wide box": cost(WORD, "#box(width: 1000000cm)[{}]"),
    "Thai": cost("คำตัดสินของสภาตำบล"),
}
digits = cost("១២៣៤៥៦៧៨៩០ ")
for name, each in (*dear.items(), ("Khmer digits", digits), ("Latin", latin)):
    print(f"{name}: {each:.1f} microseconds a character")
assert min(dear.values()) > 3 * latin
assert digits < 3 * latin
PY
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check typst==0.15.2 fontpkg-noto-sans-khmer==2.4
"$folder/venv/bin/python" "$folder/cost.py"
