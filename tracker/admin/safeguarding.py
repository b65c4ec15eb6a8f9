"""Safeguarding: what is held back waits here for the lead and a second person; anyone takes things down."""

from dataclasses import replace
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.actions.items import set_item_visibility
from tracker.actions.safeguarding import block_hold, release_hold, take_down
from tracker.admin import access
from tracker.admin.base import Step, WorkspaceAdmin, by_name
from tracker.admin.facts import Fact, facts_of
from tracker.admin.filters import HoldDeskFilter
from tracker.choices import OPEN_HOLDS, HoldState, Risk
from tracker.forms.safeguarding import DecideForm, ItemVisibilityForm, TakeDownForm
from tracker.models import Evidence, Hold, Item, Record, Update
from tracker.models.base import texts
from tracker.permissions import (
    Actor,
    may_confirm_release,
    may_edit_draft,
    may_manage,
    may_release,
    may_take_down,
)
from tracker.queries.access import visible_to
from tracker.queries.screening import EVIDENCE_TEXTS, UPDATE_TEXTS, author_of, screen_update
from tracker.queries.withholding import ITEM_TEXTS

# Of a source, an item's texts or a published update; each table says when it fits.
TAKE_DOWN = Step(
    "take_down",
    gettext_lazy("Take out of public sight"),
    gettext_lazy("Take it down now"),
    gettext_lazy("It is out of public sight now. The safeguarding lead looks at it next."),
    TakeDownForm,
    lambda actor, thing: may_take_down(actor, thing.alliance_id),
    by_name(take_down),
    lambda thing: not thing.withheld,
)
TAKE_DOWN_TEXTS = replace(TAKE_DOWN, title=gettext_lazy("Take its reasons and notes out of public sight"))


ITEM_VISIBILITY = Step(
    "visibility",
    gettext_lazy("Visibility on this item"),
    gettext_lazy("Save"),
    gettext_lazy("Saved."),
    ItemVisibilityForm,
    lambda actor, item: may_manage(actor, item.alliance_id) or may_edit_draft(actor, item.alliance_id, item.owner_id),
    by_name(set_item_visibility),
)


def _shows(actor: Actor, hold: Hold) -> bool:
    """Tell whether `actor` may see what is held back: nobody releases what they have not read."""
    return visible_to(actor, type(hold.target)).filter(pk=hold.target.pk).exists()


def _releases(actor: Actor, hold: Hold) -> bool:
    return _blocks(actor, hold) and _shows(actor, hold)


def _confirms(actor: Actor, hold: Hold) -> bool:
    second = may_confirm_release(actor, hold.alliance_id, author_of(hold), hold.released_by_id)
    return second and _shows(actor, hold)


def _blocks(actor: Actor, hold: Hold) -> bool:
    return may_release(actor, hold.alliance_id, author_of(hold))


class HoldAdmin(WorkspaceAdmin):
    page_template = "admin/hold.html"
    facts = ("cause", "state", "reason", "opened_by", "opened_at", "released_by", "confirmed_by", "decision")
    steps = (
        Step(
            "release",
            gettext_lazy("Release"),
            gettext_lazy("Release, for a second person to confirm"),
            gettext_lazy("Released. One more person confirms before it can be seen."),
            DecideForm,
            _releases,
            by_name(release_hold),
            lambda hold: hold.state == HoldState.WAITING,
            fresh=True,
        ),
        Step(
            "confirm",
            gettext_lazy("Confirm the release"),
            gettext_lazy("Confirm the release"),
            gettext_lazy("Confirmed: it is held back no longer."),
            DecideForm,
            _confirms,
            by_name(release_hold),
            lambda hold: hold.state == HoldState.CONFIRMING,
            fresh=True,
        ),
        Step(
            "block",
            gettext_lazy("Block"),
            gettext_lazy("Block"),
            gettext_lazy("Blocked: it stays out of sight."),
            DecideForm,
            _blocks,
            by_name(block_hold),
            lambda hold: hold.state in OPEN_HOLDS,
            fresh=True,
        ),
    )
    list_display = ("what", "cause", "state", "risky", "opened_at")
    list_filter = (HoldDeskFilter, "state", "cause")
    ordering = ("-pk",)

    @admin.display(description=gettext_lazy("What is held back"))
    def what(self, hold: Hold) -> str:
        return called(hold)

    @admin.display(description=gettext_lazy("What was found"))
    def risky(self, hold: Hold) -> str:
        return ", ".join(str(Risk(code).label) for code in hold.risks) or "–"

    def page_context(self, request: HttpRequest, record: Hold) -> dict[str, Any]:
        target, actor = record.target, access.actor_of(request)
        seen = _shows(actor, record)
        screening = screen_update(record.update) if record.update and record.digest else None
        return {
            "title": called(record),
            "seen": seen,
            "risks": [Risk(code).label for code in record.risks],
            "found": [(field, risk.label) for field, risk in screening.found] if screening and seen else [],
            "rewritten": bool(screening and screening.digest != record.digest),
            "texts": held_texts(target) if seen else [],
            "sources": target.evidence.order_by("pk") if seen and isinstance(target, Update) else [],
            "target_address": reverse(f"admin:tracker_{target._meta.model_name}_change", args=[target.pk])
            if seen
            else "",
            "mine": author_of(record) == actor.user_id,
        }


def called(hold: Hold) -> str:
    """Return how a hold is named in a list: where it is, and none of the words that it holds back."""
    if hold.evidence is not None:
        return _("%(kind)s, number %(number)s") % {"kind": hold.evidence.get_kind_display(), "number": hold.evidence_id}
    return str(hold.target)


def held_texts(target: Record) -> list[Fact]:
    """Return the very texts that are held back, each with the name of its field."""
    if isinstance(target, Evidence):
        return facts_of(target, EVIDENCE_TEXTS)
    found = []
    for name in UPDATE_TEXTS if isinstance(target, Update) else ITEM_TEXTS:
        for language, text in texts(getattr(target, name)).items():
            found.append(Fact(f"{target._meta.get_field(name).verbose_name} ({language})", text))  # type: ignore[union-attr]
    if isinstance(target, Item):
        excluded = target.components_not_applicable.filter(archived_on=None).select_related("component")
        found += [Fact(_("why %(part)s does not apply") % {"part": row.component}, row.reason) for row in excluded]
    return found
