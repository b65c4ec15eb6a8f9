"""Reads about invitations: which one a link leads to, and whether it still holds."""

import datetime as dt
import hashlib

from tracker.models import Invitation
from tracker.permissions import may_give_role
from tracker.queries.people import actor_for


def token_hash(token: str) -> str:
    """Return what is kept of the secret in a link: its SHA-256, as the secret itself cannot be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()


def invitation_of(token: str, *, at: dt.datetime) -> Invitation | None:
    """Return the invitation that a link leads to, None where there is none or it cannot be taken up any more."""
    found = (
        Invitation.objects.select_related("alliance", "organisation", "invited_by")
        .filter(token_hash=token_hash(token))
        .first()
    )
    return found if found is not None and holds(found, at=at) else None


def holds(invitation: Invitation, *, at: dt.datetime) -> bool:
    """Tell whether an invitation can be taken up at `at`.

    It is neither used, taken back nor too old, the organisation is still a member, and who invited could still do so.
    """
    if invitation.accepted_at or invitation.withdrawn_at or invitation.expires_at <= at:
        return False
    alliance, organisation = invitation.alliance, invitation.organisation
    if not alliance.members.filter(pk=organisation.pk, archived_on=None).exists():
        return False
    inviter = actor_for(invitation.invited_by, alliance)
    return all(may_give_role(inviter, alliance.pk, organisation.pk, role) for role in invitation.roles)
