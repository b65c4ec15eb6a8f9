"""Letters to duty bearers: drafted from an item, sent by people themselves, and what came back."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.actions.requests import (
    answer_request,
    draft_request,
    edit_request,
    remind_request,
    send_request,
    withdraw_request,
)
from tracker.admin import access
from tracker.admin.base import READING, WRITING, FoundByWords, Step, by_name
from tracker.admin.choosing import choose_item
from tracker.admin.filters import (
    ItemDocumentFilter,
    OneItemFilter,
    OrganisationFilter,
    RequestDeskFilter,
    StandingFilter,
)
from tracker.choices import Visibility
from tracker.errors import Refusal
from tracker.forms.requests import AnswerForm, LetterForm, RemindForm, SendForm, WithdrawForm
from tracker.models import Item, Organisation, Request
from tracker.permissions import Actor, may_keep_request, may_request
from tracker.queries.access import updates
from tracker.queries.addresses import Addresses
from tracker.queries.items import today
from tracker.queries.letters import (
    ANSWER_DAYS,
    Draft,
    draft_letter,
    standing_of,
    supports_no_information,
    supports_since,
)
from tracker.queries.names import visibility_of
from tracker.queries.screening import in_words, screen

ANEW = "anew"


def _keeps(actor: Actor, letter: Request) -> bool:
    return may_keep_request(actor, letter.alliance_id, letter.organisation_id)


def _is_draft(letter: Request) -> bool:
    return letter.sent_on is None and letter.withdrawn_on is None


def _is_sent(letter: Request) -> bool:
    return letter.sent_on is not None and letter.withdrawn_on is None


def _waits(letter: Request) -> bool:
    return _is_sent(letter) and letter.answered_on is None


class RequestAdmin(FoundByWords):
    page_template = "admin/request.html"
    write_template = "admin/request_write.html"
    facts = (
        "duty_bearer",
        "organisation",
        "author",
        "language",
        "sent_on",
        "due_on",
        "reminded_on",
        "reminders",
        "answered_on",
        "quality",
        "withdrawn_on",
    )
    steps = (
        Step(
            "send",
            gettext_lazy("The letter was sent"),
            gettext_lazy("Note that it was sent"),
            gettext_lazy("Noted. The text of the letter stays as it was sent."),
            SendForm,
            _keeps,
            by_name(send_request),
            _is_draft,
        ),
        Step(
            "answer",
            gettext_lazy("What came back"),
            gettext_lazy("Note what came back"),
            gettext_lazy("Noted."),
            AnswerForm,
            _keeps,
            by_name(answer_request),
            _is_sent,
        ),
        Step(
            "remind",
            gettext_lazy("The duty bearer was reminded"),
            gettext_lazy("Note the reminder"),
            gettext_lazy("Noted: a new day is set."),
            RemindForm,
            _keeps,
            by_name(remind_request),
            _waits,
        ),
        Step(
            "withdraw",
            gettext_lazy("Put aside"),
            gettext_lazy("Put this letter aside"),
            gettext_lazy("The letter is put aside; its record stays."),
            WithdrawForm,
            _keeps,
            by_name(withdraw_request),
            lambda letter: letter.withdrawn_on is None,
        ),
    )
    list_display = ("subject", "item", "duty_bearer", "organisation", "stands", "sent_on", "due_on", "quality")
    list_filter = (
        RequestDeskFilter,
        StandingFilter,
        "quality",
        OrganisationFilter,
        ItemDocumentFilter,
        OneItemFilter,
    )
    search_fields = ("item__recommendation",)
    search_help_text = gettext_lazy("Words of the item's reference, title or summary, in any language.")
    ordering = ("-pk",)

    @admin.display(description=gettext_lazy("state"))
    def stands(self, letter: Request) -> str:
        return str(standing_of(letter, today(letter.alliance, timezone.now())).label)

    def adds(self, actor: Actor) -> bool:
        return may_request(actor, actor.alliance_id)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<path:object_id>/print/", view(self.print_view), name="tracker_request_print"),
            path("<path:object_id>/text/", view(self.text_view), name="tracker_request_text"),
            *super().get_urls(),
        ]

    def step_form(self, request: HttpRequest, step: Step, record: Request, data: Any = None) -> Any:
        """Let the days begin where they most often are: today, and an answer 30 days on."""
        form = super().step_form(request, step, record, data)
        day = self.today(record.item)
        begun = {"sent_on": day, "reminded_on": day, "due_on": day + dt.timedelta(days=ANSWER_DAYS)}
        form.initial = {**form.initial, **{name: value for name, value in begun.items() if name in form.fields}}
        return form

    def page_context(self, request: HttpRequest, record: Request) -> dict[str, Any]:
        return {
            "item": record.item,
            "standing": standing_of(record, self.today(record.item)).label,
            "supports": supports_in_words(record, self.today(record.item)),
            "risky": risky(record.subject, record.letter, record.reply),
            "updates": self.resting(request, record),
        } | self.addresses(record)

    def resting(self, request: HttpRequest, record: Request) -> list[Any]:
        """Return the updates in sight that rest on a letter."""
        return list(updates(access.actor_of(request)).filter(requests=record).order_by("-pk"))

    def addresses(self, record: Request) -> dict[str, str]:
        """Return the other addresses of a letter."""
        return {f"{name}_address": self.address(record, name) for name in ("print", "text", "history")}

    def today(self, item: Item) -> dt.date:
        """Return the day in the alliance of `item`."""
        return today(item.alliance, timezone.now())

    # --- Reading it elsewhere

    def print_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the letter alone, to be printed."""
        letter = self.fetch(request, object_id)
        if request.method not in READING:
            return HttpResponseNotAllowed(READING)
        return self.respond(
            request, "admin/request_print.html", {"record": letter, "page_address": self.address(letter)}
        )

    def text_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Hand the letter out as a text file."""
        letter = self.fetch(request, object_id)
        if request.method not in READING:
            return HttpResponseNotAllowed(READING)
        name = f"letter-{slugify(str(letter.item.recommendation))}-{letter.pk}.txt"
        text = f"{letter.subject}\n\n{letter.letter}\n"
        return HttpResponse(
            text,
            content_type="text/plain; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"', "Content-Language": letter.language},
        )

    # --- Writing

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Write a letter about the item of `?item=`, begun from the record."""
        item = access.asked_item(request)
        if not self.has_add_permission(request):
            raise PermissionDenied
        if "item" not in request.GET:
            told = _("Open an item first, then write the letter there.")
            return choose_item(self, request, title=_("Write a letter"), told=told)
        if item is None:
            raise Http404

        def save(form: LetterForm, **who: Any) -> Request:
            return draft_request(item, **form.values(), **who)

        return self.write(request, item, save)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Go on writing a draft; show anything else. A page that has become old keeps what was typed."""
        letter = self.fetch(request, object_id)
        mine = _keeps(access.actor_of(request), letter)
        if request.method == "POST" and not mine:
            raise PermissionDenied
        if not mine or (request.method != "POST" and not _is_draft(letter)):
            return super().change_view(request, object_id, form_url, extra_context)

        def save(form: LetterForm, **who: Any) -> Request:
            return edit_request(letter, **form.values(), version=form.cleaned_data["version"], **who)

        return self.write(request, letter.item, save, letter)

    def write(
        self, request: HttpRequest, item: Item, save: Callable[..., Request], letter: Request | None = None
    ) -> HttpResponse:
        """Show the page on which a letter is written, draft it anew, or store what was typed on it."""
        if request.method not in WRITING:
            return HttpResponseNotAllowed(WRITING)
        actor, since = access.actor_of(request), []
        if request.method != "POST":
            form = LetterForm(actor=actor, record=letter, initial={} if letter else self.beginning(request, item))
        elif request.POST.get("act") == ANEW:
            form = self.anew(request, item, letter)
        else:
            form = LetterForm(request.POST, actor=actor, record=letter)
            if form.is_valid():
                try:
                    saved = save(form, actor=actor, at=timezone.now())
                except Refusal as refusal:
                    form.refuse(refusal)
                    if letter is not None:
                        letter = self.fetch(request, str(letter.pk))
                        since = self.changed_since(request, letter, form)
                else:
                    messages.success(
                        request, _("The draft is saved. Send the letter yourself, then note here when you did.")
                    )
                    return HttpResponseRedirect(self.address(saved))
        context = self.write_context(request, form, item, letter)
        return self.respond(request, self.write_template, context | {"since": since})

    def beginning(self, request: HttpRequest, item: Item) -> dict[str, Any]:
        """Return what a new letter starts from, in the language of the page."""
        language = translation.get_language() or ""
        draft = self.draft(request, item, item.duty_bearer, language)
        return {"duty_bearer": item.duty_bearer, "language": language, "subject": draft.subject, "letter": draft.letter}

    def anew(self, request: HttpRequest, item: Item, letter: Request | None) -> LetterForm:
        """Return the form with a new draft to the chosen duty bearer in the chosen language; nothing is stored."""
        actor = access.actor_of(request)
        form = LetterForm(request.POST, actor=actor, record=letter)
        form.is_valid()
        chosen = form.cleaned_data
        if not chosen.get("duty_bearer") or not chosen.get("language"):
            return form
        draft = self.draft(request, item, chosen["duty_bearer"], chosen["language"])
        begun = chosen | {"subject": draft.subject, "letter": draft.letter}
        return LetterForm(actor=actor, record=letter, initial=begun)

    def writer(self, request: HttpRequest) -> Organisation:
        """Return the organisation that the person asking writes for."""
        return Organisation.objects.get(pk=access.actor_of(request).organisation_id or 0)

    def draft(self, request: HttpRequest, item: Item, duty_bearer: Organisation | None, language: str) -> Draft:
        """Return the letter that the record gives, with the address of the item's public page in its language."""
        writer = self.writer(request)
        with translation.override(language):
            address = request.build_absolute_uri(Addresses(item.alliance).item(item))
        return draft_letter(item, duty_bearer, writer, language=language, address=address)

    def write_context(
        self, request: HttpRequest, form: LetterForm, item: Item, letter: Request | None
    ) -> dict[str, Any]:
        """Return what the page shows around the form: what was asked, what may identify a child, the next steps."""
        writer = letter.organisation if letter else self.writer(request)
        steps = [step for step in self.steps if letter is not None and self.offers(request, letter, step)]
        return {
            "title": _("Letter about %(item)s") % {"item": item}
            if letter
            else _("New letter about %(item)s") % {"item": item},
            "item": item,
            "point": item.recommendation,
            "form": form,
            "letter": letter,
            "risky": risky(str(form["subject"].value() or ""), str(form["letter"].value() or "")),
            "unnamed": visibility_of(writer, item) != Visibility.NAMED,
            "steps": [self.shown(request, step, letter) for step in steps],
        } | (self.addresses(letter) if letter else {})


def risky(*texts: str) -> str:
    """Return in words what in `texts` may identify a child, "" where nothing does."""
    return in_words(screen({str(number): text for number, text in enumerate(texts)}))


def supports_in_words(letter: Request, day: dt.date) -> str:
    """Return the sentence that says since when a letter supports “No information”; "" where it does not."""
    if not supports_no_information(letter, day):
        return ""
    since = supports_since(letter, day)
    if since is None:
        return _("This letter supports “No information”.")
    return _("This letter supports “No information” since %(day)s.") % {"day": date_format(since)}


def letter_address(item: Item) -> str:
    """Return the address where a letter about `item` is written."""
    return f"{reverse('admin:tracker_request_add')}?item={item.pk}"
