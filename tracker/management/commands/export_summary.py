"""manage.py export_summary."""

import os
import secrets
import sys
from argparse import Action, ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, DjangoHelpFormatter
from django.utils import timezone, translation

from tracker.errors import Refusal
from tracker.exporting.formats import FORMATS, Format
from tracker.filters import ItemFilter, filter_states
from tracker.models import Alliance
from tracker.queries.items import today
from tracker.queries.reading import one_moment
from tracker.queries.redactions import pending_redactions
from tracker.reports import summary

_LINE_EVERY = 5000

EXAMPLES = f"""\
examples:
  manage.py export_summary --alliance russia --format xlsx --output summary.xlsx
      everything that the Russian alliance follows, as an Excel workbook

  manage.py export_summary --alliance russia --format csv --output moving.csv \\
      --filter level=under_way --filter level=announced --filter area=prevention
      what moves in prevention

filters: {", ".join(ItemFilter.base_filters)}
  They are those of the item list, as in the address of its page. The same filter
  twice means either value, two filters mean both. A wrong value is refused, and
  the message says which there are.

The columns are described in docs/exports.md.

exit codes: 0 done; 1 refused, and nothing was written; 2 wrong usage.
"""


class _Formatter(DjangoHelpFormatter, RawDescriptionHelpFormatter):
    """Keeps the lines of the examples."""


class _Pair(Action):
    """Collects NAME=VALUE into {name: [values]}."""

    def __call__(self, parser: ArgumentParser, namespace: Namespace, value: Any, option: str | None = None) -> None:
        name, equals, wanted = value.partition("=")
        if not (name and equals):
            parser.error(f"--filter takes NAME=VALUE, not “{value}”")
        found = dict(getattr(namespace, self.dest) or {})
        setattr(namespace, self.dest, found | {name: [*found.get(name, []), wanted]})


class Command(BaseCommand):
    """Write the status summary of an alliance into a file."""

    help = (
        "Write one row for each item that an alliance follows: what was asked, its level,\n"
        "evidence, dates and the latest update. Reads only.\n\n"
        "The file is for the alliance's own staff and holds its internal dates; with --public\n"
        "it is the one that the website offers. Two exports of the same record on the same\n"
        "day are the same to the byte."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = _Formatter
        parser.epilog = EXAMPLES
        parser.add_argument("--alliance", required=True, metavar="A", help="the alliance, as in its address")
        parser.add_argument("--format", required=True, choices=FORMATS, help="what kind of file")
        parser.add_argument(
            "--filter", action=_Pair, default={}, metavar="NAME=VALUE", help="keep some items only; can be repeated"
        )
        parser.add_argument(
            "--output",
            type=Path,
            metavar="FILE",
            help="where to write (default: standard output). The file appears only when it is complete.",
        )
        parser.add_argument(
            "--base-url",
            default="",
            metavar="URL",
            help="what goes before the path of each page, such as https://tracker.example.org (default: nothing)",
        )
        parser.add_argument("--public", action="store_true", help="leave out what stays inside the alliance")

    def handle(self, *args: Any, **options: Any) -> None:
        form = FORMATS[options["format"]]
        _require_redacted()
        _check_address(options["base_url"])
        if options["output"] is None and form.binary and self.stdout.isatty():
            raise CommandError("An Excel workbook cannot be shown on a terminal. Give --output FILE.")
        # Messages and addresses as the site's first language has them, whatever this machine speaks.
        with translation.override(settings.LANGUAGE_CODE), one_moment() as snapshot:
            self._export(_alliance(options["alliance"]), form, snapshot, options)

    def _export(self, alliance: Alliance, form: Format, snapshot: str, options: dict[str, Any]) -> None:
        day, internal = today(alliance, timezone.now()), not options["public"]
        found, states = filter_states(alliance, options["filter"], day, internal=internal)
        if not found.form.is_valid():
            raise CommandError(_what_is_allowed(found))
        self.rows = 0
        table = summary.table(
            states.using(snapshot),
            alliance,
            today=day,
            base_url=options["base_url"],
            language=settings.LANGUAGE_CODE,
            internal=internal,
            progress=self._progress,
        )
        target: Path | None = options["output"]
        try:
            size = self._to_output(form.chunks(table)) if target is None else _to_file(target, form.chunks(table))
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        finally:
            if self.stderr.isatty():
                self.stderr.write("\r\033[K", str, ending="")
        where = "standard output" if target is None else str(target)
        kept = "public" if options["public"] else "internal"
        noun = "item" if self.rows == 1 else "items"
        counts = f"{self.rows} {noun} of {alliance.slug} ({kept}), {size} bytes of {form.extension}"
        self.stderr.write(f"{counts}: {where}", str)
        # A CSV has no room for it.
        for end in table.checkpoints:
            self.stderr.write(f"checkpoint {end.in_one_line()}", str)

    def _to_output(self, chunks: Iterable[bytes]) -> int:
        """Write to standard output as bytes: a text stream would change line ends and encoding. Return their number."""
        output: BinaryIO = cast(Any, self.stdout).buffer
        size = 0
        try:
            for chunk in chunks:
                size += output.write(chunk)
            output.flush()
        except BrokenPipeError as error:
            # Else Python complains once more when it closes the stream.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise CommandError("Whatever read the output stopped before its end.") from error
        return size

    def _progress(self, done: int, of: int) -> None:
        self.rows = done
        if self.stderr.isatty():
            if done % 100 == 0 or done == of:
                bar = "█" * (20 * done // of)
                self.stderr.write(f"\r{bar:░<20} {done} of {of} items", str, ending="")
        elif done % _LINE_EVERY == 0:
            self.stderr.write(f"{done} of {of} items", str)


def _alliance(slug: str) -> Alliance:
    known = {alliance.slug: alliance for alliance in Alliance.objects.all()}
    if slug not in known:
        there = f"There are: {', '.join(known)}." if known else "There are none yet."
        raise CommandError(f"There is no alliance called “{slug}”. {there}")
    return known[slug]


def _require_redacted() -> None:
    """Refuse, as the website does, while the database holds again what was redacted."""
    try:
        waits = len(pending_redactions())
    except Refusal as refusal:
        raise CommandError(str(refusal)) from refusal
    if waits:
        raise CommandError(
            f"An older state was put back, and {waits} redactions are not carried out in it. First run manage.py "
            "record_restore."
        )


def _check_address(address: str) -> None:
    try:
        parts = urlsplit(address)
        good = parts.scheme in ("http", "https") and parts.hostname and not (parts.query or parts.fragment)
    except ValueError:
        good = False
    if address and not good:
        raise CommandError(f"--base-url takes an address such as https://tracker.example.org, not “{address}”.")


def _what_is_allowed(found: ItemFilter) -> str:
    """Return what is wrong with the filters, and what each of them takes."""
    sentences = found.in_words()
    for name in found.form.errors:
        if name in found.form.fields:
            allowed = _values(getattr(found.form.fields[name], "choices", ()))
            sentences += [f"--filter {name}= takes: {', '.join(allowed)}."] if allowed else []
        else:
            sentences.append(f"Filters: {', '.join(found.form.fields)}.")
    return "\n".join(sentences)


def _values(choices: Iterable[Any]) -> Sequence[str]:
    """Return the values of a field's choices, those within groups included."""
    values: list[str] = []
    for value, label in choices:
        values += _values(label) if isinstance(label, list | tuple) else [str(value)] if value else []
    return values


def _to_file(path: Path, chunks: Iterable[bytes]) -> int:
    """Write a file that is there whole or not at all; return its size. What stood at `path` stays until then."""
    target = path.resolve()
    if target.exists() and not target.is_file():
        raise CommandError(f"{path} is no file. Name one that can be written.")
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with temporary.open("xb") as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        temporary.replace(target)
    except OSError as error:
        raise CommandError(f"{path} could not be written: {error.strerror}.") from error
    finally:
        temporary.unlink(missing_ok=True)
    return size
