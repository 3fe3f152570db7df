"""The published methods of counting, each in a module of its own, in display order."""

from collections.abc import Mapping

from rti.statistics.method import Method
from rti.statistics.methods.osji import OSJI
from rti.statistics.methods.own import OWN
from rti.statistics.methods.presets import BAROMETER, UNESCO
from rti.statistics.methods.uk import UK
from rti.statistics.methods.us import US

METHODS: Mapping[str, Method] = {each.id: each for each in (OWN, OSJI, UK, US, UNESCO, BAROMETER)}
