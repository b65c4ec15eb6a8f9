"""The frame of the workspace: who comes in, the desk, the choice of the alliance, what pages may load."""

import re
from collections.abc import Callable

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from tests import factories as make
from tests.conftest import NOW, World
from tests.factories import PASSWORD
from tracker.actions.items import assign_item
from tracker.actions.progress import return_update

SignIn = Callable[[str], Client]
INDEX = "/admin/"


@pytest.mark.parametrize(("name", "enters"), [("anna", True), ("root", True), ("nobody", False)])
def test_members_and_the_installations_staff_come_in(world: World, name: str, enters: bool) -> None:
    client = Client()
    answer = client.post(reverse("admin:login"), {"username": name, "password": PASSWORD}, follow=True)
    assert ("Change password" in answer.content.decode()) == enters
    assert (client.get(INDEX).status_code == 200) == enters


def test_inactive_member_stays_outside(world: World, sign_in: SignIn) -> None:
    anna = sign_in("anna")
    type(world.users["anna"]).objects.filter(username="anna").update(is_active=False)
    assert anna.get(INDEX).status_code == 302


def test_other_apps_tables_are_not_taken_in() -> None:
    assert Group not in admin.site._registry
    assert all(model._meta.app_label == "tracker" for model in admin.site._registry)


def test_every_number_of_the_desk_links_to_exactly_its_rows(world: World, sign_in: SignIn) -> None:
    world.draft(by="boris")
    returned = world.submitted(world.items[1], by="boris")
    return_update(returned, reason="Link to the law.", actor=world.actor("clara"), at=NOW)
    world.submitted(world.items[2])
    assign_item(
        world.items[0], owner=world.organisations[1], update_due_on=NOW.date(), actor=world.actor("staff"), at=NOW
    )
    for name in ("anna", "boris", "staff"):
        client = sign_in(name)
        desk = client.get(INDEX)
        numbers = re.findall(r'<a href="([^"]+\?todo=[^"]+)"><b>(\d+)</b>', desk.content.decode())
        numbers.append((desk.context["review_address"], str(desk.context["review_count"])))
        assert len(numbers) >= 6
        for address, count in numbers:
            assert client.get(address).context["cl"].result_count == int(count), address
    counts = {row["code"]: row["count"] for row in sign_in("boris").get(INDEX).context["todo"]}
    assert counts == {"returned": 1, "drafts": 1, "overdue": 0, "due_soon": 1, "stale": 0}
    assert sign_in("boris").get(INDEX).context["review_count"] == 1
    assert sign_in("staff").get(INDEX).context["unowned_count"] == 2


def test_desk_offers_exports_and_unowned_to_staff_only(world: World, sign_in: SignIn) -> None:
    assert sign_in("anna").get(INDEX).context["unowned_count"] is None
    assert "Secretariat" not in sign_in("anna").get(INDEX).content.decode()
    assert "Secretariat" in sign_in("staff").get(INDEX).content.decode()


def test_member_of_two_alliances_chooses_one_for_the_session(world: World, sign_in: SignIn) -> None:
    make.MembershipFactory(
        alliance=world.other_alliance, user=world.users["anna"], organisation=world.organisations[3], role="reviewer"
    )
    anna = sign_in("anna")
    here, there = (reverse("admin:tracker_item_change", args=[item.pk]) for item in (world.items[0], world.other_item))
    first = anna.get(INDEX).context["alliance"]
    other = world.other_alliance if first == world.alliance else world.alliance
    assert anna.get(f"{INDEX}?alliance={other.slug}")["Location"] == INDEX
    assert anna.get(INDEX).context["alliance"] == other
    anna.get(f"{INDEX}?alliance=abroad")
    assert (anna.get(here).status_code, anna.get(there).status_code) == (404, 200)
    anna.get(f"{INDEX}?alliance=home")
    assert (anna.get(here).status_code, anna.get(there).status_code) == (200, 404)


def test_alliance_of_others_cannot_be_chosen(world: World, sign_in: SignIn) -> None:
    anna = sign_in("anna")
    assert anna.get(f"{INDEX}?alliance=abroad").status_code == 404
    assert anna.get(INDEX).context["alliance"] == world.alliance


def test_pages_show_the_time_of_the_alliance(world: World, sign_in: SignIn) -> None:
    update = world.submitted()
    shown = sign_in("anna").get(reverse("admin:tracker_update_change", args=[update.pk])).content.decode()
    # 9:00 in UTC is noon in Moscow.
    assert "March 2, 2026, noon" in shown


def test_pages_hold_nothing_that_the_policy_refuses(world: World, sign_in: SignIn) -> None:
    update, draft = world.submitted(), world.draft(world.items[1])
    member = world.alliance.memberships.first()
    assert member is not None
    pages = [
        INDEX,
        reverse("admin:tracker_item_changelist"),
        reverse("admin:tracker_item_change", args=[world.items[0].pk]),
        reverse("admin:tracker_update_change", args=[update.pk]),
        reverse("admin:tracker_update_history", args=[update.pk]),
        reverse("admin:tracker_update_change", args=[draft.pk]),
        reverse("admin:password_change"),
    ]
    for client, addresses in (
        (Client(), [reverse("admin:login")]),
        (sign_in("anna"), pages),
        (
            sign_in("staff"),
            [
                reverse("admin:tracker_item_change", args=[world.items[0].pk]),
                reverse("admin:tracker_membership_add"),
                reverse("admin:tracker_membership_change", args=[member.pk]),
                reverse("admin:tracker_historyentry_changelist"),
            ],
        ),
    ):
        for address in addresses:
            answer = client.get(address)
            shown = answer.content.decode()
            assert answer.status_code == 200, address
            assert "default-src 'self'" in answer["Content-Security-Policy"]
            assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=|javascript:", shown), address
            assert not re.search(r'(?:src|<link[^>]*href)="(?:https?:)?//', shown), address


def test_every_page_offers_itself_in_the_other_language(world: World, sign_in: SignIn) -> None:
    address = reverse("admin:tracker_item_changelist") + "?todo=unowned"
    assert f'href="/ru{address}"' in sign_in("anna").get(address).content.decode()


def test_djangos_own_log_stays_empty(world: World, sign_in: SignIn) -> None:
    item = world.items[0]
    sign_in("staff").post(reverse("admin:tracker_item_assign", args=[item.pk]), {"update_due_on": "2026-04-01"})
    item.refresh_from_db()
    assert item.update_due_on is not None
    assert not LogEntry.objects.exists()
