"""Bytes → a text whose lines have numbers, or a refusal that says why not. Bounded in time and memory."""

import codecs
import hashlib
import re
from pathlib import Path

from django.utils.translation import gettext as _

from tracker.errors import SourceRefused
from tracker.importer.reading import Source

MOST_BYTES = 5 * 1024 * 1024
_LONGEST_LINE = 100_000
_MOST_LINES = 30_000
_LONGEST_NAME = 100
# How files begin that are no plain text though all of them, or their first part, may be letters.
_BEGINNINGS = (
    b"%PDF-",
    b"{\\rtf",
    b"PK\x03\x04",
    b"\x89PNG",
    b"\x7fELF",
    b"\xd0\xcf\x11\xe0",
    b"GIF8",
    b"\xff\xd8\xff",
)
# What no text holds. Tab, the ends of lines and the form feed, which stands between pages, are no marks of a binary.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
_ENDS = re.compile(rb"\r\n|\r|\n")


def read_file(path: Path) -> Source:
    """Return the text of a file, of which never more than MOST_BYTES are read. Raises SourceRefused."""
    name = _bare(path.name)
    try:
        if path.is_dir():
            raise SourceRefused(_("“%(name)s” is a folder. Name a file.") % {"name": name})
        if not path.is_file():
            raise SourceRefused(_("There is no file “%(name)s”.") % {"name": name})
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise SourceRefused(
            _("“%(name)s” cannot be read: %(reason)s.") % {"name": name, "reason": error.strerror}
        ) from error
    return read_bytes(data, name)


def read_bytes(data: bytes, name: str) -> Source:
    """Return `data` as text; of `name` only what follows the last slash is kept and told.

    Raises SourceRefused for what is empty, too large, no text, or not in UTF-8.
    """
    name = _bare(name)
    if len(data) > MOST_BYTES:
        raise SourceRefused(
            _("“%(name)s” is larger than %(most)s MB, the most that is read. A report as text has less than 1 MB.")
            % {"name": name, "most": MOST_BYTES // 1024 // 1024}
        )
    text = _decode(data, name)
    if not text.strip():
        raise SourceRefused(_("“%(name)s” is empty.") % {"name": name})
    # Only these end a line: str.splitlines knows others, and line numbers would not be an editor's.
    lines = tuple(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    if any(len(line) > _LONGEST_LINE for line in lines):
        raise SourceRefused(
            _("“%(name)s” has a line of more than %(most)s characters: it is no report as text.")
            % {"name": name, "most": _LONGEST_LINE}
        )
    if len(lines) > _MOST_LINES:
        raise SourceRefused(
            _("“%(name)s” has more than %(most)s lines: it is no report as text.") % {"name": name, "most": _MOST_LINES}
        )
    return Source(name, len(data), hashlib.sha256(data).hexdigest(), lines)


def _bare(name: str) -> str:
    """Return a file's name without folders, on one line, in letters that can be shown and stored, and not too long."""
    bare = re.split(r"[/\\]", name)[-1]
    shown = "".join(letter if letter.isprintable() else "\ufffd" for letter in bare) or "\ufffd"
    return shown if len(shown) <= _LONGEST_NAME else f"{shown[: _LONGEST_NAME - 11]}…{shown[-10:]}"


def _decode(data: bytes, name: str) -> str:
    binary = _("“%(name)s” is no text file. Save the document as plain text (UTF-8) and import that.") % {"name": name}
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise SourceRefused(_("“%(name)s” is in UTF-16. Save it as plain text in UTF-8.") % {"name": name})
    if b"\x00" in data or data.startswith(_BEGINNINGS):
        raise SourceRefused(binary)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if _CONTROLS.search(data[:4096].decode("latin-1")):
            raise SourceRefused(binary) from error
        line = len(_ENDS.findall(data, 0, error.start)) + 1
        raise SourceRefused(
            _("“%(name)s” is not in UTF-8 (line %(line)s). Open it in an editor and save it as plain text in UTF-8.")
            % {"name": name, "line": line}
        ) from error
    if _CONTROLS.search(text):
        raise SourceRefused(binary)
    return text
