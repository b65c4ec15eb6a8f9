"""Redactions: somebody proposes what must go from the history, somebody of another organisation carries it out."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.actions.redactions import CarriedOut, carry_out_redaction, propose_redaction, refuse_redaction
from tracker.admin import access
from tracker.admin.base import Step, WorkspaceAdmin
from tracker.admin.facts import Fact
from tracker.admin.filters import RedactionDeskFilter
from tracker.admin.fresh import ask_to_confirm, is_fresh
from tracker.choices import RedactionState
from tracker.errors import Refusal
from tracker.forms.redactions import CarryOutForm, ProposeForm, RefuseForm
from tracker.models import TRACKED_MODELS, Record, Redaction
from tracker.models.base import texts
from tracker.permissions import Actor, may_propose_redaction, may_refuse_redaction
from tracker.queries.redaction_places import find
from tracker.queries.redactions import (
    ABOUT,
    alliance_of,
    columns_of,
    field_label,
    is_second,
    part_of,
    parts_of,
    record_of,
    sees,
)

_TABLES = {model.KIND: model._meta.verbose_name for model in TRACKED_MODELS}


def _carry_out(redaction: Redaction, form: CarryOutForm, **who: Any) -> CarriedOut:
    return carry_out_redaction(redaction, version=form.cleaned_data["version"], **who)


def _done(result: CarriedOut) -> str:
    """Say what is done, and what is left to do on the server."""
    told = [_("It is redacted: the values are gone, the entries stay.")]
    if not result.scrubbed.done:
        told.append(result.scrubbed.left)
    if not result.is_listed:
        told.append(_("The list of redactions beside the database could not be written. Run manage.py scrub."))
    return " ".join(told)


def _refuse(redaction: Redaction, form: RefuseForm, **who: Any) -> Redaction:
    return refuse_redaction(redaction, reason=form.cleaned_data["reason"], version=form.cleaned_data["version"], **who)


def _waits(redaction: Redaction) -> bool:
    return redaction.state == RedactionState.PROPOSED


@dataclass(frozen=True)
class Going:
    """One row of what goes: the record, as far as the reader may see it, its field, and where to look at it."""

    table: str
    label: str
    field: str
    address: str


class RedactionAdmin(WorkspaceAdmin):
    page_template = "admin/redaction.html"
    of_installation = True
    facts = (
        "ground",
        "note",
        "state",
        "proposed_by",
        "proposed_organisation",
        "proposed_at",
        "decided_by",
        "decided_organisation",
        "decided_at",
    )
    steps = (
        Step(
            "carry_out",
            gettext_lazy("Carry it out"),
            gettext_lazy("Take it away for good"),
            _done,
            CarryOutForm,
            is_second,
            _carry_out,
            _waits,
            fresh=True,
        ),
        Step(
            "refuse",
            gettext_lazy("Refuse"),
            gettext_lazy("Refuse"),
            gettext_lazy("Refused: nothing was taken away."),
            RefuseForm,
            lambda actor, redaction: may_refuse_redaction(actor, redaction.alliance_id, redaction.proposed_by_id),
            _refuse,
            _waits,
        ),
    )
    list_display = ("what", "ground", "state", "proposed_at", "decided_at")
    list_filter = (RedactionDeskFilter, "state", "ground")
    ordering = ("-pk",)

    @admin.display(description=gettext_lazy("What goes"))
    def what(self, redaction: Redaction) -> str:
        return called(redaction)

    # --- Proposing

    def has_add_permission(self, request: HttpRequest) -> bool:
        # Without a record there is nothing to propose: the way in is a record's own page.
        return False

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Propose a redaction of one record, which `?kind=` and `?record=` name."""
        if not self.has_module_permission(request):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        record = self._asked(request)
        alliance = alliance_of(record)
        if not may_propose_redaction(access.actor_of(request), alliance.pk if alliance else None):
            raise PermissionDenied
        return self._propose(request, record) if request.method == "POST" else self._asking(request, record)

    def _asked(self, request: HttpRequest) -> Record:
        """Return the record that the address names. Raises Http404 where none is in sight."""
        record = record_of(request.GET.get("kind", ""), request.GET.get("record", ""))
        seen = record and access.wherever(request, lambda: sees(access.actor_of(request), record) or None)
        if record is None or not seen:
            raise Http404
        return record

    def _asking(self, request: HttpRequest, record: Record, form: ProposeForm | None = None) -> HttpResponse:
        actor = access.actor_of(request)
        parts = [(_name(part), propose_address(part)) for part in parts_of(record) if sees(actor, part)]
        context = {
            "title": _("Redact: %(record)s") % {"record": _name(record)},
            "form": form or ProposeForm(actor=actor, record=record),
            "parts": parts,
        }
        return self.respond(request, "admin/redaction_propose.html", context)

    def _propose(self, request: HttpRequest, record: Record) -> HttpResponse:
        actor = access.actor_of(request)
        form = ProposeForm(request.POST, actor=actor, record=record)
        if not is_fresh(request):
            ask_to_confirm(request, request.get_full_path())
        elif form.is_valid():
            try:
                redaction = propose_redaction(record, **form.cleaned_data, actor=actor, at=timezone.now())
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, _("Proposed. Somebody of another organisation carries it out or refuses it."))
                return HttpResponseRedirect(self.address(redaction))
        return self._asking(request, record, form)

    # --- Deciding

    def page_context(self, request: HttpRequest, record: Redaction) -> dict[str, Any]:
        actor, about = access.actor_of(request), record_of(record.object_kind, record.object_uuid)
        seen = about is not None and sees(actor, about)
        context = {"title": called(record), "seen": seen, "waits": _waits(record), "places": len(record.places)}
        if about is None:
            return context
        if seen:
            context["target_address"] = _page_of(about)
        if _waits(record):
            context |= {"texts": _texts_of(about, record.field) if seen else [], "going": _going(actor, about, record)}
        return context


def called(redaction: Redaction) -> str:
    """Return how a redaction is named: by table and field, without a word of the record."""
    table = capfirst(str(_TABLES.get(redaction.object_kind, redaction.object_kind)))
    return f"{table} · {field_label(redaction.object_kind, redaction.field)}"


def _name(record: Record) -> str:
    return f"{record._meta.verbose_name} “{record}”"


def propose_address(record: Record) -> str:
    """Return the address of the page on which a redaction of `record` is proposed."""
    query = urlencode({"kind": record.KIND, "record": str(record.uuid)})
    return f"{reverse('admin:tracker_redaction_add')}?{query}"


def _page_of(record: Record) -> str:
    """Return the address of a record's page, or of what it is a part of; "" where it has none."""
    whole = part_of(record)
    try:
        return reverse(f"admin:tracker_{whole._meta.model_name}_change", args=[whole.pk])
    except NoReverseMatch:
        return ""


def _texts_of(record: Record, field: str) -> list[Fact]:
    """Return what the field says today, for the second person to read."""
    if field in ABOUT:
        return []
    found = []
    for name in columns_of(type(record), field):
        value, label = getattr(record, name), field_label(record.KIND, name)
        if isinstance(value, str):
            found.append(Fact(label, value))
        elif isinstance(value, dict | list):
            found.append(Fact(label, "; ".join(f"{key}: {value[key]}" for key in value) if value else ""))
        else:
            found += [Fact(f"{label} ({code})", text) for code, text in texts(value).items()]
    return [fact for fact in found if fact.value]


def _going(actor: Actor, record: Record, redaction: Redaction) -> list[Going]:
    """Return every field of every record that loses something, the record's own first."""
    found = find(record, redaction.field)
    told = found.told | {(row.KIND, str(row.uuid), name) for row, values in found.erased for name in values}
    mine = (record.KIND, str(record.uuid))
    rows = []
    for kind, key, name in sorted(told, key=lambda row: (row[:2] != mine, row)):
        row = record_of(kind, key)
        shown = row is not None and sees(actor, row)
        rows.append(
            Going(
                str(_TABLES[kind]),
                str(row) if shown else _("one that you do not see"),
                field_label(kind, name),
                _page_of(row) if row is not None and shown else "",
            )
        )
    return rows
