"""The index that a search looks through: written with every act by `Act` itself, so that no act can forget it.

It holds nothing that the record does not say, and can be written anew at any time.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

from django.db import connection, transaction

from tracker.lib.words import to_index
from tracker.models import Component, Evidence, Quotation, Recommendation, Record, SearchText, Update
from tracker.models import search as index
from tracker.queries.search import Said, said_by_points, said_by_updates

_AT_ONCE = 200
_COLUMNS = ("words", "stems")

Key = tuple[int | None, int | None, bool]
Progress = Callable[[int, int], None]


@dataclass
class Rebuilt:
    """How many points and updates were looked at, and how many rows were added, changed and taken away."""

    looked_at: int = 0
    added: int = 0
    changed: int = 0
    taken: int = 0

    @property
    def differed(self) -> int:
        """How many rows were not what the record says."""
        return self.added + self.changed + self.taken


def keep_found(records: Iterable[Record]) -> None:
    """Bring the index to what the record says of these changed records, as the last step of the running act."""
    points, updates, sources = set(), set(), set()
    for record in records:
        if isinstance(record, Recommendation):
            points.add(record.pk)
        elif isinstance(record, Component):
            points.add(record.recommendation_id)
        elif isinstance(record, Update):
            updates.add(record.pk)
        elif isinstance(record, Quotation):
            updates.add(record.update_id)
        elif isinstance(record, Evidence):
            sources.add(record.pk)
    if not (points or updates or sources):
        return
    _hold(alone=False)
    for chunk in _chunks(sorted(sources)):
        links = Update.evidence.through.objects.filter(evidence__in=chunk)
        updates.update(links.values_list("update_id", flat=True))
    for read, keys in ((said_by_points, points), (said_by_updates, updates)):
        for chunk in _chunks(sorted(keys)):
            _bring(read, chunk, Rebuilt())


def rebuild(*, dry_run: bool = False, progress: Progress = lambda done, of: None) -> Rebuilt:
    """Compare the whole index with the record and write what differs; `dry_run` counts only.

    Others go on reading and writing: a few hundred points or updates are held at a time. `progress` is told of them.
    """
    found, of = Rebuilt(), Recommendation.objects.count() + Update.objects.count()
    for model, read in ((Recommendation, said_by_points), (Update, said_by_updates)):
        last = 0
        while True:
            with transaction.atomic():
                _hold(alone=True)
                rows = model._base_manager.filter(pk__gt=last).order_by("pk")
                keys = list(rows.values_list("pk", flat=True)[:_AT_ONCE])
                if not keys:
                    break
                _bring(read, keys, found, dry_run=dry_run)
            last = keys[-1]
            found.looked_at += len(keys)
            progress(found.looked_at, of)
    if connection.vendor == "sqlite" and not dry_run:
        with transaction.atomic(), connection.cursor() as cursor:
            index.rebuild(cursor)
    return found


def is_empty() -> bool:
    """Tell whether nothing can be found, though there are points: the index is younger than they are."""
    last = Recommendation.objects.order_by("-pk").values("pk")[:1]
    return Recommendation.objects.exists() and not SearchText.objects.filter(recommendation__in=last).exists()


def _bring(
    read: Callable[[Iterable[int]], Iterable[Said]], keys: list[int], found: Rebuilt, *, dry_run: bool = False
) -> None:
    """Bring the rows of these points or updates to what is read of them, and count in `found` what differed."""
    whose = "recommendation" if read is said_by_points else "update"
    known = {_key(row): row for row in SearchText.objects.filter(**{f"{whose}__in": keys})}
    new, changed = [], []
    for said in read(keys):
        words, stems = to_index(said.texts)
        row = known.pop(_key(said), None)
        if row is None:
            new.append(SearchText(words=words, stems=stems, **{n: getattr(said, n) for n in said._fields[:-1]}))
        elif (_told(row.words), _told(row.stems)) != (_told(words), _told(stems)):
            row.words, row.stems = words, stems
            changed.append(row)
    found.added, found.changed, found.taken = (
        before + len(rows)
        for before, rows in zip((found.added, found.changed, found.taken), (new, changed, known), strict=True)
    )
    if dry_run:
        return
    SearchText.objects.bulk_create(new)
    for row in changed:
        row.save(update_fields=_COLUMNS)
    if known:
        SearchText.objects.filter(pk__in=[row.pk for row in known.values()]).delete()


def _key(row: SearchText | Said) -> Key:
    return row.recommendation_id, row.update_id, row.quoted


def _told(line: str) -> str:
    """Return a line of words as it is read again: PostgreSQL keeps no break at its end."""
    return line.rstrip(" ¶")


def _hold(*, alone: bool) -> None:
    """Keep who writes everything anew from what acts write at this moment. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        kind = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {kind}(hashtextextended('search', 0))")


def _chunks(keys: list[int]) -> Iterable[list[int]]:
    rest = iter(keys)
    while chunk := list(islice(rest, _AT_ONCE)):
        yield chunk
