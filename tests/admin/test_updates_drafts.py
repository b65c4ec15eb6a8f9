"""A draft is always saved: what no column holds comes back as it was typed, and the page says what is missing."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from tests import factories as make
from tests.admin.test_updates import add, page, state, typed
from tests.conftest import LAW, NOW, STUDY, World, content, everything
from tracker.actions.items import set_lifecycle
from tracker.actions.progress import edit_draft, submit_update
from tracker.actions.requests import draft_request, send_request
from tracker.choices import Level, UpdateState
from tracker.models import Request, Update

SignIn = Callable[[str], Client]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("period_to", "last year", "Write the date as 2012"),
        ("period_from", "2026-13", "Write the date as 2012"),
        ("verify_by", "soon", "Enter a valid date"),
        ("new1-address", "javascript:alert(1)", "full web address"),
        ("new1-title", "", "This field is required"),
        ("level", "splendid", "not one of the available choices"),
        ("component_a", "splendid", "not one of the available choices"),
        ("evidence", "99", "not one of the available choices"),
    ],
)
@pytest.mark.parametrize("act", ["save", "submit"])
def test_wrong_value_is_saved_as_typed_and_named(
    world: World, sign_in: SignIn, act: str, field: str, value: str, words: str
) -> None:
    make.ComponentFactory(recommendation=world.items[0].recommendation, letter="a")
    anna = sign_in("anna")
    shown = anna.post(add(world.items[0]), typed(act=act, **{field: value}), follow=True).content.decode()
    update = Update.objects.get()
    assert update.state == UpdateState.DRAFT
    kept = {"new1-kind": "law", "new1-publisher": "Official gazette"} if field == "new1-title" else {field: value}
    assert update.unfinished | kept == update.unfinished
    assert "Before you can submit" in shown
    assert words in shown
    assert value in shown
    assert "Министерство открыло три центра." in shown
    assert ("not submitted yet" in shown) == (act == "submit")


@pytest.mark.parametrize("act", ["save", "submit"])
@pytest.mark.parametrize("begun", [True, False])
def test_link_to_a_picture_stores_nothing_and_keeps_the_rest(
    world: World, sign_in: SignIn, act: str, begun: bool
) -> None:
    update = world.draft() if begun else None
    before = everything()
    bad = {"new2-kind": "media", "new2-title": "Half", "new2-address": "https://example.org/child.jpg"}
    answer = sign_in("anna").post(page(update) if update else add(world.items[0]), typed(act=act, version=1, **bad))
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "Stop: nothing was saved" in shown
    assert "child.jpg" not in shown
    assert 'value="Half"' in shown
    assert 'value="https://gazette.example.org/38"' in shown
    assert "Министерство открыло три центра." in shown
    assert everything() == before


def test_unfinished_value_is_finished_and_submitted(world: World, sign_in: SignIn) -> None:
    anna = sign_in("anna")
    anna.post(add(world.items[0]), typed(period_to="last year", **{"new1-title": ""}))
    update = Update.objects.get()
    assert (update.period_to, update.evidence.count()) == ("", 0)
    answer = anna.post(page(update), typed(version=update.version), follow=True)
    update.refresh_from_db()
    assert (update.state, update.period_to, update.unfinished) == (UpdateState.SUBMITTED, "2026-02", {})
    assert update.evidence.get().title == "Law No. 38"
    assert "Submitted." in answer.content.decode()


def test_submitting_too_early_leads_to_the_list_of_what_is_missing(world: World, sign_in: SignIn) -> None:
    make.ComponentFactory(recommendation=world.items[0].recommendation, letter="a")
    early = typed(level="implemented", period_to="", done_en="", done_ru="", period_from="2026", perspective="state")
    answer = sign_in("anna").post(add(world.items[0]), early | {"closes_item": "on", "new1-kind": ""})
    update = Update.objects.get()
    assert answer["Location"] == f"{page(update)}#lacking"
    shown = sign_in("anna").get(page(update)).content.decode()
    for anchor, words in (
        ("id_new1-kind", "New source 1: Kind"),
        ("id_period_to", "Say up to when this is known."),
        ("id_done_en", "Write what was done and by whom"),
        ("id_closes_item", "closes an item."),
    ):
        assert f'<a href="#{anchor}">' in shown
        assert words in shown
        assert f'id="{anchor}"' in shown


def test_everything_a_level_lacks_is_named_at_once(world: World, sign_in: SignIn) -> None:
    make.ComponentFactory(recommendation=world.items[0].recommendation, letter="a")
    sign_in("anna").post(add(world.items[0]), typed(level="implemented"))
    shown = sign_in("anna").get(page(Update.objects.get())).content.decode()
    assert "needs evidence of grade 3" in shown
    assert "needs every required part met; 0 of 1 are" in shown
    assert '<a href="#id_component_a">' in shown
    assert '<a href="#id_evidence_0">' in shown


def test_what_is_unfinished_hides_nothing_else_that_is_missing(world: World, sign_in: SignIn) -> None:
    sign_in("anna").post(add(world.items[0]), typed(level="implemented", period_to="soon", **{"new1-kind": ""}))
    shown = sign_in("anna").get(page(Update.objects.get())).content.decode()
    listed = shown[shown.index('id="lacking"') : shown.index("</section>", shown.index('id="lacking"'))]
    assert listed.count("<li>") == 3
    for words in ("Period to: Write the date as", "New source 1: Kind: This field is required.", "evidence of grade 3"):
        assert words in listed


def test_draft_shows_what_its_evidence_and_parts_bear(world: World, sign_in: SignIn) -> None:
    for letter in "abc":
        make.ComponentFactory(recommendation=world.items[0].recommendation, letter=letter)
    update = world.draft(new_evidence=(STUDY, LAW), components={"a": "met", "b": "partly_met"})
    shown = sign_in("anna").get(page(update)).content.decode()
    assert "bears <b>grade 2</b>" in shown
    assert "It bears grade 3 once a reviewer confirms" in shown
    assert "<b>1 of 3</b> required parts met" in shown
    assert "The parts bear at most “Partly implemented”." in shown


def test_flagged_draft_says_which_field_and_what_happens_and_never_the_text(world: World, sign_in: SignIn) -> None:
    update = world.draft(done={"en": "Write to centre@example.org about it."})
    shown = sign_in("anna").get(page(update)).content.decode()
    notice = shown[shown.index('id="flagged"') : shown.index("</section>", shown.index('id="flagged"'))]
    assert "What was done, and by whom (en)" in notice
    assert "an e-mail address" in notice
    assert "safeguarding lead and a second person" in notice
    assert "rewrite it" in notice
    assert "centre@example.org" not in notice
    assert 'id="flagged"' not in sign_in("anna").get(page(world.draft(world.items[1]))).content.decode()


def test_looking_for_sources_keeps_what_was_typed_and_saves_nothing(world: World, sign_in: SignIn) -> None:
    elsewhere = world.published(world.items[1]).evidence.get()
    before = everything()
    begun = typed(act="find", find="PROTECTION  law", period_to="last year", **{"new1-title": ""})
    shown = sign_in("anna").post(add(world.items[0]), begun).content.decode()
    assert f'name="evidence" value="{elsewhere.pk}"' in shown
    assert "1 source has “PROTECTION  law”." in shown
    assert 'value="last year"' in shown
    assert 'value="https://gazette.example.org/38"' in shown
    assert "Министерство открыло три центра." in shown
    assert "Write the date as" not in shown
    assert everything() == before
    sign_in("anna").post(add(world.items[0]), typed(act="save", evidence=[elsewhere.pk], **{"new1-kind": ""}))
    assert list(Update.objects.get(state=UpdateState.DRAFT).evidence.all()) == [elsewhere]


@pytest.mark.parametrize(("words", "told"), [("nowhere", "No source of the alliance has"), ("38", "1 source has")])
def test_looking_for_sources_from_a_draft_says_what_came_of_it(
    world: World, sign_in: SignIn, words: str, told: str
) -> None:
    update = world.draft()
    before = everything()
    shown = sign_in("anna").post(page(update), typed(act="find", find=words, version=update.version)).content.decode()
    assert told in shown
    assert everything() == before


def test_looking_for_nothing_saves_the_draft(world: World, sign_in: SignIn) -> None:
    sign_in("anna").post(add(world.items[0]), typed(act="find", find=" "))
    assert Update.objects.get().state == UpdateState.DRAFT


def test_other_organisations_draft_is_not_found(world: World, sign_in: SignIn) -> None:
    hidden = world.draft(by="boris").evidence.get()
    shown = sign_in("anna").post(add(world.items[0]), typed(act="find", find="law")).content.decode()
    assert f'name="evidence" value="{hidden.pk}"' not in shown
    sign_in("anna").post(add(world.items[0]), typed(act="save", evidence=[hidden.pk]))
    draft = Update.objects.get(organisation=world.organisations[0])
    assert (hidden in draft.evidence.all(), draft.unfinished) == (False, {"evidence": str(hidden.pk)})


def letter(world: World, *, sent: bool = True) -> Request:
    boris = world.actor("boris")
    drafted = draft_request(
        world.items[0], world.organisations[4], subject="Centres", letter="…", language="en", actor=boris, at=NOW
    )
    days = {"sent_on": dt.date(2026, 1, 10), "due_on": dt.date(2026, 2, 10)}
    return send_request(drafted, actor=boris, at=NOW, **days) if sent else drafted


def test_letter_that_nobody_answered_supports_no_information(world: World, sign_in: SignIn) -> None:
    asked = letter(world)
    anna = sign_in("anna")
    shown = anna.get(add(world.items[0])).content.decode()
    assert "Centres · to" in shown
    assert "no answer yet; due 10 February 2026" in shown
    rest = {"level": "no_information", "requests": [asked.pk], "new1-kind": "", "new1-title": "", "new1-publisher": ""}
    anna.post(add(world.items[0]), typed(**rest, **{"new1-address": "", "new1-accessed_on": ""}))
    update = Update.objects.get()
    assert (update.state, list(update.requests.all())) == (UpdateState.SUBMITTED, [asked])
    assert "Centres · " in sign_in("boris").get(page(update)).content.decode()


def test_letter_that_was_not_sent_is_no_evidence(world: World, sign_in: SignIn) -> None:
    drafted = letter(world, sent=False)
    anna = sign_in("anna")
    assert 'name="requests"' not in anna.get(add(world.items[0])).content.decode()
    anna.post(add(world.items[0]), typed(act="save", requests=[drafted.pk]))
    update = Update.objects.get()
    assert (update.requests.count(), update.unfinished) == (0, {"requests": str(drafted.pk)})


def test_conflict_keeps_what_cannot_be_read_and_half_a_source(world: World, sign_in: SignIn) -> None:
    update = world.draft()
    opened = update.version
    edit_draft(update, content(done={"en": "Five centres."}), actor=world.actor("olga"), at=NOW)
    before = everything()
    mine = typed(act="save", version=opened, period_to="last year", **{"new1-title": "", "new2-title": "Half"})
    shown = sign_in("anna").post(page(update), mine).content.decode()
    assert "Someone else changed this since you opened it" in shown
    assert "Olga" in shown
    assert 'value="last year"' in shown
    assert 'value="Half"' in shown
    assert 'value="https://gazette.example.org/38"' in shown
    assert everything() == before


@pytest.mark.parametrize(
    ("meanwhile", "reason", "words"),
    [
        (None, " ", "This field is required."),
        ("edited", "Recorded twice.", "Someone else changed this since you opened it"),
        ("submitted", "Recorded twice.", "Someone else changed this since you opened it"),
    ],
)
def test_refused_discard_keeps_what_was_typed_and_not_saved(
    world: World, sign_in: SignIn, meanwhile: str | None, reason: str, words: str
) -> None:
    update = world.draft()
    typed_here = typed(version=update.version, reason=reason, done_en="Four centres.", period_to="last year")
    if meanwhile == "edited":
        edit_draft(update, content(done={"en": "Five centres."}), actor=world.actor("olga"), at=NOW)
    elif meanwhile == "submitted":
        submit_update(update, actor=world.actor("olga"), at=NOW)
    update.refresh_from_db()
    before = everything()

    shown = sign_in("anna").post(page(update, "discard"), typed_here | {"new1-title": ""}).content.decode()

    assert words in shown
    for kept in ("Four centres.", 'value="last year"', 'value="https://gazette.example.org/38"', reason.strip()):
        assert kept in shown
    assert "Write the date as" not in shown
    assert f'<form method="post" class="sheet" action="{page(update)}">' in shown
    assert f'name="version" value="{update.version}"' in shown
    assert shown.count('id="errors"') == 1
    assert ("Olga" in shown) == bool(meanwhile)
    assert everything() == before


def test_reason_to_discard_is_asked_for_by_its_own_button_alone(world: World, sign_in: SignIn) -> None:
    update = world.draft()
    shown = sign_in("anna").get(page(update)).content.decode()
    form = shown[shown.index('<form method="post" class="sheet"') :].split("</form>")[0]
    assert f'formaction="{page(update, "discard")}" formnovalidate' in form
    assert form.count('name="version"') == form.count('name="reason"') == 1
    assert "required" not in form[form.index('name="reason"') :].split(">")[0]
    sign_in("anna").post(page(update, "discard"), typed(version=update.version, reason="Recorded twice."))
    assert state(update) == UpdateState.DISCARDED


def test_version_that_cannot_be_read_overwrites_nothing(world: World, sign_in: SignIn) -> None:
    update = world.draft()
    before = everything()
    shown = sign_in("anna").post(page(update), typed(act="save", version="x")).content.decode()
    assert "Someone else changed this since you opened it" in shown
    assert everything() == before


def test_item_that_was_closed_meanwhile_keeps_what_was_typed(world: World, sign_in: SignIn) -> None:
    reason = {"en": "Another region's treaty."}
    set_lifecycle(world.items[0], "not_applicable", reason=reason, actor=world.actor("staff"), at=NOW)
    before = everything()
    shown = sign_in("anna").post(add(world.items[0]), typed()).content.decode()
    assert "This item is not open" in shown
    assert 'value="Law No. 38"' in shown
    assert "Министерство открыло три центра." in shown
    assert everything() == before


def test_draft_on_a_closed_item_is_saved_and_not_submitted(world: World, sign_in: SignIn) -> None:
    update = world.draft()
    reason = {"en": "Another region's treaty."}
    set_lifecycle(world.items[0], "not_applicable", reason=reason, actor=world.actor("staff"), at=NOW)
    answer = sign_in("anna").post(page(update), typed(version=update.version), follow=True)
    assert "This item is not open" in answer.content.decode()
    assert state(update) == UpdateState.DRAFT


def test_character_that_no_database_keeps_is_left_out(world: World, sign_in: SignIn) -> None:
    sign_in("anna").post(add(world.items[0]), typed(act="save", done_en="Three\0 centres.", period_to="so\0on"))
    update = Update.objects.get()
    assert (update.done.data["en"], update.unfinished) == ("Three centres.", {"period_to": "soon"})


def test_chosen_level_stands_out_without_script(world: World, sign_in: SignIn) -> None:
    shown = sign_in("anna").get(add(world.items[0])).content.decode()
    for level in Level:
        assert f'name="level" value="{level.value}"' in shown
    assert "Least evidence:" in shown
    assert "<script" not in shown[shown.index('<form method="post" class="sheet"') :]
