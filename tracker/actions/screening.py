"""The files under `fixtures/`, screened before anything of them is stored: what is ours to mend is an error there."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from tracker.choices import Risk
from tracker.errors import CatalogueError
from tracker.importer.catalogue import ORGANISATIONS, Catalogue
from tracker.importer.relations import RELATIONS
from tracker.importer.workspace import Workspace
from tracker.safeguarding import text_findings


def require_clean_files(catalogue: Catalogue, workspaces: list[Workspace]) -> None:
    """Refuse files with a text that may identify a child. Raises CatalogueError naming file, place and kind."""
    for file, place, text in _texts(catalogue, workspaces):
        if risks := _risks(text):
            found = ", ".join(str(Risk(code).label) for code in risks)
            raise CatalogueError(file, place, _("this may identify a child: %(found)s") % {"found": found})


def _texts(catalogue: Catalogue, workspaces: list[Workspace]) -> Iterator[tuple[str, str, str]]:
    """Yield (file, place, everything written there) of what the files hold."""
    for code, values in catalogue.organisations:
        yield ORGANISATIONS, code, _joined(values)
    for document in catalogue.documents:
        yield document.file, document.code, _joined([document.values, document.sections])
        for point in document.points:
            yield document.file, f"{document.code} {point.reference}", _joined([point.values, point.components])
    for relation in catalogue.relations:
        yield RELATIONS, relation.place, _joined(relation.reason)
    for workspace in workspaces:
        yield workspace.file, workspace.slug, _joined([workspace.values, workspace.organisations])
        for entry in workspace.not_applicable:
            yield workspace.file, f"{entry.point.document} {entry.point.reference}", _joined(entry.reason)
        for statement in workspace.statements:
            yield workspace.file, statement.key, _joined([statement.values, statement.bears_on])
        for treaty in workspace.treaties:
            yield workspace.file, treaty.code, _joined([treaty.values, treaty.events])
        # A script's people sign in with invented addresses, which go nowhere public.
        for number, step in enumerate(workspace.script, start=1):
            yield workspace.file, _("step %(number)s") % {"number": number}, _joined(step)


def _joined(value: Any) -> str:
    return "\n\n".join(text for text in _strings(value) if " " in text)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for entry in value.values():
            yield from _strings(entry)
    elif isinstance(value, list | tuple | set | frozenset):
        for entry in value:
            yield from _strings(entry)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _strings(getattr(value, field.name))


# Files are loaded again and again, and hardly ever change.
@lru_cache(maxsize=20_000)
def _risks(text: str) -> tuple[str, ...]:
    return tuple(sorted({finding.risk.value for finding in text_findings(text)}))
