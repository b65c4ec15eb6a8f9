"""Evidence: what updates rest on. New sources come with the update that uses them first."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from tracker.actions.evidence import record_dead_link
from tracker.admin import access
from tracker.admin.base import Step, WorkspaceAdmin, by_name
from tracker.admin.safeguarding import TAKE_DOWN
from tracker.admin.stop import stop_response
from tracker.forms.evidence import DeadLinkForm
from tracker.models import Evidence
from tracker.permissions import Actor, may_keep_evidence
from tracker.queries.access import updates


def _keeps(actor: Actor, evidence: Evidence) -> bool:
    return may_keep_evidence(actor, evidence.alliance_id)


class EvidenceAdmin(WorkspaceAdmin):
    page_template = "admin/evidence.html"
    facts = (
        "kind",
        "title",
        "publisher",
        "published_on",
        "accessed_on",
        "language",
        "address",
        "document",
        "page",
        "archived_address",
        "dead_since",
        "cited_in",
        "note",
        "withheld",
    )
    steps = (
        Step(
            "link",
            _("State of the link"),
            _("Save"),
            _("Saved."),
            DeadLinkForm,
            _keeps,
            by_name(record_dead_link),
            lambda evidence: bool(evidence.address),
        ),
        TAKE_DOWN,
    )
    list_display = ("title", "kind", "publisher", "published_on", "dead_since")
    list_filter = ("kind",)
    search_fields = ("title", "publisher")
    search_help_text = _("Words of the title or the publisher.")
    ordering = ("-pk",)

    def page(self, request: HttpRequest, record: Any, *, tried: Any = None) -> HttpResponse:
        """Show a source; where the copy that was given is no document, the stop page, with the rest as it was typed."""
        if tried and getattr(tried[1], "unsafe", False):
            tried[1].forget_unsafe()
            shown: Any = super().page(request, record, tried=tried)
            return stop_response(request, shown.context_data, below="admin/parts/steps.html")
        return super().page(request, record, tried=tried)

    def page_context(self, request: HttpRequest, record: Evidence) -> dict[str, Any]:
        return {"updates": updates(access.actor_of(request)).filter(evidence=record).order_by("-pk")}
