"""Redactions: two people of different organisations take a value out of the history; its entries stay."""

import datetime as dt
import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from tracker.actions.history import Act, lock_log
from tracker.actions.mail import GIVEN_UP
from tracker.actions.scrubbing import Scrubbed, forget_what_is_deleted, scrub
from tracker.choices import ImportState, RedactionGround, RedactionState, ReviewRule
from tracker.errors import InvalidValue, NotAllowed, ReadOnly, WrongState
from tracker.lib import files
from tracker.lib.canonical import time_text
from tracker.lib.text import fold
from tracker.models import (
    Alliance,
    DocumentImport,
    HistoryEntry,
    Mail,
    Organisation,
    Record,
    Redaction,
    User,
)
from tracker.models.base import texts
from tracker.models.history import INSTALLATION
from tracker.permissions import (
    Actor,
    may_edit_catalogue,
    may_propose_redaction,
    may_refuse_redaction,
)
from tracker.queries.people import brought_in
from tracker.queries.redaction_places import Found, fields_with_text, find, find_listed
from tracker.queries.redactions import (
    ABOUT,
    Listed,
    alliance_of,
    field_label,
    is_carried_out,
    is_second,
    listed,
    pending_redactions,
    record_of,
    redactions_file,
    sees,
    strings,
    text_fields,
)
from tracker.queries.snapshots import log_of

__all__ = [
    "CarriedOut",
    "Scrubbed",
    "carry_out_redaction",
    "list_outside",
    "propose_redaction",
    "refuse_redaction",
    "replay_redactions",
    "scrub",
]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CarriedOut:
    """A redaction that is done, whether it stands in the list beside the database, and whether the files are clean."""

    redaction: Redaction
    is_listed: bool
    scrubbed: Scrubbed


def propose_redaction(
    record: Record, field: str, *, ground: str, note: str = "", actor: Actor, at: dt.datetime
) -> Redaction:
    """Ask that every value which `field` of `record` ever had is taken away; a second person carries it out.

    `field` is a tracked field that holds words, or an opening about people: @actor, @label, @reason. `note` is for the
    alliance and must not repeat the value. Raises NotAllowed, InvalidValue, WrongState (proposed already, or nothing to
    redact).
    """
    alliance = alliance_of(record)
    if not (may_propose_redaction(actor, alliance.pk if alliance else None) and sees(actor, record)):
        raise NotAllowed(_("Coordinators, the staff and the safeguarding lead propose what must be redacted."))
    if field not in (*text_fields(type(record)), *ABOUT):
        raise InvalidValue(_("Choose a field that holds words: levels, states and dates cannot be redacted."))
    if ground not in RedactionGround.values:
        raise InvalidValue(_("Choose the ground on which it must be redacted."))
    with Act("propose_redaction", actor=actor, at=at) as act:
        held = act.lock(record)
        if field not in fields_with_text(held):
            raise WrongState(_("There is nothing to redact: nothing is left of this field."))
        _require_no_repeat(note, held, field)
        same = Redaction.objects.filter(object_uuid=record.uuid, field=field, state=RedactionState.PROPOSED)
        if same.exists():
            raise WrongState(_("This is proposed already: a second person carries it out or refuses it."))
        about = _about(alliance, held, field, ground) | {"note": note.strip()}
        return act.add(
            Redaction(
                **about,
                proposed_by_id=actor.user_id,
                proposed_organisation_id=actor.organisation_id,
                proposed_at=act.at,
            )
        )


def carry_out_redaction(
    redaction: Redaction, *, actor: Actor, at: dt.datetime, version: int | None = None
) -> CarriedOut:
    """Take the openings away for good and blank what the record says today, wherever the same words stand.

    Afterwards the line is added to the list beside the database, and the files of the database are scrubbed: what is
    returned says whether that is done. Raises NotAllowed, WrongState (decided already, nothing left).
    """
    forget_what_is_deleted()
    with Act("carry_out_redaction", actor=actor, at=at) as act:
        _lock_all_logs()
        held = _waiting(act, redaction, version)
        _require_second(held, actor)
        record = record_of(held.object_kind, held.object_uuid)
        found = find(record, held.field) if record else Found()
        if not found:
            raise WrongState(_("There is nothing left to redact. Refuse this proposal."))
        shared = INSTALLATION in found.places and held.log != INSTALLATION
        if shared and actor.organisation_id == held.proposed_organisation_id:
            raise NotAllowed(
                _("The same words stand in the record of all alliances: a person of another organisation decides.")
            )
        decided = {"decided_by_id": actor.user_id, "decided_organisation_id": actor.organisation_id}
        _take_away(act, held, found, decided | {"decided_at": act.at})
    return CarriedOut(held, _list_when_committed(), scrub())


def refuse_redaction(
    redaction: Redaction, *, reason: str, actor: Actor, at: dt.datetime, version: int | None = None
) -> Redaction:
    """Decide that nothing goes, with a reason; whoever proposed it takes it back so."""
    with Act("refuse_redaction", actor=actor, at=at, reason=reason.strip()) as act:
        held = _waiting(act, redaction, version)
        if not may_refuse_redaction(actor, held.alliance_id, held.proposed_by_id):
            raise NotAllowed(_("The staff or the safeguarding lead refuses, or whoever proposed it."))
        if not reason.strip():
            raise InvalidValue(_("Say why; do not repeat what was to be redacted."))
        record = record_of(held.object_kind, held.object_uuid)
        if record is not None:
            _require_no_repeat(reason, record, held.field)
        # A constraint keeps the two people apart: who takes back their own proposal is no second one.
        other = {} if actor.user_id == held.proposed_by_id else {"decided_by_id": actor.user_id}
        act.change(
            held,
            state=RedactionState.REFUSED,
            decided_organisation_id=actor.organisation_id,
            decided_at=act.at,
            **other,
        )
    return held


def replay_redactions(*, actor: Actor, at: dt.datetime) -> int:
    """Carry out again what the list beside the database tells and a restored database lacks; return how many lines.

    Each becomes a redaction by nobody, decided when it was first decided. Doing it twice does nothing more. Raises
    NotAllowed for anyone but the installation's staff and the system, ReadOnly where the list cannot be read.
    """
    if not may_edit_catalogue(actor):
        raise NotAllowed(_("Only the staff of this installation may do this."))
    pending = sorted(pending_redactions(), key=lambda line: line.about)
    for _about_it, lines in groupby(pending, key=lambda line: line.about):
        forget_what_is_deleted()
        with Act("replay_redaction", actor=actor, at=at) as act:
            _lock_all_logs()
            _replay(act, [line for line in lines if not is_carried_out(line)])
        actor = act.actor
    if pending:
        _list_when_committed()
        scrub()
    return len(pending)


def _replay(act: Act, lines: list[Listed]) -> None:
    if not lines:
        return
    first = lines[0]
    kind, key = first.object
    record = record_of(kind, key)
    found = find(record, first.field) if record else Found()
    for line in lines:
        find_listed(line, found)
        found.places.setdefault(line.log, [])
    open_ones = Redaction.objects.filter(object_uuid=key, field=first.field, state=RedactionState.PROPOSED)
    about = {"object_kind": kind, "object_uuid": key, "field": first.field, "ground": first.ground, "log": first.log}
    held = open_ones.filter(log=first.log).first()
    held = act.lock(held) if held else act.add(Redaction(alliance=_alliance_called(first.log), **about))
    _take_away(act, held, found, {"decided_at": first.moment})


def _take_away(act: Act, held: Redaction, found: Found, decided: dict[str, Any]) -> None:
    """Blank today's values, then let the database take the openings away: one redaction for each log."""
    # A hold is called what its target is called: that one first.
    for record, values in sorted(found.erased, key=lambda each: each[0].KIND == "hold"):
        # A redaction may be about another's note, or its own note repeat what goes.
        fresh = held if record == held else act.lock(record)
        act.erase(fresh, **values)
        act.actor = _called_anew(act.actor, fresh)
    for batch in found.files:
        _drop_file(act, act.lock(batch))
    Mail.objects.filter(pk__in=found.mails, sent_at=None).update(attempts=GIVEN_UP, error="Redacted.")
    Mail.objects.filter(pk__in=found.mails).update(subject="", text="", html="")
    done = {"state": RedactionState.DONE, **decided}
    for name in sorted(set(found.places) - {held.log}):
        shared = ("object_kind", "object_uuid", "field", "ground", "proposed_by_id", "proposed_organisation_id")
        about = {each: getattr(held, each) for each in (*shared, "proposed_at")}
        other = act.add(Redaction(alliance=_alliance_called(name), log=name, **about))
        act.change(other, places=found.places[name], **done)
    act.change(held, places=found.places.get(held.log, []), **done)


def _called_anew(actor: Actor, record: Record) -> Actor:
    """Return who acts without the name that goes: the entries of this very act would tell it again."""
    if isinstance(record, User) and str(record.uuid) == actor.user_uuid:
        return replace(actor, name=str(record))
    if isinstance(record, Organisation) and str(record.uuid) == actor.organisation_uuid:
        return replace(actor, organisation_name=str(record))
    return actor


def _drop_file(act: Act, batch: DocumentImport) -> None:
    """Put a waiting import aside: its file holds the words."""
    if batch.state == ImportState.PREVIEW:
        act.change(batch, state=ImportState.DISCARDED, decided_on=act.at.date())
    act.derive(batch, file=b"")


def _about(alliance: Alliance | None, record: Record, field: str, ground: str) -> dict[str, Any]:
    key = {"object_kind": record.KIND, "object_uuid": record.uuid}
    return {"alliance": alliance, "log": log_of(record), "field": field, "ground": ground} | key


def _alliance_called(name: str) -> Alliance | None:
    return None if name == INSTALLATION else Alliance.objects.get(uuid=name)


def _lock_all_logs() -> None:
    """Hold every log, in the order in which acts hold several: the same words may stand in any."""
    alliances = Alliance.objects.values_list("uuid", flat=True)
    for name in (INSTALLATION, *sorted(map(str, alliances))):
        lock_log(name)


def _waiting(act: Act, redaction: Redaction, version: int | None) -> Redaction:
    held = act.lock(redaction, version=version)
    if held.state != RedactionState.PROPOSED:
        raise WrongState(_("This is decided already: “%(state)s”.") % {"state": held.get_state_display()})
    return held


def _require_second(held: Redaction, actor: Actor) -> None:
    """Refuse who may not decide. Raises NotAllowed, which says who may."""
    alliance = held.alliance
    if is_second(actor, held):
        # A colleague whom one has brought in oneself is no second pair of eyes.
        pair = (actor.user_id, held.proposed_by_id)
        if (
            alliance is not None
            and actor.organisation_id == held.proposed_organisation_id
            and any(brought_in(*each, alliance) for each in (pair, pair[::-1]))
        ):
            raise NotAllowed(_("One of you invited the other. Somebody else decides about this redaction."))
        return
    if alliance is not None and alliance.review_rule == ReviewRule.ANOTHER_PERSON:
        raise NotAllowed(_("The staff or the safeguarding lead carries it out, another person than who proposed it."))
    raise NotAllowed(
        _("The staff or the safeguarding lead of another organisation than the proposer's carries it out.")
    )


def _require_no_repeat(note: str, record: Record, field: str) -> None:
    """Refuse a note that says again what must go. Raises InvalidValue."""
    said = fold(note)
    repeats = field in text_fields(type(record)) and any(
        len(text) > 3 and fold(text) in said for text in strings(_now(record, field))
    )
    if repeats:
        raise InvalidValue(
            _("The note repeats what must go from “%(field)s”: say why without it.")
            % {"field": field_label(record.KIND, field)}
        )


def _now(record: Record, field: str) -> Any:
    value = getattr(record, field)
    return value if isinstance(value, str | dict | list) else texts(value)


# --- The list beside the database


def list_outside() -> bool:
    """Add to the list beside the database what was carried out and is not in it; say whether it could be written.

    It outlives the database, so that an older copy put in its place can be redacted again.
    """
    path = redactions_file()
    if path is None:
        return True
    try:
        known = {(line.log, *line.about) for line in listed()}
        new = [line for line in _done() if (line.log, *line.about) not in known]
        if new:
            files.add(path, "".join(f"{line}\n" for line in new).encode("ascii"))
    except (OSError, ReadOnly) as error:
        log.error("The list of redactions could not be written (%s): %s", path, error)
        return False
    return True


def _list_when_committed() -> bool:
    if connection.in_atomic_block:
        transaction.on_commit(lambda: list_outside() and None)
        return True
    return list_outside()


def _done() -> Iterable[Listed]:
    """Return what was carried out in this database as lines of the list, oldest first."""
    for row in Redaction.objects.filter(state=RedactionState.DONE).order_by("pk"):
        told = HistoryEntry.objects.filter(object_kind=Redaction.KIND, object_uuid=row.uuid).latest("pk")
        wanted = {sequence for sequence, _name in row.places}
        hashes = dict(HistoryEntry.objects.filter(log=row.log, sequence__in=wanted).values_list("sequence", "hash"))
        yield Listed(
            log=row.log,
            object=(row.object_kind, str(row.object_uuid)),
            field=row.field,
            places=tuple((sequence, name) for sequence, name in row.places),
            entries=tuple(hashes[sequence] for sequence, _name in row.places),
            ground=row.ground,
            decided_at=time_text(row.decided_at),  # type: ignore[arg-type]
            epoch=told.epoch,
            size=told.sequence,
            head=told.hash,
        )
