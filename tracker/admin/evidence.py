"""Evidence: what updates rest on. New sources come with the update that uses them first."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tracker.actions.evidence import record_dead_link
from tracker.admin import access
from tracker.admin.base import Step, WorkspaceAdmin
from tracker.forms.evidence import DeadLinkForm
from tracker.models import Evidence
from tracker.permissions import Actor, may_keep_evidence
from tracker.queries.desk import updates


def _keeps(actor: Actor, evidence: Evidence) -> bool:
    return may_keep_evidence(actor, evidence.alliance_id)


def _record_dead_link(evidence: Evidence, form: DeadLinkForm, **who: Any) -> Evidence:
    typed = form.cleaned_data
    return record_dead_link(
        evidence, since=typed["since"], archived_address=typed["archived_address"], version=typed["version"], **who
    )


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
    )
    steps = (
        Step(
            "link",
            _("State of the link"),
            _("Save"),
            _("Saved."),
            DeadLinkForm,
            _keeps,
            _record_dead_link,
            lambda evidence: bool(evidence.address),
        ),
    )
    list_display = ("title", "kind", "publisher", "published_on", "dead_since")
    list_filter = ("kind",)
    search_fields = ("title", "publisher")
    search_help_text = _("Words of the title or the publisher.")
    ordering = ("-pk",)

    def page_context(self, request: HttpRequest, record: Evidence) -> dict[str, Any]:
        return {"updates": updates(access.actor_of(request)).filter(evidence=record).order_by("-pk")}
