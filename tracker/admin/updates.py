"""Updates: listed, reviewed, published, corrected. Each page is one update with its steps; admin/writing.py writes."""

from dataclasses import replace
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker import workflow
from tracker.actions.progress import discard_update, publish_update, return_update
from tracker.actions.statements import add_bearing
from tracker.admin import access
from tracker.admin.base import Step, by_name
from tracker.admin.facts import level_badge
from tracker.admin.filters import ItemDocumentFilter, OneItemFilter, OrganisationFilter, UpdateDeskFilter
from tracker.admin.safeguarding import TAKE_DOWN
from tracker.admin.writing import UpdateWriting, corrects, flagged, is_open, writes
from tracker.choices import UpdateState
from tracker.forms.progress import UpdateForm
from tracker.forms.review import BearingForm, DiscardForm, PublishForm, ReturnForm
from tracker.models import Bearing, Update
from tracker.permissions import Actor, may_draft, may_manage, may_review, may_see_update
from tracker.queries import meanings
from tracker.queries.access import PRIVATE_STATES, items
from tracker.queries.components import parts_of
from tracker.queries.items import today
from tracker.queries.progress import needs_two, wrote
from tracker.queries.readiness import borne_gap, fallen_approval, standing
from tracker.queries.screening import hold_on, is_released, screen_update


def _publish(update: Update, form: PublishForm, **who: Any) -> Update:
    typed = form.cleaned_data
    return publish_update(update, independence_note=typed.get("independence_note", ""), version=typed["version"], **who)


def _reviews(actor: Actor, update: Update) -> bool:
    return may_review(actor, update.alliance_id, update.author_id) and not wrote(actor.user_id, update)


def _waits(update: Update) -> bool:
    return workflow.leads("return", update.state)


def _add_bearing(update: Update, form: BearingForm, **who: Any) -> Bearing:
    return add_bearing(update, form.cleaned_data["item"], reason=form.text("reason"), **who)


def _links(actor: Actor, update: Update) -> bool:
    return may_draft(actor, update.alliance_id) or may_manage(actor, update.alliance_id)


def _is_published(update: Update) -> bool:
    return update.state == UpdateState.PUBLISHED


def _is_shown(update: Update) -> bool:
    return _is_published(update) and not update.withheld


def _approved(update: Update) -> Any:
    if update.state == UpdateState.AWAITING_SECOND:
        return _("Approved. One more person must confirm it before it is published.")
    return _("Published.")


class UpdateAdmin(UpdateWriting):
    page_template = "admin/update.html"
    facts = (
        "perspective",
        "organisation",
        "author",
        "period_from",
        "period_to",
        "level",
        "closes_item",
        "verify_by",
        "place_document",
        "place",
        "corrects",
        "evidence_grade",
        "independence_note",
        "return_reason",
        "submitted_at",
        "publisher",
        "second_publisher",
        "published_at",
    )
    steps = (
        Step(
            "publish",
            gettext_lazy("Publish"),
            gettext_lazy("Publish"),
            _approved,
            PublishForm,
            _reviews,
            _publish,
            _waits,
            fresh=True,
        ),
        Step(
            "return",
            gettext_lazy("Return to the author"),
            gettext_lazy("Return"),
            gettext_lazy("Returned to the author."),
            ReturnForm,
            _reviews,
            by_name(return_update),
            _waits,
        ),
        Step(
            "discard",
            gettext_lazy("Discard"),
            gettext_lazy("Discard this draft"),
            gettext_lazy("The draft is discarded."),
            DiscardForm,
            writes,
            by_name(discard_update),
            is_open,
        ),
        Step(
            "bear",
            gettext_lazy("Bears on another item"),
            gettext_lazy("Link"),
            gettext_lazy("Linked: the other item now shows what this update says about it."),
            BearingForm,
            _links,
            _add_bearing,
            _is_published,
        ),
        replace(
            TAKE_DOWN,
            title=gettext_lazy("Take down"),
            button=gettext_lazy("Take this update down"),
            done=gettext_lazy(
                "Taken down: its texts and sources are off every public page. The safeguarding lead is next."
            ),
            fits=_is_shown,
        ),
    )
    list_display = ("item", "asked", "perspective", "organisation", "badge", "state", "period_to", "published_at")
    list_filter = (
        UpdateDeskFilter,
        "state",
        "perspective",
        "level",
        OrganisationFilter,
        ItemDocumentFilter,
        OneItemFilter,
    )
    search_fields = ("item__recommendation",)
    search_help_text = gettext_lazy(
        "Words of the item's reference, title or summary, in any language, or of its official wording."
    )
    ordering = ("-pk",)

    @admin.display(description=gettext_lazy("What was asked"))
    def asked(self, update: Update) -> str:
        return str(update.item.recommendation.title)

    @admin.display(description=gettext_lazy("Proposed level"), ordering="level")
    def badge(self, update: Update) -> str:
        return level_badge(update.level)

    def sees(self, actor: Actor, record: Update) -> bool:
        return super().sees(actor, record) and may_see_update(
            actor,
            record.alliance_id,
            record.organisation_id,
            published=record.state == UpdateState.PUBLISHED,
            draft=record.state in PRIVATE_STATES,
        )

    def offers(self, request: HttpRequest, record: Update, step: Step) -> bool:
        desk = access.desk_of(request)
        if step.name == "publish":
            here = desk is not None and desk.may_publish(record) and _reviews(desk.actor, record)
            return here and is_released(record, screen_update(record))
        return super().offers(request, record, step)

    def told(self, record: Update) -> list[Any]:
        return [record, *record.assessments.all()]

    def page_context(self, request: HttpRequest, record: Update) -> dict[str, Any]:
        actor, day = access.actor_of(request), today(record.alliance, timezone.now())
        offered = _is_published(record) and corrects(actor, record)
        return {
            "item": record.item,
            "point": record.item.recommendation,
            "texts": [(label, getattr(record, name)) for name, (label, _help, _rows) in UpdateForm.LOCALISED.items()],
            "sources": record.evidence.all(),
            "letters": record.requests.select_related("duty_bearer"),
            "parts": parts_of(record.item, record),
            "bearings": self.bearings(actor, record),
            "explained": meanings.on_item(record.level, record.item) if record.level else None,
            "bears": standing(record),
            "gap": borne_gap(record, today=day, independent=True) if _waits(record) else "",
            "notice": self.notice(request, record),
            "found": flagged(record) if _waits(record) else [],
            "hold": hold_on(record),
            "correct_address": self.address(record, "correct") if offered else "",
        }

    def bearings(self, actor: Actor, update: Update) -> list[Bearing]:
        """Return which other items `update` says something about."""
        found = update.bears_on.filter(archived_on=None, item__in=items(actor).values("pk"))
        return list(found.select_related("item__recommendation__document").order_by("pk"))

    def notice(self, request: HttpRequest, update: Update) -> str:
        """Return what the page says about the review that `update` waits for."""
        desk = access.desk_of(request)
        if not _waits(update) or desk is None:
            return ""
        if update.state == UpdateState.AWAITING_SECOND:
            return fallen_approval(update) or (
                _("%(name)s approved this update. One more person must confirm it.") % {"name": update.publisher}
            )
        if _reviews(desk.actor, update) and not desk.may_publish(update):
            return _("Another organisation than the author's publishes this update.")
        return (
            _("Two people must confirm this update before it is published.") if needs_two(update, update.item) else ""
        )
