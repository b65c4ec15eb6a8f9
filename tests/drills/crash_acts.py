"""Every public act, each with a scene in which it succeeds: for the drill of crashes.

A scene gets the world, stores what the act needs, and returns the act itself, to be tried again and again.
"""

import datetime as dt
import importlib
import inspect
import pkgutil
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from django.db import transaction
from django.test import override_settings

import tracker.actions
from tests import factories as make
from tests.conftest import LAW, NOW, STUDY, World, content
from tests.drills import crash_scenes
from tests.drills.crash_scenes import REASON, Act, Scene, member, of
from tests.importer.files import run
from tracker.actions import (
    catalogue,
    evidence,
    invitations,
    items,
    organisations,
    people,
    progress,
    redactions,
    relations,
    requests,
    restores,
    safeguarding,
    sources,
    statements,
)
from tracker.choices import Level, Role
from tracker.lib.canonical import time_text
from tracker.models import Checkpoint, Item, Redaction, Request, Update
from tracker.permissions import SYSTEM

# What takes a moment and is no act: it writes no entry, or nothing at all.
NO_ACTS = {
    "checkpoints.take_checkpoints": "speaks about the history",
    "demo.begin": "only reckons",
    "items.planned": "only reckons",
    "mail.deliver": "mail has no history",
    "mail.give_up_doubtful": "mail has no history",
    "mail.queue_mail": "mail has no history",
    "mail.waiting": "only reads",
}
# How people sign in is no part of the history.
WITHOUT_ENTRY = {"people.set_password", "people.end_sign_ins"}
# Thousands of statements each.
LARGE = {"catalogue.load_catalogue", "imports.import_catalogue", "demo.perform"}
WORDS = {"en": "A reason"}
PLACE = "ecpat-freedonia-2031 NPA-1"


def public_acts() -> set[str]:
    """Return "module.function" of everything in tracker.actions that does something at a moment by itself."""
    found = set()
    for module in pkgutil.iter_modules(tracker.actions.__path__):
        for name, function in vars(importlib.import_module(f"tracker.actions.{module.name}")).items():
            ours = inspect.isfunction(function) and function.__module__ == f"tracker.actions.{module.name}"
            if ours and name[0] != "_" and "at" in (given := inspect.signature(function).parameters):
                found |= {f"{module.name}.{name}"} if "act" not in given else set()
    return found


# --- Updates


def _submitted(world: World) -> Update:
    return world.submitted(new_evidence=(LAW, STUDY))


def _publish(world: World) -> Act:
    update = _submitted(world)
    note = "They do not cite each other."
    return lambda: progress.publish_update(update, independence_note=note, **of(world, "boris"))


def _step(step: str, by: str, make_update: Callable[[World], Update], **values: Any) -> Scene:
    def scene(world: World) -> Act:
        update = make_update(world)
        return lambda: getattr(progress, step)(update, **values, **of(world, by))

    return scene


def _draft(world: World) -> Act:
    return lambda: progress.draft_update(world.items[0], content(new_evidence=(LAW, STUDY)), **of(world, "anna"))


def _edit(world: World) -> Act:
    update = world.draft()
    return lambda: progress.edit_draft(update, content(period_to="2026-01"), **of(world, "anna"))


def _correct(world: World) -> Act:
    update = world.published()
    return lambda: progress.correct_update(update, content(level=Level.ANNOUNCED), **of(world, "anna"))


def _source(world: World) -> Act:
    values: dict[str, Any] = {
        "organisation": world.organisations[4],
        "perspective": "state",
        "dated": "2017-10",
        "done": {"en": "The State replied."},
        "remains": {},
        "document": world.document,
        "place": "Question 1",
        "translation": "draft",
        "source_key": "replies/1",
    }
    return lambda: statements.record_from_source(world.items[0], **values, **of(world, "staff"))


def _bear(world: World) -> Act:
    update = world.published()
    return lambda: statements.add_bearing(update, world.items[1], reason=WORDS, **of(world, "anna"))


def _dead_link(world: World) -> Act:
    held = world.published().evidence.get()
    return lambda: evidence.record_dead_link(held, since=NOW.date(), **of(world, "anna"))


# --- Items


def _item(act: Callable[..., Any], *given: Any, by: str = "staff", **values: Any) -> Scene:
    return lambda world: lambda: act(world.items[0], *given, **values, **of(world, by))


def _open(world: World) -> Act:
    point = make.RecommendationFactory()
    make.RecommendationFactory(section=point.section)
    return lambda: items.open_items(world.alliance, point.document, **of(world, "staff"))


def _assign_many(world: World) -> Act:
    rows, owner = [(row, row.version) for row in world.items], world.organisations[0]
    return lambda: items.assign_items(rows, owner=owner, ask="What is new?", **of(world, "staff"))


def _assign(world: World) -> Act:
    owner, more = world.organisations[0], world.organisations[1:3]
    return lambda: items.assign_item(world.items[0], owner=owner, contributors=more, **of(world, "staff"))


def _exclude(world: World) -> Act:
    part = make.ComponentFactory(recommendation=world.items[0].recommendation)
    return lambda: items.exclude_component(world.items[0], part, reason=WORDS, **of(world, "staff"))


def _restore(world: World) -> Act:
    item = items.archive_item(world.items[0], reason=REASON, **of(world, "staff"))
    return lambda: items.restore_item(item, reason=REASON, **of(world, "staff"))


def _dispute(world: World) -> Act:
    with make.Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(world.items[0]), disputed=True)
    return lambda: items.name_dispute(Item.objects.get(pk=world.items[0].pk), "fact", note=WORDS, **of(world, "anna"))


# --- Safeguarding


def _take_down(world: World) -> Act:
    update = world.published()
    return lambda: safeguarding.take_down(update, reason=REASON, **of(world, "boris"))


def _hold(act: Callable[..., Any]) -> Scene:
    def scene(world: World) -> Act:
        hold, lead = _take_down(world)(), member(world, "lena", Role.SAFEGUARDING)
        return lambda: act(hold, reason=REASON, actor=lead, at=NOW)

    return scene


def _proposed(world: World) -> Redaction:
    update = world.published(done={"en": "Zawadi went to the river."})
    return redactions.propose_redaction(update, "done", ground="child", **of(world, "anna"))


def _propose(world: World) -> Act:
    update = world.published()
    return lambda: redactions.propose_redaction(update, "done", ground="child", **of(world, "anna"))


def _carry_out(world: World) -> Act:
    redaction, lead = _proposed(world), member(world, "lena", Role.SAFEGUARDING)
    return lambda: redactions.carry_out_redaction(redaction, actor=lead, at=NOW)


def _refuse(world: World) -> Act:
    redaction = _proposed(world)
    return lambda: redactions.refuse_redaction(redaction, reason="Nobody is named.", **of(world, "staff"))


def _replay(world: World) -> Act:
    """Keep a list of one redaction beside a database that has not carried it out."""
    kept, act = override_settings(KEPT_FOLDER=Path(tempfile.mkdtemp(prefix="kept-"))), _carry_out(world)
    with kept, transaction.atomic():
        act()
        redactions.list_outside()
        transaction.set_rollback(True)

    def replay() -> None:
        with kept:
            assert redactions.replay_redactions(actor=SYSTEM, at=NOW) == 1

    return replay


def _record_restores(world: World) -> Act:
    Checkpoint.objects.create(log=str(world.alliance.uuid), epoch=1, size=9999, head="ab" * 32, time=time_text(NOW))
    return lambda: restores.record_restores(reason="The disk failed.", **of(world, "root"))


# --- Letters


def _letter(world: World) -> Request:
    values = {"subject": "A letter", "letter": "We ask.", "language": "en"}
    return requests.draft_request(world.items[0], world.organisations[4], **values, **of(world, "anna"))


def _sent(world: World) -> Request:
    days = {"sent_on": NOW.date(), "due_on": NOW.date() + dt.timedelta(days=30)}
    return requests.send_request(_letter(world), **days, **of(world, "anna"))


def _on_letter(act: Callable[..., Any], letter: Callable[[World], Request], **values: Any) -> Scene:
    def scene(world: World) -> Act:
        held = letter(world)
        return lambda: act(held, **values, **of(world, "anna"))

    return scene


def _edit_letter(world: World) -> Act:
    held, to = _letter(world), world.organisations[4]
    values = {"duty_bearer": to, "subject": "Another", "letter": "We ask again.", "language": "en"}
    return lambda: requests.edit_request(held, **values, **of(world, "anna"))


def _perform(world: World) -> Act:
    """Let the invented alliance's people have the names that the world's have."""
    with make.Act("test_setup", actor=SYSTEM, at=NOW) as act:
        for user in world.users.values():
            act.change(act.lock(user), username=f"once-{user.username}")
    return partial(run, demo=True)


DAYS = {"reminded_on": NOW.date(), "due_on": NOW.date() + dt.timedelta(days=60)}
SENT = {"sent_on": NOW.date(), "due_on": NOW.date() + dt.timedelta(days=30)}
ANSWER = {"quality": "full", "answered_on": NOW.date(), "reply": "Yes."}
SCENES: dict[str, Scene] = {
    "catalogue.load_catalogue": crash_scenes.load,
    "catalogue.set_text_rights": lambda world: partial(
        catalogue.set_text_rights, world.document, "free", reason=REASON, **of(world, "root")
    ),
    "demo.perform": _perform,
    "evidence.record_dead_link": _dead_link,
    "imports.import_catalogue": lambda world: run,
    "invitations.accept_invitation": crash_scenes.accept_invitation,
    "invitations.invite": lambda world: partial(crash_scenes.invited, world),
    "invitations.join_by_invitation": crash_scenes.join,
    "invitations.resend_invitation": crash_scenes.invitation(invitations.resend_invitation),
    "invitations.withdraw_invitation": crash_scenes.invitation(invitations.withdraw_invitation),
    "items.archive_item": _item(items.archive_item, reason=REASON),
    "items.assign_item": _assign,
    "items.assign_items": _assign_many,
    "items.exclude_component": _exclude,
    "items.name_dispute": _dispute,
    "items.open_items": _open,
    "items.restore_item": _restore,
    "items.set_item_visibility": _item(items.set_item_visibility, "hidden", reason=REASON),
    "items.set_lifecycle": _item(items.set_lifecycle, "superseded", reason=WORDS),
    "organisations.add_membership": crash_scenes.give_role,
    "organisations.add_user": lambda world: partial(organisations.add_user, "new", password="x", **of(world, "root")),
    "organisations.change_alliance": lambda world: partial(
        organisations.change_alliance, world.alliance, time_zone="Asia/Tokyo", reason=REASON, **of(world, "staff")
    ),
    "organisations.change_organisation": lambda world: partial(
        organisations.change_organisation, world.organisations[0], name={"en": "Else"}, **of(world, "root")
    ),
    "organisations.create_alliance": crash_scenes.create_alliance,
    "organisations.end_membership": crash_scenes.membership(organisations.end_membership, reason=REASON),
    "people.change_user": crash_scenes.user(people.change_user, first_name="Anna Maria", email="anna@example.org"),
    "people.deactivate_user": crash_scenes.user(people.deactivate_user, reason=REASON),
    "people.end_sign_ins": crash_scenes.user(people.end_sign_ins, by="anna"),
    "people.keep_checkpoints": crash_scenes.membership(people.keep_checkpoints),
    "people.reactivate_user": crash_scenes.reactivate,
    "people.reset_second_factor": crash_scenes.reset,
    "people.set_mail": crash_scenes.user(people.set_mail, paused=True, language="ru", by="anna"),
    "people.set_password": crash_scenes.user(people.set_password, "a very long secret", by="anna"),
    "people.stop_keeping_checkpoints": crash_scenes.membership(people.stop_keeping_checkpoints),
    "progress.correct_update": _correct,
    "progress.discard_update": _step("discard_update", "anna", World.draft, reason=REASON),
    "progress.draft_update": _draft,
    "progress.edit_draft": _edit,
    "progress.publish_update": _publish,
    "progress.return_update": _step("return_update", "boris", _submitted, reason=REASON),
    "progress.submit_update": _step("submit_update", "anna", World.draft),
    "redactions.carry_out_redaction": _carry_out,
    "redactions.propose_redaction": _propose,
    "redactions.refuse_redaction": _refuse,
    "redactions.replay_redactions": _replay,
    "relations.archive_relation": crash_scenes.archive_relation,
    "relations.load_relations": crash_scenes.load_relations,
    "relations.relate_points": lambda world: partial(
        relations.relate_points, *crash_scenes.two_points(world), "same", reason=WORDS, **of(world, "root")
    ),
    "requests.answer_request": _on_letter(requests.answer_request, _sent, **ANSWER),
    "requests.draft_request": lambda world: partial(_letter, world),
    "requests.edit_request": _edit_letter,
    "requests.remind_request": _on_letter(requests.remind_request, _sent, **DAYS),
    "requests.send_request": _on_letter(requests.send_request, _letter, **SENT),
    "requests.withdraw_request": _on_letter(requests.withdraw_request, _letter, reason=REASON),
    "restores.record_restores": _record_restores,
    "safeguarding.block_hold": _hold(safeguarding.block_hold),
    "safeguarding.release_hold": _hold(safeguarding.release_hold),
    "safeguarding.take_down": _take_down,
    "sources.accept_import": crash_scenes.batch(sources.accept_import),
    "sources.discard_import": crash_scenes.batch(sources.discard_import),
    "sources.edit_point": crash_scenes.batch(sources.edit_point, PLACE, "Write a plan with names."),
    "sources.import_document": crash_scenes.import_source,
    "sources.release_import": crash_scenes.release,
    "sources.upload_document": lambda world: partial(crash_scenes.uploaded, world),
    "statements.add_bearing": _bear,
    "statements.record_from_source": _source,
}
