"""Who hears of a concern that a reader has about an alliance's record."""

from django.db.models import QuerySet

from tracker.choices import Role
from tracker.models import Alliance, User


def hearers(alliance: Alliance, *, demo: bool) -> QuerySet[User]:
    """Return the people of the secretariat and the safeguarding leads of `alliance` who can be reached by mail; without
    `demo` nobody of an invented one.
    """
    if alliance.is_demo and not demo:
        return User.objects.none()
    # Whose organisation has left the alliance has left it too.
    active = {"memberships__active": True, "memberships__organisation__alliances": alliance}
    active["memberships__alliance"] = alliance
    people = User.objects.filter(is_active=True, memberships__role__in=(Role.STAFF, Role.SAFEGUARDING), **active)
    return people.exclude(email="").distinct().order_by("pk")
