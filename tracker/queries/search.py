"""Searching: what is looked through of points and updates, and which items hold the words that somebody asks for."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

from django.db.models import Model, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.choices import SHOWN_RIGHTS, UpdateState
from tracker.lib.words import LONGEST_WORD, MOST_WORDS, Term, terms, words_in
from tracker.models import Component, Evidence, Item, Recommendation, SearchText, Update
from tracker.models.base import texts
from tracker.queries.asof import Past
from tracker.queries.screening import UPDATE_TEXTS

R = TypeVar("R", bound=Model)


class Said(NamedTuple):
    """Texts that are found together: of a point, or of an alliance's update; `quoted` is official wording."""

    recommendation_id: int | None
    update_id: int | None
    item_id: int | None
    alliance_id: int | None
    quoted: bool
    texts: tuple[str, ...]


def said_by_points(keys: Iterable[int]) -> Iterator[Said]:
    """Yield what a search looks through of these points: reference, title, summary and parts in every language, and the
    official wording by itself. Two queries.
    """
    parts = Prefetch("components", Component.objects.filter(archived_on=None))
    for point in Recommendation.objects.filter(pk__in=keys).prefetch_related(parts):
        localised = (point.title, point.summary, *(part.text for part in point.components.all()))
        ours = (point.reference, *(text for each in localised for text in texts(each).values()))
        yield Said(point.pk, None, None, None, False, ours)
        if point.wording:
            yield Said(point.pk, None, None, None, True, (point.wording,))


def said_by_updates(keys: Iterable[int]) -> Iterator[Said]:
    """Yield what a search looks through of those of these updates that are published and not withheld: what they say in
    every language, title and publisher of their sources that are not withheld, and official wording by itself. Two
    queries.
    """
    sources = Prefetch("evidence", Evidence.objects.filter(withheld=False))
    shown = Update.objects.filter(pk__in=keys, state=UpdateState.PUBLISHED, withheld=False)
    for update in shown.select_related("quotation").prefetch_related(sources):
        ours = [text for name in UPDATE_TEXTS for text in texts(getattr(update, name)).values()]
        ours += [text for entry in update.evidence.all() for text in (entry.title, entry.publisher)]
        yield Said(None, update.pk, update.item_id, update.alliance_id, False, tuple(ours))
        if quotation := getattr(update, "quotation", None):
            yield Said(None, update.pk, update.item_id, update.alliance_id, True, (quotation.text,))


def problem_of(question: str) -> str:
    """Return in a sentence why nothing can be looked for, "" where something can."""
    asked = words_in(question)
    if not asked:
        return _("There is no word in this. Type words or numbers to look for.")
    if len(asked) > MOST_WORDS:
        return ngettext(
            "Look for %(most)s words at most; this is %(n)s.",
            "Look for %(most)s words at most; these are %(n)s.",
            len(asked),
        ) % {"most": MOST_WORDS, "n": len(asked)}
    if any(len(word) > LONGEST_WORD for word in asked):
        return _("One of these words is longer than %(most)s characters. Take its beginning or another word.") % {
            "most": LONGEST_WORD
        }
    return ""


def items_holding(
    rows: QuerySet[R], path: str, question: str, *, alliance_id: int | None, internal: bool, past: Past | None = None
) -> QuerySet[R]:
    """Keep the rows whose item, to which `path` leads, holds all that `question` asks for: in its point, or in public
    updates of the alliance, now or by then, one word here and another there.

    Official wording is looked through for `internal`, or where the document's rights let the public read it: a search
    would tell it.
    """
    for term in terms(question):
        held = _holding(term)
        points = _readable(held.filter(update=None), "recommendation", "document", internal)
        said = _readable(held.filter(alliance=alliance_id), "update", "place_document", internal)
        if past is not None:
            said = said.filter(update__published_at__lt=past.before)
        asked = Item.objects.order_by().filter(alliance=alliance_id, recommendation__in=points.values("recommendation"))
        rows = rows.filter(**{f"{path}__in": asked.values("pk").union(said.values("item"), all=True)})
    return rows


def points_holding(rows: QuerySet[R], path: str, question: str) -> QuerySet[R]:
    """Keep the rows whose point, to which `path` leads, holds all that `question` asks for, official wording included:
    for members.
    """
    for term in terms(question):
        rows = rows.filter(**{f"{path}__in": _holding(term).filter(update=None).values("recommendation")})
    return rows


def _holding(term: Term) -> QuerySet[SearchText]:
    return SearchText.objects.filter(**{f"{'words' if term.exact else 'stems'}__hold": term.words})


def _readable(held: QuerySet[SearchText], of: str, document: str, internal: bool) -> QuerySet[SearchText]:
    """Keep what may be told; the rights are looked at for official wording only."""
    if internal:
        return held
    model = Recommendation if of == "recommendation" else Update
    shown = model.objects.order_by().filter(**{f"{document}__text_rights__in": SHOWN_RIGHTS})
    return held.filter(Q(quoted=False) | Q(**{f"{of}__in": shown.values("pk")}))
