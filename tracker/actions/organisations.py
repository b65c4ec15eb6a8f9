"""Organisations, alliances, and who has which role in them."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from tracker.actions.history import Act
from tracker.choices import Role, Visibility
from tracker.errors import InvalidValue, NotAllowed, WrongState
from tracker.models import Alliance, Membership, Organisation, User
from tracker.permissions import (
    Actor,
    may_decide_about,
    may_edit_catalogue,
    may_end_role,
    may_give_role,
    may_manage,
    may_show_organisation,
    shows_more,
)
from tracker.queries.screening import require_clean

CHANGEABLE = frozenset({"name", "address", "kind", "visibility", "archived_on"})
SETTABLE = frozenset({"review_rule", "time_zone"})


def create_alliance(
    *, members: Iterable[Organisation], actor: Actor, at: dt.datetime, reason: str = "", **values: Any
) -> Alliance:
    """Store a new alliance with its member organisations; `values` are the fields of the model.

    Raises NotAllowed for anyone but the installation's staff, InvalidValue for a time zone that does not exist.
    """
    require_installation(actor)
    with Act("create_alliance", actor=actor, at=at, reason=reason) as act:
        return act.add(Alliance(**values), members=members)


def change_alliance(
    alliance: Alliance, *, reason: str, actor: Actor, at: dt.datetime, version: int | None = None, **values: Any
) -> Alliance:
    """Set who publishes in an alliance, or its time zone; `values` are of SETTABLE.

    Raises NotAllowed for anyone but the staff, InvalidValue without a reason or for a time zone that does not exist,
    Conflict.
    """
    if not (may_manage(actor, alliance.pk) or may_edit_catalogue(actor)):
        raise NotAllowed(_("Only the secretariat's staff decides how an alliance works."))
    _require_known(values, SETTABLE)
    _require_reason(reason)
    with Act("change_alliance", actor=actor, at=at, reason=reason) as act:
        held = act.lock(alliance, version=version)
        act.change(held, **values)
    return held


def change_organisation(
    organisation: Organisation,
    *,
    actor: Actor,
    at: dt.datetime,
    reason: str = "",
    version: int | None = None,
    **values: Any,
) -> Organisation:
    """Change an organisation; `values` are of CHANGEABLE. An archived one has no page and gets no new people.

    The installation's staff changes everything. How it is named in public its own coordinators make less at once, and
    an alliance's staff less or, with a reason, more: see `permissions.may_show_organisation`. Raises NotAllowed,
    InvalidValue, Conflict, WrongState where people still act for one that is to be archived.
    """
    _require_known(values, CHANGEABLE)
    with Act("change_organisation", actor=actor, at=at, reason=reason) as act:
        held = act.lock(organisation, version=version)
        if set(values) != {"visibility"}:
            require_installation(actor)
        if "visibility" in values:
            _require_may_show(held, values["visibility"], actor, reason)
        if values.get("archived_on") and held.memberships.filter(active=True).exists():
            raise WrongState(_("People still act for this organisation. End their roles first."))
        for field in {"name", "address"} & set(values):
            require_clean(field, values[field])
        act.change(held, **values)
    return held


def _require_may_show(held: Organisation, wanted: str, actor: Actor, reason: str) -> None:
    if wanted not in Visibility.values:
        raise InvalidValue(_("This value is not one of the known ones."))
    alliances = set(held.alliances.values_list("pk", flat=True))
    more = shows_more(held.visibility, wanted)
    if not may_show_organisation(actor, held.pk, alliances):
        raise NotAllowed(_("Only its coordinators and the staff decide how an organisation is named in public."))
    if not may_show_organisation(actor, held.pk, alliances, more=more):
        raise NotAllowed(_("Only the staff shows more of an organisation; of one in several alliances, this site's."))
    if more:
        _require_reason(reason)


def add_user(username: str, *, password: str, actor: Actor, at: dt.datetime, **values: Any) -> User:
    """Store someone who can sign in to the workspace; with an empty password not until one is set.

    The password is never part of the history.
    """
    require_installation(actor)
    with Act("add_user", actor=actor, at=at) as act:
        return act.add(new_user(username, password, **values))


def new_user(username: str, password: str, **values: Any) -> User:
    """Return someone who can sign in to the workspace, not stored yet."""
    user = User(username=username, is_staff=True, **values)
    user.set_password(password or None)
    return user


def add_membership(
    user: User, organisation: Organisation, role: Role, *, alliance: Alliance, actor: Actor, at: dt.datetime
) -> Membership:
    """Give `user` a role for a member organisation, or give it again where it has ended. Their sign-ins end with it.

    An organisation's coordinators give roles to people who act for it already; others they invite, who then agree.
    Raises NotAllowed, or InvalidValue where the organisation is no member, or the user is inactive, has this role or
    acts for another organisation of the alliance.
    """
    if not may_give_role(actor, alliance.pk, organisation.pk, role):
        raise NotAllowed(_("Only the staff gives this role; an organisation's coordinators bring in coordinators."))
    if not may_decide_about(actor, user.pk):
        raise NotAllowed(_("Nobody gives a role to themselves. Ask somebody else of the staff."))
    staff = may_manage(actor, alliance.pk) or may_edit_catalogue(actor)
    with Act("add_membership", actor=actor, at=at) as act:
        ours = alliance.memberships.filter(user=user, organisation=organisation, active=True)
        if not staff and not ours.exists():
            raise NotAllowed(_("This person does not act for your organisation yet. Invite them by mail."))
        return give_role(act, user, organisation, role, alliance=alliance)


def give_role(act: Act, user: User, organisation: Organisation, role: str, *, alliance: Alliance) -> Membership:
    """Give a role inside a running act, and end the person's sign-ins. Raises InvalidValue as `add_membership`."""
    # The person first: their log comes before the alliance's, and holds two roles given at once apart.
    person = act.lock(user)
    if not person.is_active:
        raise InvalidValue(_("This person can no longer sign in."))
    if not alliance.members.filter(pk=organisation.pk, archived_on=None).exists():
        raise InvalidValue(_("%(name)s is no member of this alliance.") % {"name": organisation})
    elsewhere = alliance.memberships.filter(user=user, active=True).exclude(organisation=organisation)
    if elsewhere.exists():
        raise InvalidValue(_("This person already acts for another organisation of this alliance."))
    ended = alliance.memberships.filter(user=user, role=role, active=False).first()
    if ended is not None:
        given = act.lock(ended)
        act.change(given, organisation=organisation, active=True)
    else:
        given = act.add(Membership(alliance=alliance, user=user, organisation=organisation, role=role))
    end_sessions(act, person)
    user.session_version = person.session_version
    return given


def end_membership(
    membership: Membership, *, actor: Actor, at: dt.datetime, reason: str, version: int | None = None
) -> Membership:
    """End a role, and with it the person's sign-ins; the row stays, as the history speaks of it.

    Raises NotAllowed or Conflict.
    """
    with Act("end_membership", actor=actor, at=at, reason=reason) as act:
        person = act.lock(membership.user)
        held = act.lock(membership, version=version)
        if not may_end_role(actor, held.alliance_id, held.organisation_id):
            raise NotAllowed(_("Only the staff ends roles, and an organisation's coordinators those of their people."))
        if not may_decide_about(actor, person.pk):
            raise NotAllowed(_("Nobody ends a role of their own. Ask somebody else of the staff."))
        if act.change(held, active=False, keeps_checkpoints=False):
            end_sessions(act, person)
    membership.user.session_version = person.session_version
    return held


def end_sessions(act: Act, held: User) -> None:
    """End every sign-in of a person that the act holds."""
    act.derive(held, session_version=held.session_version + 1)


def require_installation(actor: Actor) -> None:
    """Raise NotAllowed for anyone but the installation's staff."""
    if not may_edit_catalogue(actor):
        raise NotAllowed(_("Only the staff of this installation may do this."))


def _require_known(values: dict[str, Any], known: frozenset[str]) -> None:
    if not values.keys() <= known:
        raise TypeError(f"only {', '.join(sorted(known))} can be changed")


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidValue(_("Say why: the others will ask."))
