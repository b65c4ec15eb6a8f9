"""Items: what was asked, where it stands, who follows it."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet, prefetch_related_objects
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tracker.actions.items import archive_item, assign_item, name_dispute, restore_item, set_lifecycle
from tracker.admin import access
from tracker.admin.base import FoundByWords, Step, by_name
from tracker.admin.bulk import BulkPages
from tracker.admin.facts import level_badge
from tracker.admin.filters import ArchivedFilter, DocumentFilter, FlagFilter, ItemDeskFilter, OwnerFilter
from tracker.admin.requests import letter_address
from tracker.admin.safeguarding import ITEM_VISIBILITY, TAKE_DOWN_TEXTS
from tracker.choices import Level
from tracker.forms.base import ReasonForm
from tracker.forms.items import AssignForm, DisputeForm, LifecycleForm
from tracker.models import Item, Request
from tracker.permissions import Actor, may_draft, may_manage, may_name_dispute, may_request
from tracker.queries import meanings
from tracker.queries.access import requests, updates
from tracker.queries.components import parts_of
from tracker.queries.disputes import dispute_of
from tracker.queries.items import current, flags_of, today
from tracker.queries.letters import standing_of
from tracker.queries.progress import accounts
from tracker.queries.relations import related_to
from tracker.queries.search import items_holding

LINES = 10


def _assign(item: Item, form: AssignForm, **who: Any) -> Item:
    return assign_item(
        item, reason=form.cleaned_data["reason"], version=form.cleaned_data["version"], **form.values(), **who
    )


def _set_lifecycle(item: Item, form: LifecycleForm, **who: Any) -> Item:
    typed = form.cleaned_data
    return set_lifecycle(item, typed["lifecycle"], reason=form.text("reason"), version=typed["version"], **who)


def _name_dispute(item: Item, form: DisputeForm, **who: Any) -> Item:
    typed = form.cleaned_data
    return name_dispute(item, typed["dispute_point"], note=form.text("dispute_note"), version=typed["version"], **who)


def _names_disputes(actor: Actor, item: Item) -> bool:
    return may_name_dispute(actor, item.alliance_id)


def _is_disputed(item: Item) -> bool:
    return item.disputed and item.is_open


def _manages(actor: Actor, item: Item) -> bool:
    return may_manage(actor, item.alliance_id)


def _in_use(item: Item) -> bool:
    return item.archived_on is None


def _is_archived(item: Item) -> bool:
    return item.archived_on is not None


class ItemList(ChangeList):
    """A page of items with the flags of today: two more queries, however many rows."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = list(self.result_list)
        alliance = access.alliance_of(request)
        if alliance is not None:
            now = current(alliance, today=today(alliance, timezone.now())).filter(item__in=[row.pk for row in rows])
            flags = {state.item_id: flags_of(state) for state in now}
            for row in rows:
                row.flags_today = flags.get(row.pk, [])
        self.result_list = rows


class ItemAdmin(BulkPages, FoundByWords):
    page_template = "admin/item.html"
    facts = (
        "owner",
        "contributors",
        "duty_bearer",
        "update_due_on",
        "verify_by",
        "lifecycle",
        "lifecycle_reason",
        "visibility",
        "withheld",
        "archived_on",
    )
    steps = (
        Step(
            "dispute",
            _("Name the point at issue"),
            _("Save"),
            _("The point at issue is named: the public page shows it beside each side's word."),
            DisputeForm,
            _names_disputes,
            _name_dispute,
            _is_disputed,
        ),
        Step("assign", _("Owner and dates"), _("Save"), _("Saved."), AssignForm, _manages, _assign, _in_use),
        Step(
            "lifecycle",
            _("Lifecycle"),
            _("Set the lifecycle"),
            _("The lifecycle is set."),
            LifecycleForm,
            _manages,
            _set_lifecycle,
            _in_use,
        ),
        Step(
            "archive",
            _("Archive"),
            _("Archive this item"),
            _("The item is archived: it leaves the lists, and its record stays."),
            ReasonForm,
            _manages,
            by_name(archive_item),
            _in_use,
        ),
        Step(
            "restore",
            _("Bring back"),
            _("Bring this item back"),
            _("The item is back in the lists."),
            ReasonForm,
            _manages,
            by_name(restore_item),
            _is_archived,
        ),
        ITEM_VISIBILITY,
        TAKE_DOWN_TEXTS,
    )
    list_display = ("reference", "asked", "badge", "owner", "lifecycle", "flags", "update_due_on")
    list_display_links = ("reference",)
    list_filter = (ItemDeskFilter, FlagFilter, "level", "lifecycle", DocumentFilter, OwnerFilter, ArchivedFilter)
    search_fields = ("recommendation",)
    search_help_text = _(
        "Words of the reference, title or summary, in any language, of the official wording, or of what is published."
    )

    @admin.display(description=_("Reference"), ordering="recommendation__position")
    def reference(self, item: Item) -> str:
        return str(item.recommendation)

    @admin.display(description=_("What was asked"))
    def asked(self, item: Item) -> str:
        return str(item.recommendation.title)

    @admin.display(description=_("Level"), ordering="level")
    def badge(self, item: Item) -> str:
        return level_badge(item.level)

    @admin.display(description=_("Flags"))
    def flags(self, item: Any) -> str:
        return ", ".join(str(flag.label) for flag in item.flags_today) or "–"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ItemList

    def holding(self, request: HttpRequest, queryset: QuerySet[Any], question: str) -> QuerySet[Any]:
        alliance_id = access.actor_of(request).alliance_id
        return items_holding(queryset, "pk", question, alliance_id=alliance_id, internal=True)

    def page_context(self, request: HttpRequest, record: Item) -> dict[str, Any]:
        actor = access.actor_of(request)
        day = today(record.alliance, timezone.now())
        state = current(record.alliance, today=day).filter(item=record).first()
        voices, writes = accounts(record), may_request(actor, record.alliance_id)
        prefetch_related_objects(voices, "evidence")
        return {
            "point": record.recommendation,
            "level": {
                "code": record.level,
                "label": Level(record.level).label,
                "meaning": meanings.LEVELS[record.level],
                "needs": meanings.on_item(record.level, record)["needs"],
            },
            "flags": [(flag.label, meanings.FLAGS[flag]) for flag in flags_of(state)] if state else [],
            "parts": parts_of(record, record.headline),
            "timeline": updates(actor).filter(item=record).prefetch_related("evidence").order_by("-pk"),
            "record_address": record_address(record) if may_draft(actor, record.alliance_id) and record.is_open else "",
            "lines": self.lines(request, self.told(record))[:LINES],
            "letters": letters_of(actor, record),
            "letter_address": letter_address(record) if writes and record.is_open else "",
            "voices": voices,
            "dispute": dispute_of(record, voices),
            "related": related_to([record.recommendation], record.alliance, today=day).get(record.recommendation_id),
        }


def letters_of(actor: Actor, item: Item) -> list[tuple[Request, str]]:
    """Return the letters about `item` that `actor` may see, the latest first, each with where it stands in words."""
    day = today(item.alliance, timezone.now())
    found = requests(actor).filter(item=item).order_by("-pk")
    return [(letter, str(standing_of(letter, day).label)) for letter in found]


def record_address(item: Item) -> str:
    """Return the address where an update on `item` is recorded."""
    return f"{reverse('admin:tracker_update_add')}?item={item.pk}"
