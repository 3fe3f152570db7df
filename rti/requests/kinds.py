"""What a request is about and how it travelled."""

from enum import StrEnum


class Topic(StrEnum):
    BUDGET = "budget"
    SERVICE_FEES = "service_fees"
    PROCUREMENT = "procurement"
    DEVELOPMENT_PLAN = "development_plan"
    LAND = "land"
    ENVIRONMENT = "environment"
    HEALTH = "health"
    EDUCATION = "education"
    CIVIL_REGISTRATION = "civil_registration"
    SECURITY = "security"
    OTHER = "other"


class Channel(StrEnum):
    COUNTER = "counter"
    POST = "post"
    ORAL = "oral"
    PHONE = "phone"
    EMAIL = "email"
    ONLINE = "online"
    OTHER = "other"


class Filing(StrEnum):
    """In whose name a request is made: the letter of a PROXY names the campaign, a SEALED one tells staff nothing."""

    ITSELF = "itself"
    PROXY = "proxy"
    SEALED = "sealed"
