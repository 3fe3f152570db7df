#!/bin/sh
# pandas 3.1.1 and python-dateutil 4.0.0 with dayfirst=True, as a list of requests with days like 28/11/2026 needs it: an ISO date beside
# them is read day first, too. 2026-04-05 (5 April) is 4 May, without a word; 2026-04-13 fails, and with errors="coerce" is
# empty. In pandas 2.3.3 it was 5 April in a mixed column (format="mixed") and 4 May in a column of its own. dateparser
# 1.5.0, told DMY, is right. So due days move by months where one office writes both, and only for the first twelve days of a month.
# Where: dateutil speaks of the first value of an ambiguous date; pandas guesses %Y-%d-%m.
# Seen: 2026-05-04 by pandas (to_datetime, read_csv, mixed) and dateutil; 2026-04-05 by dateparser. Exits 1 if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/ask.py" <<'PY'
import io
import warnings

import dateparser
import dateutil.parser
import pandas

warnings.simplefilter("ignore")
old = pandas.__version__.startswith("2.")


def days(texts, **how):
    return [None if pandas.isna(day) else f"{day:%Y-%m-%d}" for day in pandas.to_datetime(pandas.Series(texts), dayfirst=True, **how)]


alone = days(["2026-04-05", "2026-05-06"])
mixed = days(["28/11/2026", "2026-04-05"], format="mixed")
coerced = days(["2026-04-05", "2026-04-13"], errors="coerce")
file = pandas.read_csv(io.StringIO("filed\n2026-04-05\n"), parse_dates=["filed"], dayfirst=True)["filed"][0]
print(pandas.__version__, alone, mixed, coerced, file.date())
assert alone == ["2026-05-04", "2026-06-05"]
assert mixed == ["2026-11-28", "2026-04-05" if old else "2026-05-04"]
assert coerced == ["2026-05-04", None]
assert f"{file:%Y-%m-%d}" == "2026-05-04"
try:
    days(["2026-04-05", "2026-04-13"])
except ValueError as error:
    print(str(error).split(".")[0])
else:
    raise SystemExit(1)
one = dateutil.parser.parse("2026-04-05", dayfirst=True)
other = dateparser.parse("2026-04-05", settings={"DATE_ORDER": "DMY"})
print("dateutil", one.date(), "dateparser", other.date())
assert (one.month, other.month) == (5, 4)
PY
for version in 2.3.3 3.1.1; do
    python3 -m venv "$folder/$version"
    "$folder/$version/bin/pip" install --quiet --disable-pip-version-check pandas==$version python-dateutil==4.0.0 dateparser==1.5.0
    "$folder/$version/bin/python" "$folder/ask.py"
done
