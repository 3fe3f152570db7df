#!/bin/sh
# polars 2.1.0: a column of a CSV file that holds numbers in Khmer digits is taken for integers when the types are guessed, and
# then cannot be read: read_csv fails on valid UTF-8 with advice about the length of the guess, which does not help. With
# ignore_errors=True, as that advice says, each of them becomes an empty cell and only the Latin ones stay, so that a sum is
# too small and says nothing. DuckDB 2.0.1 reads the same column as text, and Python's int() as numbers.
# Seen: ComputeError "could not parse `១២`"; [None, None, 5]; right only with the type given. Exits 1 if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/ask.py" <<'PY'
import duckdb
import polars

TABLE = "commune,answered\nក,១២\nខ,៧\nគ,5\n"
try:
    polars.read_csv(TABLE.encode())
except polars.exceptions.ComputeError as error:
    print(str(error).splitlines()[0])
else:
    raise SystemExit(1)
silent = polars.read_csv(TABLE.encode(), ignore_errors=True)["answered"]
print(silent.to_list(), "sum", silent.sum(), "of", sum(map(int, ("១២", "៧", "5"))))
assert silent.to_list() == [None, None, 5]
told = polars.read_csv(TABLE.encode(), schema_overrides={"answered": polars.String})["answered"]
assert told.to_list() == ["១២", "៧", "5"]
open("table.csv", "w", encoding="utf-8").write(TABLE)
other = duckdb.sql("SELECT answered FROM read_csv('table.csv')").fetchall()
print(other)
assert other == [("១២",), ("៧",), ("5",)]
PY
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check polars==2.1.0 duckdb==2.0.1
cd "$folder"
venv/bin/python ask.py
