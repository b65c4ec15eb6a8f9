"""Proposing a redaction in the workspace, and carrying it out as a second person."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories as make
from tests.conftest import NOW, World, everything
from tracker.actions.redactions import carry_out_redaction, propose_redaction
from tracker.choices import RedactionState, Role
from tracker.models import Record, Redaction

SignIn = Callable[[str], Client]
SECRET = "Masha of the third form told the teacher Zubrovskaya."


@pytest.fixture
def world(world: World) -> World:
    """lena leads safeguarding for the second organisation."""
    world.users["lena"] = make.UserFactory(username="lena", first_name="Lena")
    place = {"alliance": world.alliance, "organisation": world.organisations[1]}
    make.MembershipFactory(user=world.users["lena"], role=Role.SAFEGUARDING, **place)
    return world


def words(page: str) -> str:
    """Return the words of a page, without markup, white space collapsed."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def propose_at(record: Record) -> str:
    return f"{reverse('admin:tracker_redaction_add')}?kind={record.KIND}&record={record.uuid}"


def proposed(world: World, record: Record, field: str = "done", **values: Any) -> Redaction:
    given: dict[str, Any] = {"ground": "child", "actor": world.actor("anna"), "at": NOW}
    return propose_redaction(record, field, **(given | values))


def address(redaction: Redaction, step: str = "change") -> str:
    return reverse(f"admin:tracker_redaction_{step}", args=[redaction.pk])


def test_coordinator_proposes_from_the_history_of_a_record(world: World, sign_in: SignIn) -> None:
    update = world.published(done={"en": SECRET})
    history = sign_in("anna").get(reverse("admin:tracker_update_history", args=[update.pk])).content.decode()
    assert propose_at(update).replace("&", "&amp;") in history

    shown = sign_in("anna").get(propose_at(update)).content.decode()
    assert 'value="done"' in shown
    # Empty, and no words.
    assert 'value="search_note"' not in shown
    assert 'value="level"' not in shown
    typed = {"field": "done", "ground": "child", "note": "The second sentence."}
    answer = sign_in("anna").post(propose_at(update), typed)

    redaction = Redaction.objects.get()
    assert answer["Location"] == address(redaction)
    assert (redaction.field, redaction.note, redaction.proposed_by) == (
        "done",
        "The second sentence.",
        world.users["anna"],
    )


def test_refusal_shows_the_page_again_with_what_was_typed(world: World, sign_in: SignIn) -> None:
    update = world.published(done={"en": SECRET})
    before = everything()
    answer = sign_in("anna").post(propose_at(update), {"field": "done", "ground": "child", "note": f"It is {SECRET}"})

    assert "The note repeats what must go" in answer.content.decode()
    assert answer.context["form"]["ground"].value() == "child"
    assert everything() == before


def test_reviewer_is_not_offered_it(world: World, sign_in: SignIn) -> None:
    update = world.published()
    history = sign_in("clara").get(reverse("admin:tracker_update_history", args=[update.pk])).content.decode()

    assert reverse("admin:tracker_redaction_add") not in history
    assert sign_in("clara").get(propose_at(update)).status_code == 403


@pytest.mark.parametrize(
    "query", ["", "?kind=update", "?kind=nothing&record=1", "?kind=update&record=00000000-0000-0000-0000-000000000000"]
)
def test_without_a_record_there_is_nothing_to_propose(world: World, sign_in: SignIn, query: str) -> None:
    assert sign_in("anna").get(reverse("admin:tracker_redaction_add") + query).status_code == 404


def test_draft_of_another_organisation_is_not_there(world: World, sign_in: SignIn) -> None:
    draft = world.draft(by="boris")
    for name in ("anna", "staff", "eve"):
        assert sign_in(name).get(propose_at(draft)).status_code == 404
        assert sign_in(name).post(propose_at(draft), {"field": "done", "ground": "law"}).status_code == 404


def test_second_person_reads_what_goes_and_carries_it_out(world: World, sign_in: SignIn) -> None:
    evidence = make.EvidenceFactory(alliance=world.alliance, title=SECRET)
    update = world.published(done={"en": SECRET}, evidence=[evidence])
    redaction = proposed(world, update, note="The name.")

    shown = words(sign_in("lena").get(address(redaction)).content.decode())
    assert SECRET in shown
    assert "The name." in shown
    assert "Evidence: Masha of the third form told the teacher Zubrovskaya. · title" in shown
    assert "Carry it out" in shown
    before = everything()
    answer = sign_in("lena").post(address(redaction, "carry_out"), {"version": redaction.version})
    assert "This field is required" in answer.content.decode()
    assert everything() == before
    answer = sign_in("lena").post(address(redaction, "carry_out"), {"version": redaction.version, "certain": "on"})

    assert answer["Location"] == address(redaction)
    redaction.refresh_from_db()
    assert (redaction.state, redaction.decided_by) == (RedactionState.DONE, world.users["lena"])
    after = sign_in("lena").get(address(redaction)).content.decode()
    assert SECRET not in after
    assert "It is redacted: the values are gone, the entries stay." in after
    assert SECRET not in sign_in("lena").get(reverse("admin:tracker_redaction_changelist")).content.decode()


def test_proposer_is_offered_to_take_it_back_alone(world: World, sign_in: SignIn) -> None:
    redaction = proposed(world, world.published())
    steps = [entry["step"].name for entry in sign_in("anna").get(address(redaction)).context["steps"]]
    assert steps == ["refuse"]
    assert sign_in("anna").post(address(redaction, "carry_out"), {"certain": "on"}).status_code == 403

    sign_in("anna").post(address(redaction, "refuse"), {"reason": "A mistake.", "version": redaction.version})
    redaction.refresh_from_db()
    assert redaction.state == RedactionState.REFUSED


def test_hidden_draft_is_decided_about_unread(world: World, sign_in: SignIn) -> None:
    redaction = proposed(world, world.draft(done={"en": SECRET}))
    shown = sign_in("lena").get(address(redaction)).content.decode()

    assert SECRET not in shown
    assert "You do not see this record" in shown
    assert "one that you do not see" in shown
    answer = sign_in("lena").post(address(redaction, "carry_out"), {"version": redaction.version, "certain": "on"})
    assert answer.status_code == 302


@pytest.mark.parametrize("step", ["carry_out", "propose"])
def test_who_signed_in_long_ago_confirms_first(
    world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    update = world.published(done={"en": SECRET})
    redaction = proposed(world, update)
    for module in ("base", "redactions"):
        monkeypatch.setattr(f"tracker.admin.{module}.is_fresh", lambda request: False)
    before = everything()

    if step == "propose":
        answer = sign_in("anna").post(propose_at(update), {"field": "@reason", "ground": "law", "note": "This one."})
        assert "This one." in answer.content.decode()
    else:
        typed = {"version": redaction.version, "certain": "on"}
        answer = sign_in("lena").post(address(redaction, "carry_out"), typed)
    assert "Confirm that it is you" in answer.content.decode()
    assert everything() == before


def test_parts_of_an_update_are_offered_beside_it(world: World, sign_in: SignIn) -> None:
    point = world.items[0].recommendation
    part = make.ComponentFactory(recommendation=point)

    answer = sign_in("anna").get(propose_at(point))

    assert [where for _label, where in answer.context["parts"]] == [propose_at(part)]
    assert sign_in("anna").get(propose_at(part)).status_code == 200


@pytest.mark.parametrize("field", ["done", "title", "publisher", "address"])
def test_pages_of_what_was_redacted_still_answer(world: World, sign_in: SignIn, client: Client, field: str) -> None:
    update = world.published(done={"en": SECRET}, remains={"en": SECRET})
    record: Record = update if field == "done" else update.evidence.get()
    carry_out_redaction(proposed(world, record, field), actor=world.actor("lena"), at=NOW)

    item = client.get("/home/items/doc/c-1/").content.decode()
    assert ("This text was redacted." in item) == (field == "done")
    assert SECRET not in item if field == "done" else True
    for place in ("/home/", "/home/items/", "/home/items.csv"):
        answer = client.get(place)
        assert answer.status_code == 200
    for name, row in (("update", update), ("evidence", update.evidence.get()), ("item", world.items[0])):
        for step in ("change", "history"):
            assert sign_in("anna").get(reverse(f"admin:tracker_{name}_{step}", args=[row.pk])).status_code == 200
    past = reverse(f"admin:tracker_{record._meta.model_name}_history", args=[record.pk])
    assert "Redacted by a second person" in sign_in("anna").get(past).content.decode()


def test_list_asks_the_database_as_often_for_three_as_for_one(
    world: World, sign_in: SignIn, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    where, client = reverse("admin:tracker_redaction_changelist"), sign_in("lena")
    update = world.published(done={"en": SECRET}, remains={"en": "Much remains to be done."})
    proposed(world, update)
    client.get(where)
    with django_assert_max_num_queries(40) as first:
        client.get(where)
    proposed(world, update, "remains")
    proposed(world, update.evidence.get(), "title")
    with django_assert_num_queries(len(first)):
        assert client.get(where).status_code == 200
