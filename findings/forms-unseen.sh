#!/bin/sh
# pypdfium2 5.15.2 (PDFium, as in Chromium), a PDF form that a public body filled in: a picture of its page shows the fields empty, as if
# nobody had answered, unless init_forms() was called before the first page was taken, though render() has may_draw_forms=True.
# The answers are in no text that pypdfium2, pypdf 7.1.1 or pdfplumber 0.11.10 extracts, with or without; poppler's pdftotext has them. And a page
# that pikepdf 10.18.0 copies into another file (pages.append) keeps them for poppler, but PDFium draws them no longer even
# with init_forms(): there it is no form any more. add_pages_from() keeps it one.
# Documented at init_forms() of PdfDocument; a warning of pikepdf speaks of Adobe Acrobat alone.
# Seen: dark points in the field 0 without and over 100 with init_forms(), 0 in the copied page; "Refused" in none of three texts. Exits 1 if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/ask.py" <<'PY'
import warnings

import pdfplumber
import pikepdf
import pypdf
import pypdfium2
from reportlab.pdfgen import canvas

warnings.simplefilter("ignore")
ANSWER = "Refused, appeal within 15 days"
drawn = canvas.Canvas("form.pdf")
drawn.drawString(72, 720, "Decision:")
drawn.acroForm.textfield(name="decision", x=150, y=710, width=200, height=24, value=ANSWER, borderWidth=0)
drawn.save()


def ink(name, forms):
    """Dark points where the answer stands, and the text of the page."""
    pdf = pypdfium2.PdfDocument(name)
    if forms:
        pdf.init_forms()
    page = pdf[0]
    picture = page.render(scale=1).to_pil().convert("L").crop((152, 842 - 732, 348, 842 - 712))
    return sum(picture.histogram()[:100]), page.get_textpage().get_text_range()


def copied(name, copy):
    with pikepdf.open("form.pdf") as source, pikepdf.new() as alone:
        copy(alone, source)
        alone.save(name)
    return ink(name, True)[0]


without, told = ink("form.pdf", False), ink("form.pdf", True)
alone = copied("alone.pdf", lambda new, old: new.pages.append(old.pages[0]))
whole = copied("whole.pdf", lambda new, old: new.add_pages_from(old))
print("dark points:", without[0], "with init_forms()", told[0], "page alone", alone, "add_pages_from", whole)
assert without[0] == alone == 0
assert min(told[0], whole) > 100
texts = [without[1], told[1], pypdf.PdfReader("form.pdf").pages[0].extract_text()]
with pdfplumber.open("form.pdf") as pdf:
    texts.append(pdf.pages[0].extract_text())
print([text.strip() for text in texts])
assert all("Decision" in text and "Refused" not in text for text in texts)
PY
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pypdfium2==5.15.2 pypdf==7.1.1 pdfplumber==0.11.10 pikepdf==10.18.0 \
    reportlab==5.1.0 pillow==13.0.0
cd "$folder"
venv/bin/python ask.py
