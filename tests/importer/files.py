"""Imports of the catalogue, and copies of its files that a test may edit."""

import functools
import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import NOW
from tests.factories.kept import kept
from tests.sources import FIXTURES
from tracker.actions.imports import Imported, import_catalogue
from tracker.importer.catalogue import read_catalogue
from tracker.importer.workspace import read_workspaces
from tracker.permissions import SYSTEM

Edit = Callable[[dict[str, Any]], None]

# libyaml's, where it is there: ten times as fast.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

TEXT = {"en": "Other", "ru": "Другое"}


def run(folder: Path = FIXTURES, *, demo: bool = False, **options: Any) -> Imported:
    catalogue = read_catalogue(folder)
    workspaces = [row for row in read_workspaces(folder, catalogue) if demo or not row.is_demo]
    return import_catalogue(catalogue, workspaces, **({"actor": SYSTEM, "at": NOW} | options))


def imported(*, demo: bool = False) -> Imported:
    """Return what `run` makes of an empty database, for tests of what comes after: imported once, then kept."""
    return kept(f"imported demo={demo}", lambda: run(demo=demo))


def copied(to: Path) -> Path:
    """Copy the catalogue and the Russian workspace below `to`; return their folder."""
    shutil.copytree(FIXTURES, to / "fixtures")
    (to / "fixtures" / "workspaces" / "demo.yaml").unlink()
    return to / "fixtures"


def edit(path: Path, change: Edit) -> None:
    """Change what a file says. It is written as JSON, which is YAML too, in a tenth of the time."""
    data = pickle.loads(_parsed(path.read_text(encoding="utf-8")))  # noqa: S301
    change(data)
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")


@functools.cache
def _parsed(text: str) -> bytes:
    return pickle.dumps(yaml.load(text, Loader=_Loader))  # noqa: S506


def rio(folder: Path) -> Path:
    return folder / "catalogue" / "rio-2008.yaml"


def russia(folder: Path) -> Path:
    return folder / "workspaces" / "russia.yaml"


def point(data: dict[str, Any], reference: str = "46") -> dict[str, Any]:
    """Return a point of a document's file."""
    found: dict[str, Any] = next(row for row in data["points"] if row["reference"] == reference)
    return found


def statement(data: dict[str, Any], key: str = "ecpat-2012-npa-1") -> dict[str, Any]:
    """Return what a source says in a workspace's file."""
    found: dict[str, Any] = next(row for row in data["from_the_source"] if row["key"] == key)
    return found
