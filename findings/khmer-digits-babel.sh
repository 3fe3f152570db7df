#!/bin/sh
# babel 2.19.0, Khmer (km): asked for the numbering system khmr, it writes Latin digits all the same, but turns the separators
# round: 1,234.5 becomes 1.234,5. Its own reader, in the same language, takes that for 1.2345 without a word, and "1.234"
# (one thousand two hundred and thirty-four, by that writing) for 1.234; "12,5" is 125. So a budget of riel written by it for
# a Khmer page is read back a thousand times smaller, and nobody sees an error. It cannot read a date in words that it wrote, either.
# Seen: 1.234.567,891 for khmr and 1,234,567.891 without; 1.234,5 read as 1.2345; IndexError on "28 វិច្ឆិកា 2026".
# Exits 1 if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/ask.py" <<'PY'
from datetime import date
from decimal import Decimal

from babel.dates import format_date, parse_date
from babel.numbers import format_decimal, parse_decimal, parse_number

written = format_decimal(Decimal("1234567.891"), locale="km", numbering_system="khmr")
plain = format_decimal(Decimal("1234567.891"), locale="km")
print("khmr:", written, "without:", plain)
assert written == "1.234.567,891" and plain == "1,234,567.891"

short = format_decimal(Decimal("1234.5"), locale="km", numbering_system="khmr")
back = parse_decimal(short, locale="km")
print(short, "is read as", back)
assert short == "1.234,5" and back == Decimal("1.2345")
print("12,5 is read as", parse_number("12,5", locale="km"))
assert parse_number("12,5", locale="km") == 125

words = format_date(date(2026, 11, 28), "long", locale="km")
try:
    print(words, parse_date(words, locale="km"))
except IndexError as error:
    print(words, "cannot be read:", error)
else:
    raise SystemExit(1)
PY
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check babel==2.19.0
"$folder/venv/bin/python" "$folder/ask.py"
