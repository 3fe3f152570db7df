#!/bin/sh
# pyjstat 2.4.0 (pandas 2.3.3), which reads and writes JSON-stat, the format of statistical offices: a table is written in the
# order of its rows, while the format puts values in the order of the dimensions (the last one runs fastest). A table that is
# sorted by its last column, or by nothing, is written with its figures beside other places and years, with no complaint,
# and pyjstat reads it back so: what was suppressed in commune 0103 in 2025 is empty in 0102 in 2026 instead.
# Seen: of 4 cells 2 change places; sorted by all dimensions before, all are right. Exits 1 if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/ask.py" <<'PY'
import pandas
from pyjstat import pyjstat

rows = pandas.DataFrame(
    {
        "commune": ["0102", "0103", "0102", "0103"],
        "year": ["2025", "2025", "2026", "2026"],
        "value": [5, None, 0, 7],
    }
)


def cells(frame):
    return {(c, y): None if pandas.isna(v) else int(v) for c, y, v in frame[["commune", "year", "value"]].values}


def there_and_back(frame):
    return cells(pyjstat.Dataset.read(pyjstat.Dataset.read(frame).write()).write("dataframe"))


wrong = there_and_back(rows)
changed = sorted(cell for cell, value in cells(rows).items() if wrong[cell] != value)
print("given:", cells(rows))
print("read: ", wrong)
print("changed:", changed)
assert changed == [("0102", "2026"), ("0103", "2025")]
assert there_and_back(rows.sort_values(["commune", "year"])) == cells(rows)
PY
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyjstat==2.4.0 pandas==2.3.3
"$folder/venv/bin/python" "$folder/ask.py"
