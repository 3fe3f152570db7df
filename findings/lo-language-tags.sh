#!/bin/sh
# LibreOffice 7.4.7 (Debian 12) on number formats in XLSX files in which the language stands as a tag, [$-km-KH] or [$-en-US],
# where it was a hexadecimal number before, [$-453]: the whole format is dropped and the day printed as a serial number, 46354 for
# 28 November 2026. openpyxl 3.1.5 and python-calamine 0.9.1 read a date. The older kinds are understood, Khmer
# digits ([$-12000453]) and Buddhist years ([$-1070000], 28/11/2569) included.
# Seen: 46354 for three tags, the dates for three numbers. Needs soffice with Calc. Exits 1 if that changes, 2 without soffice.
set -eu
command -v soffice > /dev/null || { echo "install libreoffice-calc-nogui first" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/write.py" <<'PY'
from datetime import date, datetime

import openpyxl
import python_calamine
import xlsxwriter

FORMATS = ["[$-km-KH]d mmmm yyyy", "[$-en-US]dd/mm/yyyy;@", "[$-th-TH]d mmmm yyyy"]
FORMATS += ["[$-453]d mmmm yyyy", "[$-12000453]dd/mm/yyyy", "[$-1070000]dd/mm/yyyy"]
with xlsxwriter.Workbook("days.xlsx") as book:
    sheet = book.add_worksheet()
    for row, form in enumerate(FORMATS):
        sheet.write_datetime(row, 0, datetime(2026, 11, 28), book.add_format({"num_format": form}))
assert {row[0].value for row in openpyxl.load_workbook("days.xlsx").active} == {datetime(2026, 11, 28)}
rows = python_calamine.CalamineWorkbook.from_path("days.xlsx").get_sheet_by_index(0).to_python()
assert {row[0] for row in rows} == {date(2026, 11, 28)}
PY
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check xlsxwriter==3.3.1 openpyxl==3.1.5 python-calamine==0.9.1
cd "$folder"
venv/bin/python write.py
soffice "-env:UserInstallation=file://$folder/profile" --headless \
    --convert-to "csv:Text - txt - csv (StarCalc):44,34,76,1" days.xlsx > /dev/null 2>&1
cat days.csv
printf '46354\n46354\n46354\n28 វិច្ឆិកា 2026\n២៨/១១/២០២៦\n28/11/2569\n' | cmp - days.csv
