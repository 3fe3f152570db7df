"""How an office is addressed in Cambodia: the title of its head, and the honorifics of its rank."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from rti.core.i18n import Language
from rti.models.bodies import BodyKind


class Address(NamedTuple):
    """The title of the head of an office, put before its name, and whether the office is of high rank."""

    title_km: str
    title_en: str
    high: bool = False

    def to(self, name: str, language: Language) -> str:
        """The recipient, with title and office."""
        if language is Language.KM:
            return f"{self.title_km} {name}"
        return f"{self.title_en}, {name}"

    def relation(self, language: Language) -> str:
        """The word between sender and recipient: more respectful for high ranks."""
        if language is Language.KM:
            return "សូមគោរពជូន" if self.high else "ជូន"
        return "respectfully to" if self.high else "to"

    def attached(self, language: Language) -> str:
        """How attachments are introduced, by rank, following the guidebook of provincial administrations."""
        if language is Language.KM:
            return "សូមគោរពជូនភ្ជាប់មកជាមួយនូវ៖" if self.high else "សូមជូនភ្ជាប់មកជាមួយនូវ៖"
        return "Attached:"

    def courtesy(self, language: Language) -> str:
        """The closing sentence of a letter."""
        if language is Language.KM:
            if self.high:
                return (
                    "អាស្រ័យហេតុនេះ សូម ឯកឧត្តម លោកជំទាវ មេត្តាពិនិត្យ និងសម្រេចតាមការគួរ។ សូម ឯកឧត្តម លោកជំទាវ "
                    "មេត្តាទទួលនូវការគោរពដ៏ខ្ពង់ខ្ពស់អំពីយើងខ្ញុំ។"
                )
            return (
                "អាស្រ័យហេតុនេះ សូម លោក លោកស្រី មេត្តាពិនិត្យ និងសម្រេចតាមការគួរ។ សូម លោក លោកស្រី "
                "មេត្តាទទួលនូវការគោរពរាប់អានអំពីយើងខ្ញុំ។"
            )
        return "Yours faithfully,"


ADDRESSES: Final[Mapping[BodyKind, Address]] = {
    BodyKind.MINISTRY: Address("ឯកឧត្តម លោកជំទាវ រដ្ឋមន្ត្រី", "His or Her Excellency the Minister", high=True),
    BodyKind.PROVINCE_ADMINISTRATION: Address(
        "ឯកឧត្តម លោកជំទាវ អភិបាល", "His or Her Excellency the Governor", high=True
    ),
    BodyKind.DISTRICT_ADMINISTRATION: Address("លោក លោកស្រី អភិបាល", "The Governor", high=True),
    BodyKind.COMMUNE_ADMINISTRATION: Address("លោក លោកស្រី មេឃុំ ចៅសង្កាត់", "The Commune Chief"),
    BodyKind.HEALTH_CENTRE: Address("លោក លោកស្រី ប្រធាន", "The Head"),
    BodyKind.PRIMARY_SCHOOL: Address("លោកនាយក លោកស្រីនាយិកា", "The Director"),
    BodyKind.SECONDARY_SCHOOL: Address("លោកនាយក លោកស្រីនាយិកា", "The Director"),
    BodyKind.POLICE_POST: Address("លោក លោកស្រី នាយ", "The Chief"),
    BodyKind.ONE_WINDOW_SERVICE: Address("លោក លោកស្រី ប្រធាន", "The Head"),
    BodyKind.OTHER: Address("លោក លោកស្រី ប្រធាន", "The Head"),
}
