"""Organisations and people at risk: named on every public surface as far as they and the item allow, never further."""

import json
import re
from typing import Any

import pytest

from tests import factories as make
from tests.conftest import NOW, World
from tests.web.conftest import Reader
from tests.web.test_items import listed
from tests.web.test_wording import addresses, both, heard, told
from tracker.actions.history import Act
from tracker.actions.items import assign_item
from tracker.actions.statements import record_from_source, state_from_source
from tracker.choices import Perspective, Visibility
from tracker.filters import filter_states
from tracker.models import Item, Organisation
from tracker.permissions import SYSTEM
from tracker.queries.checkpoints import ends, logs_of
from tracker.queries.history import lines
from tracker.queries.public_log import lines as log_lines

ITEM, OTHER = "/home/items/doc/c-1/", "/home/items/doc/c-2/"
FEW = ("/home/", "/ru/home/", ITEM, "/home/items/", "/home/items.csv", "/home/items.json", "/ru" + OTHER)
SHOWN = {Visibility.ROLE_ONLY: "NGO", Visibility.HIDDEN: "A member organisation"}
UNNAMED = list(SHOWN)


def change(record: Any, **values: Any) -> None:
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(record), **values)
    record.refresh_from_db()


@pytest.fixture
def shelter(world: World) -> Organisation:
    """An organisation that owns, wrote and published on two items, reviewed on a third and contributes there."""
    found = world.organisations[0]
    change(found, code="codefinch", name=make.texts("Shelter shelterfinch"), address="https://sitefinch.example.org/")
    staff, others = world.actor("staff"), world.organisations[1:3]
    for item in world.items[:2]:
        assign_item(item, owner=found, contributors=others, actor=staff, at=NOW)
        world.published(item)
    assign_item(world.items[2], owner=others[0], contributors=[found], actor=staff, at=NOW)
    world.published(world.items[2], by="boris", reviewer="olga")
    for item in world.items:
        item.refresh_from_db()
    return found


def test_organisation_that_is_not_named_is_named_nowhere(world: World, shelter: Organisation, reader: Reader) -> None:
    words = ("shelterfinch", "codefinch", "sitefinch")
    assert set(heard(reader.client, words)) == {"shelterfinch", "codefinch"}

    for visibility, shown in SHOWN.items():
        change(shelter, visibility=visibility)

        assert heard(reader.client, words) == {}
        assert shown in reader.text(ITEM)
        assert reader.status("/home/organisations/codefinch/") == 404


def test_item_that_names_nobody_does_so_on_every_surface(world: World, shelter: Organisation, reader: Reader) -> None:
    world.published(world.items[0], by="boris", reviewer="olga", perspective=Perspective.MEMBER_NGO)
    before = heard(reader.client, ["shelterfinch"])["shelterfinch"]
    assert before >= both(ITEM, OTHER)

    for visibility, shown in SHOWN.items():
        change(world.items[0], visibility=visibility)

        page = reader.text(ITEM)
        assert heard(reader.client, ["shelterfinch"])["shelterfinch"] == before - both(ITEM, f"{ITEM}updates.atom")
        for words in (
            f"Owner {shown} Contributors {shown}; {shown} Duty bearer Organisation the-state",
            f"recorded by {shown}",
            f"Reviewed by {shown}",
            f"Update published · {shown}",
            f"owner: – → {shown}",
        ):
            assert words in page, words
        assert "Organisation second" not in page
        assert "Organisation third" not in page


@pytest.mark.parametrize("visibility", UNNAMED)
def test_lists_files_and_organisation_pages_leave_out_where_an_owner_is_not_named(
    world: World, shelter: Organisation, reader: Reader, visibility: Visibility
) -> None:
    change(world.items[0], visibility=visibility)

    own = "/home/items/?owner=codefinch"
    assert listed(reader.html(own)) == ["C(2)"]
    assert "1 item" in reader.text(own)
    assert told(reader.client.get("/home/items.csv?owner=codefinch")).count("\r\nhome,") == 1
    rows = re.findall(r"\r\nhome,[^\r]*", told(reader.client.get("/home/items.csv")))
    assert [("shelterfinch" in row, SHOWN[visibility].casefold() in row) for row in rows] == [
        (False, True),
        (True, False),
        (False, False),
    ]
    page = reader.text("/home/organisations/codefinch/")
    assert ("C(1)" in page, "C(2)" in page, "C(3)" in page) == (False, True, True)
    assert (
        "shelterfinch" not in re.findall(r"C\(1\).*?Nothing|C\(1\) Title of C\(1\).{0,200}", reader.text("/home/"))[0]
    )


def test_owner_that_is_named_on_no_item_is_no_choice_and_asking_for_it_tells_nothing(
    world: World, shelter: Organisation, reader: Reader
) -> None:
    for item in world.items[:2]:
        change(item, visibility=Visibility.HIDDEN)

    # It contributes to the third item, and is named there.
    owners = re.search(r'<select name="owner".*?</select>', reader.html("/home/items/"), re.DOTALL)
    assert owners is not None
    assert "codefinch" not in owners[0]
    asked, unknown = (
        reader.text(f"/home/items/?owner={code}", status=400).replace(code, "X") for code in ("codefinch", "nobody")
    )
    assert asked == unknown
    found, states = filter_states(world.alliance, {"owner": "codefinch"}, NOW.date(), internal=True)
    assert (found.in_words(), states.count()) == ([], 2)


def test_duty_bearer_and_who_speaks_in_a_source_are_named_whatever_the_item_says(world: World, reader: Reader) -> None:
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        state_from_source(
            act,
            world.items[0],
            organisation=world.organisations[4],
            perspective=Perspective.STATE,
            dated="2017",
            document=world.document,
            place="p. 1",
            source_key="said",
            done=make.texts("A law."),
        )
    change(world.items[0], visibility=Visibility.HIDDEN)

    page = reader.text(ITEM)
    assert "Duty bearer Organisation the-state" in page
    assert "State · Organisation the-state" in page
    state = reader.text("/home/organisations/the-state/")
    assert "C(1) Title of C(1)" in state
    assert "A law." in state


def test_history_names_by_the_item_for_the_public_only(world: World, shelter: Organisation) -> None:
    change(world.items[0], visibility=Visibility.HIDDEN)
    item = Item.objects.get(pk=world.items[0].pk)
    public = lines([item, *item.updates.all()], public=True)
    inside = lines([item], public=False, organisation_id=shelter.pk)

    assert "shelterfinch" not in str(public)
    assert "shelterfinch" in str(inside)


@pytest.mark.parametrize("visibility", Visibility)
def test_no_person_is_named_anywhere_in_public(world: World, reader: Reader, visibility: Visibility) -> None:
    for name, user in world.users.items():
        change(
            user, first_name=f"{name}finch", last_name=f"{name}finch", username=f"{name}finch", visibility=visibility
        )
    assign_item(world.items[0], owner=world.organisations[0], actor=world.actor("staff"), at=NOW)
    world.published(world.items[0])

    assert heard(reader.client, [f"{name}finch" for name in world.users]) == {}
    assert len(addresses()) > 100


def without_ends(world: World, text: str) -> str:
    """Leave out how far the logs reach: that something was changed is public, what it was is not."""
    for end in ends(logs_of(world.alliance)):
        text = re.sub(rf'(size(?:=|": )){end.size}\b', r"\1…", text.replace(end.head, "…"))
    # The tag of a page is made of the heads.
    return re.sub(r"'W/\"[0-9a-f]{32}\"'", "…", text)


def test_hidden_organisation_shows_not_even_its_kind(world: World, shelter: Organisation, reader: Reader) -> None:
    for each in world.organisations[:3]:
        change(each, visibility=Visibility.HIDDEN)
    answers = []
    for kind in ("ngo", "company"):
        for each in world.organisations[:3]:
            change(each, kind=kind)
        answers.append({address: without_ends(world, told(reader.client.get(address))) for address in FEW})

    assert answers[0] == answers[1]


def test_who_recorded_what_a_source_says_on_a_hidden_item_is_named_nowhere(world: World, reader: Reader) -> None:
    item = world.items[0]
    change(item, visibility=Visibility.HIDDEN)
    record_from_source(
        item,
        organisation=world.organisations[4],
        perspective=Perspective.STATE,
        dated="2017",
        done=make.texts("A law."),
        remains={},
        document=world.document,
        place="p. 1",
        translation="draft",
        source_key="said",
        actor=world.actor("staff"),
        at=NOW,
    )

    shown = reader.text(ITEM)
    [told] = [
        entry["openings"]
        for entry in map(json.loads, log_lines(str(world.alliance.uuid)))
        if json.loads(entry["payload"])["action"] == "record_from_source"
    ]

    assert "Organisation third" not in shown
    assert "Recorded from the source · A member organisation" in shown
    assert "Organisation the-state" in shown
    assert "@organisation" not in told
    assert "organisation" in told
