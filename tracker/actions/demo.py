"""Performs the scripted history of an invented alliance: the same acts as people's, by an injected clock."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tracker.actions.catalogue import placed
from tracker.actions.evidence import NewEvidence, record_dead_link
from tracker.actions.history import Act
from tracker.actions.items import assign_item, assign_items, name_dispute, set_lifecycle
from tracker.actions.organisations import add_user
from tracker.actions.progress import (
    Content,
    correct_update,
    discard_update,
    draft_update,
    edit_draft,
    publish_update,
    return_update,
    submit_update,
)
from tracker.actions.requests import answer_request, draft_request, remind_request, send_request, withdraw_request
from tracker.choices import ReplyQuality
from tracker.errors import CatalogueError, InvalidValue, Refusal
from tracker.importer.demo import TEXTS, Step
from tracker.importer.workspace import Workspace
from tracker.models import Alliance, Item, Membership, Organisation, Request, Update, User
from tracker.permissions import Actor
from tracker.queries.letters import draft_letter
from tracker.queries.people import actor_for

FIRST_HOUR, HOURS = 7, 10


def begin(workspace: Workspace, at: dt.datetime) -> dt.datetime:
    """Return the moment before the first scripted act."""
    return at - dt.timedelta(days=max((step.days_ago for step in workspace.script), default=0) + 1)


def perform(workspace: Workspace, alliance: Alliance, *, actor: Actor, at: dt.datetime, password: str) -> None:
    """Create the people of the alliance and perform its script in order of time.

    Raises CatalogueError naming the step where the rules refuse one.
    """
    _Performance(workspace, alliance, actor, at, password).run()


class _Performance:
    def __init__(self, workspace: Workspace, alliance: Alliance, actor: Actor, at: dt.datetime, password: str) -> None:
        self.workspace, self.alliance, self.at = workspace, alliance, at
        self.organisations = {row.code: row for row in Organisation.objects.all()}
        self.users = self._people(actor, password)
        self.items: dict[str, Item] = {
            item.recommendation.reference: item
            for item in alliance.items.select_related("recommendation__document", "alliance")
        }
        self.updates: dict[str, Update] = {}
        self.contents: dict[str, Content] = {}
        self.letters: dict[str, Request] = {}

    def run(self) -> None:
        steps = {
            "assign": self._assign,
            "ask": self._ask,
            "lifecycle": self._lifecycle,
            "dispute": self._dispute,
            "letter": self._letter,
            "send": self._send,
            "remind": self._remind,
            "answer": self._answer,
            "withdraw": self._withdraw,
            "draft": self._draft,
            "edit": self._edit,
            "submit": self._submit,
            "return": self._return,
            "publish": self._publish,
            "discard": self._discard,
            "dead_link": self._dead_link,
        }
        for number, step in enumerate(self.workspace.script):
            try:
                steps[step.kind](step, self._actor(step.by), self._moment(step, number))
            except (Refusal, KeyError) as error:
                place = f"{step.key or step.values.get('reference', '')} {step.kind} {step.days_ago} days ago"
                reason = f"{error} is not known" if isinstance(error, KeyError) else str(error)
                raise CatalogueError(self.workspace.file, place, reason) from error

    def _people(self, actor: Actor, password: str) -> dict[str, User]:
        users = {}
        start = begin(self.workspace, self.at)
        for person in self.workspace.people:
            with placed(self.workspace.file, person["username"]):
                user = add_user(
                    person["username"],
                    password=password,
                    first_name=person["first_name"],
                    last_name=person["last_name"],
                    email=person["email"],
                    actor=actor,
                    at=self.at,
                )
                organisation = self.organisations[person["organisation"]]
                for role in person["roles"]:
                    self._give(user, organisation, role, actor, start)
            users[person["username"]] = user
        return users

    def _give(self, user: User, organisation: Organisation, role: str, actor: Actor, start: dt.datetime) -> None:
        """Give a role from the beginning.

        Not by `add_membership`: it holds the person's own log, the installation's, and no act is earlier than what a
        log it holds tells last. Somebody new has no sign-ins to end.
        """
        with Act("add_membership", actor=actor, at=start) as act:
            act.add(Membership(alliance=self.alliance, user=user, organisation=organisation, role=role))

    def _actor(self, username: str) -> Actor:
        return actor_for(self.users[username], self.alliance)

    def _moment(self, step: Step, number: int) -> dt.datetime:
        """Return a moment of a working day, later for each later step of the script, never after the present."""
        day = self.at - dt.timedelta(days=step.days_ago)
        hour = FIRST_HOUR + HOURS * number // len(self.workspace.script)
        return min(self.at, day.replace(hour=hour, minute=number % 60, second=0, microsecond=0))

    def _day(self, days_ago: int) -> dt.date:
        return (self.at - dt.timedelta(days=days_ago)).date()

    def _now(self, reference: str) -> Item:
        """Return the item as it is by now, after the steps before."""
        found = Item.objects.select_related("alliance", "recommendation__document", "recommendation__section")
        return found.get(pk=self.items[reference].pk)

    def _assign(self, step: Step, actor: Actor, at: dt.datetime) -> None:
        values: dict[str, Any] = {}
        if step.values["owner"]:
            values["owner"] = self.organisations[step.values["owner"]]
        if step.values["contributors"]:
            values["contributors"] = [self.organisations[code] for code in step.values["contributors"]]
        if step.values["update_due_in_days"] is not None:
            values["update_due_on"] = self._day(-step.values["update_due_in_days"])
        for reference in step.values["references"]:
            assign_item(self.items[reference], actor=actor, at=at, reason=step.values["reason"], **values)

    def _lifecycle(self, step: Step, actor: Actor, at: dt.datetime) -> None:
        item = self.items[step.values["reference"]]
        set_lifecycle(item, step.values["to"], reason=step.values["reason"], actor=actor, at=at)

    def _ask(self, step: Step, actor: Actor, at: dt.datetime) -> None:
        asked = [self._now(reference) for reference in step.values["references"]]
        done = assign_items([(item, item.version) for item in asked], ask=step.values["note"], actor=actor, at=at)
        for _item, reason in done.refused:
            raise InvalidValue(reason)

    def _dispute(self, step: Step, actor: Actor, at: dt.datetime) -> None:
        item = self._now(step.values["reference"])
        name_dispute(item, step.values["point"], note=step.values["note"], actor=actor, at=at)

    def _letter(self, step: Step, actor: Actor, at: dt.datetime) -> None:
        item, to = self._now(step.values["reference"]), self.organisations[step.values["to"]]
        language = step.values["language"]
        draft = draft_letter(item, to, Organisation.objects.get(pk=actor.organisation_id or 0), language=language)
        self.letters[step.key] = draft_request(
            item, to, subject=draft.subject, letter=draft.letter, language=language, actor=actor, at=at
        )

    def _send(self, step: Step, actor: Actor, at: dt.datetime) -> None:
        due = self._day(step.values["due_days_ago"])
        send_request(self.letters[step.key], sent_on=self._day(step.days_ago), due_on=due, actor=actor, at=at)

    def _remind(self, step: Step, actor: Actor, at: dt.datetime) -> None:
        due = self._day(step.values["due_days_ago"])
        remind_request(self.letters[step.key], reminded_on=self._day(step.days_ago), due_on=due, actor=actor, at=at)

    def _answer(self, step: Step, actor: Actor, at: dt.datetime) -> None:
        quality, reply = step.values["quality"], step.values["reply"]
        day = None if quality == ReplyQuality.NONE else self._day(step.days_ago)
        answer_request(self.letters[step.key], quality=quality, answered_on=day, reply=reply, actor=actor, at=at)

    def _withdraw(self, step: Step, actor: Actor, at: dt.datetime) -> None:
        withdraw_request(self.letters[step.key], reason=step.values["reason"], actor=actor, at=at)

    def _draft(self, step: Step, actor: Actor, at: dt.datetime) -> None:
        content = self._content(Content(period_to=""), step.values)
        content = replace(content, perspective=step.values["perspective"], closes_item=step.values["closes_item"])
        if step.values["corrects"]:
            update = correct_update(self.updates[step.values["corrects"]], content, actor=actor, at=at)
        else:
            update = draft_update(self._now(step.values["reference"]), content, actor=actor, at=at)
        self._drafted(step, update, content)

    def _edit(self, step: Step, actor: Actor, at: dt.datetime) -> None:
        content = self._content(self.contents[step.key], step.values)
        self._drafted(step, edit_draft(self.updates[step.key], content, actor=actor, at=at), content)

    def _drafted(self, step: Step, update: Update, content: Content) -> None:
        self.updates[step.key] = update
        self.contents[step.key] = replace(content, evidence=list(update.evidence.all()), new_evidence=())

    def _dead_link(self, step: Step, actor: Actor, at: dt.datetime) -> None:
        evidence = self.updates[step.key].evidence.get(title=step.values["title"])
        record_dead_link(evidence, since=self._day(step.days_ago), actor=actor, at=at)

    def _submit(self, step: Step, actor: Actor, at: dt.datetime) -> None:
        submit_update(self.updates[step.key], actor=actor, at=at)

    def _return(self, step: Step, actor: Actor, at: dt.datetime) -> None:
        return_update(self.updates[step.key], reason=step.values["reason"], actor=actor, at=at)

    def _publish(self, step: Step, actor: Actor, at: dt.datetime) -> None:
        note = step.values["independence_note"]
        publish_update(self.updates[step.key], independence_note=note, actor=actor, at=at)

    def _discard(self, step: Step, actor: Actor, at: dt.datetime) -> None:
        discard_update(self.updates[step.key], reason=step.values["reason"], actor=actor, at=at)

    def _content(self, base: Content, said: Mapping[str, Any]) -> Content:
        values: dict[str, Any] = {name: said[name] for name in (*TEXTS, "level", "components") if name in said}
        if "period_days_ago" in said:
            first, last = (self._day(days) for days in said["period_days_ago"])
            values |= {"period_from": f"{first:%Y-%m}", "period_to": f"{last:%Y-%m}"}
        if "components" in values:
            values["components"] = {**base.components, **values["components"]}
        if "letters" in said:
            values["requests"] = [self.letters[key] for key in said["letters"]]
        new = tuple(self._source(source) for source in said.get("evidence", ()))
        return replace(base, **values, new_evidence=new)

    def _source(self, source: Mapping[str, Any]) -> NewEvidence:
        published, accessed = source["published_days_ago"], source["accessed_days_ago"]
        plain = ("kind", "title", "publisher", "address", "archived_address", "language", "page")
        return NewEvidence(
            **{name: source[name] for name in plain},
            published_on=self._day(published).isoformat() if published is not None else "",
            accessed_on=self._day(accessed) if accessed is not None else None,
        )
