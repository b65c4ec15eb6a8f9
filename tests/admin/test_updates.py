"""The update cycle through the pages: written, submitted, returned, published by others, corrected."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories as make
from tests.conftest import LAW, NOW, STUDY, World, content, everything
from tracker.actions.items import assign_item, set_lifecycle
from tracker.actions.progress import edit_draft, publish_update, submit_update
from tracker.choices import Level, UpdateState
from tracker.models import Update

SignIn = Callable[[str], Client]


def typed(**values: Any) -> dict[str, Any]:
    """Return what a coordinator types: under way, resting on a law."""
    return {
        "act": "submit",
        "perspective": "alliance",
        "period_from": "",
        "period_to": "2026-02",
        "done_en": "The ministry opened three centres.",
        "done_ru": "Министерство открыло три центра.",
        "level": "under_way",
        "new1-kind": "law",
        "new1-title": "Law No. 38",
        "new1-publisher": "Official gazette",
        "new1-address": "https://gazette.example.org/38",
        "new1-accessed_on": "2026-02-27",
    } | values


def add(item: Any) -> str:
    return reverse("admin:tracker_update_add") + f"?item={item.pk}"


def page(update: Update, name: str = "change") -> str:
    return reverse(f"admin:tracker_update_{name}", args=[update.pk])


def state(update: Update) -> str:
    update.refresh_from_db()
    return update.state


def test_update_goes_from_draft_to_the_headline(world: World, sign_in: SignIn) -> None:
    item = world.items[0]
    answer = sign_in("anna").post(add(item), typed(), follow=True)
    update = Update.objects.get()
    assert (update.state, update.item, update.organisation) == (UpdateState.SUBMITTED, item, world.organisations[0])
    assert str(update.done.localize("ru")) == "Министерство открыло три центра."
    assert [source.address for source in update.evidence.all()] == ["https://gazette.example.org/38"]
    assert "Submitted." in answer.content.decode()

    answer = sign_in("olga").post(page(update, "publish"), {"version": update.version})
    assert "Another organisation than the author" in answer.content.decode()
    assert state(update) == UpdateState.SUBMITTED

    answer = sign_in("boris").post(page(update, "publish"), {"version": update.version}, follow=True)
    assert "Published." in answer.content.decode()
    item.refresh_from_db()
    assert (state(update), item.level, item.headline) == (UpdateState.PUBLISHED, Level.UNDER_WAY, update)
    told = sign_in("anna").get(page(update, "history")).content.decode()
    assert "Update published" in told
    assert "Boris" in told


def test_own_reviewer_sees_why_there_is_no_publish_button(world: World, sign_in: SignIn) -> None:
    update = world.submitted()
    assert f'action="{page(update, "publish")}"' not in (own := sign_in("olga").get(page(update)).content.decode())
    assert "Another organisation" in own
    assert f'action="{page(update, "publish")}"' in sign_in("boris").get(page(update)).content.decode()


def test_draft_is_saved_with_whatever_is_there(world: World, sign_in: SignIn) -> None:
    answer = sign_in("anna").post(add(world.items[0]), {"act": "save", "perspective": "alliance", "period_to": "2026"})
    update = Update.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, page(update))
    assert update.state == UpdateState.DRAFT


def test_submitting_too_early_keeps_the_draft_and_says_what_is_missing(world: World, sign_in: SignIn) -> None:
    early = typed(level="implemented", closes_item="on")
    answer = sign_in("anna").post(add(world.items[0]), early, follow=True)
    update = Update.objects.get()
    shown = answer.content.decode()
    assert (update.state, update.level, update.closes_item) == (UpdateState.DRAFT, Level.IMPLEMENTED, True)
    assert "not submitted yet" in shown
    assert "evidence of grade 3" in shown
    assert "Министерство открыло три центра." in shown


def test_begun_draft_is_opened_instead_of_a_second_one(world: World, sign_in: SignIn) -> None:
    update = world.draft()
    assert sign_in("olga").get(add(world.items[0]))["Location"] == page(update)


def test_second_draft_of_one_organisation_is_refused_and_typed_text_stays(world: World, sign_in: SignIn) -> None:
    world.draft()
    before = everything()
    shown = sign_in("olga").post(add(world.items[0]), typed()).content.decode()
    assert "already has an open draft" in shown
    assert "Министерство открыло три центра." in shown
    assert 'value="Law No. 38"' in shown
    assert everything() == before


def test_new_update_shows_the_last_one_and_starts_from_it_where_asked(world: World, sign_in: SignIn) -> None:
    last = world.published(remains={"en": "Seven regions have none."})
    anna = sign_in("anna")
    fresh = anna.get(add(world.items[0])).content.decode()
    begun = anna.get(f"{add(world.items[0])}&from={last.pk}").content.decode()
    assert fresh.count("Seven regions have none.") == 1
    assert begun.count("Seven regions have none.") == 2
    assert 'value="2026-03"' in begun


def test_draft_of_a_question_offers_no_level(world: World, sign_in: SignIn) -> None:
    point = make.RecommendationFactory(section=world.items[0].recommendation.section, kind="question")
    question = make.ItemFactory(alliance=world.alliance, recommendation=point)
    assert 'name="level"' not in sign_in("anna").get(add(question)).content.decode()
    sign_in("anna").post(add(question), typed(act="save"))
    assert Update.objects.get().level == ""


def test_components_and_earlier_evidence_are_kept(world: World, sign_in: SignIn) -> None:
    item = world.items[0]
    make.ComponentFactory(recommendation=item.recommendation, letter="a")
    earlier = world.published().evidence.get()
    elsewhere = world.published(world.items[1]).evidence.get()
    anna = sign_in("anna")
    assert f'name="evidence" value="{elsewhere.pk}"' not in anna.get(add(item)).content.decode()
    anna.post(add(item), typed(act="save", component_a="met", evidence=[earlier.pk]))
    update = Update.objects.get(state=UpdateState.DRAFT)
    assert {source.title for source in update.evidence.all()} == {earlier.title, "Law No. 38"}
    assert [row.verdict for row in update.assessments.all()] == ["met"]
    shown = anna.get(page(update)).content.decode()
    assert '<option value="met" selected>' in shown
    # What is stored already comes back as a tick, never as a new source.
    anna.post(
        page(update),
        {
            **typed(act="save", version=update.version),
            "new1-kind": "",
            "new1-title": "",
            "new1-publisher": "",
            "new1-address": "",
            "new1-accessed_on": "",
            "evidence": [earlier.pk],
            "component_a": "partly_met",
        },
    )
    assert [source.pk for source in update.evidence.all()] == [earlier.pk]
    assert [row.verdict for row in update.assessments.all()] == ["partly_met"]


def test_returned_update_shows_the_reason_and_is_submitted_again(world: World, sign_in: SignIn) -> None:
    update = world.submitted()
    before = everything()
    answer = sign_in("boris").post(page(update, "return"), {"version": update.version, "reason": " "})
    assert "Say why you return this update" in answer.content.decode()
    assert everything() == before
    sign_in("boris").post(page(update, "return"), {"version": update.version, "reason": "Link to the law itself."})
    assert state(update) == UpdateState.RETURNED
    anna = sign_in("anna")
    assert "Link to the law itself." in anna.get(page(update)).content.decode()
    anna.post(page(update), typed(version=update.version))
    assert (state(update), update.return_reason) == (UpdateState.SUBMITTED, "")


def test_draft_is_discarded_with_a_reason(world: World, sign_in: SignIn) -> None:
    update = world.draft()
    anna = sign_in("anna")
    shown = anna.post(page(update, "discard"), {"version": update.version, "reason": ""}).content.decode()
    assert "This field is required" in shown
    assert state(update) == UpdateState.DRAFT
    anna.post(page(update, "discard"), {"version": update.version, "reason": "Recorded twice."})
    assert state(update) == UpdateState.DISCARDED


def test_implemented_takes_two_reviewers(world: World, sign_in: SignIn) -> None:
    update = world.submitted(level=Level.IMPLEMENTED, new_evidence=(LAW, STUDY))
    boris = sign_in("boris")
    assert "Two people must confirm" in boris.get(page(update)).content.decode()
    refused = boris.post(page(update, "publish"), {"version": update.version})
    assert "needs evidence of grade 3" in refused.content.decode()
    note = {"version": update.version, "independence_note": "The university did its own survey."}
    assert "One more person must confirm" in boris.post(page(update, "publish"), note, follow=True).content.decode()
    assert state(update) == UpdateState.AWAITING_SECOND
    again = boris.post(page(update, "publish"), {"version": update.version}).content.decode()
    assert "another person confirms it" in again
    clara = sign_in("clara")
    shown = clara.get(page(update)).content.decode()
    assert "The university did its own survey." in shown
    assert "One more person must confirm" in shown
    clara.post(page(update, "publish"), {"version": update.version})
    world.items[0].refresh_from_db()
    assert (state(update), world.items[0].level) == (UpdateState.PUBLISHED, Level.IMPLEMENTED)


def test_published_update_is_corrected_by_a_new_one(world: World, sign_in: SignIn) -> None:
    wrong = world.published()
    anna = sign_in("anna")
    assert page(wrong, "correct") in anna.get(page(wrong)).content.decode()
    assert "opened three centres" in anna.get(page(wrong, "correct")).content.decode()
    anna.post(page(wrong, "correct"), typed(done_en="The ministry opened two centres."))
    update = Update.objects.get(corrects=wrong)
    assert update.state == UpdateState.SUBMITTED
    assert state(wrong) == UpdateState.PUBLISHED


def test_draft_is_not_corrected(world: World, sign_in: SignIn) -> None:
    update = world.draft()
    before = everything()
    shown = sign_in("anna").post(page(update, "correct"), typed()).content.decode()
    assert "Only a published update is corrected" in shown
    assert everything() == before


def test_conflict_tells_of_a_verdict_that_another_editor_set(world: World, sign_in: SignIn) -> None:
    make.ComponentFactory(recommendation=world.items[0].recommendation, letter="a")
    update = world.draft()
    opened, law = update.version, update.evidence.get()
    unchanged = content(new_evidence=(), evidence=(law,), components={"a": "met"})
    edit_draft(update, unchanged, actor=world.actor("olga"), at=NOW)
    shown = sign_in("anna").post(page(update), typed(act="save", version=opened)).content.decode()
    assert "Someone else changed this since you opened it" in shown
    assert "Olga" in shown
    assert "Update drafted" not in shown


def test_conflict_names_what_happened_and_keeps_what_was_typed(world: World, sign_in: SignIn) -> None:
    update = world.draft()
    opened = update.version
    edit_draft(update, content(done={"en": "Five centres."}), actor=world.actor("olga"), at=NOW)
    before = everything()
    mine = typed(act="save", version=opened, done_en="Four centres.")
    shown = sign_in("anna").post(page(update), mine).content.decode()
    assert "Someone else changed this since you opened it" in shown
    assert "Olga" in shown
    assert "Five centres." in shown
    assert "Four centres." in shown
    assert 'value="Law No. 38"' in shown
    assert f'name="version" value="{opened + 1}"' in shown
    assert everything() == before
    sign_in("anna").post(page(update), mine | {"version": opened + 1})
    update.refresh_from_db()
    assert str(update.done) == "Four centres."


def test_language_without_a_field_stays_in_the_draft(world: World, sign_in: SignIn) -> None:
    update = world.draft(done={"en": "Three centres.", "fr": "Trois centres."})
    sign_in("anna").post(page(update), typed(act="save", version=update.version, done_en="Four centres.", done_ru=""))
    update.refresh_from_db()
    assert update.done.data == {"en": "Four centres.", "fr": "Trois centres."}


def test_reviewer_is_told_that_taking_back_takes_two(world: World, sign_in: SignIn) -> None:
    first = world.published(level=Level.CONTRARY)
    publish_update(first, actor=world.actor("clara"), at=NOW)
    update = world.submitted(level=Level.NOT_ASSESSED, new_evidence=())
    shown = sign_in("boris").get(page(update)).content.decode()
    assert "Two people must confirm this update before it is published." in shown
    assert "Approved. One more person must confirm it" in (
        sign_in("boris").post(page(update, "publish"), {"version": update.version}, follow=True).content.decode()
    )


def test_draft_that_was_submitted_meanwhile_keeps_what_was_typed(world: World, sign_in: SignIn) -> None:
    update = world.draft()
    opened = update.version
    submit_update(update, actor=world.actor("olga"), at=NOW)
    before = everything()
    shown = sign_in("anna").post(page(update), typed(version=opened, done_en="Four centres.")).content.decode()
    assert "Four centres." in shown
    assert "Update submitted" in shown
    assert everything() == before


def test_publishing_what_has_changed_is_a_conflict_that_says_so(world: World, sign_in: SignIn) -> None:
    update = world.submitted(level=Level.IMPLEMENTED, new_evidence=(LAW, STUDY))
    seen = update.version
    sign_in("boris").post(page(update, "return"), {"version": seen, "reason": "Link to the law itself."})
    before = everything()
    shown = sign_in("clara").post(page(update, "publish"), {"version": seen, "independence_note": "My note."})
    assert "Someone else changed this" in shown.content.decode()
    assert "Update returned" in shown.content.decode()
    assert "My note." in shown.content.decode()
    assert everything() == before


def test_adding_without_an_item_offers_our_open_ones_and_the_list_of_all(world: World, sign_in: SignIn) -> None:
    staff, (first, second) = world.actor("staff"), world.organisations[:2]
    ours, theirs, closed = world.items
    for item, owner in ((ours, first), (theirs, second), (closed, first)):
        assign_item(item, owner=owner, actor=staff, at=NOW)
    closed.refresh_from_db()
    set_lifecycle(closed, "not_applicable", reason={"en": "Elsewhere."}, actor=staff, at=NOW)

    shown = sign_in("anna").get(reverse("admin:tracker_update_add")).content.decode()

    assert re.findall(r'href="([^"]+\?item=\d+)"', shown) == [add(ours)]
    assert "Open an item first, then record the update there." in shown
    assert shown.count(f'href="{reverse("admin:tracker_item_changelist")}"') == 2
    assert sign_in("anna").get(add(ours)).status_code == 200


@pytest.mark.parametrize("item", ["x", "", "99999", "9" * 40])
def test_adding_on_an_item_that_is_not_there_finds_nothing(world: World, sign_in: SignIn, item: str) -> None:
    assert sign_in("anna").get(f"{reverse('admin:tracker_update_add')}?item={item}").status_code == 404


@pytest.mark.parametrize("name", ["change", "correct"])
def test_writing_takes_get_and_post_only(world: World, sign_in: SignIn, name: str) -> None:
    update = world.draft()
    assert sign_in("anna").put(page(update, name)).status_code == 405
    assert sign_in("anna").delete(page(update, name)).status_code == 405
