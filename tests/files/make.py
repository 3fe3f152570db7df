"""Documents full of what should not travel with them: each kind with markers in every place that can hold one."""

import io
import zipfile
from typing import Any

import pikepdf
import pillow_heif
from PIL import ExifTags, Image, PngImagePlugin, TiffImagePlugin

MARKERS = tuple(f"MARKER-{number}-sok-dara" for number in range(8))
"""Camera, artist, description, location, XMP, comment, IPTC or text, and what trails behind the end."""
_CAMERA, _ARTIST, _DESCRIPTION, _PLACE, _XMP, _COMMENT, _IPTC, _TRAILER = MARKERS
SIZE = (64, 48)
OFFICE_PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}

pillow_heif.register_heif_opener()


def _picture(size: tuple[int, int] = SIZE) -> Image.Image:
    return Image.effect_noise(size, 60).convert("RGB")


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Model], exif[ExifTags.Base.Artist] = _CAMERA, _ARTIST
    exif[ExifTags.Base.ImageDescription] = _DESCRIPTION
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef], place[ExifTags.GPS.GPSLatitude] = "N", (11.0, 33.0, 0.0)
    place[ExifTags.GPS.GPSLongitudeRef], place[ExifTags.GPS.GPSLongitude] = "E", (104.0, 55.0, 0.0)
    place[ExifTags.GPS.GPSAreaInformation] = _PLACE.encode()
    return exif


def _xmp() -> bytes:
    return (
        '<?xpacket begin="" id="x"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="11,33N" exif:UserComment="{_XMP}"/>'
        '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def jpeg(size: tuple[int, int] = SIZE) -> bytes:
    out = io.BytesIO()
    _picture(size).save(out, "JPEG", exif=_exif(), xmp=_xmp(), comment=_COMMENT.encode())
    content = out.getvalue()
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00" + (len(_IPTC) + 5).to_bytes(4, "big")
    iptc += b"\x1c\x02\x69" + len(_IPTC).to_bytes(2, "big") + _IPTC.encode() + b"\x00"
    segment = b"\xff\xed" + (len(iptc) + 2).to_bytes(2, "big") + iptc
    return content[:2] + segment + content[2:] + _TRAILER.encode()


def png(size: tuple[int, int] = SIZE) -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", _COMMENT)
    texts.add_itxt("XML:com.adobe.xmp", _xmp().decode())
    texts.add_text("Raw profile type iptc", _IPTC, zip=False)
    out = io.BytesIO()
    _picture(size).save(out, "PNG", exif=_exif(), pnginfo=texts)
    return out.getvalue() + _TRAILER.encode()


def webp(size: tuple[int, int] = SIZE) -> bytes:
    out = io.BytesIO()
    _picture(size).save(out, "WEBP", exif=_exif(), xmp=_xmp(), icc_profile=(_COMMENT + _IPTC).encode())
    return out.getvalue() + _TRAILER.encode()


def tiff() -> bytes:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[ExifTags.Base.Model], tags[ExifTags.Base.Artist] = _CAMERA, _ARTIST
    tags[ExifTags.Base.ImageDescription], tags[700] = _DESCRIPTION, _xmp()
    tags[ExifTags.Base.Copyright], tags[33723] = _COMMENT, _IPTC.encode()
    tags[305] = _PLACE
    out = io.BytesIO()
    _picture().save(out, "TIFF", tiffinfo=tags, save_all=True, append_images=[_picture()])
    return out.getvalue() + _TRAILER.encode()


def heic(size: tuple[int, int] = SIZE) -> bytes:
    out = io.BytesIO()
    _picture(size).save(out, "HEIF", exif=_exif().tobytes(), xmp=_xmp() + (_COMMENT + _IPTC).encode())
    return out.getvalue() + _TRAILER.encode()


def pdf() -> bytes:
    """A page with a photo full of markers, and a marker in every place of the document that can hold one."""
    with pikepdf.new() as document:
        page = document.add_blank_page(page_size=(200, 200))
        photo = pikepdf.Stream(document, jpeg())
        photo.stream_dict.update(
            {
                "/Type": pikepdf.Name.XObject,
                "/Subtype": pikepdf.Name.Image,
                "/Width": SIZE[0],
                "/Height": SIZE[1],
                "/ColorSpace": pikepdf.Name.DeviceRGB,
                "/BitsPerComponent": 8,
                "/Filter": pikepdf.Name.DCTDecode,
            }
        )
        page.add_resource(photo, pikepdf.Name.XObject, pikepdf.Name.Im0)
        page.Contents = pikepdf.Stream(document, b"q 200 0 0 200 0 0 cm /Im0 Do Q")
        note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[0, 0, 9, 9])
        note.T, note.Contents = _ARTIST, _COMMENT
        page.Annots = pikepdf.Array([document.make_indirect(note)])
        page.PieceInfo = pikepdf.Dictionary(Word=_CAMERA)
        document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=f"app.alert('{_PLACE}')")
        document.Root.AA = pikepdf.Dictionary(WC=pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=_IPTC))
        document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([]), XFA=_TRAILER)
        document.attachments["marker.txt"] = _DESCRIPTION.encode()
        document.Root.Metadata = pikepdf.Stream(document, _xmp())
        document.docinfo["/Author"] = _ARTIST
        out = io.BytesIO()
        document.save(out)
    return out.getvalue() + f"\n% {_TRAILER}\n".encode()


def form(*more: pikepdf.Dictionary) -> bytes:
    """Two pages: a form that was filled in, with a stamp and more annotations; then an empty page with one more field."""
    with pikepdf.new() as document:
        first, second = (document.add_blank_page(page_size=(300, 400)) for _ in range(2))
        script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('SCRIPT')")
        link = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://elsewhere.example")
        drawn = [
            field(document, 360, "Refused", "Tx", V="Refused", A=script, AA=pikepdf.Dictionary(F=script)),
            field(document, 330, "X", "Btn", states=True, V=pikepdf.Name.Yes),
            field(document, 300, "Secret", "Tx", F=2, V="Secret"),
            field(document, 270, "Unviewed", "Tx", F=4 | 32, V="Unviewed"),
            field(document, 240, "Stamped", "", Subtype=pikepdf.Name.Stamp),
            field(document, 210, "Opened", "", Subtype=pikepdf.Name.Popup),
            field(document, 180, "", "", Subtype=pikepdf.Name.Link, A=link),
            *more,
        ]
        first.Annots = pikepdf.Array([document.make_indirect(each) for each in drawn])
        last = document.make_indirect(field(document, 360, "Appealed", "Tx", V="Appealed"))
        second.Annots = pikepdf.Array([last])
        fields = [each for each in (*first.Annots, last) if "/FT" in each]
        document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array(fields))
        # A tagged document knows its fields by themselves, too.
        tags = [
            pikepdf.Dictionary(Type=pikepdf.Name.OBJR, Obj=each, Pg=first.obj)
            for each in first.Annots  # type: ignore[attr-defined]
        ]
        root = pikepdf.Dictionary(Type=pikepdf.Name.StructTreeRoot, K=pikepdf.Array(tags))
        document.Root.StructTreeRoot = document.make_indirect(root)
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()


def field(
    document: pikepdf.Pdf, low: int, shows: str, kind: str, *, states: bool = False, **more: Any
) -> pikepdf.Dictionary:
    """An annotation, of a field where it has a kind, that shows a word as its appearance or checked state."""
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
    )
    picture = pikepdf.Stream(document, f"BT /F 12 Tf 2 6 Td ({shows}) Tj ET".encode())
    picture.stream_dict.update(
        {
            "/Type": pikepdf.Name.XObject,
            "/Subtype": pikepdf.Name.Form,
            "/BBox": pikepdf.Array([0, 0, 200, 20]),
            "/Resources": pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font)),
        }
    )
    box = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, F=4, Rect=[20, low, 220, low + 20]
    )
    if kind:
        box.FT, box.T = pikepdf.Name(f"/{kind}"), f"field {low}"
    if shows:
        box.AP = pikepdf.Dictionary(N=pikepdf.Dictionary(Yes=picture) if states else picture)
    for name, value in more.items():
        box[f"/{name}"] = value
    return box


def office(ending: str, *more: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (("[Content_Types].xml", b"<Types/>"), (OFFICE_PARTS[ending], b"<a/>"), *more):
            archive.writestr(name, content)
    return out.getvalue()


SAMPLES = {
    "pdf": pdf,
    "jpg": jpeg,
    "png": png,
    "webp": webp,
    "tiff": tiff,
    "heic": heic,
    "docx": lambda: office("docx"),
    "xlsx": lambda: office("xlsx"),
    "eml": lambda: b"From: a@b.example\r\nSubject: x\r\n\r\nText\r\n",
    "txt": "ត្រា".encode,
}
"""A sound file of each kind that is taken, by its ending."""
