"""What is withheld from the public: its words go before any page or file can show them; that it is there stays.

Level, date, perspective and grade of an update stay. Whatever is returned here is for reading only, never to be stored.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _
from i18nfield.strings import LazyI18nString

from tracker.models import Bearing, Evidence, Item, Request, Update
from tracker.queries.components import Part
from tracker.queries.screening import UPDATE_TEXTS

ITEM_TEXTS = ("lifecycle_reason", "dispute_note")


def in_place() -> str:
    """Return the sentence that stands where words are withheld, in the active language."""
    return _("This text is withheld while it is checked.")


def public_updates(updates: Iterable[Update]) -> list[Update]:
    """Return `updates` as the public reads them: those that are withheld without words, place, quotation, sources,
    letters and what else they bear on; withheld sources of the others without theirs.
    """
    known = list(updates)
    for update in known:
        _empty(update)
        corrected = Update._meta.get_field("corrects")
        if corrected.is_cached(update) and update.corrects is not None:
            _empty(update.corrects)
    return known


def public_evidence(entry: Evidence) -> Evidence:
    """Return `entry` as the public reads it: withheld, only its kind and its dates."""
    if entry.withheld:
        entry.title = entry.publisher = entry.address = entry.page = entry.archived_address = entry.language = ""
        entry.document = entry.cited_in = entry.note = None
    return entry


def public_item(item: Item) -> Item:
    """Return `item` as the public reads it: withheld, without its reasons and notes."""
    if item.withheld:
        _without(item, ITEM_TEXTS)
    return item


def public_parts(item: Item, parts: Sequence[Part]) -> list[Part]:
    """Return `parts` of `item` as the public reads them: where the item is withheld, without why one does not apply."""
    if not item.withheld:
        return list(parts)
    return [replace(part, not_applicable=in_place()) if part.not_applicable else part for part in parts]


def _empty(update: Update) -> None:
    loaded = vars(update).setdefault("_prefetched_objects_cache", {})
    if not update.withheld:
        for entry in loaded.get("evidence", ()):
            public_evidence(entry)
        return
    _without(update, UPDATE_TEXTS)
    update.place = update.independence_note = update.return_reason = ""
    update.place_document, update.unfinished = None, {}
    Update._meta.get_field("quotation").set_cached_value(update, None)
    loaded |= {
        "evidence": Evidence.objects.none(),
        "requests": Request.objects.none(),
        "bears_on": Bearing.objects.none(),
    }


def _without(record: Update | Item, names: Iterable[str]) -> None:
    for name in names:
        setattr(record, name, LazyI18nString({}))
