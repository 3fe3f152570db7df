"""What those who monitor bodies record of a request, for which no law asks."""

from enum import StrEnum


class QuestionClass(StrEnum):
    """How much a question asks of a body: plainly open, laborious, or one that nobody likes to answer."""

    ROUTINE = "routine"
    DIFFICULT = "difficult"
    SENSITIVE = "sensitive"


class RequesterProfile(StrEnum):
    """As whom the requester appears to the body, where the same question is asked by several."""

    RESIDENT = "resident"
    ORGANISATION = "organisation"
    JOURNALIST = "journalist"
    BUSINESS = "business"
    STUDENT = "student"
    EXCLUDED_GROUP = "excluded_group"


class Contest(StrEnum):
    """Whether a review, complaint or appeal was filed, and decided."""

    FILED = "filed"
    DECIDED = "decided"
