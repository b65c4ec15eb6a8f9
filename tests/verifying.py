"""What tests of verifying share: the offline verifier as a module, a log as its reader gets it, a forged log."""

import importlib.util
import io
import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from django.db import connection

from tracker.lib.canonical import canonical, digest
from tracker.lib.checkpoints import Kept, as_text
from tracker.lib.sqlite import as_owner
from tracker.models import HistoryEntry, HistoryValue, guards
from tracker.queries import public_log

VERIFIER = Path(__file__).parents[1] / "docs" / "verify_history.py"
TIME = "2026-03-02T12:00:00.000000Z"


def offline() -> ModuleType:
    """Return docs/verify_history.py as a module."""
    spec = importlib.util.spec_from_file_location("verify_history", VERIFIER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


OFFLINE = offline()


def checkpoint(log: str, size: int | None = None) -> Kept:
    """Return the checkpoint of a log's first `size` entries, of all of them without."""
    entries = HistoryEntry.objects.filter(log=log).order_by("-sequence")
    last = entries.filter(sequence=size).get() if size else entries[0]
    return Kept(log, last.epoch, last.sequence, last.hash, TIME)


@dataclass
class Folder:
    """An empty folder of a reader, who downloads into it and checks."""

    path: Path

    def download(self, log: str, name: str = "log.jsonl") -> Path:
        file = self.path / name
        file.write_text("".join(public_log.lines(log)), encoding="ascii")
        return file

    def keep(self, *kept: Kept, name: str = "kept.txt") -> Path:
        file = self.path / name
        file.write_text(as_text(kept), encoding="ascii")
        return file

    def check(self, *arguments: object) -> tuple[int, str]:
        """Return the exit code of the verifier and what it printed."""
        out = io.StringIO()
        with redirect_stdout(out), redirect_stderr(out):
            try:
                code = OFFLINE.main(list(map(str, arguments)))
            except SystemExit as ended:
                code = int(ended.code or 0)
        return code, out.getvalue().replace(f"{self.path}/", "")


# --- Forging


@dataclass
class Forged:
    """One entry as a forger has it: what the payload says, and its openings as {name: [salt, old, new]}."""

    payload: dict[str, Any]
    hash: str
    openings: dict[str, list[Any]] = field(default_factory=dict)
    text: str | None = None

    @property
    def written(self) -> str:
        return canonical(self.payload) if self.text is None else self.text


def entries_of(log: str) -> list[Forged]:
    """Return the log as it is, ready to be forged."""
    found = []
    for entry in HistoryEntry.objects.filter(log=log).order_by("epoch", "sequence"):
        values = HistoryValue.objects.filter(entry=entry.pk)
        openings = {value.field: [bytes(value.salt), value.old, value.new] for value in values}
        found.append(Forged(json.loads(entry.payload), entry.hash, openings))
    return found


def rehash(entries: Sequence[Forged]) -> None:
    """Make a forged log agree with itself: numbers, predecessors, hashes."""
    previous = guards.NO_PREDECESSOR
    for sequence, entry in enumerate(entries, start=1):
        entry.payload |= {"sequence": sequence, "previous": previous}
        previous = entry.hash = digest(entry.written)


def store(log: str, entries: Iterable[Forged]) -> None:
    """Put a forged log in the place of the genuine one, the columns as the payloads say, as someone who can do all."""
    # PostgreSQL changes no table that still has a constraint to look after.
    connection.check_constraints()
    with as_owner(connection):
        guards.remove(connection)
        old = HistoryEntry.objects.filter(log=log)
        HistoryValue.objects.filter(entry__in=list(old.values_list("pk", flat=True))).delete()
        old.delete()
        for entry in entries:
            said = entry.payload
            kind, key = said["object"]
            row = HistoryEntry.objects.create(
                **{name: said[name] for name in ("log", "epoch", "sequence", "time", "action")},
                object_kind=kind,
                object_uuid=key,
                request_id=said["request"],
                payload=entry.written,
                hash=entry.hash,
            )
            for name, (salt, before, after) in entry.openings.items():
                HistoryValue.objects.create(entry=row.pk, field=name, salt=salt, old=before, new=after)
        guards.install(connection)


Forgery = Callable[[list[Forged]], object]


def last_told(entries: Sequence[Forged], kind: str, name: str) -> Forged:
    """Return the last entry on an object of `kind` that opens `name`."""
    return next(entry for entry in reversed(entries) if entry.payload["object"][0] == kind and name in entry.openings)
