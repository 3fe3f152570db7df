#!/bin/sh
# fpdf2 2.8.9, with set_text_shaping(True) (uharfbuzz 0.57.0) and without, in Noto Sans Khmer: multi_cell looks for blanks alone, of
# which Khmer has none between words, and in a run without any it cuts where the line is full, inside a letter: a consonant ends
# one line and its vowel sign or the rest of its subscript begins the next. Shaping makes it more frequent, though
# HarfBuzz knows which characters belong together. The text then has a line that begins with a sign, no word of any language.
# Seen, by pypdf 7.1.1: lines that begin with a combining sign, at eight of ten widths with shaping and at one without. Exits 1 if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/ask.py" <<'PY'
import io
import unicodedata
from pathlib import Path

import fontpkg_noto_sans_khmer
import fpdf
import pypdf

FONT = next((Path(fontpkg_noto_sans_khmer.__file__).parent / "files").glob("*.ttf"))


def text(shaping, words, width=150):
    pdf = fpdf.FPDF()
    pdf.add_page()
    pdf.add_font("Khmer", fname=str(FONT))
    pdf.set_font("Khmer", size=14)
    pdf.set_text_shaping(shaping)
    pdf.multi_cell(width, 8, words, align="L")
    return pypdf.PdfReader(io.BytesIO(bytes(pdf.output()))).pages[0].extract_text().strip()


LINE = "សេចក្ដីសម្រេចរបស់ក្រុមប្រឹក្សាឃុំស្ដីពីថវិកាឆ្នាំ២០២៦"
for shaping in (False, True):
    torn = [
        width
        for width in range(40, 90, 5)
        if any(unicodedata.category(line[0]) in ("Mn", "Mc") for line in text(shaping, LINE, width).splitlines() if line)
    ]
    print("shaping", shaping, "widths in millimetres at which a line begins with a sign:", torn)
    assert len(torn) == (8 if shaping else 1)
PY
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check fpdf2==2.8.9 uharfbuzz==0.57.0 pypdf==7.1.1 fontpkg-noto-sans-khmer==2.4
"$folder/venv/bin/python" "$folder/ask.py"
