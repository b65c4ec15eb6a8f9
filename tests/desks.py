"""A desk on which every list has a row, with a marked text wherever a person may write."""

import datetime as dt
from typing import Any, TypeVar

from tests import factories as make
from tests.conftest import NOW, World
from tracker.actions.history import Act
from tracker.actions.progress import return_update
from tracker.actions.requests import draft_request, send_request
from tracker.actions.safeguarding import take_down
from tracker.choices import Role
from tracker.models import Record, User
from tracker.permissions import SYSTEM

R = TypeVar("R", bound=Record)
CANARY = "CANARY"


def set_up(record: R, *, derived: dict[str, Any] | None = None, **values: Any) -> R:
    """Set fields of a record through an act, `derived` ones without a history entry."""
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        held = act.lock(record)
        act.change(held, **values)
        act.derive(held, **(derived or {}))
    return held


def email(world: World, name: str, **values: Any) -> User:
    """Give the person called `name` an address of mail."""
    world.users[name] = set_up(world.users[name], derived={"email": f"{name}@example.org"}, **values)
    return world.users[name]


def fill_desk(world: World) -> None:
    """Fill every list of olga's desk; she coordinates, reviews and is the safeguarding lead of her organisation."""
    first, second, lost = world.items
    organisation, olga = world.organisations[0], world.users["olga"]
    make.MembershipFactory(alliance=world.alliance, user=olga, organisation=organisation, role=Role.SAFEGUARDING)
    day = NOW.date()
    published = world.published(lost)
    set_up(published.evidence.get(), dead_since=day)
    set_up(
        first,
        owner=organisation,
        update_due_on=day - dt.timedelta(days=1),
        update_asked_on=day,
        update_asked_note=f"{CANARY} asked note",
    )
    set_up(second, owner=organisation, update_due_on=day + dt.timedelta(days=30))
    set_up(lost, owner=organisation, verify_by=day - dt.timedelta(days=1))
    returned = world.submitted(first, done={"en": f"{CANARY} returned text"})
    return_update(returned, reason=f"{CANARY} return reason", actor=world.actor("boris"), at=NOW)
    world.submitted(second, by="boris", done={"en": f"{CANARY} text to review"})
    letter = draft_request(
        second,
        world.organisations[4],
        subject=f"{CANARY} subject",
        letter=f"{CANARY} letter",
        language="en",
        actor=world.actor("olga"),
        at=NOW,
    )
    sent = day - dt.timedelta(days=31)
    send_request(letter, sent_on=sent, due_on=day - dt.timedelta(days=1), actor=world.actor("olga"), at=NOW)
    take_down(published, reason=f"{CANARY} why it is held", actor=world.actor("clara"), at=NOW)
