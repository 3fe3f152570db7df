#!/bin/sh
# A word, name or number with a hyphen that a line of a PDF breaks behind it is read in four ways: pypdfium2 5.15.2 (PDFium) puts one
# character in place of hyphen and line end, U+0002 in get_text_bounded() and FPDFText_GetUnicode(), U+FFFE (no character at all, by Unicode) in
# get_text_range(), so that neither \s nor "-" matches it; poppler's pdftotext takes the hyphen away, which makes RTI-2026-
# and 0017 the number RTI-20260017 (-layout keeps it); pypdf 7.1.1 and pdfplumber 0.11.10 keep hyphen and line break. If a digit
# follows, PDFium keeps both, too. A search for the letter's number finds nothing, and a name that should be hidden is missed.
# Where: FPDFText_IsHyphen in PDFium's fpdf_text.h; the man page of pdftotext says that it undoes hyphenation, but a hyphen that belongs to
# a name or number is taken away as well.
# Seen: Anne<U+0002>Dara, Anne<U+FFFE>Dara, AnneDara, RTI-20260017, Anne- Dara. Needs poppler-utils. Exits 1 if that changes, 2 without.
set -eu
command -v pdftotext > /dev/null || { echo "install poppler-utils first" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/ask.py" <<'PY'
import subprocess

import pdfplumber
import pypdf
import pypdfium2
from reportlab.pdfgen import canvas

drawn = canvas.Canvas("letter.pdf")
for number, line in enumerate(["The answer was written by Anne-", "Dara, to letter No. RTI-2026-", "0017 of 28 November."]):
    drawn.drawString(72, 700 - 14 * number, line)
drawn.save()


def poppler(*how):
    return subprocess.run(["pdftotext", *how, "letter.pdf", "-"], capture_output=True, text=True, check=True).stdout


page = pypdfium2.PdfDocument("letter.pdf")[0].get_textpage()
with pdfplumber.open("letter.pdf") as pdf:
    plumbed = pdf.pages[0].extract_text()
read = {
    "pypdfium2 bounded": page.get_text_bounded(),
    "pypdfium2 range": page.get_text_range(),
    "pdftotext": poppler(),
    "pdftotext -layout": poppler("-layout"),
    "pypdf": pypdf.PdfReader("letter.pdf").pages[0].extract_text(),
    "pdfplumber": plumbed,
}
for name, text in read.items():
    print(name, repr(text))
assert "Anne\x02Dara" in read["pypdfium2 bounded"]
assert "Anne\ufffeDara" in read["pypdfium2 range"]
assert "RTI-2026-\r\n0017" in read["pypdfium2 range"]
assert "AnneDara" in read["pdftotext"] and "RTI-20260017" in read["pdftotext"]
for name in ("pdftotext -layout", "pypdf", "pdfplumber"):
    assert "Anne- Dara, to letter No. RTI-2026- 0017" in " ".join(read[name].split())
PY
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pypdfium2==5.15.2 pypdf==7.1.1 pdfplumber==0.11.10 reportlab==5.1.0 pillow==13.0.0
cd "$folder"
venv/bin/python ask.py
