"""Who is asking, in which alliance, and on which day: worked out once per request."""

from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone

from tracker.forms.ticks import is_key
from tracker.models import Alliance, Item
from tracker.permissions import Actor
from tracker.queries.access import items
from tracker.queries.desk import Desk
from tracker.queries.items import today
from tracker.queries.people import actor_for, alliances_of

CHOSEN = "alliance"


def alliances(request: HttpRequest) -> list[Alliance]:
    """Return the alliances that the person asking works in."""
    return _once(request, "alliances", lambda: alliances_of(request.user))  # type: ignore[arg-type]


def alliance_of(request: HttpRequest) -> Alliance | None:
    """Return the alliance that the person chose, or their first."""
    entered = _held(request).get("entered")
    if entered is not None:
        return entered
    known = alliances(request)
    chosen = request.session.get(CHOSEN)
    return next((alliance for alliance in known if alliance.slug == chosen), known[0] if known else None)


def choose(request: HttpRequest, slug: str) -> None:
    """Keep the chosen alliance for this session. Raises Http404 for one that the person does not work in."""
    if slug not in {alliance.slug for alliance in alliances(request)}:
        raise Http404
    request.session[CHOSEN] = slug


def wherever(request: HttpRequest, ask: Any) -> Any:
    """Return what `ask()` finds in the chosen alliance, else in another one that the person works in, for this request.

    Somebody who works in two has pages of both open: a page of the one is not lost as the other was chosen since.
    """
    asked, found = alliance_of(request), ask()
    for alliance in alliances(request) if found is None else ():
        if alliance == asked:
            continue
        _enter(request, alliance)
        found = ask()
        if found is not None:
            return found
    if found is None:
        _enter(request, None)
    return found


def _enter(request: HttpRequest, alliance: Alliance | None) -> None:
    """Let this request be about `alliance`; with None, about the chosen one again."""
    held = _held(request)
    held.pop("actor", None)
    held["entered"] = alliance


def asked_item(request: HttpRequest) -> Item | None:
    """Return the item of `?item=`, in whichever alliance of the person asking; None where none is in sight."""
    chosen = request.GET.get("item", "")
    if not is_key(chosen):
        return None
    found: Item | None = wherever(request, lambda: items(actor_of(request)).filter(pk=chosen).first())
    return found


def actor_of(request: HttpRequest) -> Actor:
    """Return the person asking as an actor in the chosen alliance; who is not signed in is nobody."""
    held = _held(request)
    if "actor" not in held:
        if not request.user.is_authenticated:
            return Actor(name="")
        held["actor"] = _actor_in(request, alliance_of(request))
    found: Actor = held["actor"]
    return found


def _actor_in(request: HttpRequest, alliance: Alliance | None) -> Actor:
    place = f"actor in {alliance.pk if alliance else 'none'}"
    found: Actor = _once(request, place, lambda: actor_for(request.user, alliance))  # type: ignore[arg-type]
    return found


def is_let_in(request: HttpRequest) -> bool:
    """Tell whether the person asking is active staff who works in an alliance, or of the installation's own staff."""

    def ask() -> bool:
        user: Any = request.user
        return user.is_active and user.is_staff and bool(user.is_superuser or alliances(request))

    found: bool = _once(request, "let in", ask)
    return found


def desk_of(request: HttpRequest) -> Desk | None:
    """Return what waits for the person asking, or None for someone who works in no alliance."""
    alliance = alliance_of(request)
    if alliance is None:
        return None
    return Desk(actor_of(request), alliance, today(alliance, timezone.now()))


def _held(request: HttpRequest) -> dict[str, Any]:
    held: dict[str, Any] = request.__dict__.setdefault("_workspace", {})
    return held


def _once(request: HttpRequest, name: str, ask: Any) -> Any:
    held = _held(request)
    if name not in held:
        held[name] = ask()
    return held[name]
