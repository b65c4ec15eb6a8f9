"""The catalogue, to read: documents and their points are imported, not typed here."""

from django.utils.translation import gettext_lazy as _

from tracker.actions.catalogue import set_text_rights
from tracker.admin.base import FoundByWords, Step, WorkspaceAdmin, by_name
from tracker.admin.filters import ArchivedFilter, RelatedFilter
from tracker.forms.catalogue import TextRightsForm
from tracker.models import Document
from tracker.permissions import may_edit_catalogue


class PointDocumentFilter(RelatedFilter):
    title, parameter_name, path, model = _("document"), "document", "document", Document


class DocumentAdmin(WorkspaceAdmin):
    of_installation = True
    facts = (
        "title",
        "short_title",
        "code",
        "kind",
        "publisher",
        "published_on",
        "source_language",
        "source_address",
        "source_note",
        "text_rights",
        "archived_on",
    )
    steps = (
        Step(
            "text_rights",
            _("What the public may read"),
            _("Save"),
            _("Saved."),
            TextRightsForm,
            lambda actor, document: may_edit_catalogue(actor),
            by_name(set_text_rights),
        ),
    )
    list_display = ("short_title", "kind", "published_on", "text_rights")
    list_filter = ("kind", ArchivedFilter)
    search_fields = ("code",)
    search_help_text = _("Part of the code.")


class RecommendationAdmin(FoundByWords):
    of_installation = True
    facts = (
        "document",
        "section",
        "reference",
        "title",
        "summary",
        "wording",
        "kind",
        "area",
        "addressee",
        "deadline",
        "recurs_months",
        "legal_act_only",
        "page",
        "line",
        "translation",
        "archived_on",
    )
    list_display = ("reference", "title", "document", "kind", "area", "addressee")
    list_filter = (PointDocumentFilter, "kind", "area", "addressee", ArchivedFilter)
    search_fields = ("pk",)
    search_help_text = _("Words of the reference, title or summary, in any language, or of the official wording.")
