#!/bin/sh
# A DOCX letter with tracked changes, as a draft goes round in an office ("The request is [not: deleted] [partly: inserted] granted."), says
# three things by three readers: python-docx 1.2.0 leaves the inserted word out as well ("is granted", which stood in no
# version), mammoth 1.13.0, docx2txt 0.9 and docx2python 3.7.1 give the new text, and LibreOffice 7.4.7 (Debian 12) prints deleted and inserted
# words together in text, HTML and PDF; in the text nothing marks them. None says that there are changes.
# Where: Paragraph.text of python-docx takes the runs and links that are children of the paragraph, and w:ins holds its runs one
# level below; LibreOffice exports what it shows, and it shows changes unless the document says otherwise.
# Seen: "is granted.", "is partly granted." three times, "is not partly granted." three times. Needs soffice with Writer and poppler-utils.
# Exits 1 if that changes, 2 without those.
set -eu
{ soffice --version && test -e /usr/lib/libreoffice/program/libswlo.so && command -v pdftotext; } > /dev/null 2>&1 ||
    { echo "install libreoffice-writer-nogui and poppler-utils first" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/write.py" <<'PY'
import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

WHO = 'w:author="Clerk" w:date="2026-11-28T08:00:00Z"'
CHANGES = [("del", "delText", "not "), ("ins", "t", "partly ")]
document = docx.Document()
paragraph = document.add_paragraph("The request is ")
for number, (change, kind, word) in enumerate(CHANGES, 1):
    run = f'<w:r><w:{kind} xml:space="preserve">{word}</w:{kind}></w:r>'
    paragraph._p.append(parse_xml(f'<w:{change} {nsdecls("w")} w:id="{number}" {WHO}>{run}</w:{change}>'))
paragraph.add_run("granted.")
document.save("draft.docx")
PY
cat > "$folder/read.py" <<'PY'
import re
from pathlib import Path

import docx
import docx2txt
import mammoth
from docx2python import docx2python

with open("draft.docx", "rb") as file:
    by_mammoth = mammoth.extract_raw_text(file).value
read = {
    "python-docx": docx.Document("draft.docx").paragraphs[0].text,
    "mammoth": by_mammoth,
    "docx2txt": docx2txt.process("draft.docx"),
    "docx2python": docx2python("draft.docx").text,
    "LibreOffice text": Path("draft.txt").read_text(encoding="utf-8-sig"),
    "LibreOffice HTML": re.sub("<style.*?</style>|<[^>]*>", "", Path("draft.html").read_text(encoding="utf-8"), flags=re.DOTALL),
    "LibreOffice PDF": Path("print.txt").read_text(encoding="utf-8"),
}
read = {name: " ".join(text.split()) for name, text in read.items()}
print(read)
assert read["python-docx"] == "The request is granted."
assert {read[name] for name in ("mammoth", "docx2txt", "docx2python")} == {"The request is partly granted."}
assert {text for name, text in read.items() if "Libre" in name} == {"The request is not partly granted."}
PY
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check python-docx==1.2.0 mammoth==1.13.0 docx2txt==0.9 docx2python==3.7.1
cd "$folder"
venv/bin/python write.py
for kind in txt:Text html pdf; do
    soffice "-env:UserInstallation=file://$folder/profile" --headless --convert-to $kind draft.docx > /dev/null 2>&1
done
pdftotext draft.pdf print.txt
venv/bin/python read.py
