#!/bin/sh
# dateparser 1.5.0, which lists Khmer among its languages, on the date as every Khmer letter writes it. "ថ្ងៃទី២៨ ខែវិច្ឆិកា
# ឆ្នាំ២០២៦" (day 28 month November year 2026) is None, with any blanks, since the words for day, month and year are unknown
# to it beside a number; searched for in a sentence, the same date with blanks gives three dates, none of them right, and the
# first in June, because ០៥ ខែ (05, month) is taken for five months ago. And a date in Khmer digits is read
# month first unless languages=["km"] is given: ១២/១១/២០២៦ (12 November) is 11 December, though no country that writes
# these digits puts the month first.
# Seen: None; three pieces of one date, none 5 January 2026; 2026-12-11, and 2026-11-12 with languages. Exits 1 if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/ask.py" <<'PY'
from datetime import date, datetime

import dateparser
from dateparser.search import search_dates

now = {"RELATIVE_BASE": datetime(2026, 11, 29)}
for text in ("ថ្ងៃទី២៨ ខែវិច្ឆិកា ឆ្នាំ២០២៦", "ថ្ងៃទី ២៨ ខែ វិច្ឆិកា ឆ្នាំ ២០២៦", "ថ្ងៃទី 28 ខែវិច្ឆិកា 2026"):
    found = dateparser.parse(text, languages=["km"], settings=now)
    print(text, found)
    assert found is None
assert dateparser.parse("២៨ វិច្ឆិកា ២០២៦", settings=now).date() == date(2026, 11, 28)

found = search_dates("លិខិតចុះថ្ងៃទី ០៥ ខែ មករា ឆ្នាំ ២០២៦ ស្ដីពីថវិកា", languages=["km"], settings=now)
print([(piece, day.date().isoformat()) for piece, day in found])
assert len(found) == 3 and all(day.date() != date(2026, 1, 5) for _, day in found)
assert found[0][1].month == 6

guessed = dateparser.parse("១២/១១/២០២៦").date()
told = dateparser.parse("១២/១១/២០២៦", languages=["km"]).date()
print(guessed, told)
assert (guessed, told) == (date(2026, 12, 11), date(2026, 11, 12))
PY
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check dateparser==1.5.0
"$folder/venv/bin/python" "$folder/ask.py"
