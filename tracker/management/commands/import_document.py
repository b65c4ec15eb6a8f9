"""manage.py import_document."""

import json
import os
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, DjangoHelpFormatter
from django.utils import timezone, translation

from tracker.actions.sources import import_document, nothing_new, require_clean_reading
from tracker.errors import Refusal
from tracker.importer.layouts import LAYOUTS
from tracker.importer.reading import Doubt
from tracker.importer.source import read_file
from tracker.importer.verdicts import CHANGED, DOUBTFUL, NEW, SAME
from tracker.permissions import SYSTEM
from tracker.queries.imports import Preview, preview

_LINE_EVERY = 50

EXAMPLES = """\
examples:
  manage.py import_document report.txt --dry-run
      what the file holds and what of it is new, with everything doubtful; writes nothing

  manage.py import_document replies.txt --alliance russia --json > replies.json
      import the replies of the State into the record of the Russian alliance, and
      keep what was read

A verdict says how a point stands to the record: new, same, changed or doubtful.
Doubtful points are imported too; look at them. docs/importing.md has more.

exit codes: 0 done, also where nothing was new; 1 refused, and nothing was written,
or the output could not be written; 2 wrong usage.
"""


class _Formatter(DjangoHelpFormatter, RawDescriptionHelpFormatter):
    """Keeps the lines of the examples."""


class Command(BaseCommand):
    """Read a source document and bring its wording into the record."""

    help = (
        "Read a document as scanned to text, compare its points with the record, and attach their\n"
        "official wording, the State's replies and the sources it cites. A document that the\n"
        "catalogue does not have is created with its points. All or nothing; what is there already\n"
        "is not written again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = _Formatter
        parser.epilog = EXAMPLES
        parser.add_argument("file", type=Path, metavar="FILE", help="the document as plain text in UTF-8, at most 5 MB")
        parser.add_argument(
            "--document", default="", metavar="CODE", help="which document it is (default: the file says it)"
        )
        parser.add_argument(
            "--alliance",
            default="",
            metavar="A",
            help="whose record takes replies and notes, and follows every point of the file "
            "(default: the one that follows the document)",
        )
        parser.add_argument("--layout", default="", choices=LAYOUTS, help="how it is set (default: the file shows it)")
        parser.add_argument("--dry-run", action="store_true", help="say what would be written, and write nothing")
        parser.add_argument("--json", action="store_true", help="everything that was read, as JSON on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        # Messages and labels as the site's first language has them, whatever this machine speaks.
        with translation.override(settings.LANGUAGE_CODE):
            try:
                found, said = self._import(**{name: options[name] for name in _ASKED})
            except Refusal as refusal:
                raise CommandError(f"Nothing was written. {refusal}") from refusal
            finally:
                if self.stderr.isatty():
                    self.stderr.write("\r\033[K", str, ending="")
            ending = [*_left_out(found), said]
            if options["json"]:
                self._to_output(json.dumps(found.as_json(), ensure_ascii=False, indent=2), said)
                self.stderr.write("\n".join(ending), str)
            else:
                self._to_output("\n".join([*_summary(found), *ending]), said)

    def _import(self, file: Path, *, dry_run: bool, **named: Any) -> tuple[Preview, str]:
        """Import `file`, or with `dry_run` only read it; return what it holds, and a sentence on what was written."""
        source = read_file(file)
        if dry_run:
            found = preview(source, **named)
            require_clean_reading(found)
            return found, f"Would be written: {_what(found)}." if found.writes else nothing_new(found)
        accepted = import_document(source, **named, actor=SYSTEM, at=timezone.now(), progress=self._progress)
        if accepted.batch is None:
            return accepted.preview, nothing_new(accepted.preview)
        return accepted.preview, f"{accepted.entries} history entries written: {_what(accepted.preview)}."

    def _to_output(self, text: str, said: str) -> None:
        """Write to standard output in UTF-8, whatever encoding this machine would choose."""
        try:
            if buffer := getattr(self.stdout, "buffer", None):
                buffer.write(f"{text}\n".encode())
            else:
                self.stdout.write(text, str)
            self.stdout.flush()
        except OSError as error:
            # Else Python complains once more when it closes the stream.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            stopped = "whatever read the output stopped before its end"
            reason = stopped if isinstance(error, BrokenPipeError) else f"the output is not whole: {error.strerror}"
            raise CommandError(f"{said} But {reason}.") from error

    def _progress(self, done: int, of: int) -> None:
        if self.stderr.isatty():
            bar = "█" * (20 * done // of)
            self.stderr.write(f"\r{bar:░<20} {done} of {of} points and notes", str, ending="")
        elif done % _LINE_EVERY == 0:
            self.stderr.write(f"{done} of {of} points and notes", str)


_ASKED = ("file", "document", "layout", "alliance", "dry_run")


def _summary(found: Preview) -> Iterator[str]:
    reading = found.reading
    yield reading.title
    yield f"Layout: {LAYOUTS[reading.layout].label} ({reading.layout})"
    yield f"SHA-256: {found.source.sha256}"
    for part in reading.parts:
        verdicts = Counter(row.verdict for row in found.judged if row.point.document_code == part.code)
        told = ", ".join(f"{verdicts[name]} {name}" for name in (NEW, SAME, CHANGED, DOUBTFUL) if verdicts[name])
        yield f"{part.code}: {_many(verdicts.total(), 'point')} ({told or 'none found'})"
    warnings = [_warning(about, doubt) for about, doubt in found.all_doubts()]
    if warnings:
        yield ""
        yield f"{_many(len(warnings), 'warning')}:"
        yield from warnings
        yield ""
    if reading.treaties or reading.card:
        treaties, squares = _many(len(reading.treaties), "treaty", "treaties"), _many(len(reading.card), "square")
        yield f"Read to compare with, and not written: {treaties}, {squares} of a card. --json has them."
    if found.follower is not None and (reading.notes or _replies(found)):
        yield f"Replies and notes belong to the record of {found.follower.slug}."


def _warning(about: str, doubt: Doubt) -> str:
    place = ", ".join(filter(None, [about, f"line {doubt.line}" if doubt.line else ""]))
    return f"{place}: {doubt.reason}" if place else doubt.reason


def _what(found: Preview) -> str:
    """Return what of the file is not in the record yet."""
    points = [row.point for row in found.judged if row.imports and row.verdict != SAME]
    replied = sum(bool(point.reply) for point in points) if found.follower else 0
    told = [_many(len(points), "point") + (f" ({replied} with a reply)" if replied else "")] * bool(points)
    told += [_many(found.new_notes, "note")] * bool(found.new_notes)
    told += [f"{_many(found.new_items, 'item')} to follow"] * bool(found.new_items)
    return ", ".join(told)


def _left_out(found: Preview) -> Iterator[str]:
    if found.left_out:
        replies, notes = _replies(found), len(found.reading.notes)
        told = [_many(replies, "reply", "replies")] * bool(replies) + [_many(notes, "note")] * bool(notes)
        yield (
            f"Left out: {' and '.join(told)}. They belong to the record of an alliance, and it is not clear to whose. "
            "Name it with --alliance."
        )


def _replies(found: Preview) -> int:
    return sum(bool(row.point.reply) for row in found.judged)


def _many(number: int, noun: str, plural: str = "") -> str:
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
