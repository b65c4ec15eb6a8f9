"""Forms check what was typed and hand it over as the actions take it."""

import datetime as dt
from typing import Any

import pytest

from tests import factories as make
from tests.conftest import LAW, STUDY, World
from tracker.actions.evidence import NewEvidence
from tracker.actions.progress import Content
from tracker.choices import Level
from tracker.forms.progress import UpdateForm, typed_before
from tracker.queries.meanings import on_item
from tracker.queries.sources import with_words

TYPED = {
    "perspective": "member_ngo",
    "period_from": "2025",
    "period_to": "2026-02-28",
    "done_en": " Three centres. ",
    "done_ru": "Три центра.",
    "remains_en": "",
    "search_note_ru": "Портал.",
    "level": "under_way",
    "closes_item": "on",
    "verify_by": "2027-01-01",
    "component_a": "met",
    "new2-kind": "law",
    "new2-title": "Law No. 38",
    "new2-publisher": "Official gazette",
    "new2-address": " https://gazette.example.org/38 ",
    "new2-published_on": "2026-01",
    "new2-accessed_on": "2026-02-27",
    "new2-language": "ru",
    "new2-page": "article 3",
}


def form_on(world: World, typed: Any = None, **kwargs: Any) -> UpdateForm:
    return UpdateForm(typed, item=world.items[0], actor=world.actor("anna"), **kwargs)


def test_what_was_typed_becomes_content(world: World) -> None:
    make.ComponentFactory(recommendation=world.items[0].recommendation, letter="a")
    make.ComponentFactory(recommendation=world.items[0].recommendation, letter="b")
    form = form_on(world, TYPED)
    assert form.is_valid(), form.errors
    assert form.content() == Content(
        perspective="member_ngo",
        period_from="2025",
        period_to="2026-02-28",
        done={"en": "Three centres.", "ru": "Три центра."},
        search_note={"ru": "Портал."},
        level=Level.UNDER_WAY,
        closes_item=True,
        verify_by=dt.date(2027, 1, 1),
        components={"a": "met", "b": "not_assessed"},
        evidence=[],
        requests=[],
        new_evidence=[
            NewEvidence(
                kind="law",
                title="Law No. 38",
                publisher="Official gazette",
                address="https://gazette.example.org/38",
                published_on="2026-01",
                accessed_on=dt.date(2026, 2, 27),
                language="ru",
                page="article 3",
            )
        ],
    )


def test_component_that_does_not_apply_is_not_asked_about(world: World) -> None:
    component = make.ComponentFactory(recommendation=world.items[0].recommendation, letter="a")
    world.items[0].components_not_applicable.create(alliance=world.alliance, component=component, reason={"en": "No."})
    assert form_on(world).component_fields == []


def test_half_a_source_is_kept_as_it_was_typed(world: World) -> None:
    form = form_on(world, TYPED | {"new3-title": "Half", "new3-published_on": "soon"})
    assert form.content().unfinished == {"new3-title": "Half", "new3-published_on": "soon"}
    assert [source.title for source in form.content().new_evidence] == ["Law No. 38"]
    assert [(fault.anchor, fault.label) for fault in form.faults] == [
        ("id_new3-kind", "New source 3: Kind"),
        ("id_new3-publisher", "New source 3: Publisher"),
        ("id_new3-address", "New source 3: Web address"),
        ("id_new3-published_on", "New source 3: Published on"),
    ]


@pytest.mark.parametrize("field", ["period_from", "period_to"])
@pytest.mark.parametrize("value", ["2026-13", "28.02.2026", "2026-2", "soon", "the end of February 2026"])
def test_date_that_cannot_be_read_is_kept_as_it_was_typed(world: World, field: str, value: str) -> None:
    form = form_on(world, TYPED | {field: value})
    content = form.content()
    assert (getattr(content, field), content.unfinished) == ("", {field: value})
    assert form.errors[field] == ["Write the date as 2012, 2012-05 or 2012-05-31."]


def test_browser_cuts_no_date_short(world: World) -> None:
    form = form_on(world)
    for field in (form["period_from"], form["period_to"], form.sources[0]["published_on"]):
        assert "maxlength" not in str(field)


@pytest.mark.parametrize(
    ("name", "value", "column"),
    [
        ("perspective", "nobody", "alliance"),
        ("level", "splendid", ""),
        ("verify_by", "next year", None),
        ("component_a", "splendid", "not_assessed"),
    ],
)
def test_value_that_is_no_choice_is_kept_beside_an_empty_column(
    world: World, name: str, value: str, column: Any
) -> None:
    make.ComponentFactory(recommendation=world.items[0].recommendation, letter="a")
    content = form_on(world, TYPED | {name: value}).content()
    assert content.unfinished == {name: value}
    assert (content.components["a"] if name == "component_a" else getattr(content, name)) == column


@pytest.mark.parametrize("gone", ["99999", "9" * 40, "-1", "x", "'"])
def test_tick_of_what_is_not_there_is_kept_and_the_others_count(world: World, gone: str) -> None:
    earlier = world.published().evidence.get()
    content = form_on(world, TYPED | {"evidence": [str(earlier.pk), gone]}).content()
    assert (content.evidence, content.unfinished) == ([earlier], {"evidence": gone})


def test_kept_values_stand_in_their_fields_with_what_is_wrong(world: World) -> None:
    kept = {"period_to": "soon", "new2-title": "Half", "evidence": "99", "component_z": "met"}
    form = form_on(world, unfinished=kept)
    assert form["period_to"].value() == "soon"
    assert form.sources[1]["title"].value() == "Half"
    assert {fault.anchor for fault in form.faults} == {
        "id_period_to",
        "id_new1-kind",
        "id_new2-kind",
        "id_new2-publisher",
        "id_new2-address",
    }


def test_version_that_cannot_be_read_is_none_that_ever_was(world: World) -> None:
    update = world.draft()
    assert form_on(world, TYPED | {"version": "x"}, record=update).seen == 0
    assert form_on(world, TYPED | {"version": "1"}, record=update).seen == 1


def test_sources_of_the_whole_alliance_are_taken_and_those_at_hand_offered(world: World) -> None:
    here = world.published().evidence.get()
    elsewhere = world.published(world.items[1]).evidence.get()
    form = form_on(world)
    assert [(group["title"], len(group["boxes"])) for group in form.source_boxes] == [
        ("Used on this item before, or ticked already", 1)
    ]
    assert form_on(world, TYPED | {"evidence": [str(elsewhere.pk)]}).content().evidence == [elsewhere]
    found = with_words(world.actor("anna"), "law", limit=20)
    groups = form_on(world, TYPED | {"evidence": []}, found=found).source_boxes
    assert [
        str(getattr(box.data["value"], "value", box.data["value"])) for group in groups for box in group["boxes"]
    ] == [
        str(here.pk),
        str(elsewhere.pk),
    ]


def test_sources_of_related_items_are_offered_apart_until_ticked(world: World) -> None:
    here, there = world.items[:2]
    make.RelationFactory(source=here.recommendation, target=there.recommendation)
    source = world.published(there).evidence.get()

    def boxes(form: UpdateForm) -> list[tuple[str, list[str]]]:
        return [
            (group["title"], [str(getattr(box.data["value"], "value", box.data["value"])) for box in group["boxes"]])
            for group in form.source_boxes
        ]

    assert boxes(form_on(world)) == [("Used on related items", [str(source.pk)])]
    ticked = form_on(world, TYPED | {"evidence": [str(source.pk)], "level": ""})
    assert boxes(ticked) == [("Used on this item before, or ticked already", [str(source.pk)])]
    assert (ticked.content().evidence, ticked.content().level) == ([source], "")


def test_stored_update_is_what_the_form_goes_on_from(world: World) -> None:
    make.ComponentFactory(recommendation=world.items[0].recommendation, letter="a")
    update = world.draft(components={"a": "met"}, new_evidence=(LAW, STUDY), verify_by=dt.date(2027, 1, 1))
    form = form_on(world, record=update, initial=typed_before(update))
    again = {field.name: field.value() for field in form if field.value() is not None}
    form = form_on(world, again, record=update)
    assert form.is_valid(), form.errors
    content = form.content()
    assert {name: getattr(content, name) for name in ("period_to", "level", "components", "verify_by")} == {
        "period_to": "2026-02",
        "level": "under_way",
        "components": {"a": "met"},
        "verify_by": dt.date(2027, 1, 1),
    }
    assert content.done == {"en": "The ministry opened three centres.", "ru": "Министерство открыло три центра."}
    assert set(content.evidence) == set(update.evidence.all())
    assert content.new_evidence == []
    assert form.cleaned_data["version"] == update.version


def test_level_that_takes_back_what_two_people_said_is_explained_so(world: World) -> None:
    world.items[0].level = Level.CONTRARY
    assert on_item(Level.NOT_ASSESSED, world.items[0])["needs"] == "Two reviewers."
    assert on_item(Level.NO_INFORMATION, world.items[0])["needs"].endswith("whom you asked. Two reviewers.")
    assert on_item("", world.items[0])["needs"] == ""


@pytest.mark.parametrize(
    ("level", "legal_act_only", "words"),
    [
        ("", False, ""),
        (Level.NOT_ASSESSED, False, ""),
        (Level.NO_INFORMATION, False, "A note of where you searched"),
        (Level.NO_ACTION, False, "Evidence of grade 1"),
        (Level.UNDER_WAY, False, "Evidence of grade 2"),
        (Level.IMPLEMENTED, False, "Evidence of grade 3"),
        (Level.IMPLEMENTED, True, "Evidence of grade 2"),
        (Level.CONTRARY, False, "Two reviewers."),
    ],
)
def test_level_is_explained_with_its_least_evidence(world: World, level: str, legal_act_only: bool, words: str) -> None:
    world.items[0].recommendation.legal_act_only = legal_act_only
    told = on_item(level, world.items[0])
    assert told["meaning"]
    assert words in told["needs"]
    assert bool(told["needs"]) == bool(words)
