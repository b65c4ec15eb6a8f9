"""Files that are no plain documents, told by their bytes and never by their names alone. Nothing is unpacked."""

import io
import re
import struct
import zipfile
from collections.abc import Iterator, Sequence

from tracker.choices import Risk
from tracker.safeguarding.links import ARCHIVE_ENDINGS, MEDIA_ENDINGS

# What stands at the first byte of a kind of file.
_MEDIA = (
    b"\xff\xd8\xff",
    b"\x89PNG\r\n",
    b"GIF87a",
    b"GIF89a",
    b"BM",
    b"II*\x00",
    b"MM\x00*",
    b"II+\x00",
    b"\x00\x00\x01\x00",
    b"8BPS",
    b"\x1aE\xdf\xa3",
    b"OggS",
    b"fLaC",
    b"ID3",
    b"\xff\xfb",
    b"\xff\xf3",
    b"\xff\xf2",
    b"\xff\xf1",
    b"\xff\xf9",
    b"FLV\x01",
    b"\x00\x00\x01\xba",
    b"\x00\x00\x01\xb3",
    b"0&\xb2u\x8ef\xcf\x11",
    b"#!AMR",
    b"MThd",
    b"\x00\x00\x00\x0cjP  ",
    b"\xff\x0a",
)
_IN_FORMS = (b"WAVE", b"AVI ", b"WEBP", b"AIFF", b"AIFC", b"ACON")
_ARCHIVE = (
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf'\x1c",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ\x00",
    b"(\xb5/\xfd",
    b"MSCF",
    b"LZIP",
    b'\x04"M\x18',
    b"MZ\x90\x00",
    b"\x7fELF",
)
_ZIP = b"PK\x03\x04"
_ZIP_END = b"PK\x05\x06"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# The parts that make a zip file a document.
_OFFICE_PARTS = ("[content_types].xml", "mimetype")
_MOST_PARTS = 2000
_MOST_METADATA = 64 * 1024
_PDF_PICTURE = re.compile(rb"/Subtype\s{0,4}/Image\b|/Subtype\s{0,4}/Im#61ge\b|\bBI\s[^\n]{0,200}?/W\s")
_PDF_ATTACHED = re.compile(
    rb"/EmbeddedFiles?\b|/JavaScript\b|/JS\b|/Launch\b|/RichMedia\b|/OpenAction\b|/AA\b|/Filespec\b"
)
_PDF_PACKED = re.compile(rb"/ObjStm\b|/Encrypt\b")
_PDF_AUTHOR = re.compile(
    rb"/(?:Author|Creator)\s{0,4}(?:\(\s{0,8}[^)\s]|<\s{0,8}[0-9A-Fa-f]{2}|\d{1,8}\s\d)|<dc:creator|xmp:Creator|GPSL"
)
_RTF_PICTURE = re.compile(rb"\\(?:pict|object|objdata|shppict)\b")
_DATA_URI = re.compile(rb"data:\s{0,4}(?:image|video|audio|application)/[\w.+-]{1,60}[;,]", re.I)
# A line of text has blanks; so many signs in a row are something else, written out.
_BASE64 = re.compile(
    rb"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{600}|(?:^[A-Za-z0-9+/_-]{60,200}={0,2}\r?\n){8}", re.MULTILINE
)
_HEX = re.compile(rb"[0-9A-Fa-f\s:]+")
_MOST_HEX = 1200
_SVG = re.compile(rb"<\s{0,4}(?:svg|img|video|audio|embed|object|iframe|script)\b", re.I)
_AUTHOR_XML = re.compile(
    rb"<(?:dc:creator|cp:lastModifiedBy|meta:initial-creator|Manager|Company)\b[^>]{0,200}>\s{0,40}[^<\s]"
)


def file_risks(name: str, content: bytes) -> Sequence[Risk]:
    """Return why a file may not be taken in, by its first bytes and by what it holds, whatever its name says."""
    ending = name.rpartition(".")[2].strip().lower() if "." in name else ""
    found = {Risk.MEDIA} if ending in MEDIA_ENDINGS else {Risk.ARCHIVE} if ending in ARCHIVE_ENDINGS else set()
    found |= set(_by_content(content))
    return sorted(found)


def _by_content(content: bytes) -> Iterator[Risk]:
    if _is_media(content):
        yield Risk.MEDIA
    if content.startswith(_ARCHIVE) or content[257:262] == b"ustar" or content[32769:32774] == b"CD001":
        yield Risk.ARCHIVE
    if content.startswith(_OLE):
        # The old office formats: pictures, macros and names cannot be told apart from outside.
        yield from (Risk.ARCHIVE, Risk.METADATA)
    pdf = b"%PDF-" in content[:1024]
    if pdf:
        yield from _pdf(content)
    if content.startswith(_ZIP) or content.startswith(_ZIP_END):
        yield from _zipped(content)
    elif _ZIP in content and _ZIP_END in content[-65_600:]:
        # One file that two programs read as different things.
        yield Risk.ARCHIVE
    if not pdf and not content.startswith(_ZIP):
        yield from _as_text(content)


def _is_media(content: bytes) -> bool:
    if (
        (content[:4] in (b"RIFF", b"FORM") and content[8:12] in _IN_FORMS)
        or content[4:8] == b"ftyp"
        or content[4:12] == b"JXL \r\n\x87\n"
    ):
        return True
    if content.startswith(b"BM"):
        # Two letters begin many a text; a picture tells its own length after them.
        return len(content) > 14 and struct.unpack("<I", content[2:6])[0] == len(content)
    if content.startswith(b"ID3"):
        return len(content) > 4 and content[3] < 0x10
    return content.startswith(_MEDIA) or (
        content[:1] == b"G" and len(content) > 376 and content[188:189] == b"G" == content[376:377]
    )


def _pdf(content: bytes) -> Iterator[Risk]:
    if _PDF_PICTURE.search(content):
        yield Risk.EMBEDDED_PICTURE
    if _PDF_ATTACHED.search(content):
        yield Risk.ARCHIVE
    if _PDF_AUTHOR.search(content):
        yield Risk.METADATA
    if _PDF_PACKED.search(content):
        # What is packed or locked cannot be looked at without unpacking it.
        yield Risk.ARCHIVE


def _zipped(content: bytes) -> Iterator[Risk]:
    """Look into a zip file's list of parts, and into no part but the small ones that name the author."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            names = [part.filename.lower() for part in parts]
            if len(parts) > _MOST_PARTS or not any(name in _OFFICE_PARTS for name in names):
                yield Risk.ARCHIVE
                return
            yield from _by_parts(names)
            if any(part.flag_bits & 1 for part in parts) or len(set(names)) < len(names):
                # Locked, or one name twice: programs differ in which of the two they show.
                yield Risk.ARCHIVE
            if any(_has_author(packed, part) for part in parts):
                yield Risk.METADATA
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError, EOFError):
        yield Risk.ARCHIVE


def _by_parts(names: Sequence[str]) -> Iterator[Risk]:
    endings = {name.rpartition(".")[2] for name in names}
    if (
        endings & MEDIA_ENDINGS
        or endings & {"emf", "wmf"}
        or any(re.search(r"(?:^|/)(?:media|pictures|thumbnails)/.", name) for name in names)
    ):
        yield Risk.EMBEDDED_PICTURE
    hidden = r"vba|macro|(?:^|/)(?:basic|scripts|embeddings|activex|objectreplacements)/|\.bin$"
    if endings & ARCHIVE_ENDINGS or any(re.search(hidden, name) for name in names):
        yield Risk.ARCHIVE


def _has_author(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    if part.filename.lower() not in ("docprops/core.xml", "docprops/app.xml", "meta.xml"):
        return False
    if part.file_size > _MOST_METADATA:
        return True
    with packed.open(part) as opened:
        # Whatever size the list claims, no more than this is unpacked.
        return _AUTHOR_XML.search(opened.read(_MOST_METADATA)) is not None


def _as_text(content: bytes) -> Iterator[Risk]:
    if content.startswith(b"{\\rtf"):
        if _RTF_PICTURE.search(content):
            yield Risk.EMBEDDED_PICTURE
        if re.search(rb"\{\\(?:author|operator)\s{1,4}[^}\s]", content):
            yield Risk.METADATA
    if _DATA_URI.search(content) or _SVG.search(content) or _is_encoded(content):
        yield Risk.EMBEDDED_PICTURE


def _is_encoded(content: bytes) -> bool:
    """Tell whether a text holds bytes written out: letters and figures without a blank, or hexadecimal."""
    runs = (run[0] for run in _BASE64.finditer(content))
    kinds = (rb"[A-Z]", rb"[a-z]", rb"[0-9]")
    if any(all(re.search(kind, run) for kind in kinds) for run in runs):
        return True
    return any(len(run[0].translate(None, b" \t\r\n\f\v:")) > _MOST_HEX for run in _HEX.finditer(content))
