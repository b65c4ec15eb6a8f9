"""Everything that the dated pages of an alliance rest on, as plain values: read live, or of a past day."""

from copy import deepcopy
from dataclasses import asdict
from typing import Any

from tests.conftest import World
from tracker.choices import Flag, Lifecycle
from tracker.filters import filter_states
from tracker.models import Evidence, Item, Organisation
from tracker.models.base import texts
from tracker.models.items import STATE_FIELDS
from tracker.queries import figures, summary
from tracker.queries.asof import Past
from tracker.queries.components import parts_of
from tracker.queries.disputes import dispute_of
from tracker.queries.history import lines
from tracker.queries.items import contributors_of, current, find_item, flags_of
from tracker.queries.organisations import part_in
from tracker.queries.outlines import followed, outline, states_of
from tracker.queries.progress import bearing_on, corrections_of, latest, published, voices
from tracker.queries.treaties import treaty_events
from tracker.queries.withholding import public_parts


def seen(world: World, when: dict[str, Any]) -> dict[str, Any]:
    """Return what the pages read; `when` is the day (`today`) and, for one that is over, its `past`.

    Some of it is read on every other day or every third only, the same days each time: a history has several.
    """
    alliance, past = world.alliance, when.get("past")
    states, documents = list(current(alliance, **when)), followed(alliance, past=past)
    counts = figures.followed_documents(alliance, **when)
    turn = when["today"].toordinal()
    return {
        "states": [_state(state) for state in states],
        "visibility": {state.item_id: state.item.visibility for state in states},
        "figures": asdict(figures.standing(figures.groups(alliance, **when))),
        "again": asdict(figures.standing(map(figures.group_of, states))),
        "documents": [(row.code, counts[row.pk]) for row in documents],
        "outline": [heading.holds for heading in outline(documents[0], states_of(alliance, documents[0], **when))]
        if documents
        else [],
        "latest": [(row.pk, row.item_id) for row in latest(alliance, 6, past=past)],
        "lists": _lists(world, when) if turn % 3 == 0 else {},
        "rows": _rows(states, when) if turn % 3 == 1 else [],
        "items": {state.item_id: _item(world, state.item, when) for state in states if (state.item_id + turn) % 2 == 0},
        "parts": {row.code: _part(world, row, when) for row in world.organisations[:1] if turn % 3 == 2},
        "treaties": [
            (treaty.code, [(row.event, row.on, texts(row.note), _source(row.evidence)) for row in events])
            for treaty, events in treaty_events(alliance, past=past)
        ],
    }


def _state(state: Any) -> tuple[Any, ...]:
    return (state.item_id, *(getattr(state, name) for name in STATE_FIELDS), [flag.value for flag in flags_of(state)])


def _lists(world: World, when: dict[str, Any]) -> dict[str, Any]:
    asked: list[dict[str, Any]] = [
        {"flag": [Flag.EVIDENCE_LOST, Flag.DISPUTED, Flag.STALE], "lifecycle": [*Lifecycle.values]},
        {"level": ["under_way", "implemented"], "document": "doc"},
    ]
    found = {}
    for params in asked:
        form, states = filter_states(world.alliance, params, when["today"], past=when.get("past"))
        found[str(params)] = [state.item_id for state in states] if form.form.is_valid() else form.in_words()
    return found | {"choices": str([form.filters[name].extra["choices"] for name in ("document", "section")])}


def _rows(states: list[Any], when: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of the export, without keys that a state of its own has."""
    rows = summary.rows([state.pk for state in states], public=True, **when)
    return [
        {name: str(value) for name, value in row.items() if name != "pk"}
        | {"flags": [row[f"flag_{flag}"] for flag in Flag]}
        for row in rows
    ]


def _item(world: World, item: Item, when: dict[str, Any]) -> dict[str, Any] | None:
    past: Past | None = when.get("past")
    point = item.recommendation
    found = find_item(world.alliance, point.document.code, point.slug, past=past)
    if found is None:
        return None
    updates = published(found, past=past)
    corrected = corrections_of(updates, past=past)
    moved = {key for key, later in corrected.items() if later.item_id != found.pk}
    said = voices(update for update in reversed(updates) if update.pk not in moved)
    dispute = dispute_of(found, said)
    headline = next((update for update in updates if update.pk == found.headline_id), None)
    history = lines([found, *updates], public=True)
    return {
        "withheld": found.withheld,
        "visibility": found.visibility,
        "reason": texts(found.lifecycle_reason),
        "point": found.dispute_point,
        "note": texts(found.dispute_note),
        "contributors": [row.code for row in contributors_of(found, past=past)],
        "updates": [_update(row) for row in updates],
        "corrected": {key: (row.pk, row.item.archived_on) for key, row in corrected.items()},
        "voices": [row.pk for row in said],
        "dispute": dispute and ([side.pk for side in dispute.sides], dispute.point, texts(dispute.note)),
        "headline": headline and headline.pk,
        "parts": [
            (part.component.letter, part.verdict.value, part.not_applicable)
            for part in public_parts(found, parts_of(found, headline, past=past))
        ],
        "bearings": [(row.update_id, texts(row.reason)) for row in bearing_on(found, past=past)],
        "history": sum(past is None or line.sequence <= past.sequence for line in history),
    }


def _update(update: Any) -> dict[str, Any]:
    return {
        "pk": update.pk,
        "withheld": update.withheld,
        "done": texts(update.done),
        "corrects": update.corrects and (update.corrects_id, update.corrects.item.archived_on),
        "evidence": [_source(row) for row in update.evidence.all()],
        "requests": [
            (row.pk, row.sent_on, row.due_on, row.reminded_on, row.answered_on, row.quality, row.withdrawn_on)
            for row in update.requests.all()
        ],
        "bears_on": [
            (row.item_id, texts(row.reason))
            for row in update.bears_on.all()
            if not row.archived_on and not row.item.archived_on and not row.item.recommendation.archived_on
        ],
    }


def _source(entry: Any) -> tuple[Any, ...]:
    return entry.pk, entry.withheld, entry.title, entry.dead_since, entry.archived_address


def _part(world: World, organisation: Organisation, when: dict[str, Any]) -> dict[str, Any]:
    part = part_in(world.alliance, organisation, **when)
    return {
        "member": part.member,
        "owned": [state.item_id for state in part.owned],
        "contributed": [state.item_id for state in part.contributed],
        "borne": [state.item_id for state in part.borne],
        "updates": [(row.pk, row.item_id) for row in part.updates],
    }


REDACTED = "This text was redacted."
_WITHHELD: list[Any] = ["withheld"]


def under_todays_rules(then: dict[str, Any], now: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what was read then and what is read now of that day, both without what one of them may not tell.

    Visibility and withholding are today's, a redacted text and a copy that was taken away are gone: only these may make
    a difference.
    """
    sides = deepcopy(then), deepcopy(now)
    _unlink(sides[0], set(Evidence.objects.filter(archived_address="").values_list("pk", flat=True)))
    updates = {row["pk"] for side in sides for row in _updates(side) if row["withheld"]}
    sources = {row[0] for side in sides for row in _sources(side) if row[1]}
    items = {key for side in sides for key, item in side["items"].items() if item and item["withheld"]}
    moved = {key for key, told in then["visibility"].items() if told != now["visibility"].get(key)}
    for side in sides:
        del side["visibility"]
        for update in _updates(side):
            update["evidence"] = [row if row[0] not in sources else row[0] for row in update["evidence"]]
            if update["pk"] in updates:
                update |= dict.fromkeys(("done", "evidence", "requests", "bears_on", "withheld"), _WITHHELD)
        for key, item in side["items"].items():
            if item is not None:
                _withhold(item, key in items, updates)
        for part in side["parts"].values():
            for name in ("owned", "contributed"):
                part[name] = [key for key in part[name] if key not in moved]
            part["updates"] = [row for row in part["updates"] if row[1] not in moved]
        side["treaties"] = [
            (code, [row if row[3][0] not in sources else row[:3] for row in events])
            for code, events in side["treaties"]
        ]
        hidden = ["item__visibility", *(("last_done", "last_withheld", "sources") if updates or sources else ())]
        side["rows"] = [{name: value for name, value in row.items() if name not in hidden} for row in side["rows"]]
    for key, item in sides[1]["items"].items():
        before = sides[0]["items"].get(key)
        if before and REDACTED in item["reason"].values():
            before["reason"] = item["reason"]
    return sides


def _unlink(side: dict[str, Any], gone: set[int]) -> None:
    """Take the copies of the sources in `gone` out of what was read: what was taken away since is linked no more."""

    def without(row: tuple[Any, ...]) -> tuple[Any, ...]:
        return (*row[:4], "") if row[0] in gone else row

    for update in _updates(side):
        update["evidence"] = [without(row) for row in update["evidence"]]
    side["treaties"] = [(code, [(*row[:3], without(row[3])) for row in events]) for code, events in side["treaties"]]


def _updates(side: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for item in side["items"].values() if item for row in item["updates"]]


def _sources(side: dict[str, Any]) -> list[tuple[Any, ...]]:
    events = [row[3] for _code, rows in side["treaties"] for row in rows]
    return events + [row for update in _updates(side) for row in update["evidence"]]


def _withhold(item: dict[str, Any], withheld: bool, updates: set[int]) -> None:
    item["visibility"] = ""
    item["bearings"] = [row for row in item["bearings"] if row[0] not in updates]
    if withheld:
        item["withheld"], item["reason"], item["note"] = True, {}, {}
        item["parts"] = [(letter, verdict, bool(reason)) for letter, verdict, reason in item["parts"]]
        item["dispute"] = item["dispute"] and item["dispute"][:2]
