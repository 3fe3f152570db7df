#!/bin/sh
# The Buddhist calendar of ICU (Intl in node and browsers, ca-buddhist; icukit-pyicu 78.3.1) and dayjs 1.11.23's buddhistEra have Thailand's years: the common
# year and 543 from January to December. A Khmer letter's ព.ស. changes on the day after Visak Bochea, in April or May, and is
# one more from then on, so two thirds of a year's letters are dated a year ahead of what these write, and read by them
# into the next year: ព.ស. ២៥៧០ of 28 November 2026 is taken for 2027. That the language is Khmer (km) changes nothing.
# Where: Unicode's CLDR and ICU know one Buddhist calendar; @thyrith/momentkh 2.5.5 (npm) reckons the Khmer one.
# Seen, of 28 November 2026: 2569 by ICU, Intl and dayjs, 2570 by momentkh; on 15 January 2027 2570 by all. Needs node with
# full ICU and npm. Exits 1 if that changes, 2 without node.
set -eu
{ command -v node && command -v npm; } > /dev/null || { echo "install node and npm first" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/ask.cjs" <<'JS'
const assert = require("node:assert");
const dayjs = require("dayjs");
const moment = require("moment");
dayjs.extend(require("dayjs/plugin/buddhistEra"));
require("@thyrith/momentkh")(moment);

const intl = new Intl.DateTimeFormat("km-u-ca-buddhist-nu-latn", { year: "numeric" });
const YEARS = { "2026-04-30": [2569, 2569], "2026-05-15": [2569, 2570], "2026-11-28": [2569, 2570], "2027-01-15": [2570, 2570] };
for (const [day, years] of Object.entries(YEARS)) {
  const noon = new Date(`${day}T12:00:00`);
  const thai = [Number(intl.formatToParts(noon).find((part) => part.type === "year").value), Number(dayjs(noon).format("BBBB"))];
  const khmer = moment(noon).khYear();
  console.log(day, "Intl and dayjs", thai, "momentkh", khmer);
  assert.deepEqual([...thai, khmer], [years[0], ...years]);
}
let behind = 0;
for (let day = 0; day < 365; day += 1) {
  const noon = new Date(2026, 0, 1 + day, 12);
  behind += moment(noon).khYear() - Number(dayjs(noon).format("BBBB"));
}
console.log("days of 2026 a year behind:", behind);
assert.ok(behind > 220 && behind < 250);
JS
cat > "$folder/ask.py" <<'PY'
from datetime import datetime

import icu

calendar = icu.Calendar.createInstance(icu.TimeZone.getGMT(), icu.Locale("km@calendar=buddhist"))
calendar.setTime(datetime(2026, 11, 28, 12).timestamp())
print("ICU", calendar.getType(), calendar.get(icu.Calendar.YEAR))
assert (calendar.getType(), calendar.get(icu.Calendar.YEAR)) == ("buddhist", 2569)
form = icu.SimpleDateFormat("d/M/y", icu.Locale("en@calendar=buddhist"))
form.setTimeZone(icu.TimeZone.getGMT())
read = datetime.fromtimestamp(form.parse("28/11/2570"))
print("28/11/2570 is read as", read.date())
assert read.year == 2027
PY
cd "$folder"
npm install --silent --no-audit --no-fund --no-save dayjs@1.11.23 moment@2.30.1 @thyrith/momentkh@2.5.5 > /dev/null 2>&1
node ask.cjs
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check icukit-pyicu==78.3.1
venv/bin/python ask.py
