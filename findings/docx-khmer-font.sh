#!/bin/sh
# python-docx 1.2.0 with LibreOffice 7.4.7 (Debian 12): the font, size and weight that are given to a run or style are those of Latin
# letters alone. Khmer, its digits included, is complex script in this format and has properties of its own (w:cs, w:szCs, w:bCs),
# which font.name, font.size and font.bold do not write: a heading of 20 points has "ABC" so and Khmer beside it at 11, not bold, in
# whatever font is found. font.cs_bold mends the weight; for font and size there is no property, only the XML.
# Seen: Khmer in another font at 11 points, Latin in Khmer OS Siemreap at 20; both so with w:cs and w:szCs. Needs soffice with Writer and
# fonts-khmeros. Exits 1 if that changes, 2 without those.
set -eu
{ soffice --version && test -e /usr/lib/libreoffice/program/libswlo.so && fc-list | grep "Khmer OS Siemreap"; } > /dev/null 2>&1 ||
    { echo "install libreoffice-writer-nogui and fonts-khmeros first" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/write.py" <<'PY'
import docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt

for name in ("plain", "mended"):
    document = docx.Document()
    run = document.add_paragraph().add_run("ឃុំABC១២")
    run.font.name, run.font.size, run.font.bold = "Khmer OS Siemreap", Pt(20), True
    if name == "mended":
        run._r.rPr.rFonts.set(qn("w:cs"), "Khmer OS Siemreap")
        size = OxmlElement("w:szCs")
        size.set(qn("w:val"), "40")
        run._r.rPr.append(size)
    document.save(name + ".docx")
PY
cat > "$folder/read.py" <<'PY'
import pdfplumber

seen = {}
for name in ("plain", "mended"):
    with pdfplumber.open(name + ".pdf") as pdf:
        for letter in pdf.pages[0].chars:
            if letter["text"].strip():
                script = "Latin" if letter["text"] in "ABC" else "Khmer"
                seen.setdefault((name, script), set()).add(("Siemreap" in letter["fontname"], round(letter["size"])))
print(seen)
assert seen["plain", "Latin"] == {(True, 20)} == seen["mended", "Latin"] == seen["mended", "Khmer"]
assert seen["plain", "Khmer"] == {(False, 11)}
PY
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check python-docx==1.2.0 pdfplumber==0.11.10
cd "$folder"
venv/bin/python write.py
soffice "-env:UserInstallation=file://$folder/profile" --headless --convert-to pdf plain.docx mended.docx > /dev/null 2>&1
venv/bin/python read.py
