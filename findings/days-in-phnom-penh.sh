#!/bin/sh
# xlsx 0.18.5 (npm, SheetJS), cellDates: true, in Cambodia's time zone: each date of a workbook comes four seconds early, so that
# 28 November 2026 is the 27th at 23:59:56. The offset of 1899, from where spreadsheets count their days, is taken to the
# minute (getTimezoneOffset() of JavaScript has no seconds), and Phnom Penh was at +6:42:04 then. A day of one's own is written four
# seconds late, so it equals no other day in the workbook. In UTC, where servers and tests run, nothing is seen of it. exceljs 4.4.0 is right.
# The sum is in numdate() and datenum() of xlsx.js; the project's issues 1565 and 2350 tell of it for other zones.
# Seen: 27/11/2026 and 46354.00005 in Asia/Phnom_Penh, 28/11/2026 and 46354 in UTC; exceljs 28/11/2026 in both. Needs node and npm.
# Exits 1 if that changes, 2 without node.
set -eu
{ command -v node && command -v npm; } > /dev/null || { echo "install node and npm first" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/ask.cjs" <<'JS'
const assert = require("node:assert");
const xlsx = require("xlsx");
const exceljs = require("exceljs");

const home = process.env.TZ === "Asia/Phnom_Penh";

async function main() {
  const book = new exceljs.Workbook();
  const cell = book.addWorksheet("requests").getCell("A1");
  cell.value = new Date(Date.UTC(2026, 10, 28));
  cell.numFmt = "dd/mm/yyyy";
  const bytes = await book.xlsx.writeBuffer();

  const other = new exceljs.Workbook();
  await other.xlsx.load(bytes);
  const right = other.worksheets[0].getCell("A1").value.toISOString().slice(0, 10);
  assert.equal(right, "2026-11-28");

  const read = xlsx.read(bytes, { cellDates: true }).Sheets.requests.A1.v;
  const day = read.toLocaleDateString("en-GB");
  const written = xlsx.utils.aoa_to_sheet([[new Date(2026, 10, 28)]]).A1.v;
  console.log(process.env.TZ, "exceljs", right, "xlsx reads", day, read.toLocaleTimeString("en-GB"), "and writes", written);
  assert.equal(day, home ? "27/11/2026" : "28/11/2026");
  assert.equal(read.getSeconds(), home ? 56 : 0);
  assert.equal(Math.round((written - 46354) * 86400), home ? 4 : 0);
}

main();
JS
cd "$folder"
npm install --silent --no-audit --no-fund --no-save xlsx@0.18.5 exceljs@4.4.0 > /dev/null 2>&1
TZ=UTC node ask.cjs
TZ=Asia/Phnom_Penh node ask.cjs
