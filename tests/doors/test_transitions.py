"""Every step of the table of transitions × every state × everyone, from each door: the form, bulk, import, commands."""

import pkgutil
from typing import Any

import pytest
from django.core.management import get_commands, load_command_class
from django.db import transaction
from django.urls import reverse

from tests.actions.test_doors import STEPS, expected
from tests.admin.test_transitions import update_in
from tests.admin.test_updates import page, typed
from tests.conftest import NOW, World, everything
from tests.doors.asking import SignIn, Who, browser
from tests.importer.files import imported
from tests.importer.texts import QUESTIONNAIRE
from tracker.actions.sources import accept_import, upload_document
from tracker.actions.statements import record_from_source
from tracker.choices import Origin, Perspective, ReviewRule, UpdateState
from tracker.errors import InvalidValue
from tracker.forms.bulk import BulkForm
from tracker.management import commands
from tracker.models import HistoryEntry, Item, Update
from tracker.permissions import SYSTEM
from tracker.workflow import TRANSITIONS

PEOPLE: tuple[Who, ...] = (None, "nobody", "anna", "olga", "boris", "clara", "staff", "lena", "eve", "root")
# {step: (door, what is sent)}; one button approves, publishes and confirms.
FORMS: dict[str, tuple[str, dict[str, Any]]] = {
    "edit": ("change", typed(act="save")),
    "submit": ("change", typed(act="submit")),
    "return": ("return", {"reason": "Which page?"}),
    "discard": ("discard", {"reason": "Double"}),
    "publish": ("publish", {"independence_note": "They do not cite each other."}),
    "correct": ("correct", typed(act="save")),
}


def rows(model: Any) -> list[Any]:
    return list(model.objects.order_by("pk").values())


# --- The form


def test_every_row_of_the_table_is_a_step_of_the_form() -> None:
    assert {
        row.act.removesuffix("_first").removesuffix("_second").replace("approve", "publish") for row in TRANSITIONS
    } | {"correct"} == set(FORMS)
    assert set(FORMS) == set(STEPS)


@pytest.mark.parametrize("state", UpdateState.values)
def test_form_lets_through_whom_the_act_lets_through_and_no_other(world: World, sign_in: SignIn, state: str) -> None:
    update = update_in(world, state, two=state == UpdateState.AWAITING_SECOND)
    for who in filter(None, PEOPLE):
        sign_in(who)  # before any savepoint, which would take the session back
    before, found = everything(), {}
    for step, (door, sent) in FORMS.items():
        for who in PEOPLE:
            point = transaction.savepoint()
            answer = browser(who, sign_in).post(page(update, door), sent | {"version": update.version})
            if (after := everything()) == before:
                found[step, who] = "refused"
                assert answer.status_code in (200, 302, 403, 404), (step, who)
                assert answer.status_code != 302 or who in (None, "nobody"), (step, who)
            else:
                found[step, who] = "done" if answer.status_code == 302 else f"[{answer.status_code}]"
                assert after["history"] != before["history"], (step, who)
            transaction.savepoint_rollback(point)
    rule = ReviewRule.ANOTHER_ORGANISATION.value
    assert found == {
        (step, who): "done" if expected(step, state, who or "", rule) == "done" else "refused"
        for step in FORMS
        for who in PEOPLE
    }


# --- Bulk


def test_bulk_change_has_no_field_of_an_update() -> None:
    assert set(BulkForm.base_fields) == {"version", "owner", "add_contributors", "update_due_on", "ask", "reason"}


@pytest.mark.parametrize("state", UpdateState.values)
def test_bulk_change_leaves_updates_as_they_are(world: World, sign_in: SignIn, state: str) -> None:
    update = update_in(world, state, two=False)
    item, before = Item.objects.get(pk=update.item_id), rows(Update)
    sent = {
        "rows": f"{item.pk}:{item.version}",
        "act": "apply",
        "owner": world.organisations[0].pk,
        "ask": "Is there news?",
        # What no bulk page carries.
        "state": "published",
        "level": "implemented",
        "update": update.pk,
    }
    answer = sign_in("staff").post(reverse("admin:tracker_item_bulk"), sent)
    assert [str(changed) for changed in answer.context["changed"]] == [str(item)]
    assert rows(Update) == before


# --- Imports


@pytest.mark.parametrize("state", UpdateState.values)
def test_import_touches_no_update_that_is_there(world: World, state: str) -> None:
    update = update_in(world, state, two=False)
    before, root = rows(Update), world.actor("root")
    batch = upload_document(QUESTIONNAIRE.encode(), "replies.txt", alliance="home", actor=root, at=NOW)
    accept_import(batch, actor=root, at=NOW)
    after = rows(Update)
    assert after[: len(before)] == before
    new = Update.objects.filter(pk__gt=max(row["id"] for row in before))
    assert new.exists()
    assert {(row.perspective, row.level, row.origin) for row in new} == {(Perspective.STATE, "", Origin.SOURCE)}
    assert Update.objects.get(pk=update.pk).state == state


@pytest.mark.parametrize("perspective", [Perspective.ALLIANCE, Perspective.MEMBER_NGO])
@pytest.mark.parametrize("name", ["staff", "system"])
def test_source_does_not_speak_for_the_alliance(world: World, name: str, perspective: str) -> None:
    before = everything()
    with pytest.raises(InvalidValue, match="never for the alliance"):
        record_from_source(
            world.items[0],
            organisation=world.organisations[4],
            perspective=perspective,
            dated="2017-10",
            done={"en": "All is done."},
            remains={},
            document=world.document,
            place="Question 1",
            translation="draft",
            source_key="replies/1",
            actor=SYSTEM if name == "system" else world.actor(name),
            at=NOW,
        )
    assert everything() == before


# --- Commands


def test_no_command_acts_as_somebody() -> None:
    ours = {name for name, app in get_commands().items() if app == "tracker"}
    assert ours >= {entry.name for entry in pkgutil.iter_modules(commands.__path__)}
    told = {}
    for name in ours:
        parser = load_command_class("tracker", name).create_parser("manage.py", name)
        own = {option for action in parser._actions for option in action.option_strings}
        told[name] = own & {"--as", "--actor", "--user", "--by", "--publish", "--state", "--level"}
    # Who answers for a restore is named; it touches no update.
    assert {name: options for name, options in told.items() if options} == {
        "record_restore": {"--as"},
        "restore": {"--as"},
    }


@pytest.mark.django_db
def test_demo_performs_its_script_by_the_same_acts() -> None:
    imported(demo=True)
    updates = Update.objects.filter(alliance__slug="demo").exclude(origin=Origin.SOURCE)
    assert updates.exists()
    wrong = {}
    for update in updates:
        told = HistoryEntry.objects.filter(object_kind=Update.KIND, object_uuid=update.uuid).order_by("sequence")
        acts = list(told.values_list("action", flat=True))
        begun = acts[0] in ("draft_update", "correct_update")
        published = update.state == UpdateState.PUBLISHED
        by_another = update.publisher_id not in (None, update.author_id) if published else True
        if not (begun and by_another and (not published or {"submit_update", "publish_update"} <= set(acts))):
            wrong[update.pk] = acts
    assert wrong == {}
