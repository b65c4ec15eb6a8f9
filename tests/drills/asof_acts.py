"""Random acts on a small alliance, and everything that its pages rest on: for the drill of past days.

An act is drawn as its name and a number, from which whatever else it needs follows: the same numbers are the same acts.
"""

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

from django.db import transaction

from tests import factories as make
from tests.conftest import LAW, STUDY, World, content
from tracker.actions.evidence import record_dead_link
from tracker.actions.history import Act
from tracker.actions.items import (
    archive_item,
    assign_item,
    exclude_component,
    lifecycles_from,
    name_dispute,
    open_items,
    restore_item,
    set_item_visibility,
    set_lifecycle,
)
from tracker.actions.progress import (
    correct_update,
    discard_update,
    draft_update,
    publish_update,
    return_update,
    submit_update,
)
from tracker.actions.requests import answer_request, draft_request, remind_request, send_request
from tracker.actions.safeguarding import take_down
from tracker.actions.statements import add_bearing, record_from_source
from tracker.choices import Level, Perspective, PointAtIssue, ReplyQuality, UpdateState, Visibility
from tracker.errors import Refusal
from tracker.lib.dates import day_in
from tracker.models import (
    Bearing,
    Document,
    Evidence,
    HistoryEntry,
    HistoryValue,
    Item,
    Redaction,
    Request,
    Treaty,
    TreatyEvent,
    Update,
)
from tracker.permissions import SYSTEM

WRITERS = {"anna": "boris", "olga": "boris", "boris": "clara"}
COORDINATORS = tuple(WRITERS)


class Draw:
    """The world at one moment, and what chance chooses in it."""

    def __init__(self, world: World, number: int, at: dt.datetime) -> None:
        self.world, self.at, self.chance = world, at, random.Random(number)

    def one(self, rows: Any) -> Any:
        """Return one of `rows`. Raises Refusal where there is none: nothing happens then."""
        known = list(rows)
        if not known:
            raise Refusal("there is nothing to choose from")
        return self.chance.choice(known)

    def item(self, **conditions: Any) -> Item:
        """Return an item of the alliance that is not archived."""
        found = Item.objects.filter(alliance=self.world.alliance, archived_on=None, **conditions)
        return self.one(found.order_by("pk"))  # type: ignore[no-any-return]

    def update(self, *states: str) -> Update:
        found = Update.objects.filter(alliance=self.world.alliance, state__in=states).order_by("pk")
        return self.one(found)  # type: ignore[no-any-return]

    def words(self, of: str) -> dict[str, str]:
        return make.texts(f"{of} number {self.chance.randrange(10**9)}")

    @property
    def today(self) -> dt.date:
        return day_in(self.world.alliance.time_zone, self.at)

    def content(self, **values: Any) -> Any:
        level = self.one(["", *Level.values])
        perspective = self.one([Perspective.ALLIANCE, Perspective.ALLIANCE, *Perspective.values])
        given: dict[str, Any] = {
            "period_to": (self.today - dt.timedelta(days=self.chance.randrange(60))).isoformat()[:7],
            "done": self.words("Done"),
            "search_note": self.words("Searched"),
            "level": level,
            "perspective": perspective,
            "new_evidence": (LAW, STUDY),
            "closes_item": self.chance.random() < 0.08,
        }
        letters = Request.objects.filter(alliance=self.world.alliance, sent_on__isnull=False).order_by("pk")
        if letters and "item" in values:
            given["requests"] = [row for row in letters if row.item_id == values["item"].pk][:1]
        return content(**given | {name: value for name, value in values.items() if name != "item"})

    def staff(self) -> dict[str, Any]:
        return {"actor": self.world.actor("staff"), "at": self.at}


def do(world: World, name: str, number: int, at: dt.datetime) -> bool:
    """Let the act called `name` happen as `number` has it, and tell whether it did; what is refused leaves no trace."""
    try:
        with transaction.atomic():
            ACTS[name](Draw(world, number, at))
    except Refusal:
        return False
    return True


def _draft(draw: Draw, by: str, item: Item) -> Update:
    return draft_update(item, draw.content(item=item), actor=draw.world.actor(by), at=draw.at)


def _begin(draw: Draw) -> None:
    by = draw.one(COORDINATORS)
    draft = _draft(draw, by, draw.item())
    if draw.chance.random() < 0.6:
        submit_update(draft, actor=draw.world.actor(by), at=draw.at)


def _author(draw: Draw, update: Update) -> str:
    return str(update.author.username) if update.author else "anna"


def _submit(draw: Draw) -> None:
    update = draw.update(UpdateState.DRAFT, UpdateState.RETURNED)
    submit_update(update, actor=draw.world.actor(_author(draw, update)), at=draw.at)


def _return(draw: Draw) -> None:
    update = draw.update(UpdateState.SUBMITTED, UpdateState.AWAITING_SECOND)
    reviewer = draw.world.actor(WRITERS[_author(draw, update)])
    return_update(update, reason="Name the source.", actor=reviewer, at=draw.at)


def _discard(draw: Draw) -> None:
    update = draw.update(UpdateState.DRAFT, UpdateState.RETURNED)
    discard_update(update, reason="Begun twice.", actor=draw.world.actor(_author(draw, update)), at=draw.at)


def _publish(draw: Draw, update: Update | None = None) -> None:
    given = update or draw.update(UpdateState.SUBMITTED, UpdateState.AWAITING_SECOND)
    for name in ("boris", "clara", "olga"):
        if given.state == UpdateState.PUBLISHED:
            return
        try:
            given = publish_update(
                given, actor=draw.world.actor(name), at=draw.at, independence_note="They do not cite each other."
            )
        except Refusal:
            continue


def _publish_at_once(draw: Draw) -> None:
    by = draw.one(COORDINATORS)
    draft = _draft(draw, by, draw.item())
    _publish(draw, submit_update(draft, actor=draw.world.actor(by), at=draw.at))


def _correct(draw: Draw) -> None:
    told, by = draw.update(UpdateState.PUBLISHED), draw.one(COORDINATORS)
    actor = draw.world.actor(by)
    draft = correct_update(told, draw.content(perspective=told.perspective), actor=actor, at=draw.at)
    _publish(draw, submit_update(draft, actor=actor, at=draw.at))


def _assign(draw: Draw) -> None:
    members = list(draw.world.alliance.members.order_by("pk"))
    values = {
        "owner": draw.one([None, *members]),
        "contributors": draw.chance.sample(members, draw.chance.randrange(len(members))),
        "update_due_on": draw.today + dt.timedelta(days=draw.chance.randrange(60)),
        "duty_bearer": draw.one([None, draw.world.organisations[4]]),
    }
    chosen = draw.chance.sample(sorted(values), draw.chance.randrange(1, 4))
    assign_item(draw.item(), **draw.staff(), **{name: values[name] for name in chosen})


def _lifecycle(draw: Draw) -> None:
    item = draw.item()
    set_lifecycle(item, draw.one(lifecycles_from(item.lifecycle)), reason=draw.words("Reason"), **draw.staff())


def _archive(draw: Draw) -> None:
    archive_item(draw.item(), reason="Followed twice.", **draw.staff())


def _restore(draw: Draw) -> None:
    archived = draw.world.alliance.items.exclude(archived_on=None).order_by("pk")
    restore_item(draw.one(archived), reason="It was not.", **draw.staff())


def _dispute(draw: Draw) -> None:
    name_dispute(draw.item(disputed=True), draw.one(PointAtIssue.values), note=draw.words("Note"), **draw.staff())


def _visibility(draw: Draw) -> None:
    set_item_visibility(draw.item(), draw.one(Visibility.values), reason="At risk.", **draw.staff())


def _take_down(draw: Draw) -> None:
    thing = draw.one([draw.item, lambda: draw.update(UpdateState.PUBLISHED), lambda: draw.one(_evidence(draw))])()
    take_down(thing, reason="It names a child.", actor=draw.world.actor("anna"), at=draw.at)


def _evidence(draw: Draw) -> Any:
    return Evidence.objects.filter(alliance=draw.world.alliance).order_by("pk")


def _dead_link(draw: Draw) -> None:
    since = draw.one([None, draw.today, draw.today - dt.timedelta(days=40)])
    copy = draw.one([None, None, "", "https://archive.example.org/1"])
    record_dead_link(draw.one(_evidence(draw)), since=since, archived_address=copy, **draw.staff())


def _exclude(draw: Draw) -> None:
    item = draw.item()
    component = draw.one(item.recommendation.components.order_by("pk"))
    exclude_component(item, component, reason=draw.words("Reason"), **draw.staff())


def _bear(draw: Draw) -> None:
    add_bearing(draw.update(UpdateState.PUBLISHED), draw.item(), reason=draw.words("Because"), **draw.staff())


def _unbear(draw: Draw) -> None:
    bearing = draw.one(Bearing.objects.filter(archived_on=None).order_by("pk"))
    with Act("import_catalogue", actor=SYSTEM, at=draw.at) as act:
        act.change(act.lock(bearing), archived_on=draw.today)


def _source(draw: Draw) -> None:
    told = Update.objects.filter(origin="source", corrections=None).order_by("pk")
    record_from_source(
        draw.item(),
        organisation=draw.world.organisations[4],
        perspective=Perspective.STATE,
        dated="2025",
        done=draw.words("Reply"),
        remains={},
        document=draw.world.document,
        place="page 3",
        translation="draft",
        source_key=str(draw.chance.randrange(10**12)),
        corrects=draw.one([None, *told]),
        **draw.staff(),
    )


def _letter(draw: Draw) -> None:
    letter = draft_request(
        draw.item(), draw.world.organisations[4], subject="A letter", letter="We ask.", language="en", **draw.staff()
    )
    send_request(letter, sent_on=draw.today, due_on=draw.today + dt.timedelta(days=30), **draw.staff())


def _answer(draw: Draw) -> None:
    letter = draw.one(Request.objects.filter(alliance=draw.world.alliance).order_by("pk"))
    if draw.chance.random() < 0.5:
        remind_request(letter, reminded_on=draw.today, due_on=draw.today + dt.timedelta(days=30), **draw.staff())
    quality = draw.one([value for value in ReplyQuality.values if value != ReplyQuality.NONE])
    answer_request(letter, quality=quality, answered_on=draw.today, reply="Yes.", **draw.staff())


def _open(draw: Draw) -> None:
    open_items(draw.world.alliance, draw.one(Document.objects.order_by("pk")), **draw.staff())


def _members(draw: Draw) -> None:
    with Act("change_alliance", actor=SYSTEM, at=draw.at) as act:
        held = act.lock(draw.world.alliance)
        members = draw.world.organisations[: draw.chance.randrange(3, 5)]
        act.change(held, members=members)


def _treaty(draw: Draw) -> None:
    with Act("import_catalogue", actor=SYSTEM, at=draw.at) as act:
        event = draw.one([None, *TreatyEvent.objects.order_by("pk")])
        on = f"{draw.chance.randrange(1990, 2026)}"
        if event is not None:
            archived = draw.one([None, None, draw.today])
            act.change(act.lock(event), on=on, note=draw.words("Note"), archived_on=archived)
            return
        act.add(
            TreatyEvent(
                alliance=draw.world.alliance,
                treaty=Treaty.objects.get(),
                event="ratified",
                on=on,
                evidence=draw.one(_evidence(draw)),
                source_key=str(draw.chance.randrange(10**12)),
            )
        )


def _redact(draw: Draw) -> None:
    """Take the reason of an item's lifecycle out of the record and of its history, wherever it stands."""
    item = draw.one(Item.objects.exclude(lifecycle_reason="").filter(alliance=draw.world.alliance).order_by("pk"))
    entries = dict(HistoryEntry.objects.filter(object_uuid=item.uuid).values_list("pk", "sequence"))
    values = HistoryValue.objects.filter(entry__in=entries, field="lifecycle_reason")
    places = [[entries[value.entry], value.field] for value in values.order_by("entry")]
    with Act("propose_redaction", actor=SYSTEM, at=draw.at) as act:
        redaction = Redaction(
            alliance=item.alliance,
            log=str(item.alliance.uuid),
            object_kind=item.KIND,
            object_uuid=item.uuid,
            field="lifecycle_reason",
            ground="child",
        )
        act.add(redaction)
    with Act("carry_out_redaction", actor=SYSTEM, at=draw.at) as act:
        act.erase(act.lock(item), lifecycle_reason={"en": "This text was redacted."})
        act.change(act.lock(redaction), state="done", places=places)


ACTS: dict[str, Callable[[Draw], None]] = {
    "publish_at_once": _publish_at_once,
    "begin": _begin,
    "submit": _submit,
    "return": _return,
    "discard": _discard,
    "publish": _publish,
    "correct": _correct,
    "assign": _assign,
    "lifecycle": _lifecycle,
    "archive": _archive,
    "restore": _restore,
    "dispute": _dispute,
    "visibility": _visibility,
    "take_down": _take_down,
    "dead_link": _dead_link,
    "exclude": _exclude,
    "bear": _bear,
    "unbear": _unbear,
    "source": _source,
    "letter": _letter,
    "answer": _answer,
    "open": _open,
    "members": _members,
    "treaty": _treaty,
    "redact": _redact,
}
# What happens more often, as most of the rest rests on it.
OFTEN = ("publish_at_once",) * 10 + ("assign", "lifecycle", "dispute", "correct") * 2
