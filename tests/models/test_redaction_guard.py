"""A value of the history goes when a redaction that names its place is done, and in no other way."""

import pytest
from django.db import DatabaseError, transaction

from tests.conftest import NOW, World
from tracker.actions.history import Act
from tracker.models import HistoryEntry, HistoryValue, Redaction
from tracker.permissions import SYSTEM
from tracker.queries.verify import verify


def redaction(world: World, places: list[list[object]], **values: object) -> Redaction:
    item = world.items[0]
    told = {"log": str(world.alliance.uuid), "object_kind": item.KIND, "object_uuid": item.uuid}
    with Act("propose_redaction", actor=SYSTEM, at=NOW) as act:
        return act.add(
            Redaction(alliance=world.alliance, field="level", ground="child", places=places, **told | values)
        )


def carry_out(proposed: Redaction, **values: object) -> None:
    with Act("carry_out_redaction", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(proposed), state="done", **values)


def place(world: World) -> tuple[HistoryEntry, HistoryValue]:
    entry = HistoryEntry.objects.filter(object_uuid=world.items[0].uuid)[0]
    return entry, HistoryValue.objects.get(entry=entry.pk, field="level")


def left(*values: HistoryValue) -> int:
    return HistoryValue.objects.filter(pk__in=[value.pk for value in values]).count()


def test_done_redaction_takes_away_exactly_what_it_names(world: World) -> None:
    entry, value = place(world)
    others = HistoryValue.objects.exclude(pk=value.pk).count()

    proposed = redaction(world, [[entry.sequence, "level"]])
    assert left(value) == 1
    told = HistoryValue.objects.count()
    carry_out(proposed)

    assert left(value) == 0
    assert HistoryValue.objects.count() > told > others
    verdict = verify()
    assert (verdict.faults, verdict.withdrawn) == ([], 1)


def test_place_in_another_log_is_left_alone(world: World) -> None:
    entry, value = place(world)
    carry_out(redaction(world, [[entry.sequence, "level"]], log="installation"))
    assert left(value) == 1


def test_value_that_no_done_redaction_names_stays(world: World) -> None:
    entry, value = place(world)
    redaction(world, [[entry.sequence, "level"]])

    for chosen in (HistoryValue.objects.filter(pk=value.pk), HistoryValue.objects.all()):
        with pytest.raises(DatabaseError, match=r"append-only|not authorized"), transaction.atomic():
            chosen.delete()

    assert left(value) == 1
