"""What a draft lacks, where it is mended, and what its evidence and parts bear."""

import datetime as dt
from typing import Any

import pytest

from tests import factories as make
from tests.conftest import LAW, NOW, STUDY, World
from tracker.choices import Layer, Level
from tracker.queries.readiness import Standing, borne_gap, lacks, missing, standing

TODAY = NOW.date()


def fields(world: World, **values: Any) -> list[str]:
    return [lack.field for lack in lacks(world.draft(**values), today=TODAY)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, []),
        ({"unfinished": {"period_to": "soon"}, "period_to": ""}, ["", "period_to"]),
        ({"done": {}}, ["done"]),
        ({"perspective": "state", "closes_item": True}, ["closes_item"]),
        ({"period_from": "2026-03", "period_to": "2026-02"}, ["period_from"]),
        ({"verify_by": dt.date(2031, 1, 1)}, ["verify_by"]),
        ({"new_evidence": ()}, ["evidence"]),
        ({"perspective": "un_body", "new_evidence": ()}, ["evidence"]),
        ({"level": Level.NO_ACTION}, ["search_note"]),
        ({"level": Level.NO_INFORMATION, "new_evidence": ()}, ["search_note"]),
        ({"level": Level.IMPLEMENTED}, ["evidence", "components"]),
        ({"level": Level.PARTLY_IMPLEMENTED}, ["components"]),
    ],
)
def test_each_lack_names_the_field_that_mends_it(world: World, values: dict[str, Any], expected: list[str]) -> None:
    make.ComponentFactory(recommendation=world.items[0].recommendation, letter="a")
    assert fields(world, **values) == expected


def test_missing_is_what_lacks_says_without_the_fields(world: World) -> None:
    update = world.draft(done={}, period_to="")
    assert [str(refusal) for refusal in missing(update, today=TODAY)] == [
        "Say up to when this is known.",
        "Write what was done and by whom, or where you searched.",
    ]


def test_first_gap_is_the_reason_of_a_refusal(world: World) -> None:
    make.ComponentFactory(recommendation=world.items[0].recommendation, letter="a")
    update = world.draft(level=Level.IMPLEMENTED, new_evidence=(LAW, STUDY))
    assert "evidence of grade 3" in borne_gap(update, today=TODAY, independent=False)
    assert "every required part met" in borne_gap(update, today=TODAY, independent=True)


def test_standing_without_parts_tells_of_the_evidence_alone(world: World) -> None:
    update = world.draft(level=Level.IMPLEMENTED, new_evidence=(LAW, STUDY))
    assert standing(update) == Standing(2, 3, 3, 0, 0, None)
    assert standing(update).needs_note


@pytest.mark.parametrize(
    ("layer", "verdicts", "met", "highest"),
    [
        (Layer.PROCESS, {}, 0, Level.UNDER_WAY),
        (Layer.PROCESS, {"a": "partly_met"}, 0, Level.PARTLY_IMPLEMENTED),
        (Layer.PROCESS, {"a": "met"}, 1, Level.PARTLY_IMPLEMENTED),
        (Layer.PROCESS, {"a": "met", "b": "met"}, 2, Level.IMPLEMENTED),
        (Layer.STRUCTURE, {"a": "met", "b": "met"}, 2, Level.PARTLY_IMPLEMENTED),
    ],
)
def test_standing_tells_how_many_parts_are_met_and_what_they_bear(
    world: World, layer: str, verdicts: dict[str, str], met: int, highest: str
) -> None:
    point = world.items[0].recommendation
    for letter in "ab":
        make.ComponentFactory(recommendation=point, letter=letter, layer=layer)
    make.ComponentFactory(recommendation=point, letter="c", required=False)
    found = standing(world.draft(components=verdicts))
    assert (found.met, found.required, found.highest) == (met, 2, highest)


@pytest.mark.parametrize(
    ("values", "needed"),
    [
        ({"level": ""}, None),
        ({"level": Level.UNDER_WAY}, 2),
        ({"level": Level.IMPLEMENTED, "perspective": "state"}, None),
    ],
)
def test_only_a_judgement_needs_a_grade(world: World, values: dict[str, Any], needed: int | None) -> None:
    found = standing(world.draft(new_evidence=(LAW, STUDY), **values))
    assert (found.needed, found.needs_note) == (needed, False)
