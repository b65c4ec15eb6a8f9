"""How much of a record's history a page shows: the latest lines, and at `?history=all` the rest."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from tracker.queries.history import Line
from tracker.queries.stories import BOUND

SHOWN = 30


@dataclass(frozen=True)
class Story:
    """The lines that a page shows, latest first, how many there are in all, and the address that shows `whole`."""

    lines: Sequence[Line]
    total: int
    whole: bool
    address: str

    @property
    def is_cut(self) -> bool:
        """Whether there are lines that are not shown."""
        return self.total > len(self.lines)


def story_of(request: HttpRequest, found: Sequence[Line]) -> Story:
    """Return what the page at this address shows of the history `found`."""
    whole = request.GET.get("history") == "all"
    query = request.GET.copy()
    query["history"] = "all"
    return Story(found[: BOUND if whole else SHOWN], len(found), whole, f"{request.path}?{query.urlencode()}")
