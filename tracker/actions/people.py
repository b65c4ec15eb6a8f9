"""People: what is known of them, and how they sign in. Passwords and addresses are no part of the history."""

import datetime as dt
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from tracker.actions.history import Act
from tracker.actions.organisations import end_sessions, require_installation
from tracker.choices import Visibility
from tracker.errors import InvalidValue, NotAllowed, WrongState
from tracker.models import Membership, User
from tracker.permissions import Actor, may_edit_catalogue, may_name_keeper, shows_more

NAMES = frozenset({"first_name", "last_name", "email"})


def change_user(
    user: User, *, actor: Actor, at: dt.datetime, reason: str = "", version: int | None = None, **values: Any
) -> User:
    """Change what is known of a person; `values` are `first_name`, `last_name`, `email` and `visibility`.

    Names and address are for the installation's staff. How much the public reads of a person they say themselves; the
    staff may show less of them, never more. Raises NotAllowed, InvalidValue or Conflict.
    """
    if not values.keys() <= NAMES | {"visibility"}:
        raise TypeError("only names, address and visibility can be changed")
    if NAMES & values.keys():
        require_installation(actor)
    with Act("change_user", actor=actor, at=at, reason=reason) as act:
        held = act.lock(user, version=version)
        if "visibility" in values:
            _require_may_show(held, values["visibility"], actor)
        address = values.pop("email", held.email)
        act.change(held, **values)
        if address != held.email:
            _require_address(address)
            act.derive(held, email=address)
            # That it changed is told, not what it was or is.
            act.note(held)
    return held


def _require_may_show(held: User, wanted: str, actor: Actor) -> None:
    if wanted not in Visibility.values:
        raise InvalidValue(_("This value is not one of the known ones."))
    if actor.user_id == held.pk:
        return
    if not may_edit_catalogue(actor) or shows_more(held.visibility, wanted):
        raise NotAllowed(_("How much the public reads of a person, they say themselves under “My settings”."))


def _require_address(address: str) -> None:
    try:
        if address:
            validate_email(address)
    except ValidationError as error:
        raise InvalidValue(" ".join(error.messages)) from error


def deactivate_user(user: User, *, actor: Actor, at: dt.datetime, reason: str, version: int | None = None) -> User:
    """End every sign-in of a person and let in no more. Their roles stay, as they may come back; they act for nobody.

    Raises NotAllowed for anyone but the installation's staff, and for oneself; InvalidValue without a reason; Conflict.
    """
    if actor.user_id == user.pk:
        raise NotAllowed(_("Nobody ends their own sign-in: somebody has to be left who can undo it."))
    return _set_active(user, False, "deactivate_user", actor=actor, at=at, reason=reason, version=version)


def reactivate_user(user: User, *, actor: Actor, at: dt.datetime, reason: str, version: int | None = None) -> User:
    """Let a person sign in again, with the roles that were not ended meanwhile. Raises as `deactivate_user`."""
    return _set_active(user, True, "reactivate_user", actor=actor, at=at, reason=reason, version=version)


def _set_active(
    user: User, active: bool, action: str, *, actor: Actor, at: dt.datetime, reason: str, version: int | None
) -> User:
    require_installation(actor)
    if not reason.strip():
        raise InvalidValue(_("Say why: the others will ask."))
    with Act(action, actor=actor, at=at, reason=reason) as act:
        held = act.lock(user, version=version)
        if act.change(held, is_active=active):
            end_sessions(act, held)
    return held


def set_password(user: User, password: str, *, actor: Actor, at: dt.datetime) -> None:
    """Give `user` a new password and end every sign-in of before. `user` itself is brought up to date.

    Raises NotAllowed for anyone but the person; that the password is good enough was checked by the form.
    """
    _require_self(user, actor)
    with Act("set_password", actor=actor, at=at) as act:
        held = act.lock(user)
        act.derive(held, password=make_password(password))
        end_sessions(act, held)
    user.password, user.session_version = held.password, held.session_version


def end_sign_ins(user: User, *, actor: Actor, at: dt.datetime) -> None:
    """End every sign-in of `user`, as their second factor has changed. Raises NotAllowed for anyone but the person."""
    _require_self(user, actor)
    with Act("end_sign_ins", actor=actor, at=at) as act:
        held = act.lock(user)
        end_sessions(act, held)
    user.session_version = held.session_version


def reset_second_factor(user: User, *, actor: Actor, at: dt.datetime, reason: str) -> None:
    """Take away the second factor of someone who lost it, with the recovery codes, and end their sign-ins.

    They set up a new one at the next sign-in. Raises NotAllowed for anyone but the installation's staff, InvalidValue
    without a reason, WrongState where there is none to take away.
    """
    require_installation(actor)
    if not reason.strip():
        raise InvalidValue(_("Say why: how it was made sure that this is the person."))
    with Act("reset_second_factor", actor=actor, at=at, reason=reason) as act:
        held = act.lock(user)
        known = Authenticator.objects.filter(user=held)
        if not known.exists():
            raise WrongState(_("This person has no second factor: it is asked for at the next sign-in."))
        known.delete()
        end_sessions(act, held)
        act.note(held)
    user.session_version = held.session_version


def set_mail(
    user: User, *, paused: bool | None = None, language: str | None = None, actor: Actor, at: dt.datetime
) -> User:
    """Pause or resume the weekly mail to `user`, or set the language of mail; None leaves it as it is.

    An empty language is the site's own. Raises NotAllowed for anyone but the person, InvalidValue for a language that
    the site does not have.
    """
    if actor.user_id != user.pk:
        raise NotAllowed(_("Nobody chooses which mail someone else gets."))
    if language and language not in dict(settings.LANGUAGES):
        raise InvalidValue(_("This site has no such language. Choose one of the list."))
    wanted = {"digests_paused": paused, "language": language}
    with Act("set_mail", actor=actor, at=at) as act:
        held = act.lock(user)
        act.change(held, **{name: value for name, value in wanted.items() if value is not None})
    return held


def keep_checkpoints(
    membership: Membership, *, actor: Actor, at: dt.datetime, version: int | None = None
) -> Membership:
    """Let the person of `membership` get the checkpoints for their organisation, instead of whoever got them before.

    Raises NotAllowed for anyone but the organisation's coordinators and the staff, WrongState for an ended role or a
    person without an address or sign-in, Conflict.
    """
    with Act("keep_checkpoints", actor=actor, at=at) as act:
        held = act.lock(membership, version=version)
        _require_may_name(held, actor)
        if not (held.active and held.user.is_active):
            raise WrongState(_("This person no longer acts for the organisation. Choose somebody who does."))
        if not held.user.email:
            raise WrongState(_("There is no address to which the checkpoints could be sent. Add one first."))
        others = Membership.objects.filter(alliance=held.alliance, organisation=held.organisation)
        for before in others.filter(keeps_checkpoints=True).exclude(pk=held.pk):
            act.change(act.lock(before), keeps_checkpoints=False)
        act.change(held, keeps_checkpoints=True)
    return held


def stop_keeping_checkpoints(
    membership: Membership, *, actor: Actor, at: dt.datetime, version: int | None = None
) -> Membership:
    """Send the checkpoints to this person no more. Raises NotAllowed as `keep_checkpoints`, or Conflict."""
    with Act("stop_keeping_checkpoints", actor=actor, at=at) as act:
        held = act.lock(membership, version=version)
        _require_may_name(held, actor)
        act.change(held, keeps_checkpoints=False)
    return held


def _require_may_name(held: Membership, actor: Actor) -> None:
    if not may_name_keeper(actor, held.alliance_id, held.organisation_id):
        raise NotAllowed(_("Who keeps the checkpoints, the organisation's own coordinators say, or the staff."))


def _require_self(user: User, actor: Actor) -> None:
    if actor.user_id != user.pk:
        raise NotAllowed(_("Nobody chooses how someone else signs in."))
