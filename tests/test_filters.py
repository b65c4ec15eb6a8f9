"""Each filter keeps what it says; what it does not know it names."""

import datetime as dt

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from tests import factories as make
from tests.conftest import LAW, NOW, World
from tracker.actions.catalogue import set_text_rights
from tracker.actions.history import Act
from tracker.actions.items import archive_item, assign_item, set_lifecycle
from tracker.choices import Addressee, Area, Flag, Level, Lifecycle, RecommendationKind, TextRights, Visibility
from tracker.filters import COUNTED, DUTIES, ENDED, OTHERS, PUBLIC_FLAGS, filter_states
from tracker.models import ItemState
from tracker.permissions import SYSTEM
from tracker.queries.figures import groups, standing
from tracker.queries.items import current, headline_duties

TODAY = dt.date(2026, 3, 2)


def references(world: World, query: str, *, internal: bool = False) -> list[str]:
    """Return the references that a query string leaves, after asserting that it is a valid one."""
    found, states = filter_states(world.alliance, QueryDict(query), TODAY, internal=internal)
    assert found.in_words() == []
    return [state.item.recommendation.reference for state in states]


def problems(world: World, query: str) -> list[str]:
    """Return what is wrong with a query string, after asserting that it leaves nothing."""
    found, states = filter_states(world.alliance, QueryDict(query), TODAY)
    assert list(states) == []
    return found.in_words()


def point(world: World, **values: object) -> str:
    """Let the alliance follow one more point and return its reference."""
    values = {"section": world.items[0].recommendation.section} | values
    recommendation = make.RecommendationFactory(**values)
    make.ItemFactory(alliance=world.alliance, recommendation=recommendation)
    return str(recommendation.reference)


def test_no_filter_leaves_every_item_in_the_order_of_the_document(world: World) -> None:
    assert references(world, "") == ["C(1)", "C(2)", "C(3)"]


def test_states_of_other_alliances_and_archived_items_never_pass(world: World) -> None:
    archive_item(world.items[1], actor=world.actor("staff"), at=NOW, reason="Entered twice.")

    _found, states = filter_states(world.alliance, {}, TODAY)

    assert [state.item for state in states] == [world.items[0], world.items[2]]


@pytest.mark.parametrize("words", ["министерство", "МИНИСТЕРСТВО", "Министерство ОТЧЕТ", "отчёт  министерство"])
def test_words_find_cyrillic_in_any_case_and_with_either_e(world: World, words: str) -> None:
    wanted = point(world, title={"ru": "Министерство публикует отчёт"})
    point(world, title={"ru": "Министерство молчит"})

    assert references(world, f"words={words}")[:1] == [wanted]


def test_words_must_all_occur_in_any_order(world: World) -> None:
    assert references(world, "words=summary+c(2)") == ["C(2)"]
    assert references(world, "words=summary+absent") == []


@pytest.mark.parametrize("words", ["%25", "_", "\\", "( ) “ ”", "-*"])
def test_words_of_signs_alone_are_said_to_be_none(world: World, words: str) -> None:
    assert problems(world, f"words={words}") == ["Words: There is no word in this. Type words or numbers to look for."]


def test_words_refuse_what_no_text_can_hold(world: World) -> None:
    assert problems(world, "words=a%00b") == ["Words: Null characters are not allowed."]
    assert len(problems(world, "words=" + "a+" * 12 + "a" * 177)) == 2
    assert problems(world, "words=" + "a+" * 13) == [
        "Words: Look for 12 words at most; these are 13.",
    ]
    assert problems(world, "words=" + "a" * 65) == [
        "Words: One of these words is longer than 64 characters. Take its beginning or another word."
    ]


@pytest.mark.parametrize(
    ("rights", "public"),
    [(TextRights.FREE, True), (TextRights.PERMISSION_GRANTED, True), (TextRights.PARAPHRASE_ONLY, False)],
)
def test_words_of_the_document_itself_are_found_by_who_may_read_them(world: World, rights: str, public: bool) -> None:
    set_text_rights(world.document, rights, reason="The publisher wrote so.", actor=SYSTEM, at=NOW)
    wanted = point(world, summary={"en": "Ours."}, wording="Every Village, ё")
    point(world, summary={"en": "Ours."}, wording="every town")
    hidden = make.SectionFactory(document=make.DocumentFactory(code="second", position=9))
    inside = point(world, section=hidden, summary={"en": "Ours."}, wording="village")

    for words in ("VILLAGE", "every+village", "village+ours", "village"):
        found = references(world, f"words={words}")
        assert found == ([wanted] if public else []), words
    assert references(world, "words=village", internal=True) == [wanted, inside]
    assert references(world, "words=village+town", internal=True) == []


def test_words_take_as_many_queries_as_there_are_without_them(world: World) -> None:
    point(world, wording="village")
    for query in ("", "words=village", "words=village+title+summary"):
        for internal in (False, True):
            with CaptureQueriesContext(connection) as queries:
                references(world, query, internal=internal)
            assert len(queries) == 3, query


def test_document_keeps_its_points_only(world: World) -> None:
    wanted = point(world, section=make.SectionFactory(document=make.DocumentFactory(code="second")))

    assert references(world, "document=second") == [wanted]


def test_document_that_only_others_follow_is_unknown(world: World) -> None:
    section = make.SectionFactory(document=make.DocumentFactory(code="theirs"))
    make.ItemFactory(alliance=world.other_alliance, recommendation=make.RecommendationFactory(section=section))

    assert problems(world, "document=theirs") == [
        "Document: Select a valid choice. theirs is not one of the available choices."
    ]
    assert len(problems(world, f"section=theirs.{section.code}")) == 1


def test_section_takes_its_subsections_in(world: World) -> None:
    top = make.SectionFactory(document=world.document, code="II")
    middle = make.SectionFactory(document=world.document, code="II-a", parent=top)
    lowest = make.SectionFactory(document=world.document, code="II-a-1", parent=middle)
    inside = [point(world, section=section) for section in (top, middle, lowest)]

    assert references(world, "section=doc.II") == inside
    assert references(world, "section=doc.II-a") == inside[1:]
    assert references(world, "section=doc.I") == ["C(1)", "C(2)", "C(3)"]


def test_section_of_one_document_leaves_the_same_code_of_another_out(world: World) -> None:
    point(world, section=make.SectionFactory(document=make.DocumentFactory(code="second"), code="I"))

    assert references(world, "section=doc.I") == ["C(1)", "C(2)", "C(3)"]


def test_area_keeps_its_points_only(world: World) -> None:
    wanted = point(world, area=Area.RECOVERY)

    assert references(world, "area=recovery") == [wanted]


def test_kind_and_addressee_take_several_values(world: World) -> None:
    question = point(world, kind=RecommendationKind.QUESTION)
    other = point(world, addressee=Addressee.PRIVATE_SECTOR)

    assert references(world, "kind=question") == [question]
    assert references(world, "addressee=private_sector&addressee=crc_committee") == [other]
    assert references(world, "kind=question&kind=commitment") == ["C(1)", "C(2)", "C(3)", question, other]


def test_level_takes_several_values(world: World) -> None:
    world.published(world.items[0], level=Level.UNDER_WAY)
    world.published(world.items[2], level=Level.ANNOUNCED)

    assert references(world, "level=under_way") == ["C(1)"]
    assert references(world, "level=under_way&level=announced") == ["C(1)", "C(3)"]


def test_level_never_finds_questions_as_they_have_none(world: World) -> None:
    point(world, kind=RecommendationKind.QUESTION)

    assert references(world, "level=not_assessed") == ["C(1)", "C(2)", "C(3)"]


def test_lifecycle_keeps_what_is_in_it(world: World) -> None:
    _set_aside(world, 1)

    assert references(world, "lifecycle=not_applicable") == ["C(2)"]
    assert references(world, "lifecycle=open&lifecycle=reopened") == ["C(1)", "C(3)"]


def test_owner_keeps_what_it_owns(world: World) -> None:
    _own(world, 1, 0)

    assert references(world, "owner=first") == ["C(2)"]


@pytest.mark.parametrize("visibility", [Visibility.ROLE_ONLY, Visibility.HIDDEN])
def test_owner_that_is_not_named_can_be_asked_for_by_members_only(world: World, visibility: Visibility) -> None:
    _own(world, 1, 0)
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(world.organisations[0]), visibility=visibility)

    assert problems(world, "owner=first") == [
        "Owner: Select a valid choice. first is not one of the available choices."
    ]
    assert references(world, "owner=first", internal=True) == ["C(2)"]


def test_flags_keep_what_carries_any_of_them(world: World) -> None:
    _own(world, 0, 0)
    late = point(world, deadline="2013", deadline_last_day=dt.date(2013, 12, 31), kind=RecommendationKind.INDICATOR)

    assert references(world, "flag=deadline_passed") == [late]
    assert references(world, "flag=deadline_passed&flag=unowned") == ["C(2)", "C(3)", late]


@pytest.mark.parametrize("flag", PUBLIC_FLAGS)
def test_every_public_flag_can_be_asked_for(world: World, flag: Flag) -> None:
    assert isinstance(references(world, f"flag={flag}"), list)


def test_flag_of_an_internal_date_is_for_members_only(world: World) -> None:
    assign_item(world.items[0], actor=world.actor("staff"), at=NOW, update_due_on=dt.date(2026, 1, 1))

    assert problems(world, "flag=update_overdue") == [
        "Flags: Select a valid choice. update_overdue is not one of the available choices."
    ]
    assert references(world, "flag=update_overdue", internal=True) == ["C(1)"]


@pytest.mark.parametrize(
    "name", ["document", "section", "area", "kind", "level", "owner", "addressee", "flag", "lifecycle"]
)
def test_unknown_value_is_named_and_leaves_nothing(world: World, name: str) -> None:
    assert problems(world, f"{name}=nonsense") == [
        f"{LABELS[name]}: Select a valid choice. nonsense is not one of the available choices."
    ]


LABELS = {
    "document": "Document",
    "section": "Section",
    "area": "Area",
    "kind": "Kind",
    "level": "Level",
    "owner": "Owner",
    "addressee": "Addressee",
    "flag": "Flags",
    "lifecycle": "Lifecycle",
}


def test_unknown_filter_is_named_and_leaves_nothing(world: World) -> None:
    assert problems(world, "levle=implemented") == ["There is no filter called “levle”."]


def test_two_values_of_a_filter_that_takes_one_are_refused(world: World) -> None:
    assert problems(world, "area=recovery&area=prevention") == ["Area: Choose one value only."]
    assert references(world, "document=doc&document=doc") == ["C(1)", "C(2)", "C(3)"]


def test_page_and_tracking_parameters_are_no_filters(world: World) -> None:
    assert references(world, "page=2&utm_source=mail&fbclid=1") == ["C(1)", "C(2)", "C(3)"]


def test_filters_may_come_as_plain_values(world: World) -> None:
    world.published(world.items[0], level=Level.UNDER_WAY)

    found, states = filter_states(world.alliance, {"level": ["under_way", "announced"], "document": "doc"}, TODAY)

    assert found.in_words() == []
    assert [state.item for state in states] == [world.items[0]]


def test_choices_and_problems_are_in_the_active_language(world: World) -> None:
    with translation.override("ru"):
        found, _states = filter_states(world.alliance, {"area": "x"}, TODAY)
        assert ("doc", "Short doc (по-русски)") in found.form.fields["document"].choices


@pytest.mark.parametrize("more", [0, 2])
def test_filtering_takes_three_queries_whatever_the_number_of_items(
    world: World, more: int, django_assert_num_queries: object
) -> None:
    for _n in range(more):
        point(world)

    with django_assert_num_queries(3):  # type: ignore[operator]
        _found, states = filter_states(world.alliance, {"level": "not_assessed", "section": "doc.I"}, TODAY)
        assert len([(str(s.item.recommendation.document), s.owner, s.headline) for s in states]) == 3 + more


def test_figures_lead_to_lists_that_equal_them(world: World) -> None:
    point(world, addressee=Addressee.PRIVATE_SECTOR)
    point(world, kind=RecommendationKind.PRIORITY_ACTION)
    point(world, kind=RecommendationKind.INDICATOR)
    point(world, kind=RecommendationKind.QUESTION)
    world.published(world.items[0], level=Level.UNDER_WAY)
    _set_aside(world, 1)

    found = standing(groups(world.alliance, today=TODAY))

    duties = _count(world, DUTIES)
    assert duties == found.total == 3
    assert duties == headline_duties(current(world.alliance, today=TODAY)).count()
    assert _count(world, OTHERS) == found.others_total == 1
    assert _count(world, (*COUNTED, ("lifecycle", "not_applicable"))) == found.not_applicable == 1
    assert _count(world, ENDED) == found.ended == 0
    for level, count in found.levels.items():
        assert _count(world, (*DUTIES, ("level", level))) == count


def _count(world: World, pairs: tuple[tuple[str, str], ...]) -> int:
    query = QueryDict(mutable=True)
    for name, value in pairs:
        query.appendlist(name, value)
    found, states = filter_states(world.alliance, query, TODAY)
    assert found.in_words() == []
    return states.count()


def _own(world: World, item: int, organisation: int) -> None:
    assign_item(world.items[item], actor=world.actor("staff"), at=NOW, owner=world.organisations[organisation])


def _set_aside(world: World, item: int) -> None:
    set_lifecycle(
        world.items[item],
        Lifecycle.NOT_APPLICABLE,
        reason={"en": "Another region's treaty."},
        actor=world.actor("staff"),
        at=NOW,
    )


def test_evidence_of_a_draft_changes_no_list(world: World) -> None:
    world.draft(world.items[0], new_evidence=(LAW,))

    assert references(world, "level=not_assessed") == ["C(1)", "C(2)", "C(3)"]
    assert ItemState.objects.filter(level=Level.UNDER_WAY).count() == 0


def test_bearer_and_contributor_keep_what_is_theirs(world: World) -> None:
    staff = {"actor": world.actor("staff"), "at": NOW}
    assign_item(world.items[0], duty_bearer=world.organisations[1], **staff)
    assign_item(world.items[1], contributors=[world.organisations[0]], **staff)

    assert references(world, "bearer=second") == ["C(1)"]
    assert references(world, "contributor=first") == ["C(2)"]
    assert references(world, "contributor=first&bearer=second") == []


def test_contributor_that_is_not_named_can_be_asked_for_by_members_only(world: World) -> None:
    assign_item(world.items[1], contributors=[world.organisations[0]], actor=world.actor("staff"), at=NOW)
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(world.organisations[0]), visibility=Visibility.HIDDEN)

    assert len(problems(world, "contributor=first")) == 1
    assert references(world, "contributor=first", internal=True) == ["C(2)"]


def test_since_keeps_what_was_published_about_from_that_day_on(world: World) -> None:
    world.published(world.items[1])

    assert references(world, f"since={TODAY}") == ["C(2)"]
    assert references(world, f"since={TODAY + dt.timedelta(days=1)}") == []
    assert problems(world, "since=2026-02-30") == ["Something published since: Enter a valid date."]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", ["C(1)", "C(2)", "C(3)"]),
        ("latest", ["C(2)", "C(1)", "C(3)"]),
        ("oldest", ["C(1)", "C(3)", "C(2)"]),
        ("deadline", ["C(3)", "C(1)", "C(2)"]),
        ("since", ["C(2)", "C(1)", "C(3)"]),
    ],
)
def test_order_is_what_was_asked_for_and_the_documents_between_equals(
    world: World, sort: str, order: list[str]
) -> None:
    world.published(world.items[1])
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        third = world.items[2].recommendation
        act.change(act.lock(third), deadline="2013", deadline_last_day=dt.date(2013, 12, 31))

    assert references(world, f"sort={sort}") == order


def test_counts_are_what_each_level_and_flag_would_leave_under_the_other_filters(world: World) -> None:
    world.published(world.items[0], level=Level.UNDER_WAY)
    point(world, kind=RecommendationKind.QUESTION)
    _own(world, 1, 0)
    for query in (
        "",
        "level=under_way",
        "flag=unowned",
        "owner=first",
        "level=announced&flag=stale&sort=latest",
        "flag=unowned&flag=stalled",
    ):
        found, states = filter_states(world.alliance, QueryDict(query), TODAY)
        rest = QueryDict(query, mutable=True)
        counts = found.counts()
        for name, codes in (("level", Level.values), ("flag", PUBLIC_FLAGS)):
            expected = {code: _count(world, (*_others(rest, name), (name, code))) for code in codes}
            assert {code: counts._asdict()[name][code] for code in codes} == expected, (query, name)
        assert counts.total == states.count()


def _others(query: QueryDict, name: str) -> tuple[tuple[str, str], ...]:
    return tuple((key, value) for key, values in query.lists() for value in values if key != name)


def test_chosen_document_leaves_its_own_sections_and_areas_to_choose_from(world: World) -> None:
    second = make.SectionFactory(document=make.DocumentFactory(code="second"), code="II")
    point(world, section=second, area=Area.RECOVERY)

    def offered(query: str) -> tuple[list[str], list[str]]:
        found, _states = filter_states(world.alliance, QueryDict(query), TODAY)
        found.narrow()
        area, section = (found.form.fields[name].widget for name in ("area", "section"))
        return (
            [value for value, _label in area.choices],
            [value for _group, choices in list(section.choices)[1:] for value, _label in choices],
        )

    assert offered("") == (["", *Area.values], ["doc.I", "second.II"])
    assert offered("document=second") == (["", "recovery"], ["second.II"])
    # What was asked for before stays in sight.
    assert offered("document=second&area=prevention") == (["", "prevention", "recovery"], ["second.II"])


def test_filters_that_are_set_are_told_in_words(world: World) -> None:
    found, _states = filter_states(
        world.alliance,
        QueryDict("document=doc&section=doc.I&level=under_way&level=announced&words=a&since=2026-01-05&area="),
        TODAY,
    )

    assert [tuple(one) for one in found.active()] == [
        ("words", "a", "Words", "a"),
        ("document", "doc", "Document", str(world.document)),
        ("section", "doc.I", "Section", str(world.items[0].recommendation.section)),
        ("level", "under_way", "Level", "Under way"),
        ("level", "announced", "Level", "Announced"),
        ("since", "2026-01-05", "Something published since", "5 January 2026"),
    ]
