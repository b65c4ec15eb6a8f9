"""The file of relations → plain, checked data: which points of different documents relate, how, and why."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tracker.choices import MUTUAL_RELATIONS, RelationKind
from tracker.errors import CatalogueError
from tracker.importer.fields import Fields, Point
from tracker.importer.yaml import load

RELATIONS = "relations.yaml"
# Written from the broader point; kept from the narrower one.
BROADER = "broader"


@dataclass(frozen=True)
class RelationEntry:
    """How `source` relates to `target`, in the direction that the record keeps."""

    source: Point
    target: Point
    kind: str
    reason: dict[str, str]

    @property
    def place(self) -> str:
        """Which relation this is, for messages and as the record knows it again, whichever end it was written from."""
        ends = sorted(f"{point.document} {point.reference}" for point in (self.source, self.target))
        return f"{' – '.join(ends)}: {self.kind}"


def read_relations(folder: Path, references: Mapping[str, Collection[str]]) -> list[RelationEntry]:
    """Read `folder`/relations.yaml, where there is one; `references` are the points that it may name, by document.

    Raises CatalogueError with file, point and reason at the first thing that cannot be loaded.
    """
    path = folder / RELATIONS
    if not path.exists():
        return []
    top = Fields(path.name, "", load(path))
    found: dict[str, RelationEntry] = {}
    for entry in top.many("points", "reference"):
        for relation in _of_point(entry, references):
            if relation.place in found:
                raise CatalogueError(path.name, relation.place, "the relation is given twice")
            found[relation.place] = relation
    top.done()
    return list(found.values())


def _of_point(entry: Fields, references: Mapping[str, Collection[str]]) -> Iterator[RelationEntry]:
    here = _known(entry, references)
    for related in entry.many("related", "reference"):
        there = _known(related, references)
        kind = related.choice("kind", {*RelationKind.values, BROADER})
        if here.document == there.document and kind != RelationKind.SUPERSEDES:
            related.wrong(f"both points are of {here.document}: within a document one can only replace another")
        if here == there:
            related.wrong("the point is related to itself")
        yield _directed(here, there, kind, related.localised("reason"))
        related.done()
    entry.done()


def _known(entry: Fields, references: Mapping[str, Collection[str]]) -> Point:
    point = entry.at()
    if point.reference not in references.get(point.document, ()):
        entry.wrong(f"no document of the catalogue has the point {point.document} {point.reference}")
    return point


def _directed(here: Point, there: Point, kind: str, reason: dict[str, str]) -> RelationEntry:
    if kind == BROADER:
        return RelationEntry(there, here, RelationKind.NARROWER.value, reason)
    # Mutual relations are the same row from either end.
    turned = kind in MUTUAL_RELATIONS and (there.document, there.reference) < (here.document, here.reference)
    source, target = (there, here) if turned else (here, there)
    return RelationEntry(source, target, kind, reason)
