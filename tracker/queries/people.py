"""Reads about people: who someone is in an alliance."""

from django.db.models import F

from tracker.models import Alliance, Membership, User
from tracker.permissions import Actor, gives_every_role


def actor_for(user: User, alliance: Alliance | None) -> Actor:
    """Return `user` as an actor in `alliance`, with the roles held there; without one, only what the user is."""
    base = {
        "name": user.get_full_name() or user.get_username(),
        "user_id": user.pk,
        "user_uuid": str(user.uuid),
        "installation_staff": user.is_active and user.is_superuser,
    }
    if alliance is None or not user.is_active:
        return Actor(**base)  # type: ignore[arg-type]
    memberships = list(
        # Whose organisation has left the alliance has left it too.
        Membership.objects.filter(
            user=user, alliance=alliance, active=True, organisation__alliances=alliance
        ).select_related("organisation")
    )
    if not memberships:
        return Actor(**base)  # type: ignore[arg-type]
    organisation = memberships[0].organisation
    return Actor(
        **base,  # type: ignore[arg-type]
        alliance_id=alliance.pk,
        organisation_id=organisation.pk,
        organisation_uuid=str(organisation.uuid),
        organisation_name=str(organisation),
        roles=frozenset(row.role for row in memberships),
    )


def alliances_of(user: User) -> list[Alliance]:
    """Return the alliances in which `user` holds any role, in their order."""
    if not user.is_active:
        return []
    return list(
        Alliance.objects.filter(
            memberships__user=user, memberships__active=True, memberships__organisation__alliances=F("pk")
        ).distinct()
    )


def is_of_demo(user: User) -> bool:
    """Tell whether `user` is one of an invented alliance's people, whose passwords are known to all.

    The installation's own staff is not, whatever roles it has given itself there.
    """
    return not user.is_superuser and Membership.objects.filter(user=user, alliance__is_demo=True).exists()


def user_called(username: str) -> User | None:
    """Return who signs in with exactly this name."""
    return User.objects.filter(username=username).first()


def person_called(username: str, actor: Actor) -> User | None:
    """Return the active person of this name to whom `actor` may give a role, as far as that is theirs to find out:
    who is not staff finds who acts for their own organisation already.
    """
    known = User.objects.filter(username=username, is_active=True)
    if not gives_every_role(actor):
        known = known.filter(
            memberships__active=True,
            memberships__alliance=actor.alliance_id,
            memberships__organisation=actor.organisation_id,
        )
    return known.first()


def users_at(address: str) -> list[User]:
    """Return the active people whose mail goes to `address`, whatever its capital letters."""
    found = User.objects.filter(email__iexact=address, is_active=True).exclude(email="")
    # Databases take more letters for the same than those who deliver mail do.
    return [user for user in found if user.email.lower() == address.lower()]


def brought_in(user_id: int | None, author_id: int | None, alliance: Alliance) -> bool:
    """Tell whether `user_id` invited `author_id` into `alliance`, or somebody who did, and so on."""
    seen: set[int] = set()
    asked = author_id
    while asked is not None and asked not in seen:
        seen.add(asked)
        asked = alliance.invitations.filter(accepted_by=asked).values_list("invited_by", flat=True).first()
        if asked == user_id:
            return True
    return False
