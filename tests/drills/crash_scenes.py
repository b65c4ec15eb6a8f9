"""Scenes in which acts on people, organisations, the catalogue and documents succeed, and what all scenes share."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator

from tests import factories as make
from tests.conftest import NOW, World
from tests.importer.texts import REPORT
from tests.sources import FIXTURES
from tracker.actions import catalogue, invitations, organisations, people, relations, sources
from tracker.choices import Role
from tracker.importer.catalogue import read_catalogue
from tracker.importer.fields import Point
from tracker.importer.relations import RelationEntry
from tracker.importer.source import read_bytes
from tracker.models import DocumentImport, Membership, Recommendation, User
from tracker.permissions import Actor

Act = Callable[[], Any]
Scene = Callable[[World], Act]

REASON = "A reason"


def of(world: World, name: str) -> dict[str, Any]:
    return {"actor": world.actor(name), "at": NOW}


def member(world: World, name: str, role: str) -> Actor:
    """Bring somebody new into the third organisation."""
    user = make.UserFactory(username=name, email=f"{name}@example.org")
    make.MembershipFactory(alliance=world.alliance, user=user, organisation=world.organisations[2], role=role)
    world.users[name] = user
    return world.actor(name)


# --- People and organisations


def create_alliance(world: World) -> Act:
    values = {"slug": "new", "name": {"en": "New"}, "country_name": {"en": "Freedonia"}}
    members = world.organisations[:2]
    return lambda: organisations.create_alliance(members=members, **values, **of(world, "root"))


def give_role(world: World) -> Act:
    user, role = world.users["nobody"], Role.REVIEWER
    given = (user, world.organisations[0], role)
    return lambda: organisations.add_membership(*given, alliance=world.alliance, **of(world, "staff"))


def membership(act: Callable[..., Any], **values: Any) -> Scene:
    def scene(world: World) -> Act:
        member(world, "vera", Role.COORDINATOR)
        held = Membership.objects.get(user=world.users["vera"])
        if act is people.stop_keeping_checkpoints:
            held = people.keep_checkpoints(held, **of(world, "staff"))
        return lambda: act(Membership.objects.get(pk=held.pk), **values, **of(world, "staff"))

    return scene


def user(act: Callable[..., Any], *given: Any, by: str = "root", **values: Any) -> Scene:
    return lambda world: lambda: act(User.objects.get(username="anna"), *given, **values, **of(world, by))


def reactivate(world: World) -> Act:
    people.deactivate_user(world.users["anna"], reason=REASON, **of(world, "root"))
    return user(people.reactivate_user, reason=REASON)(world)


def reset(world: World) -> Act:
    Authenticator.objects.create(user=world.users["anna"], type="totp", data={})
    return user(people.reset_second_factor, reason=REASON)(world)


def invited(world: World) -> invitations.Sent:
    roles = (Role.COORDINATOR, Role.REVIEWER)
    given = ("vera@example.org", world.organisations[0], roles)
    return invitations.invite(*given, alliance=world.alliance, **of(world, "staff"))


def join(world: World) -> Act:
    token = invited(world).token
    values = {"password": "a very long secret", "at": NOW, "first_name": "Vera"}
    return lambda: invitations.join_by_invitation(token, "vera", **values)


def accept_invitation(world: World) -> Act:
    token = invited(world).token
    return lambda: invitations.accept_invitation(token, world.users["nobody"], at=NOW)


def invitation(act: Callable[..., Any]) -> Scene:
    def scene(world: World) -> Act:
        held = invited(world).invitation
        return lambda: act(held, **of(world, "staff"))

    return scene


# --- The catalogue and documents


def uploaded(world: World, text: str = REPORT) -> DocumentImport:
    return sources.upload_document(text.encode(), "freedonia.txt", alliance="home", **of(world, "root"))


def batch(act: Callable[..., Any], *given: Any) -> Scene:
    def scene(world: World) -> Act:
        held = uploaded(world)
        return lambda: act(held, *given, **of(world, "root"))

    return scene


def release(world: World) -> Act:
    flagged = REPORT.replace("Name one office that answers", "Ask Zawadi Okello, aged 9, who answers")
    held, lead = uploaded(world, flagged), member(world, "lena", Role.SAFEGUARDING)
    return lambda: sources.release_import(held, reason="A pseudonym.", actor=lead, at=NOW)


def import_source(world: World) -> Act:
    source = read_bytes(REPORT.encode(), "freedonia.txt")
    return lambda: sources.import_document(source, alliance="home", **of(world, "root"))


def two_points(world: World) -> tuple[Recommendation, Recommendation]:
    return world.items[0].recommendation, make.RecommendationFactory()


def archive_relation(world: World) -> Act:
    source, target = two_points(world)
    held = make.RelationFactory(source=source, target=target)
    return lambda: relations.archive_relation(held, reason=REASON, **of(world, "root"))


def load_relations(world: World) -> Act:
    here, there = (Point(row.document.code, row.reference) for row in two_points(world))
    found = [RelationEntry(here, there, "same", {"en": REASON, "ru": REASON})]
    return lambda: relations.load_relations(found, **of(world, "root"))


def load(world: World) -> Act:
    found = read_catalogue(FIXTURES)
    return lambda: catalogue.load_catalogue(found, **of(world, "root"))
