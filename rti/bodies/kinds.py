"""The kinds of public body that are asked in Cambodia, and of area."""

from enum import StrEnum


class AreaLevel(StrEnum):
    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"


class BodyKind(StrEnum):
    MINISTRY = "ministry"
    PROVINCE_ADMINISTRATION = "province_administration"
    DISTRICT_ADMINISTRATION = "district_administration"
    COMMUNE_ADMINISTRATION = "commune_administration"
    HEALTH_CENTRE = "health_centre"
    PRIMARY_SCHOOL = "primary_school"
    SECONDARY_SCHOOL = "secondary_school"
    POLICE_POST = "police_post"
    ONE_WINDOW_SERVICE = "one_window_service"
    OTHER = "other"
