"""What a tracked object is now, in the plain values that the history keeps."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import connections
from django.db.models import ForeignKey, ManyToManyField

from tracker.lib.canonical import plain
from tracker.models import Alliance, Record
from tracker.models.base import LocalisedText, texts
from tracker.models.history import INSTALLATION


def log_of(record: Record) -> str:
    """Return the log that `record` belongs to: its alliance's, or the installation's."""
    if isinstance(record, Alliance):
        return str(record.uuid)
    alliance = getattr(record, "alliance", None)
    return str(alliance.uuid) if alliance is not None else INSTALLATION


def snapshot(record: Record, fields: tuple[str, ...] | None = None) -> dict[str, Any]:
    """Return the tracked values of `record`: other records as their UUID, sets as sorted lists of UUIDs."""
    return {name: value_of(record, name) for name in (record.TRACKED if fields is None else fields)}


def value_of(record: Record, name: str) -> Any:
    """Return one tracked value of `record` as the history keeps it."""
    field = record._meta.get_field(name)
    if isinstance(field, ManyToManyField):
        return _members(record, field)
    if isinstance(field, ForeignKey):
        if getattr(record, field.attname) is None:
            return None
        return str(getattr(record, name).uuid)
    return _plain(field, getattr(record, name))


def _members(record: Record, field: "ManyToManyField[Any, Any]") -> list[str]:
    # Asked several times in every act, where building the question costs more than its answer.
    related: Any = field.remote_field
    with connections[record._state.db or "default"].cursor() as cursor:
        cursor.execute(
            f"SELECT other.uuid FROM {related.model._meta.db_table} other "  # noqa: S608  (names of ours)
            f"INNER JOIN {related.through._meta.db_table} link ON link.{field.m2m_reverse_name()} = other.id "
            f"WHERE link.{field.m2m_column_name()} = %s",
            [record.pk],
        )
        # SQLite gives them as text without dashes.
        return sorted(str(found if isinstance(found, UUID) else UUID(found)) for (found,) in cursor.fetchall())


def untold(model: type[Record]) -> dict[str, Any]:
    """Return what a row holds in each tracked field that no entry of the history has told of.

    That is null, or the default of a column that was added when the row was there already.
    """
    fields = [model._meta.get_field(name) for name in model.TRACKED]
    return {
        field.name: [] if isinstance(field, ManyToManyField) else _plain(field, field.get_default())  # type: ignore[union-attr]
        for field in fields
    }


def rows(model: type[Record], *, using: str = "default") -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield (UUID, log, tracked values) of every row of `model`, a few queries for the whole table."""
    fields = [model._meta.get_field(name) for name in model.TRACKED]
    columns = [f"{field.name}__uuid" if isinstance(field, ForeignKey) else field.name for field in fields]
    many = {field.name: _many(model, field.name, using) for field in fields if isinstance(field, ManyToManyField)}
    single = [column for column in columns if column not in many]
    log = _log_column(model)
    found = model._base_manager.using(using).order_by("pk").values("uuid", *single, *filter(None, [log]))
    for row in found.iterator(chunk_size=500):
        uuid = str(row["uuid"])
        yield (
            uuid,
            str(row[log]) if log and row[log] else INSTALLATION,
            {
                field.name: many[field.name].get(uuid, []) if field.name in many else _plain(field, row[column])
                for field, column in zip(fields, columns, strict=True)
            },
        )


def _log_column(model: type[Record]) -> str:
    """Return the column that names the log of a row; "" where all rows are the installation's."""
    if model is Alliance:
        return "uuid"
    return "alliance__uuid" if any(field.name == "alliance" for field in model._meta.fields) else ""


def _many(model: type[Record], name: str, using: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    pairs = model._base_manager.using(using).filter(**{f"{name}__isnull": False}).values_list("uuid", f"{name}__uuid")
    for owner, member in pairs:
        found.setdefault(str(owner), []).append(str(member))
    return {owner: sorted(members) for owner, members in found.items()}


def _plain(field: Any, value: Any) -> Any:
    return texts(value) if isinstance(field, LocalisedText) else plain(value)
