"""What search engines are told: every public page in every language, and what is none of theirs."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps import views as made
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from tracker.models import Alliance
from tracker.permissions import PUBLIC
from tracker.queries.access import visible_to
from tracker.queries.addresses import Addresses
from tracker.queries.items import now
from tracker.queries.outlines import followed
from tracker.web.workspace import installation_page

# Pages that every alliance has.
PAGES = ("front", "items", "changes", "organisations", "treaties", "data", "history")
# Pages about no alliance.
SHARED = ("alliances", "method", "glossary", "about", "accessibility")


# (page, parts of its address, day of its last change); Django's class cannot be asked for it when the site runs.
if TYPE_CHECKING:
    _Base = Sitemap[tuple[str, dict[str, str], Any]]
else:
    _Base = Sitemap


class _Pages(_Base):
    """Pages of one alliance, or those about none, in every language."""

    i18n = True
    alternates = True

    def __init__(self, alliance: Alliance | None) -> None:
        self.alliance = alliance
        self.at = Addresses(alliance) if alliance else None

    def items(self) -> list[tuple[str, dict[str, str], Any]]:
        """Return (page, parts of its address, day of its last change or None)."""
        if self.alliance is None:
            return [(name, {}, None) for name in SHARED]
        points = (
            now()
            .filter(alliance=self.alliance)
            .order_by("item")
            .values_list("item__recommendation__document__code", "item__recommendation__slug", "last_update_on")
        )
        return [
            *((name, {}, None) for name in PAGES),
            *(("document", {"document": row.code}, None) for row in followed(self.alliance)),
            *(("item", {"document": document, "slug": slug}, day) for document, slug, day in points),
        ]

    def location(self, item: tuple[str, dict[str, str], Any]) -> str:
        name, parts, _day = item
        return self.at.page(name, query=(), **parts) if self.at else reverse(name)

    def lastmod(self, item: tuple[str, dict[str, str], Any]) -> Any:
        return item[2]


def _sections(alliances: Iterable[Alliance]) -> "dict[str, type[Sitemap[Any]] | Sitemap[Any]]":
    return {"site": _Pages(None), **{row.slug: _Pages(row) for row in alliances}}


@installation_page
def index(request: HttpRequest) -> HttpResponseBase:
    """The list of the maps: one for each alliance, and one for the pages about none."""
    return made.index(request, _sections(visible_to(PUBLIC, Alliance)), sitemap_url_name="sitemap")


@installation_page
def section(request: HttpRequest, section: str) -> HttpResponseBase:
    """Every page of one alliance; 404 for one that is not there."""
    return made.sitemap(request, _sections(visible_to(PUBLIC, Alliance)), section=section)


@installation_page
def robots(request: HttpRequest) -> HttpResponse:
    """What robots may read: everything public, none of the workspace, and no lists for each choice of filters."""
    lines = [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /account/",
        "Disallow: /*?",
        f"Sitemap: {request.build_absolute_uri(reverse('sitemaps'))}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
