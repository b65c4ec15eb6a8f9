"""The index follows the record in the same act: what goes out of sight is found no more, what comes back is."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection

from tests import factories as make
from tests.actions.asserting import refuses
from tests.conftest import LAW, NOW, World
from tests.queries.test_search import found
from tests.test_filters import point
from tracker.actions.history import Act
from tracker.actions.items import archive_item, restore_item
from tracker.actions.redactions import carry_out_redaction, propose_redaction
from tracker.actions.safeguarding import release_hold, take_down
from tracker.actions.search import is_empty, rebuild
from tracker.choices import Perspective, Role, TextRights
from tracker.filters import filter_states
from tracker.lib.dates import day_in
from tracker.models import Evidence, Quotation, Record, SearchText, Update
from tracker.models import search as index
from tracker.permissions import SYSTEM
from tracker.queries.asof import end_of
from tracker.queries.verify import verify

SAID = {"en": "Possession is lawful.", "ru": "Хранение законно."}


@pytest.fixture
def update(world: World) -> Update:
    """A published update on C(1), resting on the law of the gazette."""
    world.users["lena"] = make.UserFactory(username="lena")
    lead = {"user": world.users["lena"], "organisation": world.organisations[1], "role": Role.SAFEGUARDING}
    make.MembershipFactory(alliance=world.alliance, **lead)
    return world.published(done=SAID)


def indexed() -> bytes:
    """Return what the index of the database holds, whatever the rows say. FTS5 leaves out shared beginnings."""
    source = f"block FROM {index.INDEX}_data" if connection.vendor == "sqlite" else f"words::text FROM {index.TABLE}"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {source}")
        rows = [row[0] for row in cursor.fetchall()]
    return b"".join(row.encode() if isinstance(row, str) else bytes(row) for row in rows)


def down(world: World, thing: Any) -> None:
    take_down(thing, reason="It may name a child.", actor=world.actor("olga"), at=NOW)


def released(world: World, thing: Any) -> None:
    hold = thing.holds.get()
    for name in ("lena", "clara"):
        hold = release_hold(hold, reason="It names nobody.", actor=world.actor(name), at=NOW)


def test_take_down_takes_it_out_at_once_and_a_release_puts_it_back(world: World, update: Update) -> None:
    assert found(world, "possession") == ["C(1)"] == found(world, "gazette")

    down(world, update)
    assert found(world, "possession") == [] == found(world, "gazette")

    released(world, update)
    assert found(world, "possession") == ["C(1)"] == found(world, "gazette")


def test_source_that_is_taken_down_leaves_the_words_of_its_updates(world: World, update: Update) -> None:
    source = update.evidence.get()
    world.published(world.items[1], evidence=[source], new_evidence=())
    assert found(world, "gazette") == ["C(1)", "C(2)"]

    down(world, source)
    assert (found(world, "gazette"), found(world, "possession")) == ([], ["C(1)"])

    released(world, source)
    assert found(world, "gazette") == ["C(1)", "C(2)"]


def test_flagged_text_that_is_held_is_not_found(world: World, update: Update) -> None:
    world.submitted(world.items[2], done={"en": "Write to the family at her.mother@example.com."})

    assert found(world, "mother") == []
    assert not SearchText.objects.filter(item=world.items[2]).exists()


def test_archived_item_is_not_found_until_it_is_brought_back(world: World, update: Update) -> None:
    staff = {"actor": world.actor("staff"), "at": NOW, "reason": "Entered twice."}
    archive_item(update.item, **staff)
    assert found(world, "possession") == []

    restore_item(update.item, **staff)
    assert found(world, "possession") == ["C(1)"]


def test_redaction_takes_its_words_out(world: World, update: Update) -> None:
    redaction = propose_redaction(update, "done", ground="child", actor=world.actor("anna"), at=NOW)
    carry_out_redaction(redaction, actor=world.actor("lena"), at=NOW)

    assert found(world, "possession") == [] == found(world, "хранение")
    assert found(world, "gazette") == ["C(1)"]
    assert not any("possession" in row.words or "хранение" in row.words for row in SearchText.objects.all())


def test_index_of_the_database_forgets_what_was_deleted_once_it_is_read_anew(world: World, update: Update) -> None:
    said = world.published(world.items[1], done={"en": "Qxzplugh is lawful."})
    assert b"xzplugh" in indexed()
    down(world, said)

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            assert b"xzplugh" in indexed()
            index.rebuild(cursor)

    assert b"xzplugh" not in indexed()


def test_what_was_published_later_is_not_found_on_a_past_day(world: World, update: Update) -> None:
    later = NOW + dt.timedelta(days=1)
    world.published(world.items[1], done={"en": "Possession was forbidden."}, at=later)
    day = day_in(world.alliance.time_zone, NOW)
    past = end_of(world.alliance, day)

    _form, then = filter_states(world.alliance, {"words": "possession"}, day, past=past)
    assert [state.item for state in then] == [world.items[0]]
    assert found(world, "possession") == ["C(1)", "C(2)"]
    _form, then = filter_states(world.alliance, {"words": "possession c(1)"}, day, past=past)
    assert [state.item for state in then] == [world.items[0]]

    down(world, update)
    _form, then = filter_states(world.alliance, {"words": "possession"}, day, past=past)
    assert list(then) == []


@pytest.mark.parametrize("perspective", [value for value in Perspective.values if value != Perspective.STATE])
def test_every_perspective_is_found(world: World, perspective: str) -> None:
    make_update(world, perspective)

    assert found(world, "lawful") == ["C(2)"]


def make_update(world: World, perspective: str) -> Record:
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        return act.add(
            Update(
                alliance=world.alliance,
                item=world.items[1],
                organisation=world.organisations[4],
                perspective=perspective,
                origin="source",
                period_to="2017",
                done=SAID,
                state="published",
                published_at=NOW,
                place_document=world.document,
                source_key=perspective,
            )
        )


def test_reply_in_its_own_words_is_for_members_unless_the_document_may_show_it(world: World) -> None:
    told = make_update(world, Perspective.STATE)
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.add(Quotation(alliance=world.alliance, update=told, text="We replied at once."))

    def asked(**who: Any) -> list[Any]:
        _form, states = filter_states(world.alliance, {"words": "replied"}, NOW.date(), **who)
        return [state.item for state in states]

    assert (asked(), asked(internal=True)) == ([], [world.items[1]])
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(world.document), text_rights=TextRights.FREE)
    assert asked() == [world.items[1]]


def test_act_that_fails_leaves_the_index_as_it_was(world: World) -> None:
    recommendation = world.items[0].recommendation
    with refuses(ZeroDivisionError), Act("import_catalogue", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(recommendation), title={"en": "Lighthouse"})
        raise ZeroDivisionError
    assert found(world, "lighthouse") == []


def test_point_that_is_worded_anew_is_found_by_its_new_words_only(world: World) -> None:
    with Act("import_catalogue", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(world.items[0].recommendation), summary={"en": "Lighthouse"})

    assert (found(world, "lighthouse"), found(world, "summary")) == (["C(1)"], ["C(2)", "C(3)"])
    assert verify().faults == []


# --- Written anew


def test_rebuild_finds_nothing_to_do_after_acts(world: World, update: Update) -> None:
    point(world, wording="Every village. " * 300, summary={})

    assert rebuild(dry_run=True).differed == 0
    assert (rebuild().differed, is_empty()) == (0, False)


def test_rebuild_puts_right_what_was_written_past_the_acts(world: World, update: Update) -> None:
    kept = list(
        SearchText.objects.order_by("pk").values("recommendation", "update", "item", "quoted", "words", "stems")
    )
    SearchText.objects.filter(recommendation=world.items[0].recommendation).delete()
    SearchText.objects.filter(recommendation=world.items[1].recommendation).update(words="wrong", stems="wrong")
    SearchText.objects.create(
        update=update, item=update.item, alliance=world.alliance, quoted=True, words="x", stems="x"
    )
    Evidence.objects.filter(pk=update.evidence.get().pk).update(title=LAW.title)

    tried, done = rebuild(dry_run=True), rebuild()

    assert (tried.added, tried.changed, tried.taken) == (done.added, done.changed, done.taken) == (1, 1, 1)
    rows = SearchText.objects.values("recommendation", "update", "item", "quoted", "words", "stems")
    assert sorted(map(str, rows)) == sorted(map(str, kept))
    assert found(world, "title c(1)") == ["C(1)"]
    assert found(world, "wrong") == []


def test_index_that_is_younger_than_the_points_is_empty(world: World) -> None:
    SearchText.objects.all().delete()
    assert is_empty()
    assert rebuild().added == 3
    assert found(world, "summary") == ["C(1)", "C(2)", "C(3)"]
