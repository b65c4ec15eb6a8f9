"""Statements: what a source says of an item, recorded as that source's own word, and what else an update bears on."""

import datetime as dt
from collections.abc import Mapping

from django.utils.translation import gettext as _

from tracker.actions.history import Act
from tracker.choices import Origin, Perspective, ReviewRule, Translation, UpdateState
from tracker.errors import InvalidValue, NotAllowed, WrongState
from tracker.models import Bearing, Document, Item, Organisation, Update
from tracker.models.base import texts
from tracker.permissions import Actor, may_draft, may_manage
from tracker.queries.screening import require_clean


def record_from_source(
    item: Item,
    *,
    organisation: Organisation,
    perspective: str,
    dated: str,
    done: Mapping[str, str],
    remains: Mapping[str, str],
    document: Document,
    place: str,
    translation: str,
    source_key: str,
    actor: Actor,
    at: dt.datetime,
    corrects: Update | None = None,
) -> Update:
    """Record what a source says as an update of that source's perspective. It proposes no level and moves none."""
    if not may_manage(actor, item.alliance_id):
        raise NotAllowed(_("Only the staff of this alliance may do this."))
    if perspective in (Perspective.ALLIANCE, Perspective.MEMBER_NGO):
        raise InvalidValue(_("A source speaks for itself, never for the alliance or its members."))
    with Act("record_from_source", actor=actor, at=at) as act:
        return state_from_source(
            act,
            item,
            organisation=organisation,
            perspective=perspective,
            dated=dated,
            done=done,
            remains=remains,
            document=document,
            place=place,
            translation=translation,
            source_key=source_key,
            corrects=corrects,
        )


def state_from_source(
    act: Act,
    item: Item,
    *,
    organisation: Organisation,
    perspective: str,
    dated: str,
    document: Document,
    place: str,
    source_key: str,
    done: Mapping[str, str] | None = None,
    remains: Mapping[str, str] | None = None,
    translation: str = Translation.DRAFT,
    corrects: Update | None = None,
) -> Update:
    """Store what `record_from_source` stores as part of the running act."""
    return act.add(
        Update(
            alliance=item.alliance,
            item=item,
            organisation=organisation,
            perspective=perspective,
            origin=Origin.SOURCE,
            period_to=dated,
            done=done or {},
            remains=remains or {},
            place_document=document,
            place=place,
            translation=translation,
            state=UpdateState.PUBLISHED,
            review_rule=ReviewRule.ANOTHER_PERSON,
            published_at=act.at,
            source_key=source_key,
            corrects=corrects,
        )
    )


def add_bearing(update: Update, item: Item, *, reason: Mapping[str, str], actor: Actor, at: dt.datetime) -> Bearing:
    """Link an update to another item of the same alliance that it says something about.

    Raises NotAllowed, InvalidValue, and WrongState where it is not published or linked to that item already.
    """
    if not (may_manage(actor, update.alliance_id) or may_draft(actor, update.alliance_id)):
        raise NotAllowed(_("Only members of this alliance may do this."))
    if item.alliance_id != update.alliance_id or not texts(reason):
        raise InvalidValue(_("Link to an item of the same alliance, and give the reason."))
    if item.pk == update.item_id:
        raise InvalidValue(_("Link it to another item than its own."))
    if update.bears_on.filter(item=item).exists():
        raise WrongState(_("This update is linked to that item already."))
    if update.state != UpdateState.PUBLISHED:
        raise WrongState(_("Only a published update is linked to other items."))
    # Shown at once, by one person's word.
    require_clean(_("Reason"), reason)
    with Act("add_bearing", actor=actor, at=at) as act:
        return act.add(Bearing(alliance=update.alliance, update=update, item=item, reason=reason))
