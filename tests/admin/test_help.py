"""The help page is made from the tables of the rules, so that it cannot promise anything else."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from tests import factories as make
from tests.conftest import NOW, World
from tracker.choices import Level, ReviewRule, UpdateState
from tracker.queries import meanings
from tracker.workflow import TRANSITIONS

SignIn = Callable[[str], Client]

HELP = "admin:help"


def test_help_shows_every_step_level_and_grade(world: World, sign_in: SignIn) -> None:
    shown = sign_in("anna").get(reverse(HELP)).content.decode()
    for row in TRANSITIONS:
        cells = (row.title, ", ".join(str(UpdateState(state).label) for state in row.origins), row.who, row.requires)
        assert all(escape(str(cell)) in shown for cell in (*cells, UpdateState(row.target).label)), row.act
    for level in Level:
        assert escape(str(level.label)) in shown
        assert escape(str(meanings.LEVELS[level])) in shown
    for meaning in meanings.GRADES.values():
        assert escape(str(meaning)) in shown
    assert shown.count("<tr>") == 2 + len(TRANSITIONS) + len(Level)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (ReviewRule.ANOTHER_ORGANISATION, "Someone of another member organisation publishes an update."),
        (ReviewRule.ANOTHER_PERSON, "This alliance is small: another person may publish an update"),
    ],
)
def test_help_tells_who_publishes_in_this_alliance(world: World, sign_in: SignIn, rule: str, words: str) -> None:
    with make.Act("test_setup", actor=make.SYSTEM, at=NOW) as act:
        act.change(world.alliance, review_rule=rule)
    assert words in sign_in("anna").get(reverse(HELP)).content.decode()


def test_help_is_linked_from_every_page(world: World, sign_in: SignIn) -> None:
    for where in (reverse("admin:index"), reverse("admin:tracker_update_add") + f"?item={world.items[0].pk}"):
        assert f'href="{reverse(HELP)}"' in sign_in("anna").get(where).content.decode()


def test_help_is_for_people_of_the_workspace(world: World, sign_in: SignIn) -> None:
    assert Client().get(reverse(HELP)).status_code == 302
    assert sign_in("nobody").get(reverse(HELP)).status_code == 302
    assert sign_in("root").get(reverse(HELP)).status_code == 200
    assert sign_in("anna").post(reverse(HELP)).status_code == 405
