"""Forms check what was typed and hand it over as the actions take it."""

import datetime as dt
from typing import Any

import pytest

from tests import factories as make
from tests.conftest import LAW, STUDY, World
from tracker.actions.evidence import NewEvidence
from tracker.actions.progress import Content
from tracker.choices import Level
from tracker.forms.progress import UpdateForm, explained, typed_before

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


def test_half_a_source_is_refused_as_a_whole(world: World) -> None:
    form = form_on(world, TYPED | {"new3-title": "Half"})
    assert not form.is_valid()
    assert form.non_field_errors() == ["A new source is not complete. Finish it, or empty all its fields."]
    assert set(form.sources[2].errors) == {"kind", "publisher", "address"}


@pytest.mark.parametrize("field", ["period_from", "period_to", "new2-published_on"])
@pytest.mark.parametrize("value", ["2026-13", "28.02.2026", "2026-2", "soon"])
def test_date_that_cannot_be_read_is_refused(world: World, field: str, value: str) -> None:
    assert not form_on(world, TYPED | {field: value}).is_valid()


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
    assert explained(Level.NOT_ASSESSED, world.items[0])["needs"] == "Two reviewers."
    assert explained(Level.NO_INFORMATION, world.items[0])["needs"].endswith("whom you asked. Two reviewers.")
    assert explained("", world.items[0])["needs"] == ""


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
    told = explained(level, world.items[0])
    assert told["meaning"]
    assert words in told["needs"]
    assert bool(told["needs"]) == bool(words)
