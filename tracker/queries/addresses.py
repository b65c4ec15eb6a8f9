"""Where a page of an alliance is: below its own name, or at the top where the installation has a single alliance."""

import datetime as dt
from collections.abc import Iterable

from django.urls import reverse
from django.utils.http import urlencode

from tracker.models import Alliance, Item, Recommendation

# Pages that can say what the record said on an earlier day.
DATED = frozenset("area card document download front item items organisation organisations replies treaties".split())


class Addresses:
    """The addresses of one alliance's pages; asks once whether the alliance is the only one.

    With `on` they lead to what these pages said at the end of that day.
    """

    def __init__(self, alliance: Alliance, *, single: bool | None = None, on: dt.date | None = None) -> None:
        self.alliance, self.on = alliance, on
        self.single = Alliance.objects.count() == 1 if single is None else single

    def page(self, name: str, /, *, query: Iterable[tuple[str, str]] = (), **parts: str) -> str:
        """Return the path of the page called `name`, in the language now active, with `query` and the day behind it."""
        asked = [*query, *(self._day() if name in DATED else [])]
        path = self._path(name, parts)
        return f"{path}?{urlencode(asked)}" if asked else path

    def embed(self, name: str) -> str:
        """Return the path of the picture called `name`, which other sites show: it always names the alliance."""
        path, day = reverse(f"embed:{name}", kwargs={"alliance": self.alliance.slug}), self._day()
        return f"{path}?{urlencode(day)}" if day else path

    def _day(self) -> list[tuple[str, str]]:
        return [("on", self.on.isoformat())] if self.on else []

    def _path(self, name: str, parts: dict[str, str]) -> str:
        if self.single:
            return reverse(f"single:{name}", kwargs=parts)
        return reverse(f"alliance:{name}", kwargs=parts | {"alliance": self.alliance.slug})

    def item(self, item: Item) -> str:
        """Return the path of an item's page."""
        return self.point(item.recommendation)

    def point(self, point: Recommendation) -> str:
        """Return the path of the page of the item that follows `point`."""
        return self.page("item", document=point.document.code, slug=point.slug)
