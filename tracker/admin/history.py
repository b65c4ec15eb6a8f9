"""The history, to read: every entry of the alliance's log for its staff, of the installation's for its own."""

import json
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tracker.admin.access import actor_of
from tracker.admin.base import WorkspaceAdmin
from tracker.lib.canonical import parse_time
from tracker.models import TRACKED_MODELS, HistoryEntry, HistoryValue
from tracker.permissions import Actor, may_edit_catalogue, may_manage
from tracker.queries.history import ACTIONS
from tracker.queries.stories import entry_in_words

_NAMES = {model.KIND: model._meta.verbose_name for model in TRACKED_MODELS}


class EntryList(ChangeList):
    """A page of entries with who acted on what: one more query."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = list(self.result_list)
        opened = HistoryValue.objects.filter(entry__in=[row.pk for row in rows], field__in=("@actor", "@label"))
        known = {(value.entry, value.field): json.loads(value.new) for value in opened}
        for row in rows:
            row.who_acted = (known.get((row.pk, "@actor")) or {}).get("name") or "–"
            row.about = known.get((row.pk, "@label")) or "–"
        self.result_list = rows


class HistoryEntryAdmin(WorkspaceAdmin):
    page_template = "admin/entry.html"
    plural = _("history")
    list_display = ("sequence", "moment", "act", "table", "label", "who", "shortened")
    list_display_links = ("sequence",)
    list_filter = ("object_kind",)
    ordering = ("-epoch", "-sequence")

    def offered(self, actor: Actor) -> bool:
        return may_manage(actor, actor.alliance_id) or may_edit_catalogue(actor)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return EntryList

    @admin.display(description=_("Time"))
    def moment(self, entry: HistoryEntry) -> Any:
        return parse_time(entry.time)

    @admin.display(description=_("Act"))
    def act(self, entry: HistoryEntry) -> str:
        return str(ACTIONS.get(entry.action, entry.action))

    @admin.display(description=_("Table"))
    def table(self, entry: HistoryEntry) -> str:
        return str(_NAMES.get(entry.object_kind, entry.object_kind))

    @admin.display(description=_("Record"))
    def label(self, entry: Any) -> str:
        return str(entry.about)

    @admin.display(description=_("Who"))
    def who(self, entry: Any) -> str:
        return str(entry.who_acted)

    @admin.display(description=_("Digest"))
    def shortened(self, entry: HistoryEntry) -> str:
        return entry.hash[:12]

    def page_context(self, request: HttpRequest, record: HistoryEntry) -> dict[str, Any]:
        told = entry_in_words(record, actor_of(request).organisation_id)
        return {
            "entry": record,
            "moment": self.moment(record),
            "act": self.act(record),
            "table": self.table(record),
            "lines": [told] if told else [],
            "payload": json.dumps(json.loads(record.payload), indent=2),
        }
