"""The one door: what an act writes, what it refuses, and what stays when it fails."""

import datetime as dt
import hashlib
import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import ConnectionDoesNotExist

from tests import factories as make
from tests.actions.asserting import actors, last_entry, opened, refuses
from tests.conftest import LAW, NOW, STUDY, World, content, everything
from tracker.actions import items as item_acts
from tracker.actions import progress
from tracker.actions.history import Act
from tracker.choices import Level, Perspective
from tracker.errors import Conflict, InvalidValue, Refusal
from tracker.lib.canonical import canonical, commitment, parse_time, time_text
from tracker.models import TRACKED_MODELS, HistoryEntry, HistoryValue, Item, ItemState, Organisation, Update
from tracker.models.items import STATE_FIELDS
from tracker.permissions import SYSTEM
from tracker.queries.verify import verify

HOUR = dt.timedelta(hours=1)


def act(action: str = "test", *, at: dt.datetime = NOW, **values: Any) -> Act:
    return Act(action, actor=SYSTEM, at=at, **values)


def entries() -> list[HistoryEntry]:
    return list(HistoryEntry.objects.order_by("id"))


def log(name: str) -> list[HistoryEntry]:
    return list(HistoryEntry.objects.filter(log=name).order_by("sequence"))


# --- The chain


def test_every_log_is_a_chain_of_its_own_from_one(world: World) -> None:
    world.published()
    logs = {entry.log for entry in entries()}
    assert logs == {"installation", str(world.alliance.uuid), str(world.other_alliance.uuid)}

    for name in logs:
        previous = "0" * 64
        for number, entry in enumerate(log(name), start=1):
            assert (entry.epoch, entry.sequence) == (1, number)
            assert json.loads(entry.payload)["previous"] == previous
            assert entry.hash == hashlib.sha256(entry.payload.encode()).hexdigest()
            previous = entry.hash


def test_payload_is_canonical_and_its_columns_repeat_it(world: World) -> None:
    update = world.published()

    for entry in entries():
        payload = json.loads(entry.payload)
        assert canonical(payload) == entry.payload
        assert payload.keys() == {
            "version", "log", "epoch", "sequence", "time", "action", "object", "request", "commitments", "previous"
        }  # fmt: skip
        assert (payload["version"], payload["log"], payload["epoch"], payload["sequence"]) == (
            1,
            entry.log,
            entry.epoch,
            entry.sequence,
        )
        assert (payload["time"], payload["action"]) == (entry.time, entry.action)
        assert payload["object"] == [entry.object_kind, str(entry.object_uuid)]
        assert payload["request"] == str(entry.request_id)
    assert HistoryEntry.objects.filter(object_kind="update", object_uuid=update.uuid).count() == 3


def test_commitments_recompute_from_the_openings_and_nothing_else_is_in_the_payload(world: World) -> None:
    world.published()

    for entry in entries():
        values = HistoryValue.objects.filter(entry=entry.pk)
        made = {
            row.field: commitment(bytes(row.salt), row.field, json.loads(row.old), json.loads(row.new))
            for row in values
        }
        assert made == json.loads(entry.payload)["commitments"]
        assert all(canonical(json.loads(text)) == text for row in values for text in (row.old, row.new))
    salts = [bytes(salt) for salt in HistoryValue.objects.values_list("salt", flat=True)]
    assert {len(salt) for salt in salts} == {32}
    assert len(set(salts)) == len(salts)


def test_who_and_why_are_openings(world: World) -> None:
    anna, first = world.actor("anna"), world.organisations[0]
    draft = world.draft()
    progress.discard_update(draft, reason="Тест", actor=anna, at=NOW)

    assert opened(last_entry()) == {
        "@actor": (None, {"uuid": str(world.users["anna"].uuid), "name": anna.name}),
        "@organisation": (None, {"uuid": str(first.uuid), "name": "Organisation first"}),
        "@role": (None, ["coordinator"]),
        "@label": (None, str(draft)),
        "@reason": (None, "Тест"),
        "state": ("draft", "discarded"),
    }
    assert anna.name not in last_entry().payload


def test_one_entry_for_each_changed_object_and_one_request_for_the_act(world: World) -> None:
    before = len(entries())

    with act("rename") as running:
        for organisation in world.organisations[:3]:
            running.change(organisation, country="RU")
            running.change(organisation, country="KZ")
        running.change(world.organisations[3], country="")

    new = entries()[before:]
    assert [entry.object_uuid for entry in new] == [row.uuid for row in world.organisations[:3]]
    assert {entry.request_id for entry in new} == {running.request_id}
    assert {entry.action for entry in new} == {"rename"}
    assert opened(new[0])["country"] == ("", "KZ")


def test_no_entry_where_nothing_changed(world: World) -> None:
    before = everything()
    organisation = world.organisations[0]

    with act() as running:
        assert running.change(organisation, country="", name=make.texts("Organisation first")) is False
        assert running.change(world.items[0], contributors=[]) is False

    assert everything() == before
    assert organisation.version == 1


def test_no_entry_where_a_change_was_taken_back(world: World) -> None:
    organisation, before = world.organisations[0], len(entries())

    with act() as running:
        assert running.change(organisation, country="RU") is True
        assert running.change(organisation, country="") is True

    assert len(entries()) == before


def test_what_is_added_and_changed_in_one_act_is_told_once(world: World) -> None:
    before = len(entries())

    with act() as running:
        new = running.add(Organisation(code="new", kind="ngo", name={"en": "New"}))
        running.change(new, country="RU")

    [entry] = entries()[before:]
    assert opened(entry)["country"] == (None, "RU")
    assert new.version == 2


def test_derived_columns_have_no_history(world: World) -> None:
    point, before = world.items[0].recommendation, len(entries())

    with act() as running:
        running.derive(point, slug="c-one")

    point.refresh_from_db()
    assert (point.slug, len(entries())) == ("c-one", before)


def test_values_are_told_as_they_are_stored(world: World) -> None:
    with act() as running:
        running.change(world.items[0], update_due_on="2026-06-01", level=Level.ANNOUNCED)

    assert opened(last_entry())["update_due_on"] == (None, "2026-06-01")
    assert world.items[0].update_due_on == dt.date(2026, 6, 1)
    assert not verify().faults


# --- Time


def test_time_never_runs_back_within_a_log(world: World) -> None:
    with act(at=NOW + HOUR) as running:
        running.change(world.items[0], update_due_on=dt.date(2026, 6, 1))
    with act(at=NOW) as running:
        running.change(world.items[0], update_due_on=dt.date(2026, 6, 2))
    with act(at=NOW + 2 * HOUR) as running:
        running.change(world.items[0], update_due_on=dt.date(2026, 6, 3))

    times = [parse_time(entry.time) for entry in log(str(world.alliance.uuid))[-3:]]
    assert times == [NOW + HOUR, NOW + HOUR, NOW + 2 * HOUR]


def test_time_of_one_log_says_nothing_about_another(world: World) -> None:
    with act(at=NOW + HOUR) as running:
        running.change(world.items[0], update_due_on=dt.date(2026, 6, 1))
    with act(at=NOW) as running:
        running.change(world.other_item, update_due_on=dt.date(2026, 6, 1))

    assert last_entry().time == time_text(NOW)


def test_act_without_time_zone_is_refused(world: World) -> None:
    with refuses(TypeError), act(at=NOW.replace(tzinfo=None)) as running:
        running.change(world.items[0], update_due_on=dt.date(2026, 6, 1))


# --- All or nothing


def test_act_that_fails_leaves_nothing(world: World) -> None:
    with refuses(ZeroDivisionError), act() as running:
        running.add(Organisation(code="new", kind="ngo", name={"en": "New"}))
        running.change(world.items[0], contributors=world.organisations[:2], update_due_on=NOW.date())
        running.derive(world.items[0].recommendation, slug="x")
        raise ZeroDivisionError


def test_act_inside_another_is_refused(world: World) -> None:
    with refuses(RuntimeError, "inside another"), act("outer") as outer:
        outer.change(world.organisations[0], country="RU")
        with act("inner") as inner:
            inner.change(world.organisations[1], country="KZ")


def test_act_may_begin_after_one_that_failed(world: World) -> None:
    with refuses(ZeroDivisionError), act():
        raise ZeroDivisionError
    with act() as running:
        assert running.change(world.organisations[0], country="RU")


def test_act_may_begin_after_a_transaction_that_could_not(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    locked = act()
    monkeypatch.setattr(locked, "_atomic", transaction.atomic(using="no such database"))
    with refuses(ConnectionDoesNotExist), locked:
        pass
    with act() as running:
        assert running.change(world.organisations[0], country="RU")


def test_change_of_what_another_act_changed_since_is_refused(world: World) -> None:
    stale = Item.objects.get(pk=world.items[0].pk)
    with act() as first:
        first.change(first.lock(world.items[0]), update_due_on=dt.date(2026, 6, 1))
    with refuses(Conflict), act() as second:
        second.change(stale, verify_by=dt.date(2026, 7, 1))


def test_lock_takes_the_act_no_further_back_than_the_last_entry(world: World) -> None:
    with act(at=NOW + dt.timedelta(days=3)) as later:
        later.change(world.items[0], update_due_on=dt.date(2026, 6, 1))
    with act(at=NOW) as earlier:
        earlier.lock(world.items[1])
        assert earlier.at == NOW + dt.timedelta(days=3)


# --- Logs


def test_installation_and_alliances_have_logs_apart(world: World) -> None:
    with act() as running:
        running.change(world.other_item, update_due_on=NOW.date())
        running.change(world.items[0], update_due_on=NOW.date())
        running.change(world.organisations[0], country="RU")
        running.change(world.alliance, country="RU")

    alliances = sorted([str(world.alliance.uuid), str(world.other_alliance.uuid)])
    written = HistoryEntry.objects.filter(request_id=running.request_id).order_by("id")
    assert {(entry.log, entry.object_kind) for entry in written} == {
        ("installation", "organisation"),
        (str(world.alliance.uuid), "item"),
        (str(world.alliance.uuid), "alliance"),
        (str(world.other_alliance.uuid), "item"),
    }
    # Locked and written in one order whatever the act touched first: two such acts cannot wait for each other.
    assert list(dict.fromkeys(entry.log for entry in written)) == ["installation", *alliances]
    assert not verify().faults


def test_an_act_larger_than_one_batch_is_one_chain(world: World) -> None:
    before = len(entries())

    with act() as running:
        for number in range(170):
            running.add(Organisation(code=f"many-{number}", kind="ngo", name={"en": f"Organisation {number}"}))

    assert len(entries()) == before + 170
    assert [opened(entry)["code"][1] for entry in entries()[-3:]] == ["many-167", "many-168", "many-169"]
    assert not verify().faults


# --- Locking


def test_lock_reads_again_and_refuses_another_version(world: World) -> None:
    stale = Item.objects.get(pk=world.items[0].pk)
    with act() as running:
        running.change(world.items[0], update_due_on=NOW.date())

    with act() as running:
        held = running.lock(stale, version=2)
        assert held.update_due_on == NOW.date()
    with refuses(Conflict), act() as running:
        running.lock(stale, version=stale.version)


# --- Item states


def assert_states_tell_the_items(world: World) -> None:
    """Each item has one state now, equal to the item; states before it meet without a gap and follow the log."""
    for item in Item.objects.all():
        states = list(ItemState.objects.filter(item=item).order_by("from_sequence"))
        own = [entry for entry in log(str(item.alliance.uuid)) if entry.object_uuid == item.uuid]
        assert [state.to_sequence for state in states] == [*(state.from_sequence for state in states[1:]), None]
        assert states[0].from_sequence == own[0].sequence
        assert {state.alliance_id for state in states} == {item.alliance_id}
        assert {name: getattr(states[-1], name) for name in STATE_FIELDS} == {
            name: getattr(item, name) for name in STATE_FIELDS
        }
        assert [shown(state) for state in states] == replayed(own, [state.from_sequence for state in states])


SHOWN = ("level", "lifecycle", "disputed", "state_level")


def shown(state: ItemState) -> dict[str, Any]:
    owner = str(state.owner.uuid) if state.owner else None
    due = state.update_due_on.isoformat() if state.update_due_on else None
    return {name: getattr(state, name) for name in SHOWN} | {"owner": owner, "update_due_on": due}


def replayed(own: list[HistoryEntry], sequences: list[int]) -> list[dict[str, Any]]:
    """Return what the log says of an item at each of the `sequences`."""
    now: dict[str, Any] = dict.fromkeys((*SHOWN, "owner", "update_due_on"))
    at: dict[int, dict[str, Any]] = {}
    for entry in own:
        now = now | {name: new for name, (_, new) in opened(entry).items() if name in now}
        at[entry.sequence] = now
    return [at[sequence] for sequence in sequences]


def random_acts(world: World, chance: random.Random) -> list[Callable[[dt.datetime], Any]]:
    """Return acts on random things by random people; most are refused."""
    people = list(actors(world).values())
    item = chance.choice(world.items)
    update = chance.choice(list(Update.objects.filter(alliance=world.alliance)) or [None])
    written = content(
        level=chance.choice(["", *Level.values]),
        perspective=chance.choice(Perspective.values),
        closes_item=chance.random() < 0.1,
        new_evidence=chance.choice([(LAW,), (LAW, STUDY), ()]),
        search_note={"en": "We asked."},
    )
    who = chance.choice(people)
    target = chance.choice(["not_applicable", "superseded", "reopened"])
    acts: list[Callable[[dt.datetime], Any]] = [
        lambda at: progress.draft_update(item, written, actor=world.actor(chance.choice(["anna", "boris"])), at=at),
        lambda at: item_acts.assign_item(item, owner=chance.choice(world.organisations), actor=who, at=at),
        lambda at: item_acts.assign_item(item, update_due_on=at.date(), actor=SYSTEM, at=at),
        lambda at: item_acts.set_lifecycle(item, target, reason={"en": "Because."}, actor=SYSTEM, at=at),
    ]
    if update is not None:
        acts += [
            lambda at: progress.submit_update(update, actor=world.actor("anna"), at=at),
            lambda at: progress.submit_update(update, actor=world.actor("boris"), at=at),
            lambda at: progress.publish_update(update, actor=world.actor("boris"), at=at, independence_note="Apart."),
            lambda at: progress.publish_update(update, actor=world.actor("clara"), at=at, independence_note="Apart."),
            lambda at: progress.publish_update(update, actor=who, at=at, independence_note="Apart."),
            lambda at: progress.return_update(update, reason="Why?", actor=world.actor("clara"), at=at),
            lambda at: progress.edit_draft(update, written, actor=world.actor("anna"), at=at),
            lambda at: progress.correct_update(update, written, actor=who, at=at),
        ]
    return acts


@pytest.mark.parametrize("seed", range(3))
def test_after_any_acts_the_record_is_as_its_history_says(world: World, seed: int) -> None:
    chance = random.Random(seed)
    done = refused = 0

    for _ in range(110):
        at = NOW + chance.randint(-3, 30) * HOUR
        step = chance.choice(random_acts(world, chance))
        before = len(entries())
        try:
            step(at)
            done += 1
        except Refusal:
            refused += 1
            assert len(entries()) == before

    assert done > 20
    assert refused > 20
    assert ItemState.objects.exclude(to_sequence=None).count() >= 5
    assert_states_tell_the_items(world)
    assert verify().faults == []


# --- What the database refuses


def refusing(world: World) -> dict[str, tuple[Any, dict[str, Any], str]]:
    """Return one act for each kind of constraint: (record, values, its message)."""
    published = world.published()
    draft = world.draft(world.items[1])
    anna, olga, boris = (world.users[name] for name in ("anna", "olga", "boris"))
    first, second = world.organisations[:2]
    twin = make.OrganisationFactory(code="twin")
    point, other_point = world.items[0].recommendation, world.items[1].recommendation
    evidence = published.evidence.get()
    boris_draft = world.draft(world.items[1], by="boris")
    return {
        "column": (twin, {"code": "first"}, "Organisation with this Code already exists."),
        "reference": (
            other_point,
            {"reference": point.reference, "slug": "x"},
            "This document already has a point with this reference.",
        ),
        "reason": (world.items[0], {"lifecycle": "superseded"}, "Give the reason for this lifecycle."),
        "draft": (
            boris_draft,
            {"organisation": first},
            "Your organisation already has an open draft on this item. Finish or discard it first.",
        ),
        "publisher": (
            draft,
            {"publisher": anna, "publisher_organisation": second},
            "Nobody publishes their own update.",
        ),
        "organisations": (
            draft,
            {"publisher": olga, "publisher_organisation": first},
            "Another organisation than the author's publishes an update.",
        ),
        "third": (
            draft,
            {"publisher": boris, "second_publisher": boris},
            "The second reviewer is neither the author nor the first reviewer.",
        ),
        "published": (draft, {"state": "published"}, "A published update names who published it and when."),
        "source": (draft, {"origin": "source"}, "An update from the source proposes no level."),
        "address": (
            evidence,
            {"document": world.document},
            "Give either a web address or a document of the catalogue, not both.",
        ),
        "scheme": (evidence, {"address": "ftp://example.org"}, "A web address starts with https:// or http://."),
        "archived": (evidence, {"archived_address": "x"}, "A web address starts with https:// or http://."),
        "role": (
            world.alliance.memberships.get(user=olga, role="reviewer"),
            {"role": "coordinator"},
            "This person already has this role in this alliance.",
        ),
        "item": (world.items[1], {"recommendation": point}, "This alliance already follows this point."),
    }


def test_what_the_database_refuses_is_said_in_the_words_of_the_constraint(world: World) -> None:
    found = {}
    table = refusing(world)
    before = everything()
    for name, (record, values, _) in table.items():
        with pytest.raises(InvalidValue) as caught, act() as running:
            running.change(running.lock(record), **values)
        found[name] = str(caught.value)
        assert everything() == before

    assert found == {name: message for name, (_, _, message) in table.items()}


def test_every_closed_list_is_closed_in_the_database_too(world: World) -> None:
    """Past the checks of the fields, straight to the table: even then nothing unknown gets in."""
    update = world.published()
    make.ComponentFactory(recommendation=world.items[0].recommendation)
    assert update.evidence.exists()
    tried = 0
    for model in TRACKED_MODELS:
        for constraint in model._meta.constraints:
            if not constraint.name.endswith("_known") or not model._base_manager.exists():
                continue
            field = next(name for name, _ in constraint.condition.children)
            values = {field.removesuffix("__in"): "unheard of"}
            if model is Item:
                values["lifecycle_reason"] = {"en": "A reason"}
            with pytest.raises(IntegrityError, match=constraint.name), transaction.atomic():
                model._base_manager.update(**values)
            tried += 1
    assert tried >= 14


def test_references_are_never_used_twice_in_a_document(world: World) -> None:
    point = world.items[0].recommendation
    with act() as running:
        running.change(point, archived_on=NOW.date())

    with refuses(InvalidValue, "This document already has a point with this reference."):
        make.RecommendationFactory(section=point.section, reference=point.reference, slug="another")
    with refuses(InvalidValue, "Recommendation with this Document and Slug already exists."):
        make.RecommendationFactory(section=point.section, reference="c-1")


def test_names_of_fields_and_kinds_fit_their_columns() -> None:
    # PostgreSQL refuses what is too long; SQLite takes it.
    assert max(len(name) for model in TRACKED_MODELS for name in model.TRACKED) <= 40
    assert max(len(model.KIND) for model in TRACKED_MODELS) <= 30
