"""Updates: written, submitted, reviewed and corrected. Each page is one `UpdateForm` or one update with its steps."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker import workflow
from tracker.actions.progress import (
    Content,
    correct_update,
    discard_update,
    draft_update,
    edit_draft,
    publish_update,
    return_update,
    submit_update,
)
from tracker.admin import access
from tracker.admin.base import FoundByWords, Step, level_badge
from tracker.admin.filters import ItemDocumentFilter, OneItemFilter, OrganisationFilter, UpdateDeskFilter
from tracker.admin.items import record_address
from tracker.choices import UpdateState
from tracker.errors import Conflict, Refusal
from tracker.forms.progress import DiscardForm, PublishForm, ReturnForm, UpdateForm, typed_before
from tracker.models import Item, Update
from tracker.models.progress import OPEN_DRAFTS
from tracker.permissions import Actor, may_draft, may_edit_draft, may_review, may_see_update
from tracker.queries.desk import PRIVATE_STATES, items, updates
from tracker.queries.items import today
from tracker.queries.progress import needs_two

SUBMIT = "submit"


def _publish(update: Update, form: PublishForm, **who: Any) -> Update:
    typed = form.cleaned_data
    return publish_update(update, independence_note=typed["independence_note"], version=typed["version"], **who)


def _return(update: Update, form: ReturnForm, **who: Any) -> Update:
    return return_update(update, reason=form.cleaned_data["reason"], version=form.cleaned_data["version"], **who)


def _discard(update: Update, form: DiscardForm, **who: Any) -> Update:
    return discard_update(update, reason=form.cleaned_data["reason"], version=form.cleaned_data["version"], **who)


def _reviews(actor: Actor, update: Update) -> bool:
    return may_review(actor, update.alliance_id, update.author_id)


def _waits(update: Update) -> bool:
    return workflow.leads("return", update.state)


def _writes(actor: Actor, update: Update) -> bool:
    return may_edit_draft(actor, update.alliance_id, update.organisation_id)


def _is_open(update: Update) -> bool:
    return workflow.leads("edit", update.state)


def _corrects(actor: Actor, update: Update) -> bool:
    return may_draft(actor, update.alliance_id)


def _approved(update: Update) -> Any:
    if update.state == UpdateState.AWAITING_SECOND:
        return _("Approved. One more person must confirm it before it is published.")
    return _("Published.")


class UpdateAdmin(FoundByWords):
    page_template = "admin/update.html"
    write_template = "admin/write.html"
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
        ),
        Step(
            "return",
            gettext_lazy("Return to the author"),
            gettext_lazy("Return"),
            gettext_lazy("Returned to the author."),
            ReturnForm,
            _reviews,
            _return,
            _waits,
        ),
        Step(
            "discard",
            gettext_lazy("Discard"),
            gettext_lazy("Discard this draft"),
            gettext_lazy("The draft is discarded."),
            DiscardForm,
            _writes,
            _discard,
            _is_open,
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
    search_fields = ("item__recommendation__words", "item__recommendation__wording_words")
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

    def has_add_permission(self, request: HttpRequest) -> bool:
        actor = access.actor_of(request)
        return self.has_module_permission(request) and may_draft(actor, actor.alliance_id)

    def get_urls(self) -> list[URLPattern]:
        correct = path(
            "<path:object_id>/correct/", self.admin_site.admin_view(self.correct_view), name="tracker_update_correct"
        )
        return [correct, *super().get_urls()]

    def offers(self, request: HttpRequest, record: Update, step: Step) -> bool:
        desk = access.desk_of(request)
        if step.name == "publish":
            return desk is not None and desk.may_publish(record)
        return super().offers(request, record, step)

    def told(self, record: Update) -> list[Any]:
        return [record, *record.assessments.all()]

    def page_context(self, request: HttpRequest, record: Update) -> dict[str, Any]:
        actor = access.actor_of(request)
        offered = record.state == UpdateState.PUBLISHED and _corrects(actor, record)
        return {
            "item": record.item,
            "point": record.item.recommendation,
            "texts": [(label, getattr(record, name)) for name, (label, _help, _rows) in UpdateForm.LOCALISED.items()],
            "sources": record.evidence.all(),
            "assessments": record.assessments.select_related("component"),
            "notice": self.notice(request, record),
            "correct_address": reverse("admin:tracker_update_correct", args=[record.pk]) if offered else "",
            "history_address": reverse("admin:tracker_update_history", args=[record.pk]),
        }

    def notice(self, request: HttpRequest, update: Update) -> str:
        """Return what the page says about the review that `update` waits for."""
        desk = access.desk_of(request)
        if not _waits(update) or desk is None:
            return ""
        if update.state == UpdateState.AWAITING_SECOND:
            return _("%(name)s approved this update. One more person must confirm it.") % {"name": update.publisher}
        if _reviews(desk.actor, update) and not desk.may_publish(update):
            return _("Another organisation than the author's publishes this update.")
        return (
            _("Two people must confirm this update before it is published.") if needs_two(update, update.item) else ""
        )

    # --- Writing

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Record an update on the item of `?item=`."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if "item" not in request.GET:
            messages.info(request, _("Open an item first, then record the update there."))
            return HttpResponseRedirect(reverse("admin:tracker_item_changelist"))
        actor, chosen = access.actor_of(request), request.GET["item"]
        item = items(actor).filter(pk=chosen).first() if chosen.isdecimal() else None
        if item is None:
            raise Http404
        drafts = updates(actor).filter(item=item, organisation=actor.organisation_id, state__in=OPEN_DRAFTS)
        if request.method == "GET" and (begun := drafts.first()):
            messages.info(request, _("Your organisation has begun this update already. Go on here."))
            return HttpResponseRedirect(self.address(begun))
        form = self.update_form(request, item, initial=self.beginning(request, item))
        return self.write(request, form, lambda content, **who: draft_update(item, content, **who))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Go on writing a draft; show anything else. A page that has become old keeps what was typed."""
        update = self.fetch(request, object_id)
        mine = _writes(access.actor_of(request), update)
        if request.method == "POST" and not mine:
            raise PermissionDenied
        if not mine or (request.method != "POST" and not _is_open(update)):
            return super().change_view(request, object_id, form_url, extra_context)
        form = self.update_form(request, update.item, initial=typed_before(update), record=update)

        def save(content: Content, **who: Any) -> Update:
            return edit_draft(update, content, version=form.cleaned_data["version"], **who)

        return self.write(request, form, save, update)

    def correct_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Write a new update that points back to a published one."""
        update = self.fetch(request, object_id)
        if not _corrects(access.actor_of(request), update):
            raise PermissionDenied
        form = self.update_form(request, update.item, initial=typed_before(update))
        return self.write(
            request, form, lambda content, **who: correct_update(update, content, **who), corrected=update
        )

    def update_form(self, request: HttpRequest, item: Item, **kwargs: Any) -> UpdateForm:
        data = request.POST if request.method == "POST" else None
        return UpdateForm(data, item=item, actor=access.actor_of(request), **kwargs)

    def beginning(self, request: HttpRequest, item: Item) -> dict[str, Any]:
        """Return what a new update starts from: this month, and the texts of `?from=` where asked for."""
        begun: dict[str, Any] = {}
        chosen = request.GET.get("from", "")
        if chosen.isdecimal():
            source = updates(access.actor_of(request)).filter(item=item, pk=chosen).first()
            begun = typed_before(source) if source else {}
        return begun | {"period_from": "", "period_to": f"{today(item.alliance, timezone.now()):%Y-%m}"}

    def write(
        self,
        request: HttpRequest,
        form: UpdateForm,
        save: Callable[..., Update],
        update: Update | None = None,
        corrected: Update | None = None,
    ) -> HttpResponse:
        """Show the page on which an update is written, or store what was typed on it."""
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        since: list[Any] = []
        if request.method == "POST" and form.is_valid():
            try:
                saved = save(form.content(), actor=access.actor_of(request), at=timezone.now())
            except Refusal as refusal:
                form.refuse(refusal)
                if update is not None and isinstance(refusal, Conflict):
                    update = self.fetch(request, str(update.pk))
                    since = self.changed_since(request, update, form)
            else:
                return self.saved(request, saved)
        return self.respond(
            request,
            self.write_template,
            self.write_context(request, form, update, corrected) | {"since": since},
        )

    def write_context(
        self, request: HttpRequest, form: UpdateForm, update: Update | None, corrected: Update | None
    ) -> dict[str, Any]:
        """Return what the page shows around the form: what was asked, the last update, how to discard."""
        desk, item = access.desk_of(request), form.item
        last = desk.latest().filter(item=item).first() if desk else None
        discard = next(step for step in self.steps if step.name == "discard")
        return {
            "title": _("Update on %(item)s") % {"item": item}
            if update
            else _("New update on %(item)s") % {"item": item},
            "item": item,
            "point": item.recommendation,
            "form": form,
            "update": update,
            "corrected": corrected,
            "last": last,
            "start_address": f"{record_address(item)}&from={last.pk}" if last and not (update or corrected) else "",
            "steps": [self.shown(request, discard, update)] if update else [],
        }

    def saved(self, request: HttpRequest, update: Update) -> HttpResponse:
        """Submit a stored draft where asked to, and say what became of it."""
        if request.POST.get("act") != SUBMIT:
            messages.success(request, _("The draft is saved."))
            return HttpResponseRedirect(self.address(update))
        try:
            submit_update(update, actor=access.actor_of(request), at=timezone.now(), version=update.version)
        except Refusal as refusal:
            messages.warning(
                request, _("The draft is saved, but it is not submitted yet. %(reason)s") % {"reason": refusal}
            )
        else:
            messages.success(request, _("Submitted. Someone of the alliance reviews it next."))
        return HttpResponseRedirect(self.address(update))
