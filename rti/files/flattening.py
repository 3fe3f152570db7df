"""Drawing what stands in the form fields and annotations of a PDF into its pages, where it stays when they are removed.

Terms as in ISO 32000-2, 12.5 and 12.7: the picture of an annotation is its appearance, and its flags tell who sees it; a
field shows its value in widgets, which are annotations. A value without an appearance is typeset here, as readers do.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream, String

_UNSEEN = 1 << 1 | 1 << 5
"""The flags Hidden and NoView."""
_PASSWORD = 1 << 13
"""The flag of a text field that readers show as asterisks."""
_NO_PICTURE = {"/Link", "/Popup", "/Text"}
"""Kinds that show nothing by themselves; a `Text` is a note behind a small sign."""
_LEAST = 4
"""Points of width and height below which nobody reads a field."""
_LETTER = 8
"""Square points that a letter takes when it is hardly readable; a text that needs more room than its field has is not set."""
_DEEPEST = 32
_VALUES = """#set par(leading: 0.4em)
#for field in values.fields {
  page(width: field.width * 1pt, height: field.height * 1pt, margin: 1pt, layout(box => {
    let sized(points) = text(size: points * 1pt, field.text)
    let fits(points) = measure(width: box.width, sized(points)).height <= box.height
    let points = (11, 10, 9, 8, 7, 6, 5, 4, 3, 2).find(fits)
    let across = (left, center, right).at(field.quadding)
    block(width: 100%, height: 100%, breakable: false, align(across + horizon, sized(if points == none { 2 } else { points })))
  }))
}"""


def flatten(pdf: pikepdf.Pdf) -> bool:
    """Draw into the pages what readers show on a screen; returns whether that was possible for all of it.

    What is hidden is not drawn. Raises what the libraries raise for a document that breaks the rules.
    """
    form = pdf.Root.get("/AcroForm", Dictionary())
    anew = form.get("/NeedAppearances", False) is True
    form.NeedAppearances = False
    # A form that is built while it is read (XFA): its pages only say so.
    whole = pdf.Root.get("/NeedsRendering", False) is not True
    without: list[tuple[Object, str]] = []
    for annotation in _seen(pdf):
        text = None
        with suppress(Exception):
            text = _without_appearance(annotation, anew=anew)
        whole = whole and text is not None
        if text:
            without.append((annotation, text))
    if without:
        _typeset(pdf, without)
    pdf.flatten_annotations("screen")
    return whole


def _seen(pdf: pikepdf.Pdf) -> Iterator[Object]:
    """The annotations that are neither hidden nor windows that open; the others are taken off their pages."""
    for page in pdf.pages:
        there = page.obj.get("/Annots")
        if isinstance(there, Array):
            all_here = [pdf.make_indirect(each) for each in there if isinstance(each, Dictionary)]
            seen = [each for each in all_here if not _hidden(each)]
            page.obj.Annots = Array(seen)
            yield from seen


def _hidden(annotation: Object) -> bool:
    return bool(int(annotation.get("/F", 0)) & _UNSEEN) or annotation.get("/Subtype") in (None, Name.Popup)


def _without_appearance(annotation: Object, *, anew: bool) -> str | None:
    """The text that has no appearance yet, empty where there is nothing to add; None where more than a text is missing.

    With `anew` the form says that its fields are to be drawn again.
    """
    if anew and _inherited(annotation, "/FT") in (Name.Tx, Name.Ch) and "/AP" in annotation:
        del annotation.AP
    appearance = _appearance(annotation)
    if appearance is None:
        text = _text_of(annotation)
        width, height = _size(annotation)
        return text if text is None or len(text) * _LETTER <= width * height else None
    if "/OC" in annotation:
        appearance.OC = annotation.OC
    return ""


def _appearance(annotation: Object) -> Object | None:
    found = annotation.get("/AP", Dictionary()).get("/N")
    if isinstance(found, Dictionary):
        if "/AS" not in annotation:
            annotation.AS = _inherited(annotation, "/V") or Name.Off
        found = found.get(str(annotation.AS))
    return found if isinstance(found, Stream) else None


def _size(annotation: Object) -> tuple[float, float]:
    """Width and height in points."""
    left, low, right, high = (float(each) for each in annotation.Rect)
    return abs(right - left), abs(high - low)


def _text_of(annotation: Object) -> str | None:
    """What an annotation without an appearance shows; None where that is more than a text."""
    if min(_size(annotation)) < _LEAST:
        return ""
    if annotation.Subtype == Name.FreeText:
        return str(annotation.get("/Contents", ""))
    if annotation.Subtype != Name.Widget:
        return "" if str(annotation.Subtype) in _NO_PICTURE else None
    value = _inherited(annotation, "/V")
    match str(_inherited(annotation, "/FT")):
        case "/Tx" | "/Ch":
            password = int(_inherited(annotation, "/Ff") or 0) & _PASSWORD
            return "" if value is None or password else _words(annotation, value)
        case "/Btn":
            return "" if annotation.get("/AS", value or Name.Off) == Name.Off or "/AP" in annotation else None
        case _:
            return ""


def _words(annotation: Object, value: Object) -> str | None:
    """A value as it is shown: of a choice not the word that is sent for it."""
    options = _inherited(annotation, "/Opt") or Array()
    names = {str(each[0]): str(each[1]) for each in options if isinstance(each, Array)}
    chosen = list(value) if isinstance(value, Array) else [value]
    if not all(isinstance(each, String) for each in chosen):
        return None
    return "\n".join(names.get(str(each), str(each)) for each in chosen)


def _inherited(annotation: Object, key: str) -> Object | None:
    """What a widget says, or the field above that it belongs to."""
    there = annotation
    for _ in range(_DEEPEST):
        if key in there or "/Parent" not in there:
            break
        there = there.Parent
    return there.get(key)


def _typeset(pdf: pikepdf.Pdf, texts: Sequence[tuple[Object, str]]) -> None:
    """Give each annotation an appearance with its text, as large as fits."""
    # A third of the time that a copy takes, and rarely needed.
    from rti.files.typesetting import typeset

    fields = []
    for annotation, text in texts:
        width, height = _size(annotation)
        quadding = int(_inherited(annotation, "/Q") or 0) % 3
        fields.append({"width": width, "height": height, "text": text, "quadding": quadding})
    with pikepdf.open(BytesIO(typeset(_VALUES, {"fields": fields}))) as made:
        for (annotation, _), page in zip(texts, made.pages, strict=True):
            annotation.AP = Dictionary(N=pdf.copy_foreign(page.as_form_xobject()))
