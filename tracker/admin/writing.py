"""The page on which an update is written: a new one, a draft, a correction. A draft is always saved."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, QueryDict
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker import workflow
from tracker.actions.progress import Content, correct_update, draft_update, edit_draft, submit_update
from tracker.admin import access
from tracker.admin.base import WRITING, FoundByWords
from tracker.admin.choosing import choose_item
from tracker.admin.items import record_address
from tracker.choices import Risk
from tracker.errors import Refusal
from tracker.forms.progress import Fault, UpdateForm, typed_before
from tracker.forms.review import DiscardForm
from tracker.models import Item, Update
from tracker.models.progress import OPEN_DRAFTS
from tracker.permissions import Actor, may_draft, may_edit_draft
from tracker.queries.access import updates
from tracker.queries.items import today
from tracker.queries.readiness import lacks, standing
from tracker.queries.screening import screen_update
from tracker.queries.sources import Found, with_words

# What the buttons of the page send as `act`; any other saves the draft.
SUBMIT, FIND = "submit", "find"
# Where the page lists what keeps a draft from being submitted.
LACKING = "lacking"
FOUND_AT_ONCE = 20


def writes(actor: Actor, update: Update) -> bool:
    """Tell whether `actor` may change `update` while it is a draft."""
    return may_edit_draft(actor, update.alliance_id, update.organisation_id)


def is_open(update: Update) -> bool:
    """Tell whether `update` is a draft still, or one again."""
    return workflow.leads("edit", update.state)


def corrects(actor: Actor, update: Update) -> bool:
    """Tell whether `actor` may write a correction of `update`."""
    return may_draft(actor, update.alliance_id)


def flagged(update: Update) -> list[tuple[str, str]]:
    """Return what in a stored update may identify a child, as (field, risk) in words; never the text itself."""
    return [(field, str(Risk(risk).label)) for field, risk in screen_update(update).found]


class UpdateWriting(FoundByWords):
    """The part of the table of updates on which they are written."""

    write_template = "admin/write.html"

    def adds(self, actor: Actor) -> bool:
        return may_draft(actor, actor.alliance_id)

    def get_urls(self) -> list[URLPattern]:
        correct = path(
            "<path:object_id>/correct/", self.admin_site.admin_view(self.correct_view), name=self.name_of("correct")
        )
        return [correct, *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Record an update on the item of `?item=`."""
        item = access.asked_item(request)
        if not self.has_add_permission(request):
            raise PermissionDenied
        if "item" not in request.GET:
            told = _("Open an item first, then record the update there.")
            return choose_item(self, request, title=_("Record an update"), told=told)
        actor = access.actor_of(request)
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
        mine = writes(access.actor_of(request), update)
        if request.method == "POST" and not mine:
            raise PermissionDenied
        if not mine or (request.method != "POST" and not is_open(update)):
            return super().change_view(request, object_id, form_url, extra_context)
        form = self.update_form(
            request, update.item, initial=typed_before(update), unfinished=update.unfinished, record=update
        )

        def save(content: Content, **who: Any) -> Update:
            return edit_draft(update, content, version=form.seen, **who)

        return self.write(request, form, save, update)

    def correct_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Write a new update that points back to a published one."""
        update = self.fetch(request, object_id)
        if not corrects(access.actor_of(request), update):
            raise PermissionDenied
        form = self.update_form(request, update.item, initial=typed_before(update))
        return self.write(
            request, form, lambda content, **who: correct_update(update, content, **who), corrected=update
        )

    def update_form(self, request: HttpRequest, item: Item, **kwargs: Any) -> UpdateForm:
        """Return the form of an update on `item`, with what was typed and with the sources that were looked for."""
        if request.method != "POST":
            return UpdateForm(item=item, actor=access.actor_of(request), **kwargs)
        found = self.found(request)
        return UpdateForm(_legible(request.POST), item=item, actor=access.actor_of(request), found=found, **kwargs)

    def found(self, request: HttpRequest) -> Found | None:
        """Return the sources that were looked for, None where something else was asked.

        Looking for nothing is saving: in any field of the page the enter key presses its first button.
        """
        words = request.POST.get("find", "").replace("\0", "")
        if request.POST.get("act") != FIND or not words.strip():
            return None
        return with_words(access.actor_of(request), words, limit=FOUND_AT_ONCE)

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
        if request.method not in WRITING:
            return HttpResponseNotAllowed(WRITING)
        since: list[Any] = []
        if request.method == "POST" and form.unsafe:
            return self.stopped(request, form, update, corrected)
        if request.method == "POST" and form.found is None:
            try:
                saved = save(form.content(), actor=access.actor_of(request), at=timezone.now())
            except Refusal as refusal:
                form.refuse(refusal)
                if update is not None:
                    update = self.fetch(request, str(update.pk))
                    since = self.changed_since(request, update, form)
            else:
                return self.saved(request, saved)
        return self.respond(
            request,
            self.write_template,
            self.write_context(request, form, update, corrected) | {"since": since},
        )

    def page(self, request: HttpRequest, record: Any, *, tried: Any = None) -> HttpResponse:
        """Show an update; where discarding a draft is refused, the page on which it is written, with what was typed.

        The button is one of that page's form, which sends what was typed and not saved along with the reason.
        """
        if not tried or tried[0].name != "discard" or "perspective" not in request.POST:
            return super().page(request, record, tried=tried)
        refused: DiscardForm = tried[1]
        since = self.changed_since(request, record, refused)
        actor = access.actor_of(request)
        form = UpdateForm(refused.data, item=record.item, actor=actor, record=record, checked=False)
        context = self.write_context(request, form, record, None, refused)
        return self.respond(request, self.write_template, context | {"since": since})

    def stopped(
        self, request: HttpRequest, form: UpdateForm, update: Update | None, corrected: Update | None
    ) -> HttpResponse:
        """Say why nothing is stored where a source is no document; the page below keeps all but that link."""
        form.forget_unsafe()
        context = self.write_context(request, form, update, corrected) | {"stopped": True}
        response = self.respond(request, self.write_template, context)
        response.status_code = 422
        return response

    def write_context(
        self,
        request: HttpRequest,
        form: UpdateForm,
        update: Update | None,
        corrected: Update | None,
        refused: DiscardForm | None = None,
    ) -> dict[str, Any]:
        """Return what the page shows around the form: what was asked, the last update, what the draft lacks.

        `refused` is the form in which somebody tried to discard the draft.
        """
        desk, item = access.desk_of(request), form.item
        last = desk.latest().filter(item=item).first() if desk else None
        title = _("Update on %(item)s") if update else _("New update on %(item)s")
        return {
            "title": title % {"item": item},
            "item": item,
            "point": item.recommendation,
            "form": form,
            "errors": (refused or form).errors if form.is_bound else None,
            "refused": refused,
            "update": update,
            "save_address": self.address(update) if update else "",
            "corrected": corrected,
            "last": last,
            "start_address": f"{record_address(item)}&from={last.pk}" if last and not (update or corrected) else "",
            "lacking": self.lacking(form, update) if update else [],
            "bears": standing(update) if update else None,
            "found": flagged(update) if update else [],
            "discard": self.discarding(request, update, refused) if update else None,
        }

    def discarding(self, request: HttpRequest, update: Update, refused: DiscardForm | None) -> dict[str, Any]:
        """Return the step that puts a draft aside; its reason stands in the draft's own form, which asks for none."""
        step = next(step for step in self.steps if step.name == "discard")
        shown = self.shown(request, step, update, refused)
        shown["form"].use_required_attribute = False
        return shown

    def lacking(self, form: UpdateForm, update: Update) -> list[Fault]:
        """Return what keeps a stored draft from being submitted, each with the place where it is mended."""
        if form.is_bound:
            return []
        found = lacks(update, today=today(update.alliance, timezone.now()))
        # What is unfinished is named field by field, where a field is there that says so.
        named = form.faults
        others = [lack for lack in found if lack.field not in form.errors and (lack.field or not named)]
        return [*named, *(Fault(form.anchor(lack.field), "", str(lack.refusal)) for lack in others)]

    def saved(self, request: HttpRequest, update: Update) -> HttpResponse:
        """Submit a stored draft where asked to, and say what became of it."""
        if request.POST.get("act") != SUBMIT:
            messages.success(request, _("The draft is saved."))
            return HttpResponseRedirect(self.address(update))
        at = timezone.now()
        lacking = lacks(update, today=today(update.alliance, at))
        try:
            submit_update(update, actor=access.actor_of(request), at=at, version=update.version)
        except Refusal as refusal:
            reason = _("The list below says what is missing.") if lacking else refusal
            messages.warning(
                request, _("The draft is saved, but it is not submitted yet. %(reason)s") % {"reason": reason}
            )
            return HttpResponseRedirect(f"{self.address(update)}#{LACKING}" if lacking else self.address(update))
        messages.success(request, _("Submitted. Someone of the alliance reviews it next."))
        return HttpResponseRedirect(self.address(update))


def _legible(typed: QueryDict) -> QueryDict:
    """Return what was typed without the NUL character, which no database keeps."""
    clean = typed.copy()
    for name, values in typed.lists():
        clean.setlist(name, [value.replace("\0", "") for value in values])
    return clean
