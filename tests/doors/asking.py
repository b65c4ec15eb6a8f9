"""Asking every address as everyone: one letter for each answer, and whether anything was written."""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.test.client import ClientHandler
from django.utils.http import urlencode

from tests.conftest import World, everything
from tests.importer.texts import REPORT

# One for all browsers: each would load the middleware anew for its one request.
_HANDLER = ClientHandler(enforce_csrf_checks=False)
SignIn = Callable[[str], Client]
Who = str | None

# L sent to sign in, R sent elsewhere, 2 a page, F forbidden, N not found, M not that way, G gone, C closed for now.
LETTERS = {302: "R", 200: "2", 403: "F", 404: "N", 405: "M", 410: "G", 503: "C"}
WRITES_NOTHING = "LFNMGC"
# Where a page answers what was sent: everywhere else such a page says why nothing was done.
ANSWERED_WITH_A_PAGE = ("mail",)


def browser(name: Who, sign_in: SignIn) -> Client:
    """Return a new browser in which somebody is signed in: what one address does to a session, no other one sees."""
    client = Client()
    client.handler = _HANDLER
    if name:
        client.cookies.load({key: morsel.value for key, morsel in sign_in(name).cookies.items()})
    return client


def promises_nothing(row: str, letter: str) -> bool:
    """Tell whether an answer to what was sent says that nothing was written."""
    return letter in WRITES_NOTHING or (letter == "2" and row not in ANSWERED_WITH_A_PAGE)


def letter_of(answer: Any) -> str:
    """Return what somebody got; the number of an answer that has no letter."""
    where = answer.get("Location", "")
    if answer.status_code == 302 and ("/admin/login/" in where or "/account/login/?next=" in where):
        return "L"
    if answer.status_code == 403 and b'id="kept-1"' in answer.content:
        return "L"  # with what was typed
    return LETTERS.get(answer.status_code, f"[{answer.status_code}]")


def typed(world: World) -> dict[str, Any]:
    """Return what would be stored at every door that let its caller in."""
    return {
        "act": "save",
        "reason": "A reason.",
        "reason_en": "A reason.",
        "lifecycle": "not_applicable",
        "perspective": "alliance",
        "period_to": "2026-02",
        "done_en": "Something was done.",
        "since": "2026-02-01",
        "alliance": world.alliance.pk,
        "organisation": world.organisations[0].pk,
        "role": "reviewer",
        "username": "nobody",
        "visibility": "named",
        "kind": "ngo",
        "name_en": "Another name",
        "review_rule": "another_person",
        "time_zone": "Europe/Moscow",
        "email": "newcomer@example.org",
        "roles_offered": ["coordinator"],
        "language": "en",
        "duty_bearer": world.organisations[4].pk,
        "subject": "Teachers",
        "letter": "Dear all,",
        "sent_on": "2026-03-01",
        "due_on": "2026-03-31",
        "reminded_on": "2026-03-02",
        "quality": "full",
        "answered_on": "2026-03-02",
        "password": "a long new password",
        "text_rights": "free",
        "words": "Another text.",
        "field": "remains",
        "ground": "child",
        "certain": "on",
    }


def posted(row: str, world: World) -> dict[str, Any]:
    """Return what is sent to the address of a row."""
    if row == "admin:tracker_documentimport_add":
        # A file is read once; the one that waits already may come again.
        return {"file": SimpleUploadedFile("report.txt", REPORT.encode())}
    return typed(world) | ({"username": "newcomer"} if row == "admin:tracker_user_add" else {})


def ask(
    where: dict[str, str], who: Iterable[Who], world: World, sign_in: SignIn
) -> tuple[dict[str, tuple[str, str]], list[str]]:
    """Ask the address of each row as everyone, reading and writing; return the letters, and which answers of those that
    promise to write nothing wrote all the same. What was let in is undone.
    """
    found, wrote, people, before = {}, [], list(who), everything()
    for row, place in where.items():
        letters = {"get": "", "post": ""}
        for verb in letters:
            for name in people:
                client, point = browser(name, sign_in), transaction.savepoint()
                answer = getattr(client, verb)(place, posted(row, world) if verb == "post" else None)
                letter = letter_of(answer)
                letters[verb] += letter
                # Looking at every table is slow: what should have written nothing stays, and is looked for below.
                if verb == "get" or promises_nothing(row, letter):
                    transaction.savepoint_commit(point)
                else:
                    transaction.savepoint_rollback(point)
            after = everything()
            if after != before:
                wrote.append(f"{verb} {row}")
                before = after
        found[row] = (letters["get"], letters["post"])
    return found, wrote


def ask_otherwise(
    where: dict[str, str], verbs: Iterable[str], browser: Callable[[], Client], world: World
) -> dict[str, str]:
    """Return the letters of the answers to other ways of asking: {row: one letter for each of `verbs`}."""
    sent = urlencode(typed(world), doseq=True)
    return {
        row: "".join(
            letter_of(getattr(browser(), verb)(place, sent, content_type="application/x-www-form-urlencoded"))
            for verb in verbs
        )
        for row, place in where.items()
    }
