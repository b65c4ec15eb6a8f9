"""How people sign in: what the acts about passwords and second factors store, refuse and tell."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import authenticate

from tests.actions.asserting import last_entry, opened, outcomes, refuses, story
from tests.conftest import NOW, World
from tests.factories import PASSWORD
from tracker.actions.history import Act
from tracker.actions.people import end_sign_ins, reset_second_factor, set_password
from tracker.errors import InvalidValue, NotAllowed, WrongState
from tracker.models import HistoryEntry, User
from tracker.permissions import SYSTEM
from tracker.queries.verify import verify

NEW = "three words nobody puts together"
REASON = "Phone stolen; called back at the office."


def factors(name: str) -> list[str]:
    return sorted(Authenticator.objects.filter(user__username=name).values_list("type", flat=True))


@pytest.fixture
def enrolled(world: World) -> User:
    """The coordinator, with app and recovery codes; the reviewer has some too."""
    for name in ("anna", "boris"):
        for kind in ("totp", "recovery_codes"):
            Authenticator.objects.create(user=world.users[name], type=kind, data={})
    return world.users["anna"]


def test_set_password_ends_the_sign_ins_and_tells_nothing(world: World) -> None:
    anna, entries = world.users["anna"], HistoryEntry.objects.count()
    version, session = anna.version, anna.session_version

    set_password(anna, NEW, actor=world.actor("anna"), at=NOW)

    stored = User.objects.get(pk=anna.pk)
    assert authenticate(username="anna", password=NEW) == stored
    assert authenticate(username="anna", password=PASSWORD) is None
    assert (stored.version, stored.session_version, HistoryEntry.objects.count()) == (version, session + 1, entries)
    # The session of whoever changes it is kept by what the caller's object says.
    assert anna.get_session_auth_hash() == stored.get_session_auth_hash()


def test_end_sign_ins_changes_nothing_else(world: World) -> None:
    anna, hashed = world.users["anna"], world.users["anna"].get_session_auth_hash()
    before = User.objects.filter(pk=anna.pk).values().get()

    end_sign_ins(anna, actor=world.actor("anna"), at=NOW)

    after = User.objects.filter(pk=anna.pk).values().get()
    assert after == before | {"session_version": before["session_version"] + 1}
    assert anna.get_session_auth_hash() != hashed


def test_nobody_else_chooses_how_a_person_signs_in(world: World) -> None:
    anna = world.users["anna"]
    for actor in (world.actor("boris"), world.actor("root"), world.actor("staff"), SYSTEM):
        with refuses(NotAllowed, "someone else signs in"):
            set_password(anna, NEW, actor=actor, at=NOW)
        with refuses(NotAllowed, "someone else signs in"):
            end_sign_ins(anna, actor=actor, at=NOW)
    assert authenticate(username="anna", password=PASSWORD) == anna


def test_reset_second_factor_takes_it_away_ends_the_sign_ins_and_tells_why(enrolled: User) -> None:
    version, session = enrolled.version, enrolled.session_version

    reset_second_factor(enrolled, actor=SYSTEM, at=NOW, reason=REASON)

    assert (factors("anna"), factors("boris")) == ([], ["recovery_codes", "totp"])
    stored = User.objects.get(pk=enrolled.pk)
    assert (stored.version, stored.session_version, enrolled.session_version) == (version, session + 1, session + 1)
    assert story(enrolled)[1:] == [("reset_second_factor", {})]
    told = opened(last_entry())
    assert told == {
        "@actor": (None, {"name": "system", "uuid": None}),
        "@label": (None, str(enrolled)),
        "@organisation": (None, {"name": "", "uuid": None}),
        "@reason": (None, REASON),
        "@role": (None, []),
    }
    assert verify().faults == []


def test_reset_second_factor_is_for_the_installations_staff(enrolled: User, world: World) -> None:
    def reset(name: str) -> Any:
        return lambda: reset_second_factor(enrolled, actor=world.actor(name), at=NOW, reason=REASON)

    found = outcomes({name: reset(name) for name in ("anna", "boris", "staff", "nobody", "root")})

    assert found == dict.fromkeys(("anna", "boris", "staff", "nobody"), "NotAllowed") | {"root": "done"}


@pytest.mark.parametrize("reason", ["", "  ", "\n"])
def test_reset_second_factor_takes_a_reason(enrolled: User, reason: str) -> None:
    with refuses(InvalidValue, "Say why"):
        reset_second_factor(enrolled, actor=SYSTEM, at=NOW, reason=reason)
    assert factors("anna") == ["recovery_codes", "totp"]


def test_reset_second_factor_without_one_is_refused(world: World) -> None:
    with refuses(WrongState, "has no second factor"):
        reset_second_factor(world.users["anna"], actor=SYSTEM, at=NOW, reason=REASON)


def test_failed_reset_takes_nothing_away(enrolled: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Act, record: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(Act, "note", fail)

    with refuses(RuntimeError):
        reset_second_factor(enrolled, actor=SYSTEM, at=NOW, reason=REASON)

    assert factors("anna") == ["recovery_codes", "totp"]


def test_note_beside_a_change_is_one_entry(world: World) -> None:
    anna, entries = world.users["anna"], HistoryEntry.objects.count()

    with Act("test", actor=SYSTEM, at=NOW) as act:
        held = act.lock(anna)
        act.note(held)
        act.change(held, first_name="Ann")
        act.note(held)

    assert HistoryEntry.objects.count() == entries + 1
    assert story(anna)[1:] == [("test", {"first_name": ("Anna", "Ann")})]
    assert verify().faults == []
