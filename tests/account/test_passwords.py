"""Passwords: changed by somebody signed in, or chosen anew by a mailed link, which tells nobody who has an account."""

import re
import smtplib
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from tests import factories as make
from tests.account.conftest import Clock, Person
from tests.conftest import World, everything
from tests.factories import PASSWORD
from tracker.models import HistoryEntry

NEW = "three words nobody puts together"
ADDRESS = "Anna.Example@example.org"


@pytest.fixture
def mailed(world: World, anna: Person) -> Person:
    """The coordinator, whose address is known."""
    set_address(world, "anna", ADDRESS)
    return anna


def set_address(world: World, name: str, address: str) -> None:
    type(world.users[name]).objects.filter(username=name).update(email=address)


def change(person: Person, old: str = PASSWORD, new: str = NEW, again: str = "") -> Any:
    typed = {"oldpassword": old, "password1": new, "password2": again or new}
    return person.post("account_change_password", typed)


def link() -> str:
    """Return the path of the link in the mail that was sent last."""
    found = re.search(r"http://127.0.0.1:8000(/\S+)", mail.outbox[-1].body)
    assert found is not None
    return found[1]


def follow(person: Person, address: str) -> Any:
    return person.client.get(address, REMOTE_ADDR=person.address, follow=True)


def choose(person: Person, address: str, new: str = NEW) -> Any:
    """Follow a link and choose a password."""
    page = follow(person, address)
    where = page.redirect_chain[-1][0] if page.redirect_chain else address
    return person.client.post(where, {"password1": new, "password2": new}, REMOTE_ADDR=person.address)


# --- Changed


def test_password_is_changed_and_every_other_sign_in_ends(mailed: Person) -> None:
    elsewhere = mailed.elsewhere().sign_in()
    mailed.sign_in()

    answer = change(mailed)

    assert answer["Location"] == "/account/"
    assert mailed.is_in()
    assert not elsewhere.is_in()
    assert authenticate(username="anna", password=PASSWORD) is None
    mailed.password = NEW
    mailed.post("account_logout")
    mailed.sign_in()


def test_changed_password_is_told_by_mail_and_not_in_the_history(mailed: Person) -> None:
    mailed.sign_in()
    entries, before = HistoryEntry.objects.count(), everything()["User"]

    change(mailed)

    [message] = mail.outbox
    assert (message.to, message.subject) == ([ADDRESS], "Your password was changed")
    assert NEW not in message.body
    assert HistoryEntry.objects.count() == entries
    assert [row["version"] for row in everything()["User"]] == [row["version"] for row in before]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"old": "not this"}, "This is not your password of now."),
        ({"new": "short"}, "too short"),
        ({"new": "123456789012345"}, "entirely numeric"),
        ({"again": "something else entirely"}, "the same password each time"),
    ],
)
def test_password_that_does_not_do_is_refused_and_the_reason_said(
    anna: Person, typed: dict[str, str], said: str
) -> None:
    anna.sign_in()
    before = everything()

    answer = change(anna, **typed)

    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert everything() == before
    assert authenticate(username="anna", password=PASSWORD) is not None


# --- Chosen anew


def test_reset_by_mail_asks_for_the_second_factor_all_the_same(mailed: Person, second_factor: None) -> None:
    mailed.sign_in().enrol()
    elsewhere = mailed.elsewhere()
    assert elsewhere.post("account_reset_password", {"email": ADDRESS})["Location"] == "/account/password/reset/sent/"
    assert mail.outbox[-1].to == [ADDRESS]
    assert "for anna at 127.0.0.1:8000" in mail.outbox[-1].body

    answer = choose(elsewhere, link())

    assert answer["Location"] == "/account/password/reset/done/"
    assert not mailed.is_in()
    assert not elsewhere.is_in()
    assert mail.outbox[-1].subject == "Your password was changed"
    elsewhere.password = NEW
    elsewhere.give_password()
    assert not elsewhere.is_in()
    elsewhere.sign_in()


def test_link_is_good_once(mailed: Person) -> None:
    mailed.post("account_reset_password", {"email": ADDRESS})
    choose(mailed, link())

    page = follow(mailed, link_of("Choose it here"))

    assert "This link is used up or too old." in page.content.decode()
    assert authenticate(username="anna", password=NEW) is not None


def link_of(words: str) -> str:
    message = next(message for message in mail.outbox if words in message.body)
    found = re.search(r"http://127.0.0.1:8000(/\S+)", message.body)
    assert found is not None
    return found[1]


def test_link_is_good_for_a_day(mailed: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    now = PasswordResetTokenGenerator()._now()
    mailed.post("account_reset_password", {"email": ADDRESS})
    for hours, opens in ((23.9, True), (24.1, False)):
        later = now + type(now - now)(hours=hours)
        monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self, later=later: later)
        assert ("Keep this password" in follow(mailed.elsewhere(), link()).content.decode()) == opens


@pytest.mark.parametrize("broken", ["1-set-password", "zzz-x", "1-c8r2tm-0123456789abcdef0123456789abcdef", "0-x"])
def test_link_that_was_not_sent_opens_nothing(mailed: Person, broken: str) -> None:
    page = mailed.client.get(f"/account/password/reset/{broken}/")

    assert page.status_code == 200
    assert "This link is used up or too old." in page.content.decode()
    answer = mailed.client.post(f"/account/password/reset/{broken}/", {"password1": NEW, "password2": NEW})
    assert "This link is used up or too old." in answer.content.decode()
    assert authenticate(username="anna", password=NEW) is None


def test_key_of_the_link_does_not_stay_in_the_address(mailed: Person) -> None:
    mailed.post("account_reset_password", {"email": ADDRESS})

    page = follow(mailed, link())

    [(where, status)] = page.redirect_chain
    assert (where.endswith("-set-password/"), status) == (True, 302)


def test_asking_tells_nobody_who_has_an_account(mailed: Person, world: World) -> None:
    answers = []
    for address in (ADDRESS, "stranger@example.org"):
        person = mailed.elsewhere()
        answer = person.post("account_reset_password", {"email": address})
        page = person.client.get(answer["Location"])
        answers.append((answer.status_code, answer["Location"], page.content))

    assert answers[0] == answers[1]
    # Each asker waits for one mail to be handed over.
    assert [message.to for message in mail.outbox] == [[ADDRESS], ["stranger@example.org"]]
    assert "nobody who signs in there has it" in mail.outbox[1].body
    assert "/password/reset/" not in mail.outbox[1].body


@pytest.mark.parametrize("typed", [ADDRESS.lower(), ADDRESS.upper()])
def test_mail_goes_to_the_address_that_is_stored(mailed: Person, typed: str) -> None:
    mailed.post("account_reset_password", {"email": typed})

    assert [(message.to, "Choose it here" in message.body) for message in mail.outbox] == [([ADDRESS], True)]


def test_address_that_only_looks_the_same_is_another(world: World, anna: Person) -> None:
    # With a dotless i, which some databases take for an i.
    set_address(world, "anna", "mike@example.org")

    anna.post("account_reset_password", {"email": "m\u0131ke@example.org"})

    assert not any("Choose it here" in message.body for message in mail.outbox)


def test_address_of_before_opens_nothing(mailed: Person, world: World) -> None:
    mailed.post("account_reset_password", {"email": ADDRESS})
    set_address(world, "anna", "new@example.org")

    assert "This link is used up or too old." in follow(mailed, link()).content.decode()
    mailed.post("account_reset_password", {"email": ADDRESS})
    assert "nobody who signs in there has it" in mail.outbox[-1].body


def test_people_without_a_sign_in_get_no_link(mailed: Person, world: World, settings: Any) -> None:
    demo = make.AllianceFactory(slug="freedonia", is_demo=True, members=[world.organisations[3]])
    flora = make.UserFactory(username="flora", email="flora@example.org")
    make.MembershipFactory(alliance=demo, user=flora, organisation=world.organisations[3])
    type(flora).objects.filter(username="anna").update(is_active=False)
    type(flora).objects.filter(username="boris").update(email="")

    for address in ("flora@example.org", ADDRESS):
        mailed.post("account_reset_password", {"email": address})

    assert not any("Choose it here" in message.body for message in mail.outbox)
    settings.DEMO = True
    mailed.address = "127.0.0.1"
    mailed.post("account_reset_password", {"email": "flora@example.org"})
    assert "Choose it here" in mail.outbox[-1].body


def test_two_people_with_one_address_each_get_a_link(mailed: Person, world: World) -> None:
    set_address(world, "boris", ADDRESS)

    mailed.post("account_reset_password", {"email": ADDRESS})

    assert {name for name in ("anna", "boris") for m in mail.outbox if f"for {name} at" in m.body} == {"anna", "boris"}


def test_link_makes_the_browser_known_so_that_nobody_is_kept_out(mailed: Person) -> None:
    for number in range(20):
        mailed.elsewhere(f"203.0.113.{number}").give_password("wrong")
    assert "Too many wrong attempts" in mailed.give_password().content.decode()
    mailed.post("account_reset_password", {"email": ADDRESS})

    choose(mailed, link())

    mailed.password = NEW
    mailed.sign_in()


@pytest.mark.parametrize(
    ("addresses", "ask", "refused_from"),
    [
        (("192.0.2.1",), lambda number: ADDRESS, 3),
        (("192.0.2.1",), lambda number: f"user{number}@example.org", 20),
        (tuple(f"192.0.2.{number}" for number in range(30)), lambda number: ADDRESS, 3),
    ],
)
def test_mail_is_not_sent_without_end(
    mailed: Person, addresses: tuple[str, ...], ask: Callable[[int], str], refused_from: int
) -> None:
    said = []
    for number in range(22):
        person = mailed.elsewhere(addresses[number % len(addresses)])
        said.append(person.post("account_reset_password", {"email": ask(number)}).status_code)

    assert said == [302] * refused_from + [429] * (22 - refused_from)
    assert len(mail.outbox) == refused_from


def test_too_many_is_said_on_a_page_of_ours(mailed: Person) -> None:
    for _attempt in range(3):
        mailed.post("account_reset_password", {"email": ADDRESS})

    page = mailed.post("account_reset_password", {"email": ADDRESS})

    assert "Wait a quarter of an hour" in page.content.decode()
    assert "default-src 'self'" in page["Content-Security-Policy"]


@pytest.mark.parametrize("error", [ConnectionRefusedError(), smtplib.SMTPRecipientsRefused({}), TimeoutError()])
@pytest.mark.parametrize("address", [ADDRESS, "stranger@example.org"])
def test_server_of_mail_that_is_down_changes_no_page(
    mailed: Person, monkeypatch: pytest.MonkeyPatch, caplog: Any, error: Exception, address: str
) -> None:
    def down(self: Any, messages: Any) -> None:
        raise error

    monkeypatch.setattr(EmailBackend, "send_messages", down)

    assert mailed.post("account_reset_password", {"email": address})["Location"] == "/account/password/reset/sent/"
    assert "was not sent" in caplog.text
    mailed.sign_in()
    assert change(mailed)["Location"] == "/account/"


def test_link_of_somebody_else_ends_ones_own_sign_in(mailed: Person, clock: Clock) -> None:
    boris = Person("boris", clock).sign_in()
    mailed.post("account_reset_password", {"email": ADDRESS})

    follow(boris, link())

    assert not boris.is_in()


def test_link_leads_to_this_site_whatever_name_it_was_asked_by(mailed: Person, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    settings.SITE_URL = "https://tracker.example.org"

    mailed.post("account_reset_password", {"email": ADDRESS}, HTTP_HOST="evil.example")

    assert "https://tracker.example.org/account/password/reset/" in mail.outbox[-1].body


def test_mail_is_in_the_language_of_the_page(mailed: Person) -> None:
    mailed.client.post("/ru/account/password/reset/", {"email": ADDRESS})

    assert link().startswith("/ru/account/password/reset/")
