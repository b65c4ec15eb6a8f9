"""What the templates of the public pages need beyond Django's own tags."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

from tracker.charts.bars import ORDER, Segment, stacked_bar
from tracker.charts.marks import mark as draw_mark
from tracker.choices import OPEN_LIFECYCLES, THEMES, UNLEVELLED_KINDS, Flag, Level, Lifecycle
from tracker.filters import PUBLIC_FLAGS
from tracker.lib.dates import in_words
from tracker.models import Evidence, Item, ItemState, Organisation, Update
from tracker.models.base import texts
from tracker.queries import meanings, names
from tracker.queries.addresses import Addresses
from tracker.queries.figures import is_self_assessed
from tracker.queries.items import flags_of

register = template.Library()


@register.simple_tag(takes_context=True)
def page(context: template.Context, name: str, query: Iterable[tuple[str, str]] = (), **parts: str) -> str:
    """Return the address of a page of the alliance that this page is about, of the same day, with `query` behind it."""
    addresses: Addresses = context["at"]
    return addresses.page(name, query=query, **parts)


@register.simple_tag(takes_context=True)
def item_page(context: template.Context, item: Item) -> str:
    """Return the address of an item's page."""
    addresses: Addresses = context["at"]
    return addresses.item(item)


@register.simple_tag(takes_context=True)
def items_where(context: template.Context, pairs: Iterable[tuple[str, str]] = (), **more: str) -> str:
    """Return the address of the item list under the filter `pairs`, narrowed by `more`.

    A filter that `more` names replaces the same one in `pairs`.
    """
    kept = [(name, value) for name, value in pairs if name not in more]
    return page(context, "items", [*kept, *more.items()])


@register.simple_tag(takes_context=True)
def snippet(context: template.Context, picture: str, page_name: str, words: str) -> SafeString:
    """Return what shows `picture` on another site and leads back here; `words` are for who cannot see it."""
    addresses: Addresses = context["at"]
    root = context["site_root"]
    return format_html(
        '<a href="{}{}"><img src="{}{}" alt="{}"></a>',
        root,
        addresses.page(page_name),
        root,
        addresses.embed(picture),
        words,
    )


@register.filter
def day(value: Any) -> str:
    """Return a date, a moment or a partial date (`2012`, `2012-05`) in words, marked up; "" for none."""
    if not value:
        return ""
    if isinstance(value, dt.datetime):
        value = timezone.localtime(value).date()
    exact = value.isoformat() if isinstance(value, dt.date) else str(value)
    return format_html('<time datetime="{}">{}</time>', exact, in_words(exact))


@register.filter
def themes(codes: Iterable[str]) -> list[str]:
    """Return the themes of a point in words."""
    return [str(THEMES.get(code, code)) for code in codes]


@register.simple_tag
def mark(level: str) -> SafeString:
    """Return the shape of a level."""
    return mark_safe(draw_mark(level))  # noqa: S308 (drawn by us, from a closed list)


@register.inclusion_tag("parts/level.html")
def level(code: str, *, link: str = "") -> dict[str, Any]:
    """Show a level: colour, shape and words."""
    return {"code": code, "label": Level(code).label, "link": link}


@register.inclusion_tag("parts/stands.html")
def stands(state: ItemState) -> dict[str, Any]:
    """Show where an item stands: its level, or why it has none."""
    return {
        "state": state,
        "question": state.item.recommendation.kind in UNLEVELLED_KINDS,
        "reference": state.item.recommendation.is_reference,
        "closed": "" if state.lifecycle in OPEN_LIFECYCLES else Lifecycle(state.lifecycle).label,
        "self_assessed": is_self_assessed(state),
    }


@register.simple_tag
def levels_bar(
    counts: Mapping[str, int], title: str, identifier: str, height: int = 40, labelled: bool = True
) -> SafeString:
    """Return the stacked bar of {level: count}, the furthest level first."""
    segments = [Segment(code, str(Level(code).label), counts[code]) for code in ORDER]
    drawn = stacked_bar(segments, title=str(title), identifier=identifier, height=height, labelled=labelled)
    return mark_safe(drawn)  # noqa: S308 (drawn by us; every text in it is escaped)


@register.filter
def in_order(counts: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """Return (code, words, count) of every level that counts anything, in the order of the bars."""
    return [(code.value, str(code.label), counts[code]) for code in ORDER if counts[code]]


@register.filter
def level_meaning(code: str) -> str:
    """Return what a level means."""
    return str(meanings.LEVELS[code])


@register.filter
def grade_meaning(grade: int) -> str:
    """Return what an evidence grade means."""
    return str(meanings.GRADES[grade])


@register.filter
def public_flags(state: ItemState) -> list[Any]:
    """Return the flags of a state that the public sees."""
    return [flag for flag in flags_of(state) if flag in PUBLIC_FLAGS]


@register.filter
def row_flags(state: ItemState) -> list[Any]:
    """Return the flags that a row of a list shows: what the public sees, less what the owner's column says."""
    return [flag for flag in public_flags(state) if flag != Flag.UNOWNED]


@register.simple_tag(takes_context=True)
def organisation(context: template.Context, named: Organisation | None, on: Item | None) -> str:
    """Return what the public reads for an organisation, leading to its page where it has one.

    `on` is the item on which it works, which may allow less to be told; None for a duty bearer. Never left out, as a
    template that forgot it would name who must not be named.
    """
    if named is None:
        return ""
    if on is not None and not isinstance(on, Item):
        # A variable that the page does not have is the empty text: better no page than a name on it.
        raise TypeError("say on which item the organisation works, or None")
    shown = names.shown_name(named, on)
    if not names.has_page(named, on):
        return shown
    return format_html('<a href="{}">{}</a>', page(context, "organisation", code=named.code), shown)


@register.filter
def works_on(update: Update) -> Item | None:
    """Return the item on which the organisation of an update works by it; None where a source speaks for itself."""
    return names.works_on(update)


@register.filter
def has_text(value: Any) -> bool:
    """Tell whether a localised text says anything in any language."""
    return bool(texts(value))


@register.filter
def host(evidence: Evidence) -> str:
    """Return the site that a piece of evidence is on, for readers who want to know before they follow the link."""
    return evidence.address.split("/")[2].removeprefix("www.") if evidence.address else ""


@register.filter
def get(mapping: Mapping[Any, Any], key: Any) -> Any:
    """Return what `mapping` holds for `key`, or None."""
    return mapping.get(key)


@register.filter
def labelled(cells: Iterable[str], headers: Iterable[Mapping[str, Any]]) -> list[SafeString]:
    """Return the cells of one row of an admin list, each with the head of its column: a phone shows it beside them."""
    found = []
    for cell, header in zip(cells, headers, strict=True):
        name, rest = cell.split(" ", 1)
        label = format_html(' data-label="{}" ', capfirst(header["text"]))
        # Made and escaped by the admin.
        found.append(mark_safe(name + label + rest))  # noqa: S308
    return found
