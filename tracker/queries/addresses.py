"""Where a page of an alliance is: below its own name, or at the top where the installation has a single alliance."""

from django.urls import reverse

from tracker.models import Alliance, Item, Recommendation


class Addresses:
    """The addresses of one alliance's pages; asks once whether the alliance is the only one."""

    def __init__(self, alliance: Alliance, *, single: bool | None = None) -> None:
        self.alliance = alliance
        self.single = Alliance.objects.count() == 1 if single is None else single

    def page(self, name: str, **parts: str) -> str:
        """Return the path of the page called `name`, in the language now active."""
        if self.single:
            return reverse(f"single:{name}", kwargs=parts)
        return reverse(f"alliance:{name}", kwargs=parts | {"alliance": self.alliance.slug})

    def item(self, item: Item) -> str:
        """Return the path of an item's page."""
        return self.point(item.recommendation)

    def point(self, point: Recommendation) -> str:
        """Return the path of the page of the item that follows `point`."""
        return self.page("item", document=point.document.code, slug=point.slug)
