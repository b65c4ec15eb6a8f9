"""What the history keeps of a row: the same whether asked one by one or for a whole table."""

import datetime as dt

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories as make
from tests.conftest import LAW, NOW, STUDY, World
from tracker.actions import organisations
from tracker.actions.items import assign_item, exclude_component
from tracker.actions.requests import draft_request
from tracker.actions.safeguarding import take_down
from tracker.actions.statements import add_bearing
from tracker.models import (
    TRACKED_MODELS,
    DocumentImport,
    Invitation,
    Quotation,
    Redaction,
    Restore,
    Treaty,
    TreatyEvent,
)
from tracker.models.history import INSTALLATION
from tracker.permissions import SYSTEM
from tracker.queries.snapshots import log_of, rows, snapshot, value_of


def fill(world: World) -> None:
    """Put at least one row into every tracked table."""
    component = make.ComponentFactory(recommendation=world.items[0].recommendation, letter="a")
    update = world.published(components={"a": "met"}, new_evidence=(LAW, STUDY), verify_by=dt.date(2027, 1, 1))
    reason = {"en": "A reason", "ru": "Причина"}
    exclude_component(world.items[0], component, reason=reason, actor=SYSTEM, at=NOW)
    add_bearing(update, world.items[1], reason=reason, actor=SYSTEM, at=NOW)
    assign_item(
        world.items[0],
        owner=world.organisations[0],
        contributors=world.organisations[1:3],
        update_due_on=dt.date(2026, 6, 1),
        actor=SYSTEM,
        at=NOW,
    )
    organisations.end_membership(world.alliance.memberships.all()[0], actor=SYSTEM, at=NOW, reason="Left")
    make.RelationFactory(source=world.items[0].recommendation)
    make.SectionFactory(document=world.document, parent=world.document.sections.get())
    take_down(update, reason="A name", actor=world.actor("boris"), at=NOW)
    draft_request(
        world.items[0],
        world.organisations[4],
        subject="About it",
        letter="Dear Minister",
        language="en",
        actor=world.actor("boris"),
        at=NOW,
    )
    with make.Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.add(
            Invitation(
                alliance=world.alliance,
                organisation=world.organisations[0],
                roles=["coordinator"],
                email="new@example.org",
                token_hash="0" * 64,
                invited_by=world.users["staff"],
                expires_at=NOW,
            )
        )
        treaty = act.add(Treaty(code="t", title=reason, short_title=reason, depositary=reason))
        evidence = update.evidence.all()[0]
        act.add(
            TreatyEvent(
                alliance=world.alliance, treaty=treaty, event="signed", on="2012", evidence=evidence, source_key="k"
            )
        )
        act.change(world.items[0].recommendation, themes=["online", "media"], deadline="2013", wording="Its words")
        act.add(Quotation(alliance=world.alliance, update=update, text="Its words", line=7))
        act.add(DocumentImport(file_name="a.txt", size=1, sha256="0" * 64, layout="country_report", edits={"d 1": "x"}))
        lost = {"lost_epoch": 1, "lost_size": 9, "lost_head": "0" * 64}
        act.add(Restore(kept_size=1, kept_head="0" * 64, lost_log=INSTALLATION, **lost))
        act.add(
            Redaction(
                alliance=world.alliance,
                log=str(world.alliance.uuid),
                object_kind=update.KIND,
                object_uuid=update.uuid,
                field="done",
                ground="child",
            )
        )


def test_rows_tell_of_every_table_what_snapshot_tells_of_each_row(world: World) -> None:
    fill(world)

    for model in TRACKED_MODELS:
        one_by_one = [(str(row.uuid), log_of(row), snapshot(row)) for row in model._base_manager.order_by("pk")]
        assert one_by_one
        assert list(rows(model)) == one_by_one


def test_rows_take_the_same_queries_for_more_rows(world: World) -> None:
    for model in TRACKED_MODELS:
        with CaptureQueriesContext(connection) as queries:
            list(rows(model))
        assert len(queries) <= 1 + len(model._meta.local_many_to_many)


def test_snapshot_holds_plain_values(world: World) -> None:
    first, second = world.organisations[:2]
    item = assign_item(
        world.items[0], contributors=[second, first], update_due_on=dt.date(2026, 6, 1), actor=SYSTEM, at=NOW
    )

    assert snapshot(item) == {
        "recommendation": str(item.recommendation.uuid),
        "level": "not_assessed",
        "level_since": None,
        "headline": None,
        "owner": None,
        "duty_bearer": str(world.organisations[4].uuid),
        "contributors": sorted([str(first.uuid), str(second.uuid)]),
        "lifecycle": "open",
        "lifecycle_reason": {},
        "update_due_on": "2026-06-01",
        "verify_by": None,
        "last_update_on": None,
        "disputed": False,
        "state_level": "",
        "state_level_on": "",
        "update_asked_on": None,
        "update_asked_note": "",
        "dispute_point": "",
        "dispute_note": {},
        "visibility": "named",
        "withheld": False,
        "archived_on": None,
    }
    assert snapshot(item, ("level", "update_due_on")) == {"level": "not_assessed", "update_due_on": "2026-06-01"}
    assert value_of(world.document, "title") == make.texts("The whole title of doc")
    assert value_of(world.published(), "published_at") == "2026-03-02T09:00:00.000000Z"


def test_log_of_is_the_alliances_own_or_the_installations(world: World) -> None:
    update = world.published()
    home = str(world.alliance.uuid)

    assert log_of(world.alliance) == log_of(world.items[0]) == log_of(update) == log_of(update.evidence.get()) == home
    assert log_of(world.alliance.memberships.all()[0]) == home
    assert log_of(world.other_item) == str(world.other_alliance.uuid)
    assert {log_of(record) for record in (world.document, world.organisations[0], world.users["anna"])} == {
        "installation"
    }
    assert log_of(world.items[0].recommendation) == "installation"
