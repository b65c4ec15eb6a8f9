"""One rule of who sees and who changes which rows, held against every step that the workspace offers."""

import datetime as dt
from typing import Any

import pytest
from django.contrib import admin

from tests import factories as make
from tests.admin.busy import make_busy
from tests.conftest import NOW, World
from tracker.actions.history import Act
from tracker.actions.items import archive_item
from tracker.actions.redactions import propose_redaction
from tracker.actions.requests import draft_request
from tracker.actions.safeguarding import release_hold, take_down
from tracker.choices import UpdateState
from tracker.models import (
    Evidence,
    Hold,
    Invitation,
    Item,
    Membership,
    Organisation,
    Request,
    Treaty,
    TreatyEvent,
    Update,
)
from tracker.permissions import PUBLIC, SYSTEM, Actor, may_draft, may_edit_draft
from tracker.queries.access import editable_by, visible_to

TABLES = [model for model, _admin in admin.site._registry.items()]
MEMBERS = ("anna", "olga", "boris", "clara", "staff", "lena")
AT_HOME = (*MEMBERS, "sam", "root", "nobody", "eve")


@pytest.fixture
def full(world: World) -> World:
    """The busy workspace, with a record in every state that matters to who may do what, and another alliance's own."""
    make_busy(world)
    staff, boris = world.actor("staff"), world.actor("boris")
    archive_item(Item.objects.get(pk=world.items[2].pk), reason="Opened by mistake.", actor=staff, at=NOW)
    text = {"subject": "A question", "letter": "Please say.", "language": "en"}
    draft_request(world.items[0], world.organisations[4], actor=boris, at=NOW, **text)
    waiting = Update.objects.filter(state=UpdateState.PUBLISHED, withheld=False).first()
    assert waiting is not None
    for thing in (waiting, waiting.evidence.get()):
        release_hold(
            take_down(thing, reason="Look.", actor=staff, at=NOW), reason="Fine.", actor=world.actor("lena"), at=NOW
        )
    propose_redaction(waiting, "done", ground="child", actor=world.actor("anna"), at=NOW)
    make.MembershipFactory(
        alliance=world.alliance, user=make.UserFactory(), organisation=world.organisations[0], active=False
    )
    eve = world.actor("eve", world.other_alliance)
    for alliance, organisation in ((world.alliance, 0), (world.alliance, 1), (world.other_alliance, 3)):
        make.RecordFactory._create(
            Invitation,
            alliance=alliance,
            organisation=world.organisations[organisation],
            email=f"{organisation}@example.org",
            roles=["coordinator"],
            language="en",
            invited_by=world.users["staff"],
            token_hash=f"{organisation}" * 64,
            expires_at=NOW + dt.timedelta(days=1),
        )
    draft_request(world.other_item, world.organisations[4], actor=eve, at=NOW, **text)
    return world


def people(world: World) -> dict[str, Actor]:
    """Return everyone who may ask, in the alliance that they work in; eve and anna in the other's too."""
    return {name: world.actor(name) for name in AT_HOME} | {
        "eve abroad": world.actor("eve", world.other_alliance),
        "anna abroad": world.actor("anna", world.other_alliance),
        "public": PUBLIC,
        "system": SYSTEM,
    }


def keys(rows: Any) -> set[int]:
    return set(rows.values_list("pk", flat=True))


def has_a_step(actor: Actor, record: Any) -> bool:
    """Tell whether any step with `record`, or the page on which it is written, is allowed to `actor`."""
    if any(step.allowed(actor, record) for step in admin.site._registry[type(record)].steps):  # type: ignore[attr-defined]
        return True
    return isinstance(record, Update) and (
        may_edit_draft(actor, record.alliance_id, record.organisation_id) or may_draft(actor, record.alliance_id)
    )


def test_what_someone_may_change_is_what_some_step_is_allowed_on(full: World) -> None:
    wrong = {}
    for name, actor in people(full).items():
        for model in TABLES:
            may = keys(editable_by(actor, model))
            seen = [] if actor.public else visible_to(actor, model)
            allowed = {record.pk for record in seen if has_a_step(actor, record)}
            if may != allowed:
                wrong[name, model.__name__] = (may - allowed, allowed - may)
    assert wrong == {}


def test_nobody_changes_what_they_do_not_see(full: World) -> None:
    for model in TABLES:
        seen = {name: keys(visible_to(actor, model)) for name, actor in people(full).items()}
        assert any(seen.values()), model
        for name, actor in people(full).items():
            assert keys(editable_by(actor, model)) <= seen[name], (name, model)
            assert name not in ("public", "nobody") or not editable_by(actor, model).exists()


def test_two_alliances_share_no_row(full: World) -> None:
    for model in (Item, Update, Evidence, Request, Hold, Membership, Invitation):
        at_home = {name: keys(visible_to(full.actor(name), model)) for name in MEMBERS}
        abroad = keys(visible_to(full.actor("eve", full.other_alliance), model))
        assert any(at_home.values())
        assert not abroad & set.union(*at_home.values()), model
        for name in (*MEMBERS, "nobody"):
            stranger = full.actor(name, full.other_alliance)
            assert stranger.installation_staff or not visible_to(stranger, model).exists(), (name, model)


def test_two_organisations_change_their_own(full: World) -> None:
    first, second = full.organisations[:2]
    for name, own in (("anna", first), ("boris", second)):
        actor = full.actor(name)
        assert list(editable_by(actor, Organisation)) == [own]
        for model in (Request, Invitation, Membership):
            assert {row.organisation for row in editable_by(actor, model)} == {own}


def test_who_wrote_or_released_what_is_held_back_is_not_the_second_person(full: World) -> None:
    made_by_anna = Hold.objects.get(update__author=full.users["anna"])
    assert made_by_anna.released_by == full.users["lena"]
    may = {name for name in AT_HOME if made_by_anna in editable_by(full.actor(name), Hold)}
    # lena may still block what she has released.
    assert may == {"olga", "boris", "clara", "staff", "lena", "sam"}
    type(made_by_anna).objects.filter(pk=made_by_anna.pk).update(released_by=full.users["clara"])
    assert made_by_anna not in editable_by(full.actor("clara"), Hold)


def test_public_sees_the_evidence_of_treaty_events_in_use(world: World) -> None:
    used, unused = (make.EvidenceFactory(alliance=world.alliance) for _n in range(2))
    named = dict.fromkeys(("title", "short_title", "depositary"), make.texts("Treaty"))
    about: dict[str, Any] = {"alliance": world.alliance, "event": "signed", "on": "2012"}
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        treaty = act.add(Treaty(code="opsc", **named))
        for source, archived in ((used, None), (unused, NOW.date())):
            key = f"{source.pk}"
            act.add(TreatyEvent(treaty=treaty, evidence=source, archived_on=archived, source_key=key, **about))
    assert list(visible_to(PUBLIC, Evidence)) == [used]
