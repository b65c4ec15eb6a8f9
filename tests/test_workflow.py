"""The tables of levels, evidence and review, each row and each border of it."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker import workflow
from tracker.choices import ComponentVerdict, EvidenceKind, Layer, Level, Perspective, ReviewRule, UpdateState
from tracker.workflow import ComponentResult, Source, component_gap, evidence_gap, evidence_grade

PRIMARY = tuple(sorted(workflow.PRIMARY_KINDS))
SECONDARY = tuple(sorted(workflow.INDEPENDENT_KINDS))
# The least grade of each level, from the design and not from the table under test.
LEAST = {
    Level.NOT_ASSESSED: 0,
    Level.NO_INFORMATION: 0,
    Level.NO_ACTION: 1,
    Level.ANNOUNCED: 1,
    Level.UNDER_WAY: 2,
    Level.PARTLY_IMPLEMENTED: 2,
    Level.IMPLEMENTED: 3,
    Level.CONTRARY: 2,
}
# One set of sources for each way to a grade: (grade, independent, sources).
WAYS = [
    (0, False, []),
    (0, True, [Source(EvidenceKind.REQUEST, "A")]),
    *((1, False, [Source(kind, "A")]) for kind in (*SECONDARY, EvidenceKind.STATE_REPORT)),
    (1, False, [Source("media", "A"), Source("research", "B")]),
    (1, True, [Source("media", "A"), Source("research", "a ")]),
    (1, True, [Source("media", "A"), Source("state_report", "B")]),
    (1, True, [Source("state_report", "A"), Source("state_report", "B")]),
    *((2, False, [Source(kind, "A")]) for kind in PRIMARY),
    (2, True, [Source("media", "A"), Source("research", "B")]),
    (2, False, [Source("law", "A"), Source("research", "B")]),
    (2, True, [Source("law", "A"), Source("court_decision", "B")]),
    (2, True, [Source("law", "A"), Source("media", "A")]),
    (2, True, [Source("law", "A"), Source("state_report", "B")]),
    *((3, True, [Source(first, "A"), Source(second, "B")]) for first in PRIMARY for second in SECONDARY),
    (3, True, [Source("law", "A"), Source("law", "B"), Source("media", "B")]),
]
SOURCES = st.lists(st.builds(Source, st.sampled_from(EvidenceKind.values), st.sampled_from("ABCabc")), max_size=6)


def test_every_level_has_its_row() -> None:
    assert {level: row.least_grade for level, row in workflow.LEVELS.items()} == LEAST
    assert {level for level, row in workflow.LEVELS.items() if row.needs_search_note} == {
        Level.NO_INFORMATION,
        Level.NO_ACTION,
    }
    assert {level for level, row in workflow.LEVELS.items() if row.two_publishers} == {
        Level.IMPLEMENTED,
        Level.CONTRARY,
    }
    assert {level: row.colour for level, row in workflow.LEVELS.items()} == {
        Level.NOT_ASSESSED: "grey",
        Level.NO_INFORMATION: "grey",
        Level.NO_ACTION: "red",
        Level.ANNOUNCED: "red",
        Level.UNDER_WAY: "yellow",
        Level.PARTLY_IMPLEMENTED: "yellow",
        Level.IMPLEMENTED: "green",
        Level.CONTRARY: "red",
    }


def test_every_kind_of_evidence_is_primary_secondary_or_known_to_be_neither() -> None:
    neither = {EvidenceKind.STATE_REPORT, EvidenceKind.REQUEST}

    assert workflow.PRIMARY_KINDS | workflow.INDEPENDENT_KINDS | neither == set(EvidenceKind.values)
    assert not workflow.PRIMARY_KINDS & workflow.INDEPENDENT_KINDS


# --- Grades


@pytest.mark.parametrize(("grade", "independent", "sources"), WAYS)
def test_evidence_grade_by_kind_publisher_and_count(grade: int, independent: bool, sources: list[Source]) -> None:
    assert evidence_grade(sources, independent=independent) == grade
    assert evidence_grade(reversed(sources), independent=independent) == grade


@given(SOURCES, SOURCES, st.booleans())
def test_evidence_grade_never_falls_with_more_evidence(
    sources: list[Source], more: list[Source], independent: bool
) -> None:
    assert evidence_grade(sources + more, independent=independent) >= evidence_grade(sources, independent=independent)


@given(SOURCES)
def test_evidence_grade_never_falls_with_independence(sources: list[Source]) -> None:
    assert evidence_grade(sources, independent=True) >= evidence_grade(sources, independent=False)


@given(SOURCES, st.booleans())
def test_evidence_grade_ignores_order_repetition_and_the_writing_of_names(
    sources: list[Source], independent: bool
) -> None:
    rewritten = [Source(source.kind, f" {source.publisher.swapcase()}  ") for source in sources]

    assert evidence_grade(sources[::-1] + rewritten, independent=independent) == evidence_grade(
        sources, independent=independent
    )


@given(SOURCES)
def test_evidence_grade_without_independence_is_two_at_most(sources: list[Source]) -> None:
    assert evidence_grade(sources, independent=False) <= 2


# --- Levels against evidence


@pytest.mark.parametrize(("grade", "independent", "sources"), WAYS)
@pytest.mark.parametrize("legal_act_only", [False, True])
@pytest.mark.parametrize("level", Level)
def test_level_is_refused_exactly_below_its_least_grade(
    level: Level, legal_act_only: bool, grade: int, independent: bool, sources: list[Source]
) -> None:
    least = 2 if level == Level.IMPLEMENTED and legal_act_only else LEAST[level]

    gap = evidence_gap(level, sources, search_note=True, legal_act_only=legal_act_only, independent=independent)

    assert bool(gap) is (grade < least)
    if gap:
        assert str(level.label) in gap
        assert f"grade {least}" in gap


@pytest.mark.parametrize("asked", [False, True])
@pytest.mark.parametrize("search_note", [False, True])
@pytest.mark.parametrize("level", Level)
def test_level_that_rests_on_a_search_needs_its_note(level: Level, search_note: bool, asked: bool) -> None:
    enough = [Source("law", "A"), Source("media", "B")]
    sources = [*enough, Source(EvidenceKind.REQUEST, "The ministry")] if asked else enough

    gap = evidence_gap(level, sources, search_note=search_note, legal_act_only=False, independent=True)

    wanting = (level == Level.NO_ACTION and not search_note) or (
        level == Level.NO_INFORMATION and not search_note and not asked
    )
    assert ("searched" in gap) is wanting


def test_evidence_gap_asks_nothing_of_an_update_without_level() -> None:
    assert evidence_gap(None, [], search_note=False, legal_act_only=False, independent=False) == ""


# --- Levels against components

VERDICTS = tuple(ComponentVerdict.values)


@pytest.mark.parametrize("verdicts", list(itertools.product(VERDICTS, VERDICTS)))
@pytest.mark.parametrize("level", [None, *Level])
def test_level_may_not_exceed_what_required_components_bear(level: Level | None, verdicts: tuple[str, str]) -> None:
    components = [ComponentResult(Layer.PROCESS, True, verdict) for verdict in verdicts]

    gap = component_gap(level, components, legal_act_only=False)

    refused = (level == Level.IMPLEMENTED and verdicts != ("met", "met")) or (
        level == Level.PARTLY_IMPLEMENTED and not {"met", "partly_met"} & set(verdicts)
    )
    assert bool(gap) is refused


@pytest.mark.parametrize("level", Level)
def test_level_is_not_bound_by_components_that_are_not_required_or_not_there(level: Level) -> None:
    optional = [ComponentResult(Layer.PROCESS, False, ComponentVerdict.NOT_MET)]

    assert component_gap(level, [], legal_act_only=False) == ""
    assert component_gap(level, optional, legal_act_only=False) == ""


@pytest.mark.parametrize(
    ("practice", "required", "legal_act_only", "refused"),
    [
        (None, False, False, False),
        (ComponentVerdict.NOT_ASSESSED, False, False, True),
        (ComponentVerdict.NOT_MET, False, False, True),
        (ComponentVerdict.PARTLY_MET, False, False, True),
        (ComponentVerdict.MET, False, False, False),
        (ComponentVerdict.NOT_MET, False, True, False),
        (ComponentVerdict.NOT_MET, True, True, True),
        (ComponentVerdict.MET, True, False, False),
    ],
)
def test_law_alone_does_not_implement_what_asks_for_practice(
    practice: str | None, required: bool, legal_act_only: bool, refused: bool
) -> None:
    components = [ComponentResult(Layer.STRUCTURE, True, ComponentVerdict.MET)]
    if practice:
        components.append(ComponentResult(Layer.PROCESS, required, practice))

    assert bool(component_gap(Level.IMPLEMENTED, components, legal_act_only=legal_act_only)) is refused


# --- Steps of an update


def test_transitions_are_complete() -> None:
    table = {
        (state, act): workflow.transition(act).target if workflow.leads(act, state) else None
        for state in UpdateState.values
        for act in (row.act for row in workflow.TRANSITIONS)
    }

    possible = {step: target for step, target in table.items() if target is not None}
    assert len(table) == 6 * 7
    assert possible == {
        ("draft", "edit"): "draft",
        ("draft", "submit"): "submitted",
        ("draft", "discard"): "discarded",
        ("returned", "edit"): "draft",
        ("returned", "submit"): "submitted",
        ("returned", "discard"): "discarded",
        ("submitted", "return"): "returned",
        ("submitted", "approve_first"): "awaiting_second",
        ("submitted", "publish"): "published",
        ("awaiting_second", "return"): "returned",
        ("awaiting_second", "publish_second"): "published",
    }


def test_transition_of_an_unknown_act_is_an_error() -> None:
    with pytest.raises(KeyError):
        workflow.transition("delete")


@pytest.mark.parametrize("closes", [False, True])
@pytest.mark.parametrize("changes_level", [False, True])
@pytest.mark.parametrize("level", [None, *Level])
def test_needs_second_publisher(level: Level | None, changes_level: bool, closes: bool) -> None:
    needed = workflow.needs_second_publisher(level, changes_level=changes_level, closes=closes)

    assert needed is (closes or (changes_level and level in (Level.IMPLEMENTED, Level.CONTRARY)))


@pytest.mark.parametrize("perspective", Perspective)
@pytest.mark.parametrize("level", [None, *Level])
@pytest.mark.parametrize("current", Level)
def test_what_two_people_said_is_taken_back_by_two(current: Level, level: Level | None, perspective: str) -> None:
    moves = level is not None and level != current

    needed = workflow.needs_second_publisher(
        level, changes_level=moves, closes=False, current=current, perspective=perspective
    )

    two = (Level.IMPLEMENTED, Level.CONTRARY)
    judged = perspective in workflow.JUDGING and level in two
    assert needed is (moves and (judged or (perspective == Perspective.ALLIANCE and current in two)))


@pytest.mark.parametrize("closes", [False, True])
@pytest.mark.parametrize("changes_level", [False, True])
@pytest.mark.parametrize("rule", ReviewRule)
def test_review_rule_is_the_alliances_where_something_moves(
    rule: ReviewRule, changes_level: bool, closes: bool
) -> None:
    expected = rule if changes_level or closes else ReviewRule.ANOTHER_PERSON

    assert workflow.review_rule(rule, changes_level=changes_level, closes=closes) == expected


# --- Perspectives that disagree

STEPS = [
    Level.NO_ACTION,
    Level.ANNOUNCED,
    Level.UNDER_WAY,
    Level.PARTLY_IMPLEMENTED,
    Level.IMPLEMENTED,
]
SILENT = {Level.NOT_ASSESSED, Level.NO_INFORMATION}


@pytest.mark.parametrize(("one", "other"), list(itertools.product(Level, Level)))
def test_disputed_in_pairs(one: Level, other: Level) -> None:
    assert workflow.disputed([one, other]) is (one != other and not {one, other} & SILENT)


def test_steps_rise_from_no_action_to_implemented() -> None:
    assert [workflow.LEVELS[level].step for level in STEPS] == [0, 1, 2, 3, 4]
    assert {level for level, row in workflow.LEVELS.items() if row.step is None} == {*SILENT, Level.CONTRARY}


@given(st.lists(st.sampled_from(Level.values), max_size=6), st.sampled_from(sorted(SILENT)))
def test_disputed_is_not_moved_by_order_repetition_or_silence(levels: list[str], silent: str) -> None:
    assert (
        workflow.disputed(levels)
        == workflow.disputed([*reversed(levels), *levels, silent])
        == any(workflow.disputed(pair) for pair in itertools.combinations(levels, 2))
    )
