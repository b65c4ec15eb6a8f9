"""Nothing of another alliance, and no draft of another organisation, appears in any list, filter, choice or history."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories as make
from tests.conftest import NOW, World, content, everything
from tracker.actions.evidence import NewEvidence
from tracker.actions.items import assign_item
from tracker.actions.progress import draft_update, edit_draft, submit_update
from tracker.admin import base
from tracker.models import Item
from tracker.queries.access import editable_by
from tracker.queries.people import actor_for

SignIn = Callable[[str], Client]
CANARY = "CANARY"


@pytest.fixture
def abroad(world: World) -> Any:
    """Everything that the other alliance has, named with the canary, and an update of it waiting for review."""
    eve = make.UserFactory(username=f"{CANARY}-eva", first_name=CANARY)
    place = world.organisations[3]
    for role in ("coordinator", "reviewer"):
        make.MembershipFactory(alliance=world.other_alliance, user=eve, organisation=place, role=role)
    spring = make.OrganisationFactory(code="canary", name={"en": CANARY}, visibility="hidden")
    world.other_alliance.members.add(spring)
    assign_item(world.other_item, owner=spring, actor=world.actor("eve", world.other_alliance), at=NOW)
    source = NewEvidence(kind="law", title=CANARY, publisher=CANARY, address="https://example.org/canary")
    written = content(done={"en": CANARY}, new_evidence=(source,))
    writer = actor_for(eve, world.other_alliance)
    update = draft_update(world.other_item, written, actor=writer, at=NOW)
    return submit_update(update, actor=writer, at=NOW)


TABLES = "item update evidence organisation document recommendation alliance membership historyentry".split()


@pytest.mark.parametrize("name", ["anna", "clara", "staff"])
def test_lists_and_their_filters_show_nothing_of_another_alliance(
    world: World, abroad: Any, sign_in: SignIn, name: str
) -> None:
    for table in TABLES:
        answer = sign_in(name).get(reverse(f"admin:tracker_{table}_changelist"))
        if answer.status_code == 200:
            shown = answer.content.decode()
            assert CANARY not in shown, table
            assert "Alliance abroad" not in shown, table
            assert "Organisation foreign" not in shown, table


def test_asking_a_filter_for_another_alliance_shows_nothing(world: World, abroad: Any, sign_in: SignIn) -> None:
    staff = sign_in("staff")
    world.other_item.refresh_from_db()
    assign_item(world.items[0], owner=world.organisations[0], actor=world.actor("staff"), at=NOW)
    items = reverse("admin:tracker_item_changelist")
    for address in (
        f"{items}?owner={world.other_item.owner_id}",
        f"{items}?todo=unheard-of",
        f"{items}?owner=x",
        f"{items}?flag=x",
        f"{items}?todo=to_review",
        f"{items}?q=canary",
    ):
        shown = staff.get(address).content.decode()
        assert CANARY not in shown, address
        assert "/change/" not in shown, address


@pytest.mark.parametrize(
    "lookup",
    ["alliance__slug=abroad", "owner__code=canary", "headline__done__contains=CAN", "level__range=x", "level__regex=("],
)
def test_columns_that_no_filter_offers_cannot_be_asked(world: World, sign_in: SignIn, lookup: str) -> None:
    assert sign_in("staff").get(f"{reverse('admin:tracker_item_changelist')}?{lookup}").status_code == 400


@pytest.mark.parametrize(
    ("model", "field"),
    [
        ("update", "item"),
        ("item", "owner"),
        ("item", "headline"),
        ("membership", "alliance"),
        ("membership", "user"),
        ("update", "evidence"),
    ],
)
@pytest.mark.parametrize("name", ["anna", "staff", "root"])
def test_autocomplete_offers_nothing_of_another_alliance(
    world: World, abroad: Any, sign_in: SignIn, model: str, field: str, name: str
) -> None:
    question = {"app_label": "tracker", "model_name": model, "field_name": field, "term": ""}
    answer = sign_in(name).get(reverse("admin:autocomplete"), question)
    offered = {row["id"] for row in answer.json()["results"]} if answer.status_code == 200 else set()
    foreign = {
        "item": {world.other_item.pk},
        "owner": {world.other_item.owner_id, world.organisations[3].pk},
        "headline": {abroad.pk},
        "alliance": {world.other_alliance.pk},
        "user": {abroad.author_id, world.users["eve"].pk},
        "evidence": {abroad.evidence.get().pk},
    }
    # Organisations, alliances and people are the installation's staff's own.
    if name != "root" or field in ("item", "headline", "evidence"):
        assert not offered & {str(key) for key in foreign[field]}


def test_step_is_refused_on_what_is_out_of_reach_though_the_role_would_do(
    world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff, item = sign_in("staff"), world.items[0]
    page, step = (reverse(f"admin:tracker_item_{name}", args=[item.pk]) for name in ("change", "assign"))
    assert step in staff.get(page).content.decode()
    out_of_reach = editable_by(world.actor("staff"), Item).exclude(pk=item.pk)
    monkeypatch.setattr(base, "editable_by", lambda actor, model: out_of_reach)
    before = everything()
    assert staff.post(step, {"update_due_on": "2026-04-01"}).status_code == 403
    assert step not in staff.get(page).content.decode()
    assert everything() == before


def test_choices_of_forms_offer_nothing_of_another_alliance(world: World, abroad: Any, sign_in: SignIn) -> None:
    staff, anna = sign_in("staff"), sign_in("anna")
    item = world.items[0]
    pages = [
        staff.get(reverse("admin:tracker_item_change", args=[item.pk])),
        staff.get(reverse("admin:tracker_membership_add")),
        anna.get(f"{reverse('admin:tracker_update_add')}?item={item.pk}"),
    ]
    for page in pages:
        shown = page.content.decode()
        assert page.status_code == 200
        assert CANARY not in shown
        assert "Organisation foreign" not in shown
        assert "Alliance abroad" not in shown


def test_choosing_what_is_not_offered_is_refused(world: World, abroad: Any, sign_in: SignIn) -> None:
    item = world.items[0]
    shown = sign_in("staff").post(
        reverse("admin:tracker_item_assign", args=[item.pk]),
        {"version": item.version, "owner": world.organisations[3].pk},
    )
    assert "Select a valid choice" in shown.content.decode()
    item.refresh_from_db()
    assert item.owner is None
    typed = {"act": "save", "perspective": "alliance", "period_to": "2026", "evidence": abroad.evidence.get().pk}
    shown = sign_in("anna").post(f"{reverse('admin:tracker_update_add')}?item={item.pk}", typed, follow=True)
    assert "Select a valid choice" in shown.content.decode()
    assert CANARY not in shown.content.decode()
    # A draft is always saved, but without what was not offered.
    assert not item.updates.get().evidence.exists()


def test_draft_of_another_organisation_is_nowhere(world: World, sign_in: SignIn) -> None:
    source = NewEvidence(kind="law", title=CANARY, publisher=CANARY, address="https://example.org/canary")
    draft = world.draft(done={"en": CANARY}, new_evidence=(source,))
    item = world.items[0]
    for name in ("boris", "clara", "staff"):
        client = sign_in(name)
        for address in (
            reverse("admin:index"),
            reverse("admin:tracker_item_change", args=[item.pk]),
            reverse("admin:tracker_item_history", args=[item.pk]),
            reverse("admin:tracker_update_changelist"),
            reverse("admin:tracker_evidence_changelist"),
            reverse("admin:tracker_historyentry_changelist"),
        ):
            assert CANARY not in client.get(address).content.decode(), (name, address)
        for table, row in (("update", draft), ("evidence", draft.evidence.get())):
            for page in ("change", "history"):
                assert client.get(reverse(f"admin:tracker_{table}_{page}", args=[row.pk])).status_code == 404
    assert CANARY in sign_in("olga").get(reverse("admin:tracker_item_change", args=[item.pk])).content.decode()


def test_what_an_author_took_out_before_submitting_is_nowhere(world: World, sign_in: SignIn) -> None:
    source = NewEvidence(kind="law", title=CANARY, publisher=CANARY, address="https://example.org/canary")
    update = world.draft(done={"en": CANARY}, new_evidence=(source,))
    taken = update.evidence.get()
    anna = world.actor("anna")
    opened = update.version
    submit_update(edit_draft(update, content(), actor=anna, at=NOW), actor=anna, at=NOW)
    for name in ("boris", "clara", "staff"):
        client = sign_in(name)
        for address in (
            reverse("admin:tracker_update_change", args=[update.pk]),
            reverse("admin:tracker_update_history", args=[update.pk]),
            reverse("admin:tracker_evidence_changelist"),
            reverse("admin:tracker_historyentry_changelist"),
        ):
            assert CANARY not in client.get(address).content.decode(), (name, address)
        for page in ("change", "history"):
            assert client.get(reverse(f"admin:tracker_evidence_{page}", args=[taken.pk])).status_code == 404
    # Nor where a page that has become old tells what happened since.
    address = reverse("admin:tracker_update_publish", args=[update.pk])
    shown = sign_in("boris").post(address, {"version": opened}).content.decode()
    assert "Someone else changed this" in shown
    assert "Draft edited" in shown
    assert CANARY not in shown
    assert CANARY in sign_in("olga").get(reverse("admin:tracker_update_history", args=[update.pk])).content.decode()


@pytest.mark.parametrize(
    ("page", "status"),
    [
        ("update/?organisation=²", 200),
        ("item/?owner=²", 200),
        ("update/?item=²", 200),
        ("update/add/?item=²", 404),
        ("item/?level__exact=%00", 400),
        ("update/?state__exact=%00", 400),
        ("autocomplete/?term=%00", 400),
    ],
)
def test_signs_that_no_column_can_hold_are_no_error_of_ours(
    world: World, sign_in: SignIn, page: str, status: int
) -> None:
    assert sign_in("anna").get(f"/admin/tracker/{page}".replace("/tracker/auto", "/auto")).status_code == status
