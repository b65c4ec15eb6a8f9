"""Changing many items at once: what is offered, what the preview says, what is written, and what is refused."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.actions.asserting import opened, story
from tests.admin.busy import another_item, fresh
from tests.conftest import NOW, World, everything
from tracker.actions.items import archive_item, assign_item, restore_item, set_lifecycle
from tracker.admin import bulk
from tracker.models import HistoryEntry, Item

SignIn = Callable[[str], Client]
LIST, BULK = reverse("admin:tracker_item_changelist"), reverse("admin:tracker_item_bulk")
DUE = dt.date(2026, 5, 1)


def chosen(*items: Item) -> str:
    """Return the address that choosing these items leads to."""
    return f"{BULK}?{'&'.join(f'row={item.pk}' for item in items)}"


def typed(*items: Item, act: str = "preview", **values: Any) -> dict[str, Any]:
    """Return what a page carries for these items, as they are now, with what was typed on it."""
    return {"rows": ",".join(f"{item.pk}:{item.version}" for item in map(fresh, items)), "act": act, **values}


def shown(answer: Any, name: str) -> list[Any]:
    """Return the references that a page names under `name`."""
    rows = answer.context[name]
    return [str(row.item if isinstance(row, bulk.Row) else row[0] if isinstance(row, tuple) else row) for row in rows]


# --- The list


def test_only_staff_is_offered_to_choose_rows(world: World, sign_in: SignIn) -> None:
    staff = sign_in("staff").get(LIST).content.decode()
    assert staff.count('name="row"') == 3
    assert f'value="{world.items[1].pk}" form="bulk"><span>Choose doc C(2)</span></label>' in staff
    assert "Change all 3 items that match" in staff
    for name in ("anna", "clara", "olga"):
        page = sign_in(name).get(LIST).content.decode()
        assert 'name="row"' not in page
        assert BULK not in page


def test_list_hands_its_filters_on_and_the_pages_lead_back_to_them(world: World, sign_in: SignIn) -> None:
    staff = sign_in("staff")
    page = staff.get(f"{LIST}?todo=unowned&o=2&q=C(2)").content.decode()
    form = page[page.index('<form id="bulk"') :].split("</form>")[0]
    assert '<input type="hidden" name="todo" value="unowned">' in form
    assert '<input type="hidden" name="q" value="C(2)">' in form
    assert 'name="o"' not in form
    answer = staff.get(f"{BULK}?todo=unowned&q=C(2)&all=yes")
    assert answer.context["items"] == [world.items[1]]
    assert answer.context["back"] == f"{LIST}?todo=unowned&q=C%282%29"


def test_all_that_match_are_those_of_the_filter_only(world: World, sign_in: SignIn) -> None:
    staff = sign_in("staff")
    assign_item(world.items[0], owner=world.organisations[0], actor=world.actor("staff"), at=NOW)
    archive_item(world.items[2], reason="Opened by mistake.", actor=world.actor("staff"), at=NOW)
    assert staff.get(f"{BULK}?all=yes").context["items"] == world.items[:2]
    assert staff.get(f"{BULK}?all=yes&todo=unowned").context["items"] == [world.items[1]]
    assert staff.get(f"{BULK}?all=yes&archived=yes").context["items"] == [world.items[2]]


def test_choosing_none_or_too_many_leads_back_and_says_why(
    world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff = sign_in("staff")
    none = staff.get(f"{BULK}?todo=unowned", follow=True)
    assert none.redirect_chain == [(f"{LIST}?todo=unowned", 302)]
    assert "Choose items first" in none.content.decode()
    monkeypatch.setattr(bulk, "LIMIT", 2)
    many = staff.get(f"{BULK}?all=yes", follow=True)
    assert many.redirect_chain == [(LIST, 302)]
    assert "At most 2 items are changed at once." in many.content.decode()
    assert "narrow the filters" in staff.get(LIST).content.decode()
    assert staff.get(chosen(*world.items)).status_code == 404


# --- The preview


def test_preview_says_what_each_row_becomes_and_writes_nothing(world: World, sign_in: SignIn) -> None:
    first, second = world.organisations[:2]
    assign_item(world.items[0], owner=second, contributors=[first], actor=world.actor("staff"), at=NOW)
    before = everything()
    values = {"owner": first.pk, "add_contributors": [second.pk], "update_due_on": str(DUE), "ask": "News?"}
    answer = sign_in("staff").post(chosen(*world.items[:2]), typed(*world.items[:2], **values))
    assert everything() == before
    assert [row.changes for row in answer.context["changing"]] == [
        [
            ("Owner", "Organisation second", "Organisation first"),
            ("Update due on", "–", "1 May 2026"),
            ("Contributors", "Organisation first", "Organisation first, Organisation second"),
            ("Update asked for on", "–", "2 March 2026"),
            ("What the secretariat asks for", "–", "News?"),
        ],
        [
            ("Owner", "–", "Organisation first"),
            ("Update due on", "–", "1 May 2026"),
            ("Contributors", "–", "Organisation second"),
            ("Update asked for on", "–", "2 March 2026"),
            ("What the secretariat asks for", "–", "News?"),
        ],
    ]
    assert "Change 2 items" in answer.content.decode()


def test_preview_names_the_rows_that_cannot_be_changed_and_those_that_are_so_already(
    world: World, sign_in: SignIn
) -> None:
    staff = world.actor("staff")
    owned, closed, unowned = world.items
    archived = archive_item(another_item(world), reason="Opened by mistake.", actor=staff, at=NOW)
    assign_item(owned, owner=world.organisations[0], actor=staff, at=NOW)
    assign_item(closed, owner=world.organisations[0], actor=staff, at=NOW)
    set_lifecycle(fresh(closed), "not_applicable", reason={"en": "Elsewhere."}, actor=staff, at=NOW)
    items = [owned, closed, unowned, archived]
    answer = sign_in("staff").post(chosen(*items), typed(*items, ask="News?"))
    assert shown(answer, "changing") == ["doc C(1)"]
    assert answer.context["refused"] == [
        (closed, "This item is not open: no update can be recorded on it."),
        (unowned, "Nobody owns this item: assign an owner, who can then be asked."),
        (archived, "This item is archived."),
    ]
    answer = sign_in("staff").post(chosen(owned), typed(owned, owner=world.organisations[0].pk))
    assert (shown(answer, "changing"), shown(answer, "same")) == ([], ["doc C(1)"])
    assert 'value="apply"' not in answer.content.decode()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "Choose what to change"),
        ({"reason": "Only a reason."}, "Choose what to change"),
        ({"update_due_on": "soon"}, "Enter a valid date."),
        ({"owner": "FOREIGN"}, "Select a valid choice."),
        ({"add_contributors": ["FOREIGN"]}, "Select a valid choice."),
        ({"ask": "x" * 1001}, "at most 1000 characters"),
    ],
)
@pytest.mark.parametrize("act", ["preview", "apply"])
def test_wrong_value_is_named_and_nothing_is_lost_or_written(
    world: World, sign_in: SignIn, values: dict[str, Any], words: str, act: str
) -> None:
    foreign = str(world.organisations[3].pk)
    values = {name: [foreign] if value == ["FOREIGN"] else foreign if value == "FOREIGN" else value
              for name, value in values.items()}  # fmt: skip
    before = everything()
    answer = sign_in("staff").post(chosen(world.items[0]), typed(world.items[0], act=act, **values))
    assert everything() == before
    assert words in answer.content.decode()
    assert answer.context["form"].data["act"] == act
    assert answer.context["rows"] == f"{world.items[0].pk}:1"


def test_going_back_keeps_what_was_typed(world: World, sign_in: SignIn) -> None:
    answer = sign_in("staff").post(chosen(world.items[0]), typed(world.items[0], act="edit", ask="What is new?"))
    assert "What is new?</textarea>" in answer.content.decode()
    assert 'value="preview"' in answer.content.decode()


def test_preview_takes_the_same_queries_for_more_rows(world: World, sign_in: SignIn) -> None:
    staff, values = sign_in("staff"), {"add_contributors": [world.organisations[1].pk], "ask": "News?"}
    with CaptureQueriesContext(connection) as few:
        staff.post(chosen(*world.items[:1]), typed(*world.items[:1], **values))
    items = [*world.items, another_item(world), another_item(world)]
    asked = typed(*items, **values)
    with CaptureQueriesContext(connection) as many:
        staff.post(chosen(*items), asked)
    # `typed` reads the one row of the first.
    assert len(many) == len(few) - 1


# --- Writing


def test_one_act_changes_every_row_with_an_entry_of_its_own(world: World, sign_in: SignIn) -> None:
    first, second = world.organisations[:2]
    heads = HistoryEntry.objects.count()
    values = {"owner": first.pk, "add_contributors": [second.pk], "update_due_on": str(DUE), "ask": "News?"}
    answer = sign_in("staff").post(
        chosen(*world.items), typed(*world.items, act="apply", reason="Agreed in March.", **values)
    )
    assert shown(answer, "changed") == ["doc C(1)", "doc C(2)", "doc C(3)"]
    assert "3 items are changed." in answer.content.decode()
    for item in world.items:
        assert story(item)[-1] == (
            "assign_item",
            {
                "owner": (None, str(first.uuid)),
                "contributors": ([], [str(second.uuid)]),
                "update_due_on": (None, "2026-05-01"),
                "update_asked_on": (None, "2026-03-02"),
                "update_asked_note": ("", "News?"),
            },
        )
    entries = HistoryEntry.objects.order_by("id")[heads:]
    assert len(entries) == 3
    assert len({entry.request_id for entry in entries}) == 1
    assert {opened(entry)["@reason"][1] for entry in entries} == {"Agreed in March."}


def test_what_is_left_empty_stays_as_it_is(world: World, sign_in: SignIn) -> None:
    item, (first, second) = world.items[0], world.organisations[:2]
    assign_item(item, owner=first, contributors=[second], update_due_on=DUE, actor=world.actor("staff"), at=NOW)
    sign_in("staff").post(chosen(item), typed(item, act="apply", update_due_on="2026-06-01"))
    item = fresh(item)
    assert (item.owner, list(item.contributors.all()), str(item.update_due_on)) == (first, [second], "2026-06-01")
    assert (item.update_asked_on, item.update_asked_note) == (None, "")


def test_row_changed_meanwhile_is_refused_and_named_and_the_others_are_changed(world: World, sign_in: SignIn) -> None:
    looked_at = typed(*world.items, act="apply", owner=world.organisations[0].pk)
    assign_item(world.items[1], owner=world.organisations[1], actor=world.actor("staff"), at=NOW)
    answer = sign_in("staff").post(chosen(*world.items), looked_at)
    assert shown(answer, "changed") == ["doc C(1)", "doc C(3)"]
    assert [(item, why[:33]) for item, why in answer.context["refused"]] == [
        (world.items[1], "Someone else changed this since y")
    ]
    assert [fresh(item).owner for item in world.items] == [world.organisations[n] for n in (0, 1, 0)]


def test_sent_twice_writes_once_and_says_that_all_is_so_already(world: World, sign_in: SignIn) -> None:
    looked_at = typed(*world.items, act="apply", owner=world.organisations[0].pk, ask="News?")
    sign_in("staff").post(chosen(*world.items), looked_at)
    before = everything()
    answer = sign_in("staff").post(chosen(*world.items), looked_at)
    assert everything() == before
    assert shown(answer, "same") == ["doc C(1)", "doc C(2)", "doc C(3)"]
    assert (answer.context["changed"], answer.context["refused"]) == ([], [])


def test_refused_rows_leave_no_trace_beside_those_that_are_changed(world: World, sign_in: SignIn) -> None:
    owned, unowned = world.items[:2]
    assign_item(owned, owner=world.organisations[0], actor=world.actor("staff"), at=NOW)
    entries = HistoryEntry.objects.count()
    answer = sign_in("staff").post(
        chosen(owned, unowned), typed(owned, unowned, act="apply", ask="News?", update_due_on=str(DUE))
    )
    assert (shown(answer, "changed"), shown(answer, "refused")) == (["doc C(1)"], ["doc C(2)"])
    assert (fresh(unowned).update_due_on, fresh(unowned).version) == (None, 1)
    assert HistoryEntry.objects.count() == entries + 1


def test_preview_foretells_what_the_act_does(world: World, sign_in: SignIn) -> None:
    staff = world.actor("staff")
    same, other, unowned, gone = *world.items, another_item(world)
    for item, owner in ((same, 0), (other, 1), (gone, 0)):
        assign_item(item, owner=world.organisations[owner], actor=staff, at=NOW)
    archive_item(fresh(gone), reason="Opened by mistake.", actor=staff, at=NOW)
    items = [same, other, unowned, gone]
    preview = sign_in("staff").post(chosen(*items), typed(*items, owner=world.organisations[0].pk))
    done = sign_in("staff").post(chosen(*items), typed(*items, act="apply", owner=world.organisations[0].pk))
    assert shown(preview, "changing") == shown(done, "changed") == ["doc C(2)", "doc C(3)"]
    assert shown(preview, "same") == shown(done, "same") == ["doc C(1)"]
    assert preview.context["refused"] == done.context["refused"] == [(gone, "This item is archived.")]


# --- Out of reach


@pytest.mark.parametrize("act", ["preview", "apply"])
@pytest.mark.parametrize("foreign", [True, False])
def test_items_of_another_alliance_are_not_found_and_nothing_is_written(
    world: World, sign_in: SignIn, act: str, foreign: bool
) -> None:
    before = everything()
    client = sign_in("staff") if foreign else sign_in("eve")
    mixed = [world.items[0], world.other_item]
    assert client.get(chosen(*mixed)).status_code == 404
    assert client.post(BULK, typed(*mixed, act=act, update_due_on=str(DUE))).status_code == 404
    assert everything() == before


@pytest.mark.parametrize("name", ["anna", "olga", "clara", "root"])
def test_who_is_not_of_the_staff_changes_nothing(world: World, sign_in: SignIn, name: str) -> None:
    before = everything()
    assert sign_in(name).get(chosen(world.items[0])).status_code == 403
    answer = sign_in(name).post(BULK, typed(world.items[0], act="apply", update_due_on=str(DUE)))
    assert answer.status_code == 403
    assert everything() == before


@pytest.mark.parametrize("rows", ["1", "x:1", "1:x", "²:1", "1:1:1", "9" * 30 + ":1", "0:1", "-1:1"])
def test_rows_that_no_page_carries_are_not_found(world: World, sign_in: SignIn, rows: str) -> None:
    before = everything()
    answer = sign_in("staff").post(BULK, {"rows": rows, "act": "apply", "update_due_on": str(DUE)})
    assert answer.status_code == 404
    assert everything() == before


@pytest.mark.parametrize(
    ("query", "status"), [("owner=x", 302), ("todo=x", 302), ("level__range=x", 400), ("alliance__slug=x", 400)]
)
def test_filters_that_mean_nothing_choose_nothing(world: World, sign_in: SignIn, query: str, status: int) -> None:
    assign_item(world.items[0], owner=world.organisations[0], actor=world.actor("staff"), at=NOW)
    assert sign_in("staff").get(f"{BULK}?all=yes&{query}").status_code == status


# --- An archived item


def test_archived_item_is_brought_back(world: World, sign_in: SignIn) -> None:
    item, staff = world.items[0], sign_in("staff")
    page, back = (reverse(f"admin:tracker_item_{name}", args=[item.pk]) for name in ("change", "restore"))
    assert back not in staff.get(page).content.decode()
    archived = archive_item(item, reason="Opened by mistake.", actor=world.actor("staff"), at=NOW)
    shown_then = staff.get(page).content.decode()
    assert back in shown_then
    assert "Owner and dates" not in shown_then
    before = everything()
    assert sign_in("olga").post(back, {"reason": "Ours."}).status_code == 403
    assert "This field is required" in staff.post(back, {"version": archived.version}).content.decode()
    assert everything() == before

    answer = staff.post(back, {"version": archived.version, "reason": "It was no mistake."}, follow=True)

    assert fresh(item).archived_on is None
    assert story(item)[-1] == ("restore_item", {"archived_on": ("2026-03-02", None)})
    assert "The item is back in the lists." in answer.content.decode()
    assert page in staff.get(LIST).content.decode()


def test_item_in_use_cannot_be_brought_back(world: World, sign_in: SignIn) -> None:
    back = reverse("admin:tracker_item_restore", args=[world.items[0].pk])
    before = everything()
    assert "This item is not archived." in sign_in("staff").post(back, {"reason": "Again."}).content.decode()
    assert everything() == before
    archived = archive_item(world.items[0], reason="Opened by mistake.", actor=world.actor("staff"), at=NOW)
    assert restore_item(archived, reason="Back.", actor=world.actor("staff"), at=NOW).archived_on is None


def test_contributor_twice_is_one(world: World, sign_in: SignIn) -> None:
    item, second = world.items[0], world.organisations[1]
    assign_item(item, contributors=[second], actor=world.actor("staff"), at=NOW)
    before = everything()
    answer = sign_in("staff").post(chosen(item), typed(item, act="apply", add_contributors=[second.pk]))
    assert shown(answer, "same") == ["doc C(1)"]
    assert everything() == before
