"""Reads about evidence that someone looks for: what the alliance holds already, by the words of it."""

from dataclasses import dataclass

from tracker.lib.text import fold
from tracker.models import Evidence
from tracker.permissions import Actor
from tracker.queries.access import evidence


@dataclass(frozen=True)
class Found:
    """What was looked for, the first sources that have all its words, and how many have."""

    words: str
    sources: list[Evidence]
    count: int


def with_words(actor: Actor, words: str, *, limit: int) -> Found:
    """Return the evidence in the actor's sight whose title, publisher, address or place has every one of `words`.

    Whatever the case, also in Cyrillic. Two queries.
    """
    asked = fold(words).split()
    columns = ("pk", "title", "publisher", "address", "page", "note", "cited_in__code")
    rows = evidence(actor).order_by("pk").values_list(*columns) if asked else []
    keys = []
    for key, *values in rows:
        text = fold(" ".join(str(value) for value in values if value))
        if all(word in text for word in asked):
            keys.append(key)
    return Found(words.strip(), list(Evidence.objects.filter(pk__in=keys[:limit]).order_by("pk")), len(keys))
