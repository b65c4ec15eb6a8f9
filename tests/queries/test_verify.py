"""verify: whatever is changed behind the history's back is found and named."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection

from tests import factories as make
from tests.conftest import NOW, World
from tests.verifying import checkpoint
from tracker.actions.items import assign_item
from tracker.lib.sqlite import as_owner
from tracker.models import HistoryEntry, Item, guards
from tracker.models.history import INSTALLATION
from tracker.queries.verify import Verdict, verify


@pytest.fixture
def tampered(world: World) -> Callable[[str], Verdict]:
    """Run SQL as someone who can switch the guards off, and verify."""
    world.published()

    def run(*statements: str) -> Verdict:
        with as_owner(connection), connection.cursor() as cursor:
            guards.remove(connection)
            for statement in statements:
                cursor.execute(statement)
            guards.install(connection)
        return verify()

    return run


def messages(verdict: Verdict) -> str:
    return "\n".join(map(str, verdict.faults))


def test_untouched_record_has_no_faults_and_one_head_a_log(world: World) -> None:
    world.published()
    verdict = verify()
    assert verdict.faults == []
    assert {log for log, *_ in verdict.heads} == {
        "installation",
        str(world.alliance.uuid),
        str(world.other_alliance.uuid),
    }
    assert verdict.entries == HistoryEntry.objects.count()


def test_level_changed_by_plain_sql_is_found_and_the_row_named(world: World) -> None:
    world.published()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tracker_item SET level = 'implemented' WHERE id = %s", [world.items[0].pk])
    found = messages(verify())
    assert f"item doc C(1) ({world.items[0].uuid}): level is 'implemented' in the table and 'under_way'" in found


def test_column_added_later_holds_its_default_until_the_history_tells_of_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(
            Item, "TRACKED", tuple(name for name in Item.TRACKED if name not in ("disputed", "contributors"))
        )
        older = make.ItemFactory(alliance=world.alliance)
    assert verify().faults == []

    with connection.cursor() as cursor:
        cursor.execute("UPDATE tracker_item SET disputed = %s WHERE id = %s", [True, older.pk])

    assert f"({older.uuid}): disputed is True in the table and False in the history (entry –)" in messages(verify())


def test_level_changed_in_the_lists_alone_is_found(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tracker_itemstate SET level = 'implemented' WHERE item_id = %s", [world.items[0].pk])
    assert "level is 'implemented' in the lists and 'not_assessed' in the history" in messages(verify())


def test_row_smuggled_in_is_found(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tracker_item_contributors (item_id, organisation_id) VALUES (%s, %s)",
            [world.items[0].pk, world.organisations[0].pk],
        )
    assert "contributors is" in messages(verify())


def test_row_deleted_from_a_tracked_table_is_found(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM tracker_membership WHERE user_id = %s", [world.users["clara"].pk])
    assert "the row is in the history and not in the table" in messages(verify())


# What to do to a log → what the verifier says of it.
TAMPERING = {
    "UPDATE tracker_historyentry SET payload = replace(payload, 'publish', 'return')": "does not match its hash",
    "UPDATE tracker_historyentry SET action = 'return_update'": "the column action says",
    "UPDATE tracker_historyentry SET time = '2020-01-01T00:00:00.000000Z'": "the column time says",
    "DELETE FROM tracker_historyentry WHERE action = 'submit_update'": "entries are missing before it",
    "UPDATE tracker_historyvalue SET new = '\"implemented\"' WHERE field = 'level'": "its commitment",
    "UPDATE tracker_historyvalue SET entry = entry + 1000000 WHERE field = 'level'": "it belongs to no entry",
}


@pytest.mark.parametrize("statement", TAMPERING)
def test_tampering_with_the_log_is_found(tampered: Callable[..., Verdict], statement: str) -> None:
    assert TAMPERING[statement] in messages(tampered(statement))


def test_cut_tail_shows_in_the_tables(tampered: Callable[..., Verdict], world: World) -> None:
    last = HistoryEntry.objects.filter(log=str(world.alliance.uuid)).latest("sequence")
    verdict = tampered(
        f"DELETE FROM tracker_historyvalue WHERE entry = {last.pk}",  # noqa: S608
        f"DELETE FROM tracker_historyentry WHERE id = {last.pk}",  # noqa: S608
    )
    assert "in the table and" in messages(verdict)


def test_value_that_is_gone_without_a_redaction_is_a_fault(tampered: Callable[..., Verdict]) -> None:
    verdict = tampered("DELETE FROM tracker_historyvalue WHERE field = 'done'")
    assert verdict.withdrawn == len(verdict.faults) > 0
    assert "the value of done is gone and no redaction accounts for it" in messages(verdict)


MOVED = ("membership", "item", "update", "evidence", "itemstate")


@pytest.mark.parametrize("table", MOVED)
def test_row_moved_to_another_alliance_is_found(tampered: Callable[..., Verdict], world: World, table: str) -> None:
    verdict = tampered(
        f"UPDATE tracker_{table} SET alliance_id = {world.other_alliance.pk} "  # noqa: S608
        f"WHERE id = (SELECT max(id) FROM tracker_{table} WHERE alliance_id = {world.alliance.pk})"
    )
    assert f"{world.other_alliance.uuid} in the table and to {world.alliance.uuid}" in messages(verdict)


def test_past_state_changed_is_found(tampered: Callable[..., Verdict]) -> None:
    verdict = tampered("UPDATE tracker_itemstate SET level = 'implemented' WHERE to_sequence IS NOT NULL")
    assert "level is 'implemented' in the lists and 'not_assessed' in the history" in messages(verdict)


def test_interval_changed_is_found(tampered: Callable[..., Verdict]) -> None:
    verdict = tampered("UPDATE tracker_itemstate SET from_sequence = 999999 WHERE to_sequence IS NOT NULL")
    assert "one goes from 999999" in messages(verdict)


def test_forged_level_that_a_later_act_wrote_over_is_found(world: World) -> None:
    world.published()
    with connection.cursor() as cursor:
        for table, column in (("item", "id"), ("itemstate", "item_id")):
            cursor.execute(
                f"UPDATE tracker_{table} SET level = 'partly_implemented' WHERE {column} = %s",  # noqa: S608
                [world.items[0].pk],
            )
    world.published(level="announced", period_to="2026-03")
    assert "it says that level was 'partly_implemented'; the history before it says 'under_way'" in messages(verify())


DEEP = "[" * 100_000
# Whatever stands in the database, the verifier says where it is instead of failing itself.
UNREADABLE = {
    "UPDATE tracker_historyvalue SET new = '1.5' WHERE field = 'level'": "does not match its commitment",
    "UPDATE tracker_historyvalue SET old = 'NaN' WHERE field = 'level'": "does not match its commitment",
    "UPDATE tracker_historyvalue SET new = '{' WHERE field = 'level'": "does not match its commitment",
    "UPDATE tracker_historyentry SET payload = 'я' || payload": "does not match its hash",
    "UPDATE tracker_historyentry SET payload = '[]'": "the payload cannot be read",
    "UPDATE tracker_historyentry SET payload = '5'": "the payload cannot be read",
    "UPDATE tracker_historyentry SET payload = ''": "the payload cannot be read",
    "UPDATE tracker_historyentry SET payload = '" + DEEP + "'": "the payload cannot be read",  # noqa: S608
    "UPDATE tracker_historyvalue SET new = '" + DEEP + "' WHERE field = 'level'": "does not match its commitment",  # noqa: S608
    "UPDATE tracker_organisation SET name = '" + DEEP + "'": "in the table",  # noqa: S608
    "UPDATE tracker_organisation SET name = 'Tampered'": "name is {'und': 'Tampered'} in the table",
    "UPDATE tracker_organisation SET name = '[1]'": "in the table",
    "UPDATE tracker_item SET lifecycle_reason = 'plain text'": "lifecycle_reason is {'und': 'plain text'}",
}


@pytest.mark.parametrize("statement", UNREADABLE, ids=range(len(UNREADABLE)))
def test_unreadable_value_is_a_fault_with_its_place(tampered: Callable[..., Verdict], statement: str) -> None:
    verdict = tampered(statement)
    assert UNREADABLE[statement] in messages(verdict)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL refuses a text that is no UUID")
@pytest.mark.parametrize(
    "value",
    ["x'ff00'", "'no uuid'"],
)
@pytest.mark.parametrize(
    "column",
    [
        *(f"tracker_historyentry.{name}" for name in ("object_uuid", "time", "epoch", "sequence", "payload", "hash")),
        *(f"tracker_historyvalue.{name}" for name in ("salt", "old", "new", "field")),
        "tracker_item.uuid",
    ],
)
def test_value_of_another_type_is_a_fault(tampered: Callable[..., Verdict], column: str, value: str) -> None:
    table, name = column.split(".")
    verdict = tampered(f"UPDATE {table} SET {name} = {value} WHERE id = (SELECT max(id) FROM {table})")  # noqa: S608
    assert messages(verdict)


def test_value_gone_from_two_entries_in_a_row_breaks_nothing_else(
    tampered: Callable[..., Verdict], world: World
) -> None:
    for organisation in world.organisations[:2]:
        assign_item(world.items[1], owner=organisation, actor=world.actor("staff"), at=NOW)
    verdict = tampered("DELETE FROM tracker_historyvalue WHERE field = 'owner'")
    assert {fault.message for fault in verdict.faults} == {
        "the value of owner is gone and no redaction accounts for it"
    }


def test_checkpoints_tell_how_far_each_log_is_covered(world: World) -> None:
    log = str(world.alliance.uuid)
    kept = checkpoint(log)
    world.published()
    verdict = verify(kept=[kept, checkpoint(INSTALLATION, 2)])
    assert (verdict.faults, verdict.covered) == ([], {log: kept.size, INSTALLATION: 2})


@pytest.mark.parametrize("wrong", [{"size": 10_000}, {"head": "0" * 64}, {"epoch": 2}, {"log": "gone"}])
def test_checkpoint_that_does_not_fit_is_a_fault(world: World, wrong: dict[str, Any]) -> None:
    kept = replace(checkpoint(str(world.alliance.uuid)), **wrong)
    assert ["checkpoint" in fault.message for fault in verify(kept=[kept]).faults] == [True]
