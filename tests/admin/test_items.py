"""Items in the workspace: the list, the page, and what staff decides there."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from tests import factories as make
from tests.conftest import NOW, World, everything
from tracker.actions.items import assign_item, set_lifecycle
from tracker.choices import Lifecycle
from tracker.models import Item

SignIn = Callable[[str], Client]
LIST = "admin:tracker_item_changelist"


def step(item: Item, name: str) -> str:
    return reverse(f"admin:tracker_item_{name}", args=[item.pk])


def test_page_says_what_was_asked_and_where_it_stands(world: World, sign_in: SignIn) -> None:
    item = world.items[0]
    make.ComponentFactory(recommendation=item.recommendation, letter="a", text=make.texts("A law forbids it"))
    world.published()
    shown = sign_in("clara").get(step(item, "change")).content.decode()
    for words in ("Title of C(1)", "Summary of C(1).", "The whole title of doc", "A law forbids it"):
        assert words in shown
    assert "At least one measure is being carried out." in shown
    assert "The ministry opened three centres." in shown
    assert "Update published" in shown
    assert "<b>No owner.</b> No member organisation follows this duty yet." in shown
    assert "Record an update" not in shown
    assert step(item, "assign") not in shown
    assert "Record an update" in sign_in("anna").get(step(item, "change")).content.decode()


def test_page_is_in_russian_where_asked_for(world: World, sign_in: SignIn) -> None:
    shown = sign_in("anna").get("/ru" + step(world.items[0], "change")).content.decode()
    assert "Title of C(1) (по-русски)" in shown
    assert 'lang="ru"' in shown


def test_published_level_keeps_a_day_of_verification(world: World, sign_in: SignIn) -> None:
    world.published()
    item = Item.objects.get(pk=world.items[0].pk)
    before = everything()
    for day, words in (("", "give the day by which it is verified again"), ("2036-01-01", "within 24 months")):
        shown = sign_in("staff").post(step(item, "assign"), {"version": item.version, "verify_by": day})
        assert words in shown.content.decode()
    assert everything() == before


def test_page_shows_related_points_with_where_the_alliance_stands(world: World, sign_in: SignIn) -> None:
    here, there = world.items[:2]
    article = make.RecommendationFactory(
        section=make.SectionFactory(document=make.DocumentFactory(code="treaty", kind="treaty")), kind="article"
    )
    make.RelationFactory(source=here.recommendation, target=there.recommendation, reason=make.texts("Two of a kind"))
    make.RelationFactory(source=here.recommendation, target=article, kind="narrower")
    world.published(there)

    html = sign_in("anna").get(f"/admin/tracker/item/{here.pk}/change/").content.decode()

    section = html[html.index('id="related"') : html.index('id="letters"')]
    assert section.index("Asks for the same") < section.index("Two of a kind") < section.index("Is a part of")
    assert f"/admin/tracker/item/{there.pk}/change/" in section
    assert "Under way" in section
    assert f"/admin/tracker/recommendation/{article.pk}/change/" in section


def test_staff_assigns_owner_contributors_and_dates(world: World, sign_in: SignIn) -> None:
    item = world.items[0]
    typed = {
        "version": item.version,
        "owner": world.organisations[0].pk,
        "duty_bearer": world.organisations[4].pk,
        "contributors": [world.organisations[1].pk],
        "update_due_on": "2026-04-01",
        "verify_by": "2027-03-01",
        "reason": "They know the ministry.",
    }
    answer = sign_in("staff").post(step(item, "assign"), typed, follow=True)
    item.refresh_from_db()
    assert (item.owner, str(item.update_due_on)) == (world.organisations[0], "2026-04-01")
    assert list(item.contributors.all()) == [world.organisations[1]]
    assert "They know the ministry." in answer.content.decode()


def test_saving_the_assign_form_untouched_changes_nothing(world: World, sign_in: SignIn) -> None:
    item = world.items[0]
    assign_item(item, contributors=[world.organisations[1]], actor=world.actor("staff"), at=NOW)
    before = everything()
    page = sign_in("staff").get(step(item, "change"))
    form = next(entry["form"] for entry in page.context["steps"] if entry["step"].name == "assign")
    typed = {field.name: field.value() for field in form if field.value() is not None}
    sign_in("staff").post(step(item, "assign"), typed)
    assert everything() == before


def test_two_people_assigning_are_told_about_each_other(world: World, sign_in: SignIn) -> None:
    item = world.items[0]
    assign_item(item, owner=world.organisations[1], actor=world.actor("staff"), at=NOW)
    before = everything()
    typed = {"version": item.version, "owner": world.organisations[0].pk, "reason": "My reason."}
    shown = sign_in("staff").post(step(item, "assign"), typed).content.decode()
    assert "Someone else changed this" in shown
    assert "Organisation second" in shown
    assert 'value="My reason."' in shown
    assert everything() == before


def test_staff_sets_the_lifecycle_with_a_reason_per_language(world: World, sign_in: SignIn) -> None:
    item = world.items[0]
    staff = sign_in("staff")
    before = everything()
    empty = staff.post(step(item, "lifecycle"), {"version": item.version, "lifecycle": Lifecycle.NOT_APPLICABLE})
    assert "Give the reason for this lifecycle" in empty.content.decode()
    closing = staff.post(step(item, "lifecycle"), {"lifecycle": Lifecycle.CLOSED, "reason_en": "Done."})
    assert "Select a valid choice" in closing.content.decode()
    assert everything() == before
    typed = {"lifecycle": Lifecycle.NOT_APPLICABLE, "reason_en": "Another region's.", "reason_ru": "Другой регион."}
    staff.post(step(item, "lifecycle"), typed | {"version": item.version})
    item.refresh_from_db()
    assert (item.lifecycle, str(item.lifecycle_reason.localize("ru"))) == (Lifecycle.NOT_APPLICABLE, "Другой регион.")
    assert "Record an update" not in sign_in("anna").get(step(item, "change")).content.decode()


def test_archived_item_leaves_the_list_and_keeps_its_page(world: World, sign_in: SignIn) -> None:
    item = world.items[0]
    staff = sign_in("staff")
    before = everything()
    assert "This field is required" in staff.post(step(item, "archive"), {"reason": ""}).content.decode()
    assert everything() == before
    staff.post(step(item, "archive"), {"reason": "Opened by mistake."})
    assert step(item, "change") not in staff.get(reverse(LIST)).content.decode()
    assert step(item, "change") in staff.get(reverse(LIST) + "?archived=yes").content.decode()
    shown = staff.get(step(item, "change")).content.decode()
    assert "Opened by mistake." in shown
    assert step(item, "archive") not in shown


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("", [0, 1, 2]),
        ("?q=C(2)", [1]),
        ("?q=TITLE+summary", [0, 1, 2]),
        ("?q=unheard-of", []),
        ("?level__exact=under_way", [0]),
        ("?lifecycle__exact=not_applicable", [2]),
        ("?flag=unowned", [1]),
        ("?todo=unowned", [1]),
        ("?owner=OWNER", [0]),
        ("?document=DOCUMENT", [0, 1, 2]),
    ],
)
def test_list_filters_and_finds(world: World, sign_in: SignIn, question: str, expected: list[int]) -> None:
    staff = world.actor("staff")
    world.published()
    assign_item(world.items[0], owner=world.organisations[0], actor=staff, at=NOW)
    set_lifecycle(world.items[2], Lifecycle.NOT_APPLICABLE, reason={"en": "Elsewhere."}, actor=staff, at=NOW)
    question = question.replace("OWNER", str(world.organisations[0].pk)).replace("DOCUMENT", str(world.document.pk))
    answer = sign_in("staff").get(reverse(LIST) + question)
    assert [row.pk for row in answer.context["cl"].result_list] == [world.items[n].pk for n in expected]


@pytest.mark.parametrize("table", ["item", "update", "evidence", "membership", "historyentry", "recommendation"])
def test_list_takes_the_same_queries_for_more_rows(
    world: World, sign_in: SignIn, django_assert_num_queries: DjangoAssertNumQueries, table: str
) -> None:
    world.submitted()
    staff = sign_in("staff")
    address = reverse(f"admin:tracker_{table}_changelist")
    with CaptureQueriesContext(connection) as few:
        staff.get(address)
    for item in world.items[1:]:
        world.submitted(item)
    point = make.RecommendationFactory(section=world.items[0].recommendation.section)
    make.ItemFactory(alliance=world.alliance, recommendation=point)
    make.MembershipFactory(alliance=world.alliance, user=make.UserFactory(), organisation=world.organisations[0])
    with django_assert_num_queries(len(few)):
        staff.get(address)
