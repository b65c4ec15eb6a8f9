"""Publishing: what a level rests on, whose eyes it takes, and what it moves."""

import dataclasses
import datetime as dt
from typing import Any

import pytest

from tests import factories as make
from tests.actions.asserting import refuses, story
from tests.conftest import LAW, NOW, STUDY, World, content, everything
from tracker.actions.evidence import NewEvidence
from tracker.actions.items import exclude_component
from tracker.actions.progress import correct_update, publish_update, submit_update
from tracker.actions.statements import add_bearing, record_from_source
from tracker.choices import EvidenceKind, Layer, Level, Lifecycle, Perspective, ReviewRule
from tracker.errors import EvidenceTooWeak, InvalidValue, NotAllowed, WrongState
from tracker.models import Item, ItemState, Update
from tracker.permissions import SYSTEM

NOTE = "They do not cite each other."
SEARCHED = {"en": "We asked the ministry."}
LATER = NOW + dt.timedelta(days=40)
MEDIA = NewEvidence(EvidenceKind.MEDIA, "An article", "A newspaper", address="https://news.example.org/1")
# Sources that bear exactly this grade once a reviewer has found them independent.
SOURCES: dict[int, tuple[NewEvidence, ...]] = {0: (), 1: (MEDIA,), 2: (LAW,), 3: (LAW, STUDY)}
LEAST = {
    Level.NO_INFORMATION: 0,
    Level.NO_ACTION: 1,
    Level.ANNOUNCED: 1,
    Level.UNDER_WAY: 2,
    Level.PARTLY_IMPLEMENTED: 2,
    Level.IMPLEMENTED: 3,
    Level.CONTRARY: 2,
}
TWO = {"level": Level.IMPLEMENTED, "new_evidence": (LAW, STUDY)}


def fresh(item: Item) -> Item:
    return Item.objects.get(pk=item.pk)


def waiting(world: World, **values: Any) -> Update:
    """Return an update that waits for review although nothing checked it on its way there."""
    draft = world.draft(**values)
    with make.Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(draft, state="submitted")
    return draft


def another_person(world: World) -> None:
    with make.Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(world.alliance, review_rule=ReviewRule.ANOTHER_PERSON)


def publish(world: World, update: Update, name: str, **values: Any) -> Update:
    return publish_update(update, actor=world.actor(name), at=NOW, **({"independence_note": NOTE} | values))


# --- What a level rests on


@pytest.mark.parametrize("grade", SOURCES)
@pytest.mark.parametrize("level", LEAST)
def test_level_is_refused_below_its_least_evidence_at_both_doors(world: World, level: Level, grade: int) -> None:
    values = {"level": level, "new_evidence": SOURCES[grade], "search_note": SEARCHED}
    draft, submitted = world.draft(**values), waiting(world, item=world.items[1], **values)

    if grade < LEAST[level]:
        with refuses(EvidenceTooWeak, f"evidence of grade {LEAST[level]}"):
            submit_update(draft, actor=world.actor("anna"), at=NOW)
        with refuses(EvidenceTooWeak, f"bears grade {grade}"):
            publish(world, submitted, "boris")
    else:
        assert submit_update(draft, actor=world.actor("anna"), at=NOW).state == "submitted"
        two = level in (Level.IMPLEMENTED, Level.CONTRARY)
        published = publish(world, submitted, "boris")
        assert (published.state, published.evidence_grade) == ("awaiting_second" if two else "published", grade)


@pytest.mark.parametrize("level", [Level.NO_INFORMATION, Level.NO_ACTION])
def test_level_that_rests_on_a_search_is_refused_without_its_note(world: World, level: Level) -> None:
    values = {"level": level, "new_evidence": (LAW,)}
    draft, submitted = world.draft(**values), waiting(world, item=world.items[1], **values)

    with refuses(EvidenceTooWeak, "where you searched"):
        submit_update(draft, actor=world.actor("anna"), at=NOW)
    with refuses(EvidenceTooWeak, "where you searched"):
        publish(world, submitted, "boris")


@pytest.mark.parametrize(
    ("level", "evidence"),
    [
        (Level.IMPLEMENTED, (LAW, STUDY)),
        (Level.UNDER_WAY, (MEDIA, STUDY)),
    ],
)
def test_sources_count_as_independent_only_by_the_reviewers_word(
    world: World, level: Level, evidence: tuple[NewEvidence, ...]
) -> None:
    update = world.submitted(level=level, new_evidence=evidence)

    for note in ("", "  "):
        with refuses(EvidenceTooWeak):
            publish(world, update, "boris", independence_note=note)
    assert publish(world, update, "boris").independence_note == NOTE


def test_a_point_that_asks_for_a_legal_act_alone_is_implemented_by_a_law(world: World) -> None:
    point = make.RecommendationFactory(section=world.items[0].recommendation.section, legal_act_only=True)
    item = make.ItemFactory(alliance=world.alliance, recommendation=point)
    update = world.submitted(item, level=Level.IMPLEMENTED, new_evidence=(LAW,))

    assert publish(world, publish(world, update, "boris"), "clara").state == "published"


@pytest.mark.parametrize("verdict", ["not_assessed", "not_met", "partly_met", "met"])
def test_level_may_not_exceed_the_required_components_at_both_doors(world: World, verdict: str) -> None:
    for item in world.items[:2]:
        make.ComponentFactory(recommendation=item.recommendation, letter="a")
    values = TWO | {"components": {"a": verdict}}
    draft, submitted = world.draft(**values), waiting(world, item=world.items[1], **values)

    if verdict == "met":
        assert submit_update(draft, actor=world.actor("anna"), at=NOW).state == "submitted"
        assert publish(world, submitted, "boris").state == "awaiting_second"
    else:
        with refuses(EvidenceTooWeak, "0 of 1"):
            submit_update(draft, actor=world.actor("anna"), at=NOW)
        with refuses(EvidenceTooWeak, "0 of 1"):
            publish(world, submitted, "boris")


def test_components_that_do_not_apply_bind_nothing(world: World) -> None:
    item = world.items[0]
    make.ComponentFactory(recommendation=item.recommendation, letter="a")
    away = make.ComponentFactory(recommendation=item.recommendation, letter="b")
    make.ComponentFactory(recommendation=item.recommendation, letter="c", archived_on=NOW.date())
    draft = world.draft(**TWO, components={"a": "met"})
    with refuses(EvidenceTooWeak, "1 of 2"):
        submit_update(draft, actor=world.actor("anna"), at=NOW)

    exclude_component(item, away, reason={"en": "Another region's treaty."}, actor=SYSTEM, at=NOW)

    assert submit_update(draft, actor=world.actor("anna"), at=NOW).state == "submitted"


def test_law_alone_is_partly_implemented_at_most_where_practice_is_asked_for(world: World) -> None:
    point = world.items[0].recommendation
    make.ComponentFactory(recommendation=point, letter="a", layer=Layer.STRUCTURE)
    make.ComponentFactory(recommendation=point, letter="b", layer=Layer.PROCESS, required=False)

    draft = world.draft(**TWO, components={"a": "met"})
    with refuses(EvidenceTooWeak, "Law alone"):
        submit_update(draft, actor=world.actor("anna"), at=NOW)


# --- Whose eyes


@pytest.mark.parametrize(
    ("values", "confirms"),
    [
        (TWO, False),
        ({"level": Level.CONTRARY}, False),
        ({"closes_item": True}, False),
        ({"level": "", "closes_item": True}, False),
        (TWO, True),
    ],
)
def test_two_publishers_for_implemented_contrary_and_closing(
    world: World, values: dict[str, Any], confirms: bool
) -> None:
    if confirms:  # The same level again: one person is enough.
        publish(world, world.published(**TWO), "clara")
        again = publish(world, world.submitted(**TWO), "olga")
        assert (again.state, again.review_rule, again.second_publisher) == ("published", "another_person", None)
        return
    update = world.submitted(**values)
    untouched = fresh(world.items[0])

    first = publish(world, update, "boris")
    assert (first.state, first.publisher, first.published_at) == ("awaiting_second", world.users["boris"], None)
    assert fresh(world.items[0]).version == untouched.version
    for name in ("boris", "anna", "olga"):
        with refuses(NotAllowed):
            publish(world, update, name)

    second = publish(world, update, "clara")
    assert (second.state, second.publisher, second.second_publisher) == (
        "published",
        world.users["boris"],
        world.users["clara"],
    )
    assert second.second_publisher_organisation == world.organisations[2]
    assert second.published_at == NOW


@pytest.mark.parametrize("values", [TWO, {"level": Level.CONTRARY}])
def test_level_that_two_published_is_taken_back_by_two(world: World, values: dict[str, Any]) -> None:
    publish(world, world.published(**values), "clara")

    update = world.published(level=Level.NOT_ASSESSED, new_evidence=(), at=LATER)

    assert (update.state, fresh(world.items[0]).level) == ("awaiting_second", values["level"])
    assert publish(world, update, "clara").state == "published"
    assert fresh(world.items[0]).level == "not_assessed"


def test_other_levels_take_one_publisher(world: World) -> None:
    update = world.published()

    assert (update.state, update.publisher, update.publisher_organisation, update.second_publisher) == (
        "published",
        world.users["boris"],
        world.organisations[1],
        None,
    )
    assert update.review_rule == "another_organisation"


def test_own_organisation_is_refused_by_rule_and_allowed_where_the_alliance_says_so(world: World) -> None:
    update = world.submitted()
    with refuses(NotAllowed, "Another organisation than the author's"):
        publish(world, update, "olga")

    another_person(world)

    published = publish(world, update, "olga")
    assert (published.state, published.review_rule) == ("published", "another_person")


@pytest.mark.parametrize("rule", ReviewRule.values)
def test_nobody_publishes_their_own_update(world: World, rule: str) -> None:
    if rule == ReviewRule.ANOTHER_PERSON:
        another_person(world)
    update = world.submitted(by="olga")

    with refuses(NotAllowed, "Nobody publishes or returns their own update."):
        publish(world, update, "olga")


def test_small_alliance_still_needs_a_third_person(world: World) -> None:
    another_person(world)
    update = world.submitted(**TWO)
    publish(world, update, "olga")

    with refuses(NotAllowed, "another person confirms it"):
        publish(world, update, "olga")
    assert publish(world, update, "boris").state == "published"


def test_first_approval_under_the_strict_rule_keeps_it_for_the_second(world: World) -> None:
    update = world.submitted(**TWO)
    publish(world, update, "boris")

    another_person(world)

    with refuses(NotAllowed, "Another organisation than the author's"):
        publish(world, update, "olga")


@pytest.mark.parametrize("level", ["", Level.UNDER_WAY])
def test_update_that_changes_no_level_takes_one_other_person_of_any_organisation(world: World, level: str) -> None:
    world.published()

    update = publish(world, world.submitted(level=level), "olga", independence_note="")

    assert (update.state, update.publisher_organisation) == ("published", world.organisations[0])


# --- What it moves


def test_publishing_moves_the_headline_its_dates_and_the_state_of_the_item(world: World) -> None:
    late = dt.datetime(2026, 3, 2, 22, 0, tzinfo=dt.UTC)  # 3 March in Moscow.

    update = world.published(at=late)

    item = fresh(world.items[0])
    day = dt.date(2026, 3, 3)
    assert (item.level, item.level_since, item.headline, item.last_update_on, item.verify_by) == (
        "under_way",
        day,
        update,
        day,
        dt.date(2027, 3, 3),
    )
    assert story(item)[1:] == [
        (
            "publish_update",
            {
                "level": ("not_assessed", "under_way"),
                "level_since": (None, "2026-03-03"),
                "headline": (None, str(update.uuid)),
                "verify_by": (None, "2027-03-03"),
                "last_update_on": (None, "2026-03-03"),
            },
        )
    ]
    state = ItemState.objects.get(item=item, to_sequence=None)
    assert (state.level, state.headline) == ("under_way", update)


def test_confirming_a_level_keeps_since_when_it_stands(world: World) -> None:
    world.published()

    again = world.published(at=LATER, verify_by=dt.date(2026, 9, 1))

    item = fresh(world.items[0])
    assert (item.level_since, item.last_update_on, item.verify_by, item.headline) == (
        NOW.date(),
        LATER.date(),
        dt.date(2026, 9, 1),
        again,
    )


def test_update_without_level_moves_its_date_only(world: World) -> None:
    first = world.published()

    world.published(level="", at=LATER)

    item = fresh(world.items[0])
    assert (item.level, item.headline, item.last_update_on) == ("under_way", first, LATER.date())


@pytest.mark.parametrize("perspective", [choice for choice in Perspective if choice != Perspective.ALLIANCE])
def test_no_other_perspective_moves_the_headline(world: World, perspective: str) -> None:
    first = world.published(level=Level.ANNOUNCED)

    world.published(perspective=perspective, at=LATER)

    item = fresh(world.items[0])
    assert (item.level, item.headline, item.last_update_on) == ("announced", first, NOW.date())
    assert item.disputed
    assert item.state_level == ("under_way" if perspective == Perspective.STATE else "")
    assert item.state_level_on == ("2026-02" if perspective == Perspective.STATE else "")


def test_older_account_of_the_state_replaces_no_newer_one(world: World) -> None:
    state = {"perspective": Perspective.STATE}
    world.published(level=Level.IMPLEMENTED, period_to="2025-06", **state)

    world.published(level=Level.ANNOUNCED, period_to="2017-10", at=LATER, **state)
    item = fresh(world.items[0])
    assert (item.state_level, item.state_level_on) == ("implemented", "2025-06")

    world.published(level=Level.UNDER_WAY, period_to="2025", at=LATER, **state)
    item = fresh(world.items[0])
    assert (item.state_level, item.state_level_on) == ("under_way", "2025")


def test_corrected_account_of_the_state_stands_no_more(world: World) -> None:
    wrong = world.published(perspective=Perspective.STATE, period_to="2025-06")
    said = content(perspective=Perspective.STATE, period_to="2017-10", level=Level.ANNOUNCED)
    right = correct_update(wrong, said, actor=world.actor("anna"), at=LATER)
    publish(world, submit_update(right, actor=world.actor("anna"), at=LATER), "boris")
    item = fresh(world.items[0])
    assert (item.state_level, item.state_level_on) == ("announced", "2017-10")

    withdrawn = correct_update(right, content(level=""), actor=world.actor("anna"), at=LATER)
    publish(world, submit_update(withdrawn, actor=world.actor("anna"), at=LATER), "boris")
    item = fresh(world.items[0])
    assert (item.state_level, item.state_level_on) == ("", "")


def test_perspectives_that_agree_again_dispute_nothing(world: World) -> None:
    world.published(level=Level.ANNOUNCED)
    world.published(perspective=Perspective.STATE)
    assert fresh(world.items[0]).disputed

    world.published()

    assert not fresh(world.items[0]).disputed


def test_closing_takes_its_reason_from_the_update(world: World) -> None:
    update = world.submitted(closes_item=True)
    publish(world, publish(world, update, "boris"), "clara")

    item = fresh(world.items[0])
    assert (item.lifecycle, item.lifecycle_reason.data) == (Lifecycle.CLOSED, content().done)


# --- What sources say


def source(world: World, **values: Any) -> Update:
    defaults: dict[str, Any] = {
        "organisation": world.organisations[4],
        "perspective": Perspective.STATE,
        "dated": "2017-10",
        "done": {"en": "The State replied that it is all done."},
        "remains": {},
        "document": world.document,
        "place": "Question 1",
        "translation": "draft",
        "source_key": "replies/1",
        "actor": SYSTEM,
        "at": NOW,
    }
    return record_from_source(world.items[0], **(defaults | values))


def test_record_from_source_never_moves_the_headline(world: World) -> None:
    world.published(level=Level.ANNOUNCED)
    before = Item.objects.filter(pk=world.items[0].pk).values().get()

    update = source(world)

    assert (update.state, update.origin, update.level, update.publisher, update.author) == (
        "published",
        "source",
        "",
        None,
        None,
    )
    assert Item.objects.filter(pk=world.items[0].pk).values().get() == before
    assert story(update)[0][1]["source_key"] == (None, "replies/1")


@pytest.mark.parametrize("perspective", [Perspective.ALLIANCE, Perspective.MEMBER_NGO])
def test_record_from_source_speaks_for_no_member(world: World, perspective: str) -> None:
    with refuses(InvalidValue, "A source speaks for itself"):
        source(world, perspective=perspective)


def test_record_from_source_takes_each_key_once(world: World) -> None:
    source(world)

    with refuses(InvalidValue):
        source(world)


def test_add_bearing_links_with_a_reason(world: World) -> None:
    update, other = source(world), world.items[1]

    bearing = add_bearing(update, other, reason={"en": "It is about it."}, actor=SYSTEM, at=NOW)

    assert story(bearing) == [
        (
            "add_bearing",
            {
                "update": (None, str(update.uuid)),
                "item": (None, str(other.uuid)),
                "reason": (None, {"en": "It is about it."}),
            },
        )
    ]


def test_add_bearing_refuses_an_update_that_is_not_published(world: World) -> None:
    draft = world.draft()
    with refuses(WrongState, "published"):
        add_bearing(draft, world.items[1], reason={"en": "x"}, actor=world.actor("anna"), at=NOW)


@pytest.mark.parametrize("perspective", ["state", "un_body", "monitoring_body", "ombudsperson"])
def test_claim_of_another_side_needs_its_source_and_one_reviewer(world: World, perspective: str) -> None:
    bare = world.draft(perspective=perspective, level=Level.IMPLEMENTED, new_evidence=())
    with refuses(EvidenceTooWeak, "in which this side says so"):
        submit_update(bare, actor=world.actor("anna"), at=NOW)
    report = dataclasses.replace(LAW, kind="state_report")
    claim = world.submitted(world.items[1], perspective=perspective, level=Level.IMPLEMENTED, new_evidence=(report,))
    with refuses(NotAllowed, "Another organisation"):
        publish_update(claim, actor=world.actor("olga"), at=NOW)
    published = publish_update(claim, actor=world.actor("boris"), at=NOW)
    world.items[1].refresh_from_db()
    assert (published.state, world.items[1].level) == ("published", "not_assessed")


@pytest.mark.parametrize(
    ("values", "error", "words"),
    [
        ({"period_to": ""}, InvalidValue, "up to when"),
        ({"period_from": "2026-04", "period_to": "2026-03"}, InvalidValue, "ends before it begins"),
        ({"perspective": "state", "closes_item": True}, InvalidValue, "own perspective"),
        ({"verify_by": dt.date(2028, 3, 3)}, InvalidValue, "within 24 months"),
        ({"done": {}}, InvalidValue, "Write what was done"),
        ({"unfinished": {"period_from": "spring"}}, InvalidValue, "Finish what is marked"),
        ({"level": Level.IMPLEMENTED}, EvidenceTooWeak, "needs evidence of grade 3"),
    ],
)
def test_draft_is_kept_with_everything_that_keeps_it_from_being_submitted(
    world: World, values: dict[str, Any], error: type[Exception], words: str
) -> None:
    draft = world.draft(**values)

    with refuses(error, words):
        submit_update(draft, actor=world.actor("anna"), at=NOW)


def test_submitting_tells_of_everything_that_is_missing_at_once(world: World) -> None:
    draft = world.draft(done={}, period_to="", level=Level.IMPLEMENTED, unfinished={"new1-title": "A law"})

    with refuses(
        InvalidValue,
        "Finish what is marked, or empty it. Say up to when this is known. Write what was done and by whom, or where "
        "you searched. “Implemented” needs evidence of grade 3",
    ):
        submit_update(draft, actor=world.actor("anna"), at=NOW)


def test_add_bearing_refuses_another_alliances_item_no_reason_and_a_second_time(world: World) -> None:
    update = source(world)

    with refuses(InvalidValue, "of the same alliance"):
        add_bearing(update, world.other_item, reason={"en": "x"}, actor=SYSTEM, at=NOW)
    with refuses(InvalidValue, "give the reason"):
        add_bearing(update, world.items[1], reason={"en": ""}, actor=SYSTEM, at=NOW)
    add_bearing(update, world.items[1], reason={"en": "x"}, actor=SYSTEM, at=NOW)
    with refuses(WrongState, "linked to that item already"):
        add_bearing(update, world.items[1], reason={"en": "x"}, actor=SYSTEM, at=NOW)


def test_update_bears_on_another_item_than_its_own(world: World) -> None:
    update = source(world)
    with refuses(InvalidValue, "another item than its own"):
        add_bearing(update, update.item, reason={"en": "x"}, actor=SYSTEM, at=NOW)


def test_publishing_what_nobody_may_leaves_no_trace_even_late(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure after everything was changed, while the history is written, undoes it all."""
    update = world.submitted()
    before = everything()
    monkeypatch.setattr("tracker.actions.history.os.urandom", lambda size: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        publish(world, update, "boris")

    assert everything() == before


def test_same_publisher_in_other_spelling_confirms_nothing(world: World) -> None:
    gazette = dataclasses.replace(STUDY, publisher=" official GAZETTE")
    draft = world.draft(level=Level.IMPLEMENTED, new_evidence=(LAW, gazette))

    with refuses(EvidenceTooWeak, "bears grade 2"):
        submit_update(draft, actor=world.actor("anna"), at=NOW)
