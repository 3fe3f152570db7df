#!/bin/sh
# csvkit 2.2.0 (agate 1.14.2): csvsort, csvjson, csvjoin and others guess types from all cells of a column and write what they guessed.
# A column of small counts, in which only 0 and 1 occur, is truth values: "False" and "True" stand in the sorted file instead of
# numbers, and true in the JSON; one 2 anywhere in the column, and the same cells are numbers. A column of words that are
# also names of months or days (family names such as Sun and May) becomes dates of the year 1. Codes lose their zeros:
# 010201 is 10201. With -I nothing is guessed. So a table changes its meaning by being sorted, and only while its counts are small.
# Where: agate's TypeTester asks Boolean before Number, and its Date takes what parsedatetime understands.
# Seen: False, True for 0, 1; 0, 1, 2 kept; 0001-05-01 for May; 10201. Exits 1 if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check csvkit==2.2.0 agate==1.14.2
cd "$folder"
printf 'code,appeals,answered,name\n010201,0,0,May\n010202,1,1,Sun\n010203,0,2,May\n' > table.csv
venv/bin/csvsort -c code table.csv | tee sorted.csv
printf 'code,appeals,answered,name\n10201,False,0,0001-05-01\n10202,True,1,0001-01-07\n10203,False,2,0001-05-01\n' | cmp - sorted.csv
venv/bin/csvjson table.csv | tee table.json
grep -q '"code": 10202.0, "appeals": true, "answered": 1.0' table.json
venv/bin/csvsort -I -c code table.csv | cmp - table.csv
