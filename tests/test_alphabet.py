"""Names in Khmer stand in the order of a Khmer dictionary."""

import random

import pytest

from rti.bodies.reference import areas
from rti.core.alphabet import alphabetical
from rti.models.bodies import AreaRow
from rti.web.templating import Reader

PROVINCES = [
    "កណ្ដាល",
    "កែប",
    "កំពង់ចាម",
    "កំពង់ឆ្នាំង",
    "កំពង់ធំ",
    "កំពង់ស្ពឺ",
    "កំពត",
    "កោះកុង",
    "ក្រចេះ",
    "តាកែវ",
    "ត្បូងឃ្មុំ",
    "បន្ទាយមានជ័យ",
    "បាត់ដំបង",
    "ប៉ៃលិន",
    "ពោធិ៍សាត់",
    "ព្រៃវែង",
    "ព្រះវិហារ",
    "ព្រះសីហនុ",
    "ភ្នំពេញ",
    "មណ្ឌលគិរី",
    "រតនគិរី",
    "សៀមរាប",
    "ស្ទឹងត្រែង",
    "ស្វាយរៀង",
    "ឧត្ដរមានជ័យ",
]
"""As ICU 78 sorts them by the rules of CLDR for km."""
SYLLABLES = [
    "ករ",
    "ការ",
    "កិរ",
    "កីរ",
    "កឹរ",
    "កឺរ",
    "កុរ",
    "កូរ",
    "កួរ",
    "កើរ",
    "កឿរ",
    "កៀរ",
    "កេរ",
    "កែរ",
    "កៃរ",
    "កោរ",
    "កៅរ",
    "កុំរ",
    "កំរ",
    "កាំរ",
    "កះរ",
    "កុះរ",
    "កេះរ",
    "កោះរ",
    "ក្ករ",
    "ក្ររ",
    "ធម",
    "ធរ្ម",
    "ធា",
    "រ",
    "រក",
    "រ្ក",
    "ឫ",
    "ល",
    "ឭ",
    "ឡ",
    "អ",
    "អិ",
    "ឧក",
    "អុអ",
    "អូ",
]


def test_provinces_and_syllables_stand_as_in_a_dictionary() -> None:
    for words in (PROVINCES, SYLLABLES):
        assert sorted(random.Random(7).sample(words, len(words)), key=alphabetical) == words


def test_spellings_of_one_word_stand_beside_each_other() -> None:
    assert alphabetical("ធម៌") == alphabetical("ធរ្ម")
    assert alphabetical("ប៉ៃលិន") == alphabetical("បៃលិន")
    assert alphabetical("ភូមិ២") == alphabetical("ភូមិ2") < alphabetical("ភូមិ៣")


@pytest.mark.parametrize(
    "names",
    [
        ["ភូមិ ១", "ភូមិ 2", "ភូមិ ១០", "ភូមិ ១០០"],
        ["Health centre 1", "health centre 2", "Health centre 10", "Health centre B", "School 3"],
        ["ថវិកា ០៧/២០២៥", "ថវិកា 12/2025", "ថវិកាឃុំ"],
        ["7", "070", "0700", "9" * 40, "1" + "0" * 40],
    ],
)
def test_numbers_stand_by_what_they_are_worth(names: list[str]) -> None:
    assert sorted(random.Random(7).sample(names, len(names)), key=alphabetical) == names


def test_the_provinces_that_one_chooses_from_are_in_that_order() -> None:
    rows = [AreaRow(**area) for area in areas() if len(area["code"]) == 2]
    assert [name for _, name in Reader("km", "UTC").by_name(rows, "code")] == PROVINCES
    english = [name for _, name in Reader("en", "UTC").by_name(rows, "code")]
    assert english == sorted(english)
