"""Which item something is recorded about: the first step, for whoever did not come from an item's page."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tracker.admin import access
from tracker.admin.base import WorkspaceAdmin


def choose_item(table: WorkspaceAdmin, request: HttpRequest, *, title: str, told: str) -> HttpResponse:
    """Show the open items of the person's organisation, each a link to the page on which `table` records about it.

    `told` says what to do where it is about another item; the list of all items stands beside it.
    """
    desk, record = access.desk_of(request), reverse(f"admin:{table.name_of('add')}")
    offered = [(item, f"{record}?item={item.pk}") for item in desk.ours()] if desk else []
    return table.respond(request, "admin/choose_item.html", {"title": title, "told": told, "offered": offered})
