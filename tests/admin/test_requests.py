"""Letters in the workspace: drafted from an item, edited, sent, reminded, answered, put aside; printed, downloaded."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.conftest import NOW, World, everything
from tracker.actions.history import Act
from tracker.actions.items import assign_item, set_lifecycle
from tracker.actions.requests import answer_request, draft_request, edit_request, send_request, withdraw_request
from tracker.choices import Level, Perspective, ReplyQuality, Visibility
from tracker.models import Item, Request
from tracker.permissions import SYSTEM

SignIn = Callable[[str], Client]
TODAY = NOW.date()
DAY = dt.timedelta(days=1)
LIST = "admin:tracker_request_changelist"


def address(letter: Request, name: str = "change") -> str:
    return reverse(f"admin:tracker_request_{name}", args=[letter.pk])


def add_page(item: Item) -> str:
    return f"{reverse('admin:tracker_request_add')}?item={item.pk}"


def item_page(world: World) -> str:
    return reverse("admin:tracker_item_change", args=[world.items[0].pk])


def typed(world: World, **values: Any) -> dict[str, Any]:
    defaults = {"duty_bearer": world.organisations[4].pk, "language": "en", "subject": "Schools", "letter": "Dear all,"}
    return defaults | {"act": "save"} | values


def drafted(world: World, *, by: str = "anna", item: Item | None = None, **text: Any) -> Request:
    said = {"subject": "Schools", "letter": "Dear all,\n\nWhat was done?", "language": "en"} | text
    return draft_request(item or world.items[0], world.organisations[4], **said, actor=world.actor(by), at=NOW)


def sent(world: World, *, due: dt.date = TODAY - DAY, **options: Any) -> Request:
    by = options.get("by", "anna")
    return send_request(drafted(world, **options), sent_on=TODAY - 40 * DAY, due_on=due, actor=world.actor(by), at=NOW)


def listed(client: Client, query: str = "") -> list[Request]:
    return list(client.get(f"{reverse(LIST)}{query}").context["cl"].result_list)


# --- Writing


def test_new_letter_begins_with_what_the_record_gives(world: World, sign_in: SignIn) -> None:
    world.published()
    answer = sign_in("anna").get(add_page(world.items[0]))

    begun = answer.context["form"].initial
    shown = answer.content.decode()

    assert (begun["duty_bearer"], begun["language"]) == (world.organisations[4], "en")
    assert begun["subject"] == "Request for information: Short doc, C(1)"
    for words in ("Dear Sir or Madam,", "Summary of C(1).", "Under way, since", "Yours faithfully,"):
        assert words in begun["letter"]
    assert "http://testserver/home/items/doc/c-1/" in begun["letter"]
    assert "Nobody else sees it until you note that it was sent." in shown
    assert Request.objects.count() == 0


def test_letter_is_drafted_anew_for_whom_and_in_what_language_was_chosen(world: World, sign_in: SignIn) -> None:
    before = everything()
    chosen = typed(world, duty_bearer=world.organisations[1].pk, language="ru", letter="", subject="", act="anew")

    begun = sign_in("anna").post(add_page(world.items[0]), chosen).context["form"].initial

    assert begun["duty_bearer"] == world.organisations[1]
    assert begun["letter"].startswith("Organisation second (по-русски)")
    assert "http://testserver/ru/home/items/doc/c-1/" in begun["letter"]
    assert everything() == before


def test_drafting_anew_without_a_duty_bearer_keeps_what_was_typed(world: World, sign_in: SignIn) -> None:
    shown = sign_in("anna").post(add_page(world.items[0]), typed(world, duty_bearer="", letter="MINE", act="anew"))

    assert "MINE" in shown.content.decode()
    assert "This field is required." in shown.content.decode()


def test_draft_is_saved_and_edited_by_its_own_organisation(world: World, sign_in: SignIn) -> None:
    answer = sign_in("anna").post(add_page(world.items[0]), typed(world, letter="Dear all,\r\n\r\nWhy?"), follow=True)
    letter = Request.objects.get()
    assert "The draft is saved. Send the letter yourself" in answer.content.decode()
    assert (letter.organisation, letter.author, letter.letter) == (
        world.organisations[0],
        world.users["anna"],
        "Dear all,\n\nWhy?",
    )

    sign_in("olga").post(address(letter), typed(world, version=letter.version, subject="Teachers"))
    letter.refresh_from_db()
    assert (letter.subject, letter.letter) == ("Teachers", "Dear all,")


@pytest.mark.parametrize("name", ["boris", "clara", "staff", "eve"])
def test_draft_is_seen_by_no_other_organisation(world: World, sign_in: SignIn, name: str) -> None:
    letter = drafted(world)
    before = everything()
    client = sign_in(name)

    for where in ("change", "print", "text", "history"):
        assert client.get(address(letter, where)).status_code == 404
    assert client.post(address(letter), typed(world, version=1)).status_code == 404
    assert client.post(address(letter, "send"), {"sent_on": TODAY, "due_on": TODAY}).status_code == 404
    assert listed(client) == []
    assert everything() == before


def test_sent_letter_is_read_by_all_members_and_kept_by_some(world: World, sign_in: SignIn) -> None:
    letter = sent(world)

    for name, kept in (("anna", True), ("boris", False), ("clara", False), ("staff", True)):
        shown = sign_in(name).get(address(letter)).content.decode()
        assert "What was done?" in shown
        assert (address(letter, "answer") in shown) is kept
    assert sign_in("eve").get(address(letter)).status_code == 404


def test_second_editor_is_told_and_keeps_every_word(world: World, sign_in: SignIn) -> None:
    letter = drafted(world)
    edit_request(
        letter,
        duty_bearer=world.organisations[4],
        subject="Mine",
        letter="Other words",
        language="en",
        actor=world.actor("olga"),
        at=NOW,
    )
    before = everything()

    shown = sign_in("anna").post(address(letter), typed(world, version=1, letter="My words")).content.decode()

    for words in ("Someone else changed this", "Olga", "My words", 'value="2"'):
        assert words in shown
    assert everything() == before


def test_letter_that_was_sent_meanwhile_stays_and_what_was_typed_too(world: World, sign_in: SignIn) -> None:
    letter = sent(world)
    before = everything()

    shown = sign_in("anna").post(address(letter), typed(world, version=letter.version, letter="My words"))

    assert "what was sent is never changed" in shown.content.decode()
    assert "My words" in shown.content.decode()
    assert everything() == before


def test_letter_is_written_about_an_open_item_in_sight(world: World, sign_in: SignIn) -> None:
    anna, where = sign_in("anna"), reverse("admin:tracker_request_add")
    set_lifecycle(world.items[1], "superseded", reason={"en": "A new law."}, actor=world.actor("staff"), at=NOW)
    assign_item(world.items[0], owner=world.organisations[0], actor=world.actor("staff"), at=NOW)
    before = everything()

    assert f'href="{add_page(world.items[0])}"' in anna.get(where).content.decode()
    assert "Open an item first, then write the letter there." in anna.get(where).content.decode()
    for chosen in (world.other_item.pk, "99999", "x"):
        assert anna.get(f"{where}?item={chosen}").status_code == 404
    assert sign_in("clara").get(add_page(world.items[0])).status_code == 403
    assert "This item is not open." in anna.post(add_page(world.items[1]), typed(world)).content.decode()
    assert everything() == before


def test_text_that_may_identify_a_child_is_pointed_out(world: World, sign_in: SignIn) -> None:
    risky = drafted(world, letter="Her mother writes from her.mother@example.com")
    notice = "This text may identify a child: it seems to hold an e-mail address."

    assert notice in sign_in("anna").get(address(risky)).content.decode()
    assert notice not in sign_in("anna").get(address(drafted(world))).content.decode()
    send_request(risky, sent_on=TODAY, due_on=TODAY + DAY, actor=world.actor("anna"), at=NOW)
    assert notice in sign_in("clara").get(address(risky)).content.decode()


@pytest.mark.parametrize("whose", ["organisation", "item"])
def test_organisation_that_is_not_named_in_public_is_warned(world: World, sign_in: SignIn, whose: str) -> None:
    notice = "let another organisation send it"
    record = world.organisations[0] if whose == "organisation" else world.items[0]
    assert notice not in sign_in("anna").get(add_page(world.items[0])).content.decode()

    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(record), visibility=Visibility.ROLE_ONLY)

    assert notice in sign_in("anna").get(add_page(world.items[0])).content.decode()
    assert notice not in sign_in("boris").get(add_page(world.items[1])).content.decode()


# --- What became of it


def test_days_begin_where_they_most_often_are(world: World, sign_in: SignIn) -> None:
    steps = sign_in("anna").get(address(drafted(world))).context["steps"]

    begun = {entry["step"].name: entry["form"].initial for entry in steps}

    assert list(begun) == ["send", "withdraw"]
    assert (begun["send"]["sent_on"], begun["send"]["due_on"]) == (TODAY, TODAY + 30 * DAY)


def test_letter_goes_from_sending_to_its_answer(world: World, sign_in: SignIn) -> None:
    anna, letter = sign_in("anna"), drafted(world)

    def take(name: str, **values: Any) -> str:
        letter.refresh_from_db()
        answer = anna.post(address(letter, name), {"version": letter.version} | values, follow=True)
        return str(answer.content.decode())

    assert "stays as it was sent" in take("send", sent_on="2026-01-10", due_on="2026-02-09")
    assert "a new day is set" in take("remind", reminded_on="2026-02-10", due_on="2026-03-20")
    shown = take("answer", quality="evasive", answered_on="2026-02-20", reply="Nothing but thanks.")

    letter.refresh_from_db()
    assert (letter.sent_on, letter.due_on) == (dt.date(2026, 1, 10), dt.date(2026, 3, 20))
    assert (letter.reminders, letter.quality, letter.answered_on) == (1, "evasive", dt.date(2026, 2, 20))
    assert "Nothing but thanks." in shown
    assert "This letter supports “No information” since 20 February 2026." in shown
    assert address(letter, "remind") not in shown


def test_unanswered_letter_says_what_it_supports(world: World, sign_in: SignIn) -> None:
    late, waiting = sent(world), sent(world, due=TODAY)

    assert (
        "This letter supports “No information” since 2 March 2026."
        in sign_in("clara").get(address(late)).content.decode()
    )
    assert "This letter supports" not in sign_in("clara").get(address(waiting)).content.decode()


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("answer", {"quality": "full", "answered_on": ""}, "Give the day on which the answer came."),
        ("answer", {"quality": "none", "reply": "Words"}, "there is no day and no text of a reply"),
        ("answer", {"quality": "full", "answered_on": "2026-01-01"}, "comes no earlier than the letter was sent"),
        ("remind", {"reminded_on": "2026-04-01", "due_on": "2026-05-01"}, "This day is not yet over"),
        ("remind", {"reminded_on": "2026-01-01", "due_on": "2026-05-01"}, "A reminder comes after the letter"),
        ("send", {"sent_on": "2026-01-01", "due_on": "2026-05-01"}, "This letter was sent already."),
        ("withdraw", {"reason": ""}, "This field is required."),
    ],
)
def test_refused_step_says_why_and_changes_nothing(
    world: World, sign_in: SignIn, name: str, values: dict[str, Any], words: str
) -> None:
    letter = sent(world)
    before = everything()

    shown = sign_in("anna").post(address(letter, name), {"version": letter.version} | values)

    assert words in shown.content.decode()
    assert everything() == before


# --- The list


def test_list_filters_by_where_letters_stand_and_from_whom(world: World, sign_in: SignIn) -> None:
    anna = world.actor("anna")
    draft, late, waiting = drafted(world), sent(world), sent(world, due=TODAY, item=world.items[1])
    partial, theirs = sent(world), sent(world, by="boris")
    answer_request(partial, quality=ReplyQuality.PARTIAL, answered_on=TODAY, actor=anna, at=NOW)
    aside = sent(world)
    withdraw_request(aside, reason="Twice.", actor=anna, at=NOW)

    client = sign_in("anna")
    found = {
        query: set(listed(client, f"?{query}"))
        for query in (
            "standing=draft",
            "standing=waiting",
            "standing=overdue",
            "standing=answered",
            "standing=withdrawn",
            "standing=nonsense",
            "quality__exact=partial",
            f"organisation={world.organisations[1].pk}",
            f"document={world.document.pk}",
            "todo=letters_due",
            f"item={world.items[1].pk}",
        )
    }

    assert found == {
        "standing=draft": {draft},
        "standing=waiting": {waiting},
        "standing=overdue": {late, theirs},
        "standing=answered": {partial},
        "standing=withdrawn": {aside},
        "standing=nonsense": set(),
        "quality__exact=partial": {partial},
        f"organisation={world.organisations[1].pk}": {theirs},
        f"document={world.document.pk}": {draft, late, waiting, partial, theirs, aside},
        "todo=letters_due": {late},
        f"item={world.items[1].pk}": {waiting},
    }


def test_list_takes_the_same_queries_for_one_and_for_four(world: World, sign_in: SignIn) -> None:
    counts, client = [], sign_in("anna")
    for number in (1, 3):
        for _again in range(number):
            sent(world)
        with CaptureQueriesContext(connection) as queries:
            listed(client)
        counts.append(len(queries))

    assert counts[0] == counts[1]


# --- Taken along


def test_letter_is_printed_alone_in_its_own_language(world: World, sign_in: SignIn) -> None:
    letter = drafted(world, subject="Запрос <b>", letter="Уважаемые коллеги!\n\nПросим сообщить.", language="ru")

    shown = sign_in("anna").get(address(letter, "print")).content.decode()

    assert '<html lang="ru">' in shown
    assert "<p>Уважаемые коллеги!</p>" in shown
    assert "Запрос &lt;b&gt;" in shown
    assert "Desk" not in shown


def test_letter_is_downloaded_as_text(world: World, sign_in: SignIn) -> None:
    letter = drafted(world, subject="Запрос", letter="Уважаемые коллеги!", language="ru")

    answer = sign_in("anna").get(address(letter, "text"))

    assert answer.content.decode("utf-8") == "Запрос\n\nУважаемые коллеги!\n"
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Content-Disposition"] == f'attachment; filename="letter-doc-c1-{letter.pk}.txt"'


# --- On the item's page


def test_item_lists_its_letters_and_offers_another(world: World, sign_in: SignIn) -> None:
    mine, late = drafted(world, subject="A draft of ours"), sent(world, subject="A letter of ours")
    world.published(requests=(late,))

    ours = sign_in("anna").get(item_page(world)).content.decode()
    theirs = sign_in("clara").get(item_page(world)).content.decode()

    assert address(mine) in ours
    assert add_page(world.items[0]) in ours
    assert "A draft of ours" not in theirs
    assert "A letter of ours" in theirs
    assert "<b>Answer overdue</b>" in theirs
    assert add_page(world.items[0]) not in theirs
    assert "Alliance · Organisation first" in sign_in("clara").get(address(late)).content.decode()


def dispute(world: World) -> Item:
    world.published()
    world.published(perspective=Perspective.STATE, level=Level.IMPLEMENTED, done={"en": "Every region has one."})
    return Item.objects.get(pk=world.items[0].pk)


def test_item_shows_each_perspective_and_offers_to_name_the_point_at_issue(world: World, sign_in: SignIn) -> None:
    where = reverse("admin:tracker_item_dispute", args=[world.items[0].pk])
    world.published()
    assert where not in sign_in("boris").get(item_page(world)).content.decode()

    item = dispute(world)
    shown = sign_in("boris").get(item_page(world)).content.decode()
    for words in ("Nobody has named the point at issue yet.", "Every region has one.", "Law No. 38", where):
        assert words in shown

    point = {"version": item.version, "dispute_point": "effect", "dispute_note_en": "On paper or in practice."}
    sign_in("clara").post(where, point)
    item.refresh_from_db()
    assert (item.dispute_point, str(item.dispute_note)) == ("effect", "On paper or in practice.")
    assert "On paper or in practice." in sign_in("boris").get(item_page(world)).content.decode()


def test_point_at_issue_of_an_agreement_is_refused(world: World, sign_in: SignIn) -> None:
    world.published()
    item = Item.objects.get(pk=world.items[0].pk)
    before = everything()

    answer = sign_in("anna").post(
        reverse("admin:tracker_item_dispute", args=[item.pk]), {"version": item.version, "dispute_point": "fact"}
    )

    assert "No two perspectives disagree on this item now." in answer.content.decode()
    assert everything() == before
