"""The digest of a table, the same in every language and file type."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

import msgspec

from rti.statistics.figures import Percentage
from rti.statistics.method import Measure


def digest_of(lines: Iterable[dict[str, Any]]) -> str:
    """The SHA-256 of what lines say, each as sorted JSON and a line feed."""
    digest = sha256()
    for line in lines:
        digest.update(msgspec.json.encode(line, order="sorted") + b"\n")
    return digest.hexdigest()


def shares(rates: Iterable[tuple[Measure, Percentage]]) -> dict[str, tuple[int | None, int | None]]:
    """The two numbers of each rate, of which its percentage is made."""
    return {measure.id: (rate.numerator, rate.denominator) for measure, rate in rates}
