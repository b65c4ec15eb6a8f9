"""The review page: all that a reviewer needs on one screen, and what members do with what is published."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests import factories as make
from tests.admin.test_updates import page, state
from tests.conftest import LAW, NOW, STUDY, World, everything
from tracker.actions.safeguarding import block_hold, release_hold
from tracker.choices import HoldState, Level, Role, UpdateState
from tracker.models import Bearing, Hold, Update

SignIn = Callable[[str], Client]

PRIVATE = "Write to centre@example.org about it."


def shown(client: Client, update: Update) -> str:
    return client.get(page(update)).content.decode()


def test_reviewer_sees_what_was_asked_what_is_said_and_what_it_bears(world: World, sign_in: SignIn) -> None:
    for letter in "ab":
        make.ComponentFactory(recommendation=world.items[0].recommendation, letter=letter)
    update = world.submitted(
        level=Level.PARTLY_IMPLEMENTED,
        new_evidence=(LAW, STUDY),
        components={"a": "met"},
        remains={"en": "Two regions."},
    )
    told = shown(sign_in("boris"), update)
    for words in (
        "Summary of C(1).",
        "The ministry opened three centres.",
        "Two regions.",
        "Part a",
        LAW.title,
        STUDY.title,
        "bears <b>grade 2</b>",
        "It bears grade 3 once a reviewer confirms",
        "The proposed level needs grade 2.",
        "<b>1 of 2</b> required parts met",
        "Least evidence:",
    ):
        assert words in told


def test_update_that_changes_no_level_is_published_by_one_button(world: World, sign_in: SignIn) -> None:
    update = world.submitted(level="", new_evidence=())
    told = shown(sign_in("olga"), update)
    form = told[told.index(f'action="{page(update, "publish")}"') :].split("</form>")[0]
    assert 'type="hidden" name="version"' in form
    assert "<textarea" not in form
    assert form.count("<button") == 1
    sign_in("olga").post(page(update, "publish"), {"version": update.version})
    assert state(update) == UpdateState.PUBLISHED


@pytest.mark.parametrize(
    ("level", "sources", "asked"),
    [
        (Level.UNDER_WAY, (LAW,), False),
        (Level.UNDER_WAY, (LAW, STUDY), False),
        (Level.IMPLEMENTED, (LAW, STUDY), True),
        ("", (LAW, STUDY), False),
    ],
)
def test_note_on_independence_is_asked_for_only_where_the_level_rests_on_it(
    world: World, sign_in: SignIn, level: str, sources: tuple[object, ...], asked: bool
) -> None:
    update = world.submitted(level=level, new_evidence=sources)
    assert ('name="independence_note"' in shown(sign_in("boris"), update)) == asked


def test_missing_note_is_asked_for_with_what_it_changes(world: World, sign_in: SignIn) -> None:
    update = world.submitted(level=Level.IMPLEMENTED, new_evidence=(LAW, STUDY))
    before = everything()
    told = sign_in("boris").post(page(update, "publish"), {"version": update.version}).content.decode()
    assert "Say why the sources are independent. Without this note they bear grade 2" in told
    assert everything() == before


def test_update_that_bears_its_level_no_longer_says_so(world: World, sign_in: SignIn) -> None:
    update = world.submitted(level=Level.PARTLY_IMPLEMENTED)
    make.ComponentFactory(recommendation=world.items[0].recommendation, letter="a")
    assert "It cannot be published as it is." in shown(sign_in("boris"), update)


def test_held_update_names_what_was_found_and_waits(world: World, sign_in: SignIn) -> None:
    make.MembershipFactory(
        alliance=world.alliance, user=world.users["clara"], organisation=world.organisations[2], role=Role.SAFEGUARDING
    )
    update = world.submitted(done={"en": PRIVATE})
    button = f'action="{page(update, "publish")}"'
    told = shown(sign_in("boris"), update)
    assert "an e-mail address" in told
    assert "Waits for the safeguarding lead" in told
    assert button not in told
    before = everything()
    refused = sign_in("boris").post(page(update, "publish"), {"version": update.version}).content.decode()
    assert "This text may identify a child" in refused
    assert everything() == before
    hold = Hold.objects.get()
    release_hold(hold, reason="Public.", actor=world.actor("clara"), at=NOW)
    assert "one more person confirms" in shown(sign_in("boris"), update)
    release_hold(hold, reason="Public.", actor=world.actor("boris"), at=NOW)
    told = shown(sign_in("boris"), update)
    assert button in told
    assert "Two people have looked at this text and released it." in told


def test_blocked_update_is_returned_and_not_published(world: World, sign_in: SignIn) -> None:
    make.MembershipFactory(
        alliance=world.alliance, user=world.users["clara"], organisation=world.organisations[2], role=Role.SAFEGUARDING
    )
    update = world.submitted(done={"en": PRIVATE})
    block_hold(Hold.objects.get(), reason="It names someone.", actor=world.actor("clara"), at=NOW)
    told = shown(sign_in("boris"), update)
    assert "The safeguarding lead has blocked this text." in told
    assert f'action="{page(update, "publish")}"' not in told
    assert f'action="{page(update, "return")}"' in told


def test_return_without_a_reason_is_refused(world: World, sign_in: SignIn) -> None:
    update = world.submitted()
    before = everything()
    told = sign_in("boris").post(page(update, "return"), {"version": update.version, "reason": ""}).content.decode()
    assert "Say why you return this update" in told
    assert everything() == before


@pytest.mark.parametrize("who", ["anna", "boris", "clara", "staff"])
def test_any_member_takes_a_published_update_down(world: World, sign_in: SignIn, who: str) -> None:
    update = world.published()
    assert page(update, "take_down") in shown(sign_in(who), update)
    sign_in(who).post(page(update, "take_down"), {"version": update.version, "reason": "It names a child."})
    update.refresh_from_db()
    assert (update.withheld, Hold.objects.get().state) == (True, HoldState.WAITING)
    told = shown(sign_in("boris"), update)
    assert "Withheld from the public." in told
    assert page(update, "take_down") not in told


@pytest.mark.parametrize("who", ["nobody", "eve", "root"])
def test_outsider_takes_nothing_down(world: World, sign_in: SignIn, who: str) -> None:
    update = world.published()
    before = everything()
    answer = sign_in(who).post(page(update, "take_down"), {"version": update.version, "reason": "It names a child."})
    assert answer.status_code == {"nobody": 302, "eve": 404, "root": 403}[who]
    assert everything() == before


def test_taking_down_needs_a_reason(world: World, sign_in: SignIn) -> None:
    update = world.published()
    before = everything()
    answer = sign_in("anna").post(page(update, "take_down"), {"version": update.version, "reason": " "})
    assert answer.status_code == 200
    assert everything() == before


@pytest.mark.parametrize("named", ["C(2)", "c(2)", "doc C(2)", " doc  c(2) "])
def test_published_update_is_linked_to_another_item(world: World, sign_in: SignIn, named: str) -> None:
    update = world.published()
    sent = {"version": update.version, "item": named, "reason_en": "The same law.", "reason_ru": "Тот же закон."}
    told = sign_in("anna").post(page(update, "bear"), sent, follow=True).content.decode()
    found = Bearing.objects.get()
    assert (found.update, found.item, str(found.reason.localize("ru"))) == (update, world.items[1], "Тот же закон.")
    assert "The same law." in told
    assert "doc C(2)" in told


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"item": "C(9)", "reason_en": "So."}, "No other item of the alliance has this reference."),
        ({"item": "C(1)", "reason_en": "So."}, "No other item of the alliance has this reference."),
        ({"item": "C(2)"}, "give the reason"),
        ({"item": "", "reason_en": "So."}, "This field is required."),
        ({"item": "C(2)", "reason_en": PRIVATE}, "may identify a child"),
    ],
)
def test_link_that_says_too_little_or_too_much_is_refused(
    world: World, sign_in: SignIn, sent: dict[str, str], words: str
) -> None:
    update = world.published()
    before = everything()
    told = sign_in("anna").post(page(update, "bear"), sent | {"version": update.version}).content.decode()
    assert words in told
    assert everything() == before


def test_reference_of_two_documents_is_asked_for_in_full(world: World, sign_in: SignIn) -> None:
    point = make.RecommendationFactory(section=make.SectionFactory(document__code="other"), reference="C(2)")
    make.ItemFactory(alliance=world.alliance, recommendation=point)
    update = world.published()
    sent = {"version": update.version, "item": "C(2)", "reason_en": "So."}
    told = sign_in("anna").post(page(update, "bear"), sent).content.decode()
    assert "Write one of these: doc C(2); other C(2)." in told
    sign_in("anna").post(page(update, "bear"), sent | {"item": "other C(2)"})
    assert Bearing.objects.get().item.recommendation == point
    again = sign_in("anna").post(page(update, "bear"), sent | {"item": "other C(2)"}).content.decode()
    assert "linked to that item already" in again


def test_reviewer_links_nothing(world: World, sign_in: SignIn) -> None:
    update = world.published()
    before = everything()
    sent = {"version": update.version, "item": "C(2)", "reason_en": "So."}
    assert sign_in("clara").post(page(update, "bear"), sent).status_code == 403
    assert everything() == before
