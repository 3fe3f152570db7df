"""Commands about dossiers."""

import msgspec

from rti.core.i18n import Language
from rti.core.validation import Line


class MakeDossier(msgspec.Struct, frozen=True, kw_only=True):
    """Make the dossier of a request.

    With `identity` it names the organisation and who asks, and holds notes and original files; people outside of the
    organisation then state their `purpose`. Without, it names whoever signs the letters, and has copies only.
    """

    language: Language = Language.KM
    identity: bool = False
    purpose: Line = ""
