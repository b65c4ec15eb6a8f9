"""Safeguarding: what is flagged or taken down stays out of public sight until two people have looked at it."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from tracker.actions.history import Act
from tracker.choices import OPEN_HOLDS, HoldCause, HoldState, Lifecycle, UpdateState
from tracker.errors import InvalidValue, NotAllowed, WrongState
from tracker.models import Evidence, Hold, Item, Update
from tracker.models.base import texts
from tracker.permissions import Actor, may_confirm_release, may_release, may_take_down
from tracker.queries.progress import wrote
from tracker.queries.screening import (
    UPDATE_TEXTS,
    Screening,
    author_of,
    in_words,
    is_released,
    release_of,
    screen_update,
)

Thing = Update | Evidence | Item


def take_down(thing: Thing, *, reason: str, actor: Actor, at: dt.datetime, version: int | None = None) -> Hold:
    """Take a published update, a source or the texts of an item out of public sight at once.

    Any member may; the safeguarding lead and a second person bring it back. Raises NotAllowed, InvalidValue (no reason)
    or WrongState (withheld already, or an update that was never public).
    """
    if not may_take_down(actor, thing.alliance_id):
        raise NotAllowed(_("Only members of this alliance may do this."))
    if not reason.strip():
        raise InvalidValue(_("Say in a few words why this must not be seen; do not repeat what must not be seen."))
    with Act("take_down", actor=actor, at=at, reason=reason) as act:
        held = act.lock(thing, version=version)
        if held.withheld:
            raise WrongState(_("This is withheld from the public already."))
        if isinstance(held, Update) and held.state != UpdateState.PUBLISHED:
            raise WrongState(_("Only what is published can be taken down; return or discard what is not."))
        lapse_holds(act, held)
        act.change(held, withheld=True)
        if isinstance(held, Update) and held.closes_item:
            # The item repeats the words of the update that closed it.
            act.change(act.lock(held.item), withheld=True)
        return _hold(act, held, cause=HoldCause.TAKEN_DOWN, reason=reason)


def hold_flagged(act: Act, update: Update) -> Screening:
    """Hold back an update whose texts may identify a child, as part of the running act; return what was found.

    Texts that were released or blocked before are not held back again.
    """
    screening = screen_update(update)
    if not screening.found or release_of(update, screening) is None:
        lapse_holds(act, update)
        if screening.found:
            _hold(act, update, cause=HoldCause.FLAGGED, risks=screening.risks, digest=screening.digest)
    return screening


def require_released(update: Update) -> None:
    """Refuse to publish an update whose very texts are flagged and not released by two people. Raises WrongState."""
    screening = screen_update(update)
    if is_released(update, screening):
        return
    hold = release_of(update, screening)
    if hold is not None and hold.state == HoldState.BLOCKED:
        raise WrongState(_("The safeguarding lead has blocked this text. Return the update, so that it is rewritten."))
    raise WrongState(
        _(
            "This text may identify a child: %(found)s. It is published after the safeguarding lead and a second "
            "person have released it, or when it is rewritten."
        )
        % {"found": in_words(screening)}
    )


def require_not_taken_down(update: Update) -> None:
    """Refuse an update that repeats a text, word for word, of one that is withheld on its item. Raises WrongState."""
    down = Update.objects.filter(item=update.item_id, withheld=True).exclude(pk=update.pk)
    if _words(update) & {words for other in down for words in _words(other)}:
        raise WrongState(
            _("This repeats words that were taken down. Write them anew, or ask the safeguarding lead to release them.")
        )


def _words(update: Update) -> set[str]:
    return {" ".join(text.split()) for name in UPDATE_TEXTS for text in texts(getattr(update, name)).values()}


def release_hold(hold: Hold, *, reason: str, actor: Actor, at: dt.datetime, version: int | None = None) -> Hold:
    """Release what is held back: first the safeguarding lead, then a second person, each with a reason.

    Raises NotAllowed, WrongState (decided already), InvalidValue (no reason).
    """
    with Act("release_hold", actor=actor, at=at, reason=reason) as act:
        held = _open_hold(act, hold, reason, version)
        author = author_of(held)
        if held.state == HoldState.WAITING:
            if _wrote(actor, held) or not may_release(actor, held.alliance_id, author):
                raise NotAllowed(_("The safeguarding lead releases first, and never what they wrote themselves."))
            act.change(held, state=HoldState.CONFIRMING, released_by_id=actor.user_id, decision=reason)
            return held
        if _wrote(actor, held) or not may_confirm_release(actor, held.alliance_id, author, held.released_by_id):
            raise NotAllowed(
                _("A second person confirms: a reviewer or the staff, neither the author nor who released it.")
            )
        act.action = "confirm_release"  # another entry than the lead's
        act.change(held, state=HoldState.RELEASED, confirmed_by_id=actor.user_id)
        if held.cause == HoldCause.TAKEN_DOWN:
            _show_again(act, held)
    return held


def block_hold(hold: Hold, *, reason: str, actor: Actor, at: dt.datetime, version: int | None = None) -> Hold:
    """Decide that what is held back stays out of sight: flagged text is rewritten, what was taken down stays down."""
    with Act("block_hold", actor=actor, at=at, reason=reason) as act:
        held = _open_hold(act, hold, reason, version)
        if _wrote(actor, held) or not may_release(actor, held.alliance_id, author_of(held)):
            raise NotAllowed(_("Only the safeguarding lead may do this, and never with what they wrote themselves."))
        act.change(held, state=HoldState.BLOCKED, released_by=None, decision=reason)
    return held


def _hold(act: Act, thing: Thing, **values: Any) -> Hold:
    return act.add(
        Hold(
            alliance=thing.alliance,
            opened_by_id=act.actor.user_id,
            opened_at=act.at,
            **{thing.KIND: thing},
            **values,
        )
    )


def lapse_holds(act: Act, thing: Thing) -> None:
    """End the open hold on texts that are no more, or that another cause now holds back."""
    for hold in thing.holds.filter(state__in=OPEN_HOLDS):
        act.change(act.lock(hold), state=HoldState.LAPSED)


def covers_texts_of(item: Item) -> bool:
    """Tell whether the item's own texts are held back, and not only those of the update that closed it."""
    return item.holds.filter(state__in=(*OPEN_HOLDS, HoldState.BLOCKED)).exists()


def _open_hold(act: Act, hold: Hold, reason: str, version: int | None) -> Hold:
    held = act.lock(hold, version=version)
    if held.state not in OPEN_HOLDS:
        raise WrongState(_("This is decided already: “%(state)s”.") % {"state": held.get_state_display()})
    if not reason.strip():
        raise InvalidValue(_("Say why you decide so; do not repeat what must not be seen."))
    return held


def _wrote(actor: Actor, hold: Hold) -> bool:
    return hold.update is not None and wrote(actor.user_id, hold.update)


def _show_again(act: Act, hold: Hold) -> None:
    thing: Thing = act.lock(hold.target)  # type: ignore[assignment]
    act.change(thing, withheld=isinstance(thing, Item) and _repeats_withheld(thing))
    if isinstance(thing, Update) and thing.closes_item:
        item = act.lock(thing.item)
        if not covers_texts_of(item) and not _repeats_withheld(item):
            act.change(item, withheld=False)


def _repeats_withheld(item: Item) -> bool:
    """Tell whether the reason of a closed item is that of a closing update which is withheld."""
    return item.lifecycle == Lifecycle.CLOSED and item.updates.filter(closes_item=True, withheld=True).exists()
