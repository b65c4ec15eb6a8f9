"""The desk: every number a link to exactly its rows, for everyone; quiet where nothing waits."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import factories as make
from tests.admin.busy import ASKED, RETURNED, another_item, fresh, make_busy
from tests.conftest import NOW, World
from tracker.actions.history import Act
from tracker.actions.items import assign_items
from tracker.actions.redactions import propose_redaction
from tracker.actions.safeguarding import release_hold
from tracker.admin.desk import REVIEW, SECRETARIAT, TODO, address
from tracker.choices import ReviewRule
from tracker.models import DocumentImport, Redaction
from tracker.permissions import SYSTEM
from tracker.queries.access import visible_to
from tracker.queries.desk import Desk
from tracker.queries.items import today
from tracker.queries.redactions import is_second

INDEX = "/admin/"
LISTS = (*TODO, *REVIEW, "to_review", "held", "redactions", *SECRETARIAT, "latest")
PEOPLE = ("anna", "olga", "boris", "clara", "staff", "lena", "sam")


@pytest.fixture
def enter(world: World) -> Callable[[str], Client]:
    """Return a client signed in as the person called so, in the busy workspace."""
    make_busy(world)
    clients = {name: Client() for name in world.users}
    for name, client in clients.items():
        client.force_login(world.users[name])
    return clients.__getitem__


def desk_of(world: World, name: str) -> Desk:
    return Desk(world.actor(name), world.alliance, today(world.alliance, NOW))


def numbers(shown: str) -> dict[str, int]:
    """Return {address: number} of a desk's page."""
    return {where: int(count) for where, count in re.findall(r'<a href="([^"]+)"><b>(\d+)</b>', shown)}


def test_every_list_of_the_desk_opens_exactly_its_rows(world: World, enter: Callable[[str], Client]) -> None:
    for name in PEOPLE:
        desk = desk_of(world, name)
        for called in LISTS:
            rows = enter(name).get(address(called)).context["cl"].queryset
            wanted = getattr(desk, called)()
            assert set(rows.values_list("pk")) == set(wanted.values_list("pk")), (name, called)


def test_every_number_of_the_desk_is_as_many_as_its_link_shows(world: World, enter: Callable[[str], Client]) -> None:
    followed = 0
    for name in (*PEOPLE, "root", "eve"):
        for where, count in numbers(enter(name).get(INDEX).content.decode()).items():
            assert enter(name).get(where).context["cl"].result_count == count > 0, (name, where)
            followed += 1
    assert followed == sum((9, 11, 0, 2, 2, 2, 15, 1, 1))


def test_desk_shows_what_waits_for_each(world: World, enter: Callable[[str], Client]) -> None:
    shown = {name: numbers(enter(name).get(INDEX).content.decode()) for name in world.users if name != "nobody"}
    imports = f"{reverse('admin:tracker_documentimport_changelist')}?state__exact=preview"
    ours = dict.fromkeys(map(address, TODO), 1)
    review = dict.fromkeys(map(address, REVIEW), 1)
    assert shown["anna"] == ours
    assert shown["olga"] == ours | review
    # boris wrote what waits; clara published what was taken down, which lena did not.
    assert shown["boris"] == {}
    assert shown["clara"] == review
    # A lead releases what is flagged in an import too.
    assert shown["lena"] == {address("held"): 1, imports: 1}
    assert shown["staff"] == {address("unowned"): 3, address("unanswered"): 1}
    assert shown["root"] == {imports: 1}
    assert shown["eve"] == {address("unowned"): 1}
    assert shown["sam"] == ours | review | shown["staff"] | shown["root"] | shown["lena"]


def test_desk_says_why_an_update_was_returned_and_what_is_asked(world: World, enter: Callable[[str], Client]) -> None:
    shown = enter("anna").get(INDEX).content.decode()
    assert RETURNED in shown
    assert ASKED in shown
    assert "2 March 2026" in shown
    for name in ("boris", "clara", "staff"):
        assert RETURNED not in enter(name).get(INDEX).content.decode()


def test_what_changes_a_level_is_reviewed_apart_and_the_oldest_comes_first(
    world: World, enter: Callable[[str], Client]
) -> None:
    later = world.submitted(another_item(world), by="boris")
    groups = enter("olga").get(INDEX).context["review"]
    assert [(number.code, [bool(update.level) for update in updates]) for number, updates in groups] == [
        ("review_levels", [True, True]),
        ("review_others", [False]),
    ]
    assert groups[0][1][-1] == later


@pytest.mark.parametrize(("level", "called"), [("", "review_others"), ("under_way", "review_levels")])
def test_update_that_is_held_waits_for_no_reviewer_until_it_is_released(
    world: World, enter: Callable[[str], Client], level: str, called: str
) -> None:
    risky = {"en": "Write to centre@example.org about it."}
    update = world.submitted(another_item(world), by="boris", level=level, done=risky)

    def told() -> tuple[int, bool]:
        """Return the desk's number of the list, which its link shows too, and whether the update is there."""
        count = numbers(enter("olga").get(INDEX).content.decode())[address(called)]
        rows = enter("olga").get(address(called)).context["cl"].queryset
        assert rows.count() == count
        assert (update in desk_of(world, "olga").to_review()) == (update in rows)
        return count, update in rows

    assert told() == (1, False)
    hold = update.holds.get()
    for name in ("lena", "clara"):
        release_hold(hold, reason="An office's address.", actor=world.actor(name), at=NOW)
        hold.refresh_from_db()
    assert told() == (2, True)


def test_held_text_is_named_by_its_kind_only(world: World, enter: Callable[[str], Client]) -> None:
    shown = enter("lena").get(INDEX).content.decode()
    assert "Taken down by a member" in shown
    assert "Look at this again." not in shown
    assert "Safeguarding" not in enter("anna").get(INDEX).content.decode().split("</nav>")[-1]


@pytest.mark.parametrize("rule", ReviewRule.values)
def test_redaction_waits_on_the_desk_of_those_who_may_be_the_second_person(
    world: World, enter: Callable[[str], Client], rule: str
) -> None:
    with Act("test_rule", actor=SYSTEM, at=NOW) as act:
        act.change(world.alliance, review_rule=rule)
    asked = {"ground": "child", "at": NOW}
    propose_redaction(world.published(another_item(world)), "done", actor=world.actor("anna"), **asked)
    propose_redaction(world.published(another_item(world)), "done", actor=world.actor("staff"), **asked)
    propose_redaction(world.organisations[1], "name", actor=world.actor("lena"), **asked)
    counted = {}
    for name in (*PEOPLE, "root"):
        actor, found = world.actor(name), set(desk_of(world, name).redactions())
        waiting = visible_to(actor, Redaction).filter(state="proposed")
        assert found == {redaction for redaction in waiting if is_second(actor, redaction)}, name
        shown = numbers(enter(name).get(INDEX).content.decode())
        assert shown.get(address("redactions"), 0) == len(found), name
        counted[name] = len(found)
    assert {name for name, count in counted.items() if count} == {"lena", "sam", "staff"}
    # What is the installation's is for every alliance's people to decide.
    assert numbers(enter("eve").get(INDEX).content.decode())[address("redactions")] == 1


def test_asked_for_update_stands_on_the_items_page_until_the_owners_update_is_published(
    world: World, enter: Callable[[str], Client]
) -> None:
    item = world.items[2]
    page = reverse("admin:tracker_item_change", args=[item.pk])
    assert ASKED in enter("anna").get(page).content.decode()
    world.published(fresh(item), by="boris", reviewer="clara")
    assert fresh(item).update_asked_note == ASKED

    world.published(fresh(item), level="")

    assert (fresh(item).update_asked_on, fresh(item).update_asked_note) == (None, "")
    assert "The secretariat asks for an update" not in enter("anna").get(page).content.decode()
    assert not desk_of(world, "anna").asked().exists()
    assert not desk_of(world, "staff").unanswered().exists()


def test_empty_desk_is_kind_and_says_what_to_do_next(world: World, sign_in: Callable[[str], Client]) -> None:
    shown = sign_in("olga").get(INDEX).content.decode()
    assert numbers(shown) == {}
    assert "Nothing waits for your organisation." in shown
    assert f"?owner={world.organisations[0].pk}" in shown
    assert "Nothing waits for your review." in shown
    assert "Nothing has been published yet." in shown
    # Who reviews nothing is told nothing of it.
    assert "To review" not in sign_in("anna").get(INDEX).content.decode()


def test_staffs_exports_are_offered_in_every_format(world: World, sign_in: Callable[[str], Client]) -> None:
    staff = sign_in("staff")
    offered = staff.get(INDEX).context["downloads"]
    assert [each["name"] for each in offered] == ["CSV", "XLSX", "JSON"]
    assert {staff.get(each["address"]).status_code for each in offered} == {200}
    assert "Exports" not in sign_in("anna").get(INDEX).content.decode()


def test_desk_takes_few_queries_however_many_rows(world: World, enter: Callable[[str], Client]) -> None:
    sam = enter("sam")
    with CaptureQueriesContext(connection) as few:
        sam.get(INDEX)
    assert len(few) <= 25
    for _n in range(4):
        world.submitted(another_item(world), by="boris")
        world.submitted(another_item(world), by="boris", level="")
        item = another_item(world)
        assign_items(
            [(item, item.version)],
            owner=world.organisations[0],
            ask=ASKED,
            update_due_on=NOW.date(),
            actor=world.actor("staff"),
            at=NOW,
        )
        world.published(another_item(world), by="boris", reviewer="clara")
    make.RecordFactory._create(DocumentImport, file_name="a.txt", size=1, sha256="0" * 64, layout="x")
    with CaptureQueriesContext(connection) as many:
        sam.get(INDEX)
    assert len(many) == len(few)


def test_counts_are_those_of_the_lists(world: World, enter: Callable[[str], Client]) -> None:
    for name in PEOPLE:
        desk = desk_of(world, name)
        assert desk.counts(*LISTS) == {called: getattr(desk, called)().count() for called in LISTS}
        assert desk.counts("held") == {"held": desk.held().count()}
