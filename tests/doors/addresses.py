"""Every address of the site, found by walking its addresses, each with the records that one row of the table needs."""

from collections.abc import Iterator
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.http import urlencode

from tests.conftest import World
from tracker.exporting.formats import FORMATS
from tracker.models import Item

# Which parts of an address are a choice from a closed list: each has a row of its own.
CHOICES = {"download": (*FORMATS, "ods")}
UNKNOWN = "admin:(?P<url>.*)$"


def walk(resolver: URLResolver, names: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Yield (name, table of the workspace or "") of every address that the site answers."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = (*names, entry.namespace) if entry.namespace else names
            # Django's own resolver of a table has no name: the path tells which it is.
            yield from ((name, _table(entry, table)) for name, table in walk(entry, inner))
        else:
            assert isinstance(entry, URLPattern)
            yield ":".join((*names, entry.name or str(entry.pattern))), ""


def _table(resolver: URLResolver, found: str) -> str:
    parts = str(resolver.pattern).split("/")
    return parts[1] if parts[0] == "tracker" else found


def rows() -> Iterator[tuple[str, str]]:
    """Yield (row of the table, table of the workspace or "") for every address, once per choice where it has some."""
    for name, table in walk(get_resolver()):
        row = f"admin:{table} {name.removeprefix('admin:')}" if name.endswith("<path:object_id>/") else name
        choices = CHOICES.get(name.rpartition(":")[2], ())
        yield from ((f"{row} {choice}", table) for choice in choices) if choices else ((row, table),)


FOUND = dict(rows())


def group(row: str) -> str:
    """Return which part of the site a row belongs to."""
    return FOUND[row] or ("admin" if row.startswith("admin:") else "account" if _is_account(row) else "public")


def _is_account(row: str) -> bool:
    return row.startswith(("account_", "mfa_"))


GROUPS = sorted({group(row) for row in FOUND})


def is_about_one(row: str) -> bool:
    """Tell whether a row is about one record of a table."""
    return bool(FOUND[row]) and not row.endswith(("_changelist", "_add", "_bulk"))


def address(row: str, records: dict[str, Any], world: World) -> str:
    """Return the address of a row, about the record of its table among `records`."""
    if group(row) in ("account", "public"):
        return _outside(row, records, world)
    table, name = FOUND[row], row.removeprefix("admin:")
    if name == "view_on_site":
        return reverse(row, args=[ContentType.objects.get_for_model(Item).pk, records["item"].pk])
    if name == "app_list":
        return reverse(row, args=["tracker"])
    if row == UNKNOWN:
        return reverse("admin:index") + "nothing/here/"
    if name.endswith("<path:object_id>/"):
        return f"{reverse(f'admin:tracker_{table}_changelist')}{records[table].pk}/"
    if name == "tracker_redaction_add":
        return f"{reverse(row)}?{urlencode({'kind': 'update', 'record': records['update'].uuid})}"
    if not is_about_one(row):
        query = f"?item={records['item'].pk}" if name in ("tracker_update_add", "tracker_request_add") else ""
        return reverse(row) + query
    query = f"?{urlencode({'point': records['point']})}" if name == "tracker_documentimport_point" else ""
    return reverse(row, args=[records[table].pk]) + query


def _outside(row: str, records: dict[str, Any], world: World) -> str:
    name, _space, choice = row.partition(" ")
    page = name.rpartition(":")[2]
    parts: dict[str, Any] = {
        "item": {"document": "doc", "slug": world.items[0].recommendation.slug},
        "item_feed": {"document": "doc", "slug": world.items[0].recommendation.slug},
        "document": {"document": "doc"},
        "replies": {"document": "doc"},
        "area": {"area": "prevention"},
        "organisation": {"code": "first"},
        "organisation_feed": {"code": "first"},
        "sitemap": {"section": "home"},
        "download": {"format": choice},
        "mail": {"token": records.get("pause", "")},
        "account_invited": {"token": records.get("token", "")},
        "account_reset_password_from_key": {"uidb36": "1", "key": "x-y"},
    }.get(page, {})
    alliance = {"alliance": "home"} if name.startswith(("alliance:", "embed:")) else {}
    return reverse(name, kwargs=parts | alliance)
