"""Who may do what, every predicate with every actor."""

from collections.abc import Callable

import pytest

from tracker.choices import Role
from tracker.permissions import (
    SYSTEM,
    Actor,
    may_decide_about,
    may_draft,
    may_edit_catalogue,
    may_edit_draft,
    may_end_role,
    may_give_role,
    may_manage,
    may_review,
    may_see_update,
    may_see_workspace,
    may_show_organisation,
    shows_more,
)

HOME, ABROAD, OURS, THEIRS = 1, 2, 10, 20


def member(*roles: Role, user: int = 7, alliance: int = HOME, organisation: int = OURS) -> Actor:
    return Actor(
        name="Someone",
        user_id=user,
        alliance_id=alliance,
        organisation_id=organisation,
        roles=frozenset(role.value for role in roles),
    )


ACTORS: dict[str, Actor] = {
    "anonymous": Actor(name="anonymous"),
    "signed in": Actor(name="Nobody", user_id=1),
    "roleless": member(),
    "coordinator": member(Role.COORDINATOR),
    "coordinator of theirs": member(Role.COORDINATOR, organisation=THEIRS),
    "reviewer": member(Role.REVIEWER),
    "reviewer and author": member(Role.REVIEWER, user=5),
    "staff": member(Role.STAFF),
    "all roles": member(*Role),
    "foreign, all roles": member(*Role, alliance=ABROAD),
    "installation": Actor(name="Root", user_id=2, installation_staff=True),
    "system": SYSTEM,
}

CASES: list[tuple[str, Callable[[Actor], bool], set[str]]] = [
    ("edit the catalogue", may_edit_catalogue, {"installation", "system"}),
    ("manage", lambda actor: may_manage(actor, HOME), {"staff", "all roles", "system"}),
    ("manage abroad", lambda actor: may_manage(actor, ABROAD), {"foreign, all roles", "system"}),
    ("draft", lambda actor: may_draft(actor, HOME), {"coordinator", "coordinator of theirs", "all roles"}),
    ("edit a draft of ours", lambda actor: may_edit_draft(actor, HOME, OURS), {"coordinator", "all roles"}),
    ("edit a draft of theirs", lambda actor: may_edit_draft(actor, HOME, THEIRS), {"coordinator of theirs"}),
    ("review", lambda actor: may_review(actor, HOME, 5), {"reviewer", "all roles"}),
    (
        "review what nobody wrote",
        lambda actor: may_review(actor, HOME, None),
        {"reviewer", "reviewer and author", "all roles"},
    ),
    (
        "see the workspace",
        lambda actor: may_see_workspace(actor, HOME),
        {"coordinator", "coordinator of theirs", "reviewer", "reviewer and author", "staff", "all roles"},
    ),
    (
        "see what is published",
        lambda actor: may_see_update(actor, HOME, OURS, published=True, draft=False),
        set(ACTORS),
    ),
    (
        "see what is submitted",
        lambda actor: may_see_update(actor, HOME, OURS, published=False, draft=False),
        {"coordinator", "coordinator of theirs", "reviewer", "reviewer and author", "staff", "all roles"},
    ),
    (
        "see a draft of ours",
        lambda actor: may_see_update(actor, HOME, OURS, published=False, draft=True),
        {"coordinator", "reviewer", "reviewer and author", "staff", "all roles"},
    ),
    (
        "give the coordinator's role with us",
        lambda actor: may_give_role(actor, HOME, OURS, Role.COORDINATOR),
        {"coordinator", "staff", "all roles", "installation", "system"},
    ),
    *(
        (
            f"give the role of {role} with us",
            lambda actor, role=role: may_give_role(actor, HOME, OURS, role),  # type: ignore[misc]
            {"staff", "all roles", "installation", "system"},
        )
        for role in (Role.REVIEWER, Role.STAFF, Role.SAFEGUARDING)
    ),
    (
        "end a role with us",
        lambda actor: may_end_role(actor, HOME, OURS),
        {"coordinator", "staff", "all roles", "installation", "system"},
    ),
    (
        "decide about person 7",
        lambda actor: may_decide_about(actor, 7),
        {"anonymous", "signed in", "reviewer and author", "installation", "system"},
    ),
    (
        "hide our organisation",
        lambda actor: may_show_organisation(actor, OURS, {HOME}),
        {"coordinator", "staff", "all roles", "installation", "system"},
    ),
    (
        "show more of our organisation",
        lambda actor: may_show_organisation(actor, OURS, {HOME}, more=True),
        {"staff", "all roles", "installation", "system"},
    ),
    (
        "show more of an organisation in two alliances",
        lambda actor: may_show_organisation(actor, OURS, {HOME, ABROAD}, more=True),
        {"installation", "system"},
    ),
    (
        "hide an organisation of no alliance",
        lambda actor: may_show_organisation(actor, OURS, set()),
        {"installation", "system"},
    ),
    ("manage nowhere", lambda actor: may_manage(actor, None), {"system"}),
    ("draft nowhere", lambda actor: may_draft(actor, None), set()),
    ("review nowhere", lambda actor: may_review(actor, None, 5), set()),
    ("see nowhere", lambda actor: may_see_workspace(actor, None), set()),
]


@pytest.mark.parametrize(("name", "predicate", "allowed"), CASES, ids=[case[0] for case in CASES])
def test_predicate_allows_exactly(name: str, predicate: Callable[[Actor], bool], allowed: set[str]) -> None:
    assert {who for who, actor in ACTORS.items() if predicate(actor)} == allowed


def test_actor_without_alliance_holds_no_role_anywhere() -> None:
    stray = Actor(name="Stray", user_id=3, roles=frozenset(Role.values))

    assert not any(stray.has(role, alliance) for role in Role for alliance in (None, HOME, ABROAD))


def test_shows_more_knows_the_order() -> None:
    order = ["hidden", "role_only", "named"]

    found = {(old, new) for old in order for new in order if shows_more(old, new)}

    assert found == {("hidden", "role_only"), ("hidden", "named"), ("role_only", "named")}


def test_system_publishes_and_drafts_for_nobody() -> None:
    assert not may_draft(SYSTEM, HOME)
    assert not may_review(SYSTEM, HOME, None)
