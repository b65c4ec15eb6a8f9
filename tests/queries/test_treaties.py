"""Treaties with their dated events."""

import datetime as dt
from typing import Any

from tests import factories as make
from tests.conftest import NOW, World
from tracker.actions.history import Act
from tracker.models import Treaty, TreatyEvent
from tracker.permissions import SYSTEM
from tracker.queries.treaties import treaty_events


def treaty(code: str, position: int) -> Treaty:
    named = {name: make.texts(f"{name} {code}") for name in ("title", "short_title", "depositary")}
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        return act.add(Treaty(code=code, position=position, **named))


def event(alliance: Any, of: Treaty, kind: str, on: str, **values: Any) -> TreatyEvent:
    evidence = make.EvidenceFactory(alliance=alliance, title=f"Record of {kind}")
    row = TreatyEvent(
        alliance=alliance, treaty=of, event=kind, on=on, evidence=evidence, source_key=f"{of.code}-{kind}", **values
    )
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        return act.add(row)


def test_treaty_events_are_grouped_and_in_order_of_time(world: World, django_assert_num_queries: Any) -> None:
    second, first, without = treaty("b", 2), treaty("a", 1), treaty("c", 3)
    in_force = event(world.alliance, first, "in_force", "2013-09")
    reported = event(world.alliance, first, "report_due", "2012")
    signed = event(world.alliance, first, "signed", "2012-10-01")
    other = event(world.alliance, second, "ratified", "2008")
    event(world.alliance, without, "signed", "2001", archived_on=dt.date(2026, 1, 1))
    event(world.other_alliance, without, "ratified", "2002")

    with django_assert_num_queries(1):
        found = treaty_events(world.alliance)

    assert found == [(first, [signed, reported, in_force]), (second, [other])]
