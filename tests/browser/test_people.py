"""Joining by an invitation, one's own settings, and the pages about people: on a phone, in both languages."""

import pytest
from django.urls import reverse
from django.utils import timezone, translation
from playwright.sync_api import Page

from tests.browser.entering import enter
from tests.browser.looking import faults
from tracker.actions.invitations import invite
from tracker.choices import Role
from tracker.models import Alliance, Membership, User
from tracker.queries.people import actor_for

pytestmark = pytest.mark.browser

PASSWORD = "a few words of my own"


def staff() -> tuple[User, Alliance]:
    held = Membership.objects.filter(role=Role.STAFF, alliance__is_demo=True).select_related("user", "alliance").first()
    assert held is not None
    return held.user, held.alliance


@pytest.mark.parametrize("language", ["en", "ru"])
def test_newcomer_joins_on_a_phone(page: Page, site: str, quiet: list[str], language: str) -> None:
    person, alliance = staff()
    sent = invite(
        "vera@example.org",
        alliance.members.order_by("code")[0],
        [Role.COORDINATOR, Role.REVIEWER],
        alliance=alliance,
        language=language,
        actor=actor_for(person, alliance),
        at=timezone.now(),
    )
    page.set_viewport_size({"width": 360, "height": 740})
    with translation.override(language):
        link, gone = reverse("account_invited", args=[sent.token]), reverse("account_invitation")
    page.goto(f"{site}{link}")
    found = faults(page, page.url)
    page.locator("[name=username]").fill("vera")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password_again]").fill("something else")
    page.locator("#content form [type=submit]").click()
    found += faults(page, page.url)
    assert page.locator("[name=username]").input_value() == "vera"
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password_again]").fill(PASSWORD)
    page.locator("#content form [type=submit]").click()
    page.wait_for_url("**/account/login/")
    assert found == []
    assert Membership.objects.filter(user__username="vera", active=True).count() == 2
    answer = page.goto(f"{site}{gone}")
    assert answer is not None
    assert answer.status == 410
    assert faults(page, page.url) == []
    # The browser itself complains about that answer.
    quiet[:] = [line for line in quiet if "410" not in line]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_pages_about_people_are_readable_on_a_phone(page: Page, site: str, quiet: list[str], language: str) -> None:
    person, alliance = staff()
    organisation = alliance.members.order_by("code")[0]
    sent = invite(
        "vera@example.org",
        organisation,
        [Role.COORDINATOR],
        alliance=alliance,
        actor=actor_for(person, alliance),
        at=timezone.now(),
    )
    role = alliance.memberships.exclude(user=person).order_by("pk")[0]
    enter(page.context, site, person)
    page.set_viewport_size({"width": 360, "height": 740})
    with translation.override(language):
        addresses = [
            reverse("admin:settings"),
            reverse("admin:tracker_organisation_change", args=[organisation.pk]),
            reverse("admin:tracker_alliance_change", args=[alliance.pk]),
            reverse("admin:tracker_membership_add"),
            reverse("admin:tracker_membership_change", args=[role.pk]),
            reverse("admin:tracker_invitation_changelist"),
            reverse("admin:tracker_invitation_add"),
            reverse("admin:tracker_invitation_change", args=[sent.invitation.pk]),
        ]
    found = []
    for address in addresses:
        answer = page.goto(f"{site}{address}")
        assert answer is not None
        assert answer.status == 200, address
        for step in page.locator("details.step").all():
            step.evaluate("entry => entry.open = true")
        found += faults(page, page.url)
    assert found == []
