#!/bin/sh
# tablib 3.10.0 (imports and exports of django-import-export): objects in JSON or YAML are read by the place of their members and not
# by their names. The first one gives the headers; of all others the values are taken in the order in which they stand. The
# order means nothing in JSON (RFC 8259, 4), and many programs change it, so a commune ends up in the column of counts,
# a name beside another's telephone. Only a different number of members is refused (InvalidDimensions). pandas 2.3.3 goes by names.
# Where: Dataset._set_dict in tablib/core.py, which import_set of both formats uses.
# Seen: [{commune: A, answered: 1}, {answered: 2, commune: B}] gives (A, 1) and (2, B). Exits 1 if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/ask.py" <<'PY'
import io
import json

import pandas
import tablib

ROWS = [{"commune": "A", "answered": 1}, {"answered": 2, "commune": "B"}]
YAML = "- {commune: A, answered: 1}\n- {answered: 2, commune: B}\n"
for kind, text in (("json", json.dumps(ROWS)), ("yaml", YAML)):
    read = tablib.Dataset().load(text, format=kind)
    print(kind, read.headers, list(read))
    assert read.headers == ["commune", "answered"]
    assert list(read) == [("A", 1), (2, "B")]
    assert read["commune"] == ["A", 2]
other = pandas.read_json(io.StringIO(json.dumps(ROWS)))
print("pandas", other.to_dict("records"))
assert other["commune"].tolist() == ["A", "B"]
try:
    tablib.Dataset().load('[{"commune": "A", "answered": 1}, {"commune": "B"}]', format="json")
except tablib.InvalidDimensions:
    print("a member less is refused")
else:
    raise SystemExit(1)
PY
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check tablib==3.10.0 pyyaml==6.0.3 pandas==2.3.3
"$folder/venv/bin/python" "$folder/ask.py"
