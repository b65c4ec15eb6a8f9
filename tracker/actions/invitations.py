"""Invitations by mail: a role is offered, and taken up by whoever reads the address."""

import datetime as dt
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tracker.actions.history import Act
from tracker.actions.organisations import give_role, new_user
from tracker.choices import Role
from tracker.errors import InvalidValue, NotAllowed, WrongState
from tracker.models import Alliance, Invitation, Organisation, User
from tracker.permissions import Actor, may_decide_about, may_end_role, may_give_role
from tracker.queries.invitations import holds, token_hash
from tracker.queries.people import actor_for, users_at

LIFE = dt.timedelta(days=14)
_TOKEN_BYTES = 32


@dataclass(frozen=True)
class Sent:
    """An invitation, and the secret of its link, which is kept nowhere but in the mail."""

    invitation: Invitation
    token: str


def invite(
    email: str,
    organisation: Organisation,
    roles: Iterable[str],
    *,
    alliance: Alliance,
    language: str = "",
    actor: Actor,
    at: dt.datetime,
) -> Sent:
    """Offer roles for a member organisation to whoever reads mail at `email`, for LIFE. The caller sends the mail.

    Raises NotAllowed where the actor may not give each of the roles, InvalidValue for an organisation that is no
    member, for no role, and for an address that is no address or invited for this organisation already.
    """
    wanted = sorted(set(roles))
    if actor.user_id is None or not all(_may_give(actor, alliance, organisation, role) for role in wanted):
        raise NotAllowed(_("Only the staff offers this role; an organisation's coordinators invite coordinators."))
    with Act("invite", actor=actor, at=at) as act:
        if not wanted or not set(wanted) <= set(Role.values):
            raise InvalidValue(_("Choose at least one role."))
        if not alliance.members.filter(pk=organisation.pk, archived_on=None).exists():
            raise InvalidValue(_("%(name)s is no member of this alliance.") % {"name": organisation})
        open_ones = Invitation.objects.filter(
            alliance=alliance, organisation=organisation, accepted_at=None, withdrawn_at=None, expires_at__gt=at
        )
        if open_ones.filter(email__iexact=email).exists():
            raise InvalidValue(_("This address is invited already. Send that invitation again instead."))
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        invitation = act.add(
            Invitation(
                alliance=alliance,
                organisation=organisation,
                roles=wanted,
                email=email,
                language=language,
                token_hash=token_hash(token),
                invited_by_id=actor.user_id,
                expires_at=at + LIFE,
            )
        )
    return Sent(invitation, token)


def resend_invitation(invitation: Invitation, *, actor: Actor, at: dt.datetime, version: int | None = None) -> Sent:
    """Offer the same again with a new link, for LIFE from now; the old link is void. The actor now answers for it.

    Raises NotAllowed as `invite`, WrongState where it was taken up or taken back, Conflict.
    """
    with Act("invite", actor=actor, at=at) as act:
        held = act.lock(invitation, version=version)
        given = [_may_give(actor, held.alliance, held.organisation, role) for role in held.roles]
        if actor.user_id is None or not all(given):
            raise NotAllowed(_("Only the staff offers this role; an organisation's coordinators invite coordinators."))
        _require_open(held)
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        act.derive(held, token_hash=token_hash(token))
        act.change(held, invited_by=User.objects.get(pk=actor.user_id), expires_at=at + LIFE)
        act.note(held)
    return Sent(held, token)


def withdraw_invitation(
    invitation: Invitation, *, reason: str = "", actor: Actor, at: dt.datetime, version: int | None = None
) -> Invitation:
    """Take an invitation back: its link is void from now on. Raises NotAllowed, WrongState or Conflict."""
    with Act("withdraw_invitation", actor=actor, at=at, reason=reason) as act:
        held = act.lock(invitation, version=version)
        if not may_end_role(actor, held.alliance_id, held.organisation_id):
            raise NotAllowed(_("Only the staff and the organisation's coordinators take an invitation back."))
        _require_open(held)
        act.change(held, withdrawn_at=at)
    return held


def accept_invitation(token: str, user: User, *, at: dt.datetime) -> Invitation:
    """Take up an invitation for `user`, who is signed in. Their sign-ins end, as their roles change.

    Raises WrongState where the link leads to nothing that holds, NotAllowed for who invited themselves, InvalidValue
    for who acts for another organisation of the alliance.
    """
    with Act("accept_invitation", actor=actor_for(user, None), at=at) as act:
        held = _hold(act, token, at)
        if not may_decide_about(actor_for(user, None), held.invited_by_id):
            raise NotAllowed(_("Nobody gives a role to themselves. Ask somebody else of the staff."))
        _take_up(act, held, user, at)
    return held


def join_by_invitation(token: str, username: str, *, password: str, at: dt.datetime, **values: Any) -> Invitation:
    """Take up an invitation as somebody new, who signs in by `username` from now on; `values` are of the model.

    The address is the invited one: the link proves that they read its mail. Raises WrongState as `accept_invitation`,
    and where somebody with this address can sign in already: one person has one account, or could review themselves.
    """
    user = new_user(username, password, **values)
    actor = Actor(name=str(user), user_uuid=str(user.uuid))
    with Act("accept_invitation", actor=actor, at=at) as act:
        held = _hold(act, token, at)
        if users_at(held.email):
            raise WrongState(_("You can sign in here already. Sign in, then open the link of the invitation again."))
        user.email, user.language = held.email, held.language
        _take_up(act, held, act.add(user), at)
    return held


def _hold(act: Act, token: str, at: dt.datetime) -> Invitation:
    """Return the invitation that a link leads to, held together with who invited: their power must last until now."""
    found = Invitation.objects.select_related("invited_by").filter(token_hash=token_hash(token)).first()
    if found is not None:
        # People come before what belongs to an alliance, here as everywhere.
        act.lock(found.invited_by)
        held = act.lock(found)
        if held.token_hash == found.token_hash and holds(held, at=at):
            return held
    raise WrongState(_("This invitation no longer holds. Ask whoever invited you to send it again."))


def _take_up(act: Act, held: Invitation, user: User, at: dt.datetime) -> None:
    known = held.alliance.memberships.filter(user=user, organisation=held.organisation, active=True)
    known_roles = set(known.values_list("role", flat=True))
    for role in held.roles:
        if role not in known_roles:
            give_role(act, user, held.organisation, role, alliance=held.alliance)
    act.change(held, accepted_at=at, accepted_by=user)


def _may_give(actor: Actor, alliance: Alliance, organisation: Organisation, role: str) -> bool:
    return may_give_role(actor, alliance.pk, organisation.pk, role)


def _require_open(held: Invitation) -> None:
    if held.accepted_at is not None:
        raise WrongState(_("This invitation was taken up already."))
    if held.withdrawn_at is not None:
        raise WrongState(_("This invitation was taken back. Invite again."))
