"""Requests: letters to duty bearers, from the draft to what came back."""

import datetime as dt

from django.utils.translation import gettext as _

from tracker.actions.history import Act
from tracker.choices import ReplyQuality
from tracker.errors import InvalidValue, NotAllowed, WrongState
from tracker.lib.dates import day_in
from tracker.models import Item, Organisation, Request
from tracker.permissions import Actor, may_keep_request, may_request


def draft_request(
    item: Item,
    duty_bearer: Organisation,
    *,
    subject: str,
    letter: str,
    language: str,
    actor: Actor,
    at: dt.datetime,
) -> Request:
    """Store the draft of a letter about an open item. Raises NotAllowed or WrongState."""
    if not may_request(actor, item.alliance_id) or actor.organisation_id is None or actor.user_id is None:
        raise NotAllowed(_("Only coordinators and the staff of this alliance write letters."))
    with Act("draft_request", actor=actor, at=at) as act:
        if not item.is_open:
            raise WrongState(_("This item is not open. Ask your staff to reopen it first."))
        return act.add(
            Request(
                alliance=item.alliance,
                item=item,
                organisation_id=actor.organisation_id,
                author_id=actor.user_id,
                duty_bearer=duty_bearer,
                subject=subject,
                letter=letter,
                language=language,
            )
        )


def edit_request(
    request: Request,
    *,
    duty_bearer: Organisation,
    subject: str,
    letter: str,
    language: str,
    actor: Actor,
    at: dt.datetime,
    version: int | None = None,
) -> Request:
    """Change the draft of a letter; what was sent stays as it was. Raises NotAllowed, WrongState or Conflict."""
    with Act("edit_request", actor=actor, at=at) as act:
        held = _hold(act, request, actor, version)
        if held.sent_on is not None:
            raise WrongState(_("This letter was sent: what was sent is never changed."))
        act.change(held, duty_bearer=duty_bearer, subject=subject, letter=letter, language=language)
    return held


def send_request(
    request: Request, *, sent_on: dt.date, due_on: dt.date, actor: Actor, at: dt.datetime, version: int | None = None
) -> Request:
    """Note that a letter was sent, and by when an answer is due. The software sends no letter itself."""
    with Act("send_request", actor=actor, at=at) as act:
        held = _hold(act, request, actor, version)
        if held.sent_on is not None:
            raise WrongState(_("This letter was sent already."))
        _require_past(held, sent_on, at)
        act.change(held, sent_on=sent_on, due_on=due_on)
    return held


def remind_request(
    request: Request,
    *,
    reminded_on: dt.date,
    due_on: dt.date,
    actor: Actor,
    at: dt.datetime,
    version: int | None = None,
) -> Request:
    """Note that the duty bearer was reminded, and the new day by which an answer is due."""
    with Act("remind_request", actor=actor, at=at) as act:
        held = _waiting(act, request, actor, version)
        _require_past(held, reminded_on, at)
        if held.sent_on is None or reminded_on < max(held.sent_on, held.reminded_on or held.sent_on):
            raise InvalidValue(_("A reminder comes after the letter and after the reminder before it."))
        act.change(held, reminded_on=reminded_on, due_on=due_on, reminders=held.reminders + 1)
    return held


def answer_request(
    request: Request,
    *,
    quality: str,
    answered_on: dt.date | None,
    reply: str = "",
    actor: Actor,
    at: dt.datetime,
    version: int | None = None,
) -> Request:
    """Note what came back: when, how good the reply is and what it says; "none" gives up waiting, with no day.

    An answer may still come after that, or better the first. Raises NotAllowed, WrongState (not sent) or InvalidValue.
    """
    with Act("answer_request", actor=actor, at=at) as act:
        held = _sent(act, request, actor, version)
        if quality not in ReplyQuality.values:
            raise InvalidValue(_("Say how good the reply is."))
        if quality == ReplyQuality.NONE:
            if answered_on is not None or reply.strip():
                raise InvalidValue(_("Where none came, there is no day and no text of a reply."))
        elif answered_on is None:
            raise InvalidValue(_("Give the day on which the answer came."))
        else:
            _require_past(held, answered_on, at)
        act.change(held, quality=quality, answered_on=answered_on, reply=reply)
    return held


def withdraw_request(
    request: Request, *, reason: str, actor: Actor, at: dt.datetime, version: int | None = None
) -> Request:
    """Put a letter aside that was never sent, or was sent in error. Raises InvalidValue without a reason."""
    with Act("withdraw_request", actor=actor, at=at, reason=reason) as act:
        held = _hold(act, request, actor, version)
        if not reason.strip():
            raise InvalidValue(_("Say why the letter is put aside."))
        act.change(held, withdrawn_on=day_in(held.alliance.time_zone, at))
    return held


def _hold(act: Act, request: Request, actor: Actor, version: int | None) -> Request:
    held = act.lock(request, version=version)
    if not may_keep_request(actor, held.alliance_id, held.organisation_id):
        raise NotAllowed(_("Only the organisation that wrote this letter, and the staff, may do this."))
    if held.withdrawn_on is not None:
        raise WrongState(_("This letter was put aside."))
    return held


def _sent(act: Act, request: Request, actor: Actor, version: int | None) -> Request:
    held = _hold(act, request, actor, version)
    if held.sent_on is None:
        raise WrongState(_("Note first when the letter was sent."))
    return held


def _waiting(act: Act, request: Request, actor: Actor, version: int | None) -> Request:
    held = _sent(act, request, actor, version)
    if held.answered_on is not None:
        raise WrongState(_("This letter is answered already."))
    return held


def _require_past(request: Request, day: dt.date, at: dt.datetime) -> None:
    if day > day_in(request.alliance.time_zone, at):
        raise InvalidValue(_("This day is not yet over: note it when it has happened."))
