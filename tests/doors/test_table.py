"""Every address of the site × every role × reading and writing, as the table says. One without a row fails."""

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from tests import factories as make
from tests.conftest import World, everything
from tests.doors.addresses import FOUND, GROUPS, address, group, is_about_one
from tests.doors.asking import SignIn, Who, ask, ask_otherwise, browser, letter_of
from tests.doors.table import ABROAD, OURS, ROLES, THEIR_OWN, THEIRS
from tests.web.conftest import Lone, lone  # noqa: F401
from tracker.choices import Role

OTHER_VERBS = ("put", "patch", "delete", "options", "trace")


def addresses(records: dict[str, Any], world: World, *, about: dict[str, Any] | None = None) -> dict[str, str]:
    """Return {row: its address}; with `about`, of the rows that are about one of these records."""
    wanted = [row for row in FOUND if about is None or (is_about_one(row) and FOUND[row] in about)]
    return {row: address(row, records, world) for row in wanted}


def of(part: str, where: dict[str, str]) -> dict[str, str]:
    return {row: place for row, place in where.items() if group(row) == part}


def differences(found: dict[str, Any], promised: dict[str, Any]) -> dict[str, Any]:
    """Return {row: (found, promised)} where they are not the same."""
    rows = found | promised
    return {row: (found.get(row), promised.get(row)) for row in rows if found.get(row) != promised.get(row)}


def leads_on(row: str) -> bool:
    """Tell whether an address only leads to a record's page, whatever the record."""
    return row.endswith("<path:object_id>/")


# --- What there is


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert set(FOUND) == set(OURS)


def test_every_address_about_a_record_has_a_row_for_anothers(theirs: dict[str, Any]) -> None:
    assert {row for row in FOUND if is_about_one(row) and FOUND[row] in theirs} == set(THEIRS)


def test_every_address_about_a_record_has_a_row_for_another_alliances(abroad: dict[str, Any]) -> None:
    of_everyone = {"document", "recommendation", "documentimport"}
    assert {row for row in FOUND if is_about_one(row) and FOUND[row] not in of_everyone} == set(ABROAD)
    assert set(abroad) == {FOUND[row] for row in ABROAD}


# --- Who gets what


@pytest.mark.parametrize("part", GROUPS)
def test_address_answers_each_role_as_the_table_says(
    world: World, ours: dict[str, Any], sign_in: SignIn, part: str
) -> None:
    where = of(part, addresses(ours, world))
    found, wrote = ask(where, ROLES, world, sign_in)
    assert differences(found, {row: OURS[row] for row in where}) == {}
    assert wrote == []


def test_what_an_organisation_keeps_to_itself_answers_each_role_as_the_table_says(
    world: World, theirs: dict[str, Any], sign_in: SignIn
) -> None:
    found, wrote = ask(addresses(theirs, world, about=theirs), THEIR_OWN, world, sign_in)
    assert differences(found, THEIRS) == {}
    assert wrote == []


def test_nothing_of_another_alliance_is_there(world: World, abroad: dict[str, Any], sign_in: SignIn) -> None:
    where = addresses(abroad, world, about=abroad)
    found, wrote = ask(where, ROLES[2:], world, sign_in)
    members = {row: {letter for verb in letters for letter in verb[:-2]} for row, letters in found.items()}
    let_in = {
        row: letters for row, letters in members.items() if not letters <= ({"R"} if leads_on(row) else set("NF"))
    }
    assert let_in == {}
    assert differences({row: (read[-2:], sent[-2:]) for row, (read, sent) in found.items()}, ABROAD) == {}
    assert wrote == []


def test_who_works_in_two_alliances_finds_a_page_whichever_is_chosen(
    world: World, ours: dict[str, Any], abroad: dict[str, Any]
) -> None:
    places = ((world.alliance, world.organisations[0]), (world.other_alliance, world.organisations[3]))
    both = world.users["both"] = make.UserFactory(username="both")
    for alliance, organisation in places:
        for role in Role:
            make.MembershipFactory(alliance=alliance, user=both, organisation=organisation, role=role)
    client = Client()
    client.force_login(both)
    before = everything()
    seen: dict[str, list[str]] = {}
    for alliance in ("home", "abroad"):
        assert client.get(f"/admin/?alliance={alliance}").status_code == 302
        for row in ABROAD:
            answers = [letter_of(client.get(address(row, objects, world))) for objects in (ours, abroad)]
            seen.setdefault(row, []).append("".join(answers))
    # The history's entries alone are of the chosen alliance: what is read there, is read log by log.
    one_log = {"admin:tracker_historyentry_change", "admin:tracker_historyentry_history"}
    assert {row: found for row, found in seen.items() if len(set(found)) > 1 and row not in one_log} == {}
    assert everything() == before


@pytest.mark.parametrize("query", ["add/?item={}", "?item={}"])
@pytest.mark.parametrize("table", ["update", "request"])
def test_item_of_another_alliance_is_no_item_to_write_about(
    world: World, abroad: dict[str, Any], sign_in: SignIn, table: str, query: str
) -> None:
    before = everything()
    for name in ("anna", "staff"):
        place = f"/admin/tracker/{table}/{query.format(world.other_item.pk)}"
        answer = sign_in(name).get(place)
        if query.startswith("add"):
            assert answer.status_code in (403, 404)
            assert sign_in(name).post(place, {"act": "save", "done_en": "Mine."}).status_code in (403, 404)
        else:
            assert list(answer.context["cl"].result_list) == []
    assert everything() == before


# --- Other ways of asking


@pytest.mark.parametrize("who", [None, "anna", "staff", "root"])
def test_other_ways_of_asking_write_nothing(world: World, ours: dict[str, Any], sign_in: SignIn, who: Who) -> None:
    where, before = addresses(ours, world), everything()
    found = ask_otherwise(where, OTHER_VERBS, lambda: browser(who, sign_in), world)
    told = {row: letters for row, letters in found.items() if not set(letters) <= set("LRFNM")}
    # Django's own views tell which ways there are.
    assert told == ({} if who is None else dict.fromkeys(("admin:autocomplete", "admin:jsi18n"), "MMM2M"))
    assert everything() == before


def test_form_without_its_token_is_refused(world: World, ours: dict[str, Any], sign_in: SignIn) -> None:
    where, before = addresses(ours, world), everything()
    guarded = Client(enforce_csrf_checks=True)
    guarded.cookies = sign_in("staff").cookies
    found = {row: letter_of(guarded.post(place)) for row, place in where.items()}
    # Programs of mail have no token; the address itself is one.
    assert {row: letter for row, letter in found.items() if letter not in "F"} == {"mail": "2"}
    assert {name: rows for name, rows in everything().items() if rows != before[name]}.keys() <= {"User", "history"}


def test_russian_addresses_answer_as_the_english_ones(world: World, ours: dict[str, Any], sign_in: SignIn) -> None:
    with translation.override("ru"):
        where = addresses(ours, world)
    assert all(place.startswith("/ru/") for place in where.values())
    found = {row: letter_of(browser("anna", sign_in).get(place)) for row, place in where.items()}
    assert differences(found, {row: read[ROLES.index("anna")] for row, (read, _sent) in OURS.items()}) == {}


# --- One alliance alone


def test_addresses_without_an_alliance_are_those_of_the_only_one(lone: Lone) -> None:  # noqa: F811
    rows = [row for row in FOUND if row.startswith(("single:", "alliance:"))]
    found = {}
    for row in rows:
        scope, _colon, name = row.partition(":")
        page, _space, choice = name.partition(" ")
        paths = {
            "front": "",
            "items": "items/",
            "download": f"items.{choice}",
            "feed": "items.atom",
            "calendar": "items.ics",
            "item_feed": f"items/doc/{lone.item.recommendation.slug}/updates.atom",
            "organisation_feed": "organisations/member/updates.atom",
            "data": "data/",
            "concern": "concern/",
            "treaties": "treaties/",
            "item": f"items/doc/{lone.item.recommendation.slug}/",
            "document": "documents/doc/",
            "organisation": "organisations/member/",
            "organisations": "organisations/",
            "replies": "documents/doc/replies/",
            "area": "areas/prevention/",
            "card": "card/",
            "changes": "changes/",
            "history": "history/",
            "history_log": "history/log.jsonl",
            "history_installation": "history/installation.jsonl",
            "verifier": "history/verify_history.py",
            "checkpoints": "history/checkpoints.txt",
            "checkpoints_json": "history/checkpoints.json",
        }
        place = f"/{'only/' if scope == 'alliance' else ''}{paths[page]}"
        found[row] = "".join(letter_of(getattr(Client(), verb)(place)) for verb in ("get", "post"))
    # No such format; nothing there is a question or an indicator; nothing was published; nobody can be reached.
    expected = {row: "RM" if row.startswith("alliance:") else "2M" for row in rows}
    nothing = ("single:download ods", "single:replies", "single:card", "single:organisation_feed")
    expected |= dict.fromkeys(nothing, "NM") | dict.fromkeys(("single:concern", "alliance:concern"), "CC")
    assert found == expected
