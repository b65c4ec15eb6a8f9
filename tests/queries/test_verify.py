"""verify: whatever is changed behind the history's back is found and named."""

from collections.abc import Callable

import pytest
from django.db import connection

from tests.conftest import World
from tracker.models import HistoryEntry, guards
from tracker.queries.verify import Verdict, verify


@pytest.fixture
def tampered(world: World) -> Callable[[str], Verdict]:
    """Run SQL as someone who can switch the guards off, and verify."""
    world.published()

    def run(*statements: str) -> Verdict:
        guards.remove(connection)
        with connection.cursor() as cursor:
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


def test_level_changed_in_the_lists_alone_is_found(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tracker_itemstate SET level = 'implemented' WHERE item_id = %s", [world.items[0].pk])
    assert "level is 'implemented' in the lists and 'not_assessed' in the item" in messages(verify())


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


def test_withdrawn_values_are_counted_and_no_fault(tampered: Callable[..., Verdict]) -> None:
    verdict = tampered("DELETE FROM tracker_historyvalue WHERE field = 'done'")
    assert verdict.faults == []
    assert verdict.withdrawn > 0
