#!/bin/sh
# krippendorff 0.9.0, agreement of two coders, who mark outcomes in words: an empty cell, as a CSV file has it where a coder
# did not look at a request, is a category of its own and lowers alpha from 0.44 to 0.26; the letters "nan" are missing, None is
# refused. The level of measurement is "interval" unless said, which for codes 1, 2, 3 of outcomes gives -0.13 instead of
# 0.26. And coders who agree on everything with one outcome have no alpha at all but an error.
# Seen: 0.263 with "", 0.444 with "nan"; -0.129 by default, 0.263 as nominal; ValueError. Exits 1 if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/ask.py" <<'PY'
from krippendorff import alpha


def marked(missing):
    cells = [["granted", "refused", missing, "granted"], ["granted", "refused", "refused", "refused"]]
    return round(alpha(cells, level_of_measurement="nominal"), 3)


print("empty", marked(""), "nan", marked("nan"))
assert (marked(""), marked("nan")) == (0.263, 0.444)
CODES = [[1, 2, 3, 1], [1, 2, 1, 2]]
levels = round(alpha(CODES), 3), round(alpha(CODES, level_of_measurement="nominal"), 3)
print("codes by default and as nominal:", levels)
assert levels == (-0.129, 0.263)
for cells in ([["granted", None], ["granted", "refused"]], [["granted"] * 3] * 2):
    try:
        print(alpha(cells, level_of_measurement="nominal"))
    except ValueError as error:
        print("refused:", error)
    else:
        raise SystemExit(1)
PY
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check krippendorff==0.9.0 numpy==2.4.6
"$folder/venv/bin/python" "$folder/ask.py"
