"""Organisations, alliances, people and their roles."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from tracker.actions.history import Act
from tracker.choices import Role
from tracker.errors import InvalidValue, NotAllowed
from tracker.models import Alliance, Membership, Organisation, User
from tracker.permissions import Actor, may_edit_catalogue, may_manage


def create_alliance(
    *, members: Iterable[Organisation], actor: Actor, at: dt.datetime, reason: str = "", **values: Any
) -> Alliance:
    """Store a new alliance with its member organisations; `values` are the fields of the model.

    Raises NotAllowed for anyone but the installation's staff, InvalidValue for a time zone that does not exist.
    """
    _require_installation(actor)
    with Act("create_alliance", actor=actor, at=at, reason=reason) as act:
        return act.add(Alliance(**values), members=members)


def add_user(username: str, *, password: str, actor: Actor, at: dt.datetime, **values: Any) -> User:
    """Store someone who can sign in to the workspace; with an empty password not until one is set.

    The password is never part of the history.
    """
    _require_installation(actor)
    user = User(username=username, is_staff=True, **values)
    user.set_password(password or None)
    with Act("add_user", actor=actor, at=at) as act:
        return act.add(user)


def add_membership(
    user: User, organisation: Organisation, role: Role, *, alliance: Alliance, actor: Actor, at: dt.datetime
) -> Membership:
    """Give `user` a role for a member organisation, or give it again where it has ended.

    Raises InvalidValue where the organisation is no member, or the user acts for another organisation of the alliance.
    """
    if not (may_manage(actor, alliance.pk) or may_edit_catalogue(actor)):
        raise NotAllowed(_("Only the secretariat's staff gives roles."))
    with Act("add_membership", actor=actor, at=at) as act:
        if not alliance.members.filter(pk=organisation.pk).exists():
            raise InvalidValue(_("%(name)s is no member of this alliance.") % {"name": organisation})
        elsewhere = alliance.memberships.filter(user=user, active=True).exclude(organisation=organisation)
        if elsewhere.exists():
            raise InvalidValue(_("This person already acts for another organisation of this alliance."))
        ended = alliance.memberships.filter(user=user, role=role, active=False).first()
        if ended is not None:
            held = act.lock(ended)
            act.change(held, organisation=organisation, active=True)
            return held
        return act.add(Membership(alliance=alliance, user=user, organisation=organisation, role=role))


def end_membership(
    membership: Membership, *, actor: Actor, at: dt.datetime, reason: str, version: int | None = None
) -> Membership:
    """End a role; the row stays, as the history speaks of it."""
    if not may_manage(actor, membership.alliance_id):
        raise NotAllowed(_("Only the secretariat's staff ends roles."))
    with Act("end_membership", actor=actor, at=at, reason=reason) as act:
        held = act.lock(membership, version=version)
        act.change(held, active=False)
    return held


def _require_installation(actor: Actor) -> None:
    if not may_edit_catalogue(actor):
        raise NotAllowed(_("Only the staff of this installation may do this."))
