#!/bin/sh
# highspy 1.16.0, a solver for tables that were published (bounds of hidden cells): a program that told it to be silent still
# finds the solver's name on its standard output, so a command that prints a table as CSV or JSON would print that before it.
# Up to 1.15.1 `silent()` silences it. Seen: two lines of output from 1.16.0 and none from 1.15.1. Exits 1 if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/solve.py" <<'PY'
import highspy
import numpy as np

solver = highspy.Highs()
solver.silent()
solver.addVars(1, np.zeros(1), np.ones(1))
solver.changeColCost(0, -1.0)
solver.run()
assert solver.getSolution().col_value[0] == 1.0
PY
for version in 1.15.1 1.16.0; do
    python3 -m venv "$folder/$version"
    "$folder/$version/bin/pip" install --quiet --disable-pip-version-check numpy==2.3.4 highspy=="$version"
    "$folder/$version/bin/python" "$folder/solve.py" > "$folder/$version.out"
    echo "$version: $(wc -l < "$folder/$version.out") lines: $(head -n 1 "$folder/$version.out")"
done
test ! -s "$folder/1.15.1.out"
test -s "$folder/1.16.0.out"
