"""Every step of the table of transitions, from every state, through every door that there is to it."""

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

import tracker
from tests.admin.test_updates import page, state, typed
from tests.conftest import LAW, NOW, STUDY, World, everything
from tracker.actions import progress
from tracker.choices import Level, UpdateState
from tracker.models import Update
from tracker.queries.access import PRIVATE_STATES
from tracker.workflow import TRANSITIONS, leads, transition

SignIn = Callable[[str], Client]

NOTE = {"independence_note": "They do not cite each other."}
REASON = {"reason": "Which page?"}
# {act: (door, who may, what is sent, whether the update is one that two must confirm)}
DOORS: dict[str, tuple[str, str, dict[str, Any], bool]] = {
    "edit": ("change", "anna", typed(act="save"), False),
    "submit": ("change", "anna", typed(act="submit"), False),
    "return": ("return", "boris", REASON, False),
    "approve_first": ("publish", "boris", NOTE, True),
    "publish": ("publish", "boris", {}, False),
    "publish_second": ("publish", "clara", NOTE, True),
    "discard": ("discard", "anna", REASON, False),
}


def update_in(world: World, wanted: str, *, two: bool) -> Update:
    """Return an update that anna began, brought to the state `wanted`; `two` must confirm it."""
    values: dict[str, Any] = {"level": Level.IMPLEMENTED, "new_evidence": (LAW, STUDY)} if two else {}
    if wanted == UpdateState.AWAITING_SECOND:
        return world.published(level=Level.IMPLEMENTED, new_evidence=(LAW, STUDY))
    if wanted == UpdateState.PUBLISHED:
        update = world.published(**values)
        clara = world.actor("clara")
        return progress.publish_update(update, actor=clara, at=NOW) if two else update
    if wanted == UpdateState.DISCARDED:
        return progress.discard_update(world.draft(**values), reason="Twice", actor=world.actor("anna"), at=NOW)
    if wanted == UpdateState.DRAFT:
        return world.draft(**values)
    submitted = world.submitted(**values)
    if wanted == UpdateState.RETURNED:
        return progress.return_update(submitted, reason="No page", actor=world.actor("boris"), at=NOW)
    return submitted


def test_every_row_of_the_table_has_a_door() -> None:
    assert set(DOORS) == {row.act for row in TRANSITIONS}


@pytest.mark.parametrize("origin", UpdateState.values)
@pytest.mark.parametrize("act", sorted(DOORS))
def test_step_leads_where_the_table_says_or_nowhere(world: World, sign_in: SignIn, act: str, origin: str) -> None:
    door, who, sent, two = DOORS[act]
    update = update_in(world, origin, two=two)
    before = everything()
    answer = sign_in(who).post(page(update, door), sent | {"version": update.version})
    # The same button: who presses it first is the first of two.
    first = act == "publish_second" and origin == UpdateState.SUBMITTED
    if leads(act, origin) or first:
        assert (answer.status_code, state(update)) == (302, transition("approve_first" if first else act).target)
    else:
        # What only its own organisation sees is not there for a reviewer of another.
        hidden = origin in PRIVATE_STATES and who != "anna"
        assert (answer.status_code, state(update)) == (404 if hidden else 200, origin)
        assert everything() == before


@pytest.mark.parametrize("origin", UpdateState.values)
def test_step_by_someone_else_leaves_no_trace(world: World, sign_in: SignIn, origin: str) -> None:
    update = update_in(world, origin, two=True)
    unseen = 404 if origin in PRIVATE_STATES else 403
    # Nobody publishes what they or their organisation wrote, and reviewers write nothing of others'.
    outsiders = {None: 302, "nobody": 302, "staff": unseen, "root": 403, "eve": 404}
    insiders = {"publish": {"anna": 403, "olga": 200}, "return": {"anna": 403}}
    before = everything()
    for act, (door, _may, sent, _two) in DOORS.items():
        for who, status in (outsiders | insiders.get(door, {"boris": unseen, "clara": unseen})).items():
            client = sign_in(who) if who else Client()
            answer = client.post(page(update, door), sent | {"version": update.version})
            assert answer.status_code == status, (act, who)
    assert everything() == before


@pytest.mark.parametrize("origin", UpdateState.values)
def test_published_update_is_corrected_and_taken_down_and_no_other(world: World, sign_in: SignIn, origin: str) -> None:
    update = update_in(world, origin, two=False)
    sign_in("anna")  # before any savepoint, which would take the session back
    before = everything()
    reason = {"reason": "It names a child.", "version": update.version}
    for door, sent in (("correct", typed(act="save")), ("take_down", reason)):
        point = transaction.savepoint()
        answer = sign_in("anna").post(page(update, door), sent)
        published = origin == UpdateState.PUBLISHED
        assert answer.status_code == (302 if published else 200), door
        assert (everything() == before) == (not published), door
        transaction.savepoint_rollback(point)
    assert state(update) == origin


def test_no_other_file_opens_a_door_to_these_acts() -> None:
    """Neither a command nor an import nor a bulk change moves an update: the demo tells its story, and that is all."""
    written_there = {name: value for name, value in vars(progress).items() if name[0] != "_" and callable(value)}
    acts = {name for name, act in written_there.items() if act.__module__ == progress.__name__} - {"Content"}
    root = Path(tracker.__file__).parent
    found = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Name) and node.id in acts) or (isinstance(node, ast.Attribute) and node.attr in acts)
    }
    assert acts == {
        "draft_update", "edit_draft", "submit_update", "return_update",
        "discard_update", "publish_update", "correct_update",
    }  # fmt: skip
    assert found == {"actions/demo.py", "admin/updates.py", "admin/writing.py"}
