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
from tests.conftest import World
from tests.factories import PASSWORD

SignIn = Callable[[str], Client]
INDEX = "/admin/"


@pytest.mark.parametrize(("name", "enters"), [("anna", True), ("root", True), ("nobody", False)])
def test_members_and_the_installations_staff_come_in(world: World, name: str, enters: bool) -> None:
    client = Client()
    answer = client.post(reverse("account_login"), {"login": name, "password": PASSWORD}, follow=True)
    assert ('class="person"' in answer.content.decode()) == enters
    assert (client.get(INDEX).status_code == 200) == enters


def test_inactive_member_stays_outside(world: World, sign_in: SignIn) -> None:
    anna = sign_in("anna")
    type(world.users["anna"]).objects.filter(username="anna").update(is_active=False)
    assert anna.get(INDEX).status_code == 302


def test_other_apps_tables_are_not_taken_in() -> None:
    assert Group not in admin.site._registry
    assert all(model._meta.app_label == "tracker" for model in admin.site._registry)


def test_member_of_two_alliances_chooses_one_for_the_session(world: World, sign_in: SignIn) -> None:
    make.MembershipFactory(
        alliance=world.other_alliance, user=world.users["anna"], organisation=world.organisations[3], role="reviewer"
    )
    anna = sign_in("anna")
    first = anna.get(INDEX).context["alliance"]
    other = world.other_alliance if first == world.alliance else world.alliance
    assert anna.get(f"{INDEX}?alliance={other.slug}")["Location"] == INDEX
    assert anna.get(INDEX).context["alliance"] == other


def test_page_of_one_alliance_is_not_lost_when_the_other_is_chosen_in_another_tab(
    world: World, sign_in: SignIn
) -> None:
    make.MembershipFactory(
        alliance=world.other_alliance, user=world.users["anna"], organisation=world.organisations[3], role="coordinator"
    )
    draft = world.draft()
    anna = sign_in("anna")
    anna.get(f"{INDEX}?alliance=abroad")
    typed = {"act": "save", "perspective": "alliance", "period_to": "2026-02", "done_en": "Typed for an hour."}

    saved = anna.post(reverse("admin:tracker_update_change", args=[draft.pk]), typed | {"version": draft.version})
    begun = anna.post(f"{reverse('admin:tracker_update_add')}?item={world.items[1].pk}", typed)

    assert (saved.status_code, begun.status_code) == (302, 302)
    draft.refresh_from_db()
    assert str(draft.done) == "Typed for an hour."
    assert anna.get(INDEX).context["alliance"] == world.other_alliance


def test_alliance_of_others_cannot_be_chosen(world: World, sign_in: SignIn) -> None:
    anna = sign_in("anna")
    assert anna.get(f"{INDEX}?alliance=abroad").status_code == 404
    assert anna.get(INDEX).context["alliance"] == world.alliance


def test_pages_show_the_time_of_the_alliance(world: World, sign_in: SignIn) -> None:
    update = world.submitted()
    shown = sign_in("anna").get(reverse("admin:tracker_update_change", args=[update.pk])).content.decode()
    # 9:00 in UTC is noon in Moscow.
    assert "2 March 2026, 12:00" in shown


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
        reverse("account_change_password"),
    ]
    for client, addresses in (
        (Client(), [reverse("account_login")]),
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
