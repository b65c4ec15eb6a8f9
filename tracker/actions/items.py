"""Items: opened from a document, given owners and dates, taken through their lifecycle. Never deleted."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from tracker.actions.history import Act
from tracker.actions.safeguarding import covers_texts_of
from tracker.choices import Addressee, Lifecycle, PointAtIssue, Visibility
from tracker.errors import InvalidValue, NotAllowed, Refusal, WrongState
from tracker.lib.dates import day_in
from tracker.models import Alliance, Component, Document, Item, ItemComponent, Organisation
from tracker.models.base import texts
from tracker.permissions import Actor, may_edit_draft, may_manage, may_name_dispute
from tracker.queries.readiness import too_late
from tracker.queries.screening import require_clean

# What staff set directly. Level, headline and the rest move with published updates only.
ASSIGNABLE = ("owner", "duty_bearer", "contributors", "update_due_on", "verify_by")

# Closing is not here: it is published by two people, as an update that closes the item.
_SETTABLE = {
    Lifecycle.OPEN: (Lifecycle.NOT_APPLICABLE, Lifecycle.SUPERSEDED),
    Lifecycle.REOPENED: (Lifecycle.NOT_APPLICABLE, Lifecycle.SUPERSEDED),
    Lifecycle.NOT_APPLICABLE: (Lifecycle.REOPENED,),
    Lifecycle.SUPERSEDED: (Lifecycle.REOPENED,),
    Lifecycle.CLOSED: (Lifecycle.REOPENED,),
}


def lifecycles_from(lifecycle: str) -> tuple[str, ...]:
    """Return the lifecycles that staff can set from `lifecycle`."""
    return tuple(str(target) for target in _SETTABLE[Lifecycle(lifecycle)])


def open_items(alliance: Alliance, document: Document, *, actor: Actor, at: dt.datetime) -> list[Item]:
    """Follow every point of `document` that the alliance does not follow yet; return the new items.

    The duty bearer of a point addressed to States is the alliance's own State.
    """
    _require_staff(actor, alliance.pk)
    with Act("open_items", actor=actor, at=at) as act:
        return follow(act, alliance, document)


def follow(act: Act, alliance: Alliance, document: Document) -> list[Item]:
    """Open what `open_items` opens as part of the running act."""
    known = set(alliance.items.values_list("recommendation_id", flat=True))
    missing = document.recommendations.filter(archived_on=None).exclude(pk__in=known).select_related("document")
    return [
        act.add(
            Item(
                alliance=alliance,
                recommendation=point,
                duty_bearer=alliance.duty_bearer if point.addressee == Addressee.STATES else None,
            )
        )
        for point in missing.order_by("position")
    ]


def assign_item(
    item: Item, *, actor: Actor, at: dt.datetime, reason: str = "", version: int | None = None, **values: Any
) -> Item:
    """Set owner, duty bearer, contributors, update due on and verify by; leave out what is to stay.

    Raises NotAllowed for anyone but the alliance's staff, InvalidValue where the owner is no member or the level would
    never be verified again.
    """
    _require_staff(actor, item.alliance_id)
    _require_assignable(values)
    with Act("assign_item", actor=actor, at=at, reason=reason) as act:
        held = act.lock(item, version=version)
        act.change(held, **planned(held, at=act.at, **values))
    return held


@dataclass
class Bulk:
    """What a bulk act did: the items that it changed, those that were so already, and the others with the reason."""

    changed: list[Item] = field(default_factory=list)
    same: list[Item] = field(default_factory=list)
    refused: list[tuple[Item, str]] = field(default_factory=list)


def assign_items(
    items: Sequence[tuple[Item, int]],
    *,
    actor: Actor,
    at: dt.datetime,
    reason: str = "",
    ask: str = "",
    add_contributors: Iterable[Organisation] = (),
    **values: Any,
) -> Bulk:
    """Set the same on many items, each given with the version that was looked at: one act, one entry for each row.

    `ask` asks the owners for an update, with that note; `add_contributors` come to those there are. A row that cannot
    be changed is named with the reason and keeps no other back. Raises NotAllowed for anyone but the alliance's staff.
    """
    for alliance_id in {item.alliance_id for item, _version in items}:
        _require_staff(actor, alliance_id)
    _require_assignable(values)
    more, done = list(add_contributors), Bulk()
    with Act("assign_item", actor=actor, at=at, reason=reason) as act:
        for item, version in items:
            try:
                held = act.lock(item, version=version)
                changed = act.change(held, **planned(held, at=act.at, ask=ask, add_contributors=more, **values))
            except Refusal as refusal:
                done.refused.append((item, str(refusal)))
            else:
                (done.changed if changed else done.same).append(held)
    return done


def planned(
    item: Item, *, at: dt.datetime, ask: str = "", add_contributors: Sequence[Organisation] = (), **values: Any
) -> dict[str, Any]:
    """Return what assigning sets on `item`, without setting it. Raises WrongState or InvalidValue where it may not.

    Everything is checked before anything is changed: a refused row of a bulk act leaves no trace.
    """
    if item.archived_on is not None:
        raise WrongState(_("This item is archived."))
    if add_contributors:
        values["contributors"] = [*item.contributors.all(), *add_contributors]
    elif "contributors" in values:
        values["contributors"] = list(values["contributors"] or ())
    members = {member.pk for member in item.alliance.members.all()}
    for organisation in filter(None, [values.get("owner"), *values.get("contributors", ())]):
        if organisation.pk not in members:
            raise InvalidValue(_("%(name)s is no member of this alliance.") % {"name": organisation})
    if "verify_by" in values:
        day = values["verify_by"]
        if day is None and item.headline_id is not None:
            raise InvalidValue(_("This item has a published level: give the day by which it is verified again."))
        if late := too_late(day, day_in(item.alliance.time_zone, at)):
            raise InvalidValue(late)
    return values | (_asking(item, ask, values.get("owner", item.owner), at) if ask else {})


def _asking(held: Item, note: str, owner: Organisation | None, at: dt.datetime) -> dict[str, Any]:
    if not held.is_open:
        raise WrongState(_("This item is not open: no update can be recorded on it."))
    if owner is None:
        raise WrongState(_("Nobody owns this item: assign an owner, who can then be asked."))
    return {"update_asked_on": day_in(held.alliance.time_zone, at), "update_asked_note": note}


def _require_assignable(values: Mapping[str, Any]) -> None:
    unknown = set(values) - set(ASSIGNABLE)
    if unknown:
        raise TypeError(f"not assignable: {', '.join(sorted(unknown))}")


def name_dispute(
    item: Item, point: str, *, note: dict[str, str], actor: Actor, at: dt.datetime, version: int | None = None
) -> Item:
    """Name what the perspectives on a disputed item disagree about, with a note for the public in any language.

    Raises NotAllowed, WrongState (nothing is disputed) or InvalidValue (a note that may identify a child).
    """
    if not may_name_dispute(actor, item.alliance_id):
        raise NotAllowed(_("Only members who record or review updates, or the staff, may do this."))
    with Act("name_dispute", actor=actor, at=at) as act:
        held = act.lock(item, version=version)
        if not held.disputed:
            raise WrongState(_("No two perspectives disagree on this item now."))
        if point not in PointAtIssue.values:
            raise InvalidValue(_("Choose what the disagreement is about."))
        require_clean(_("Note"), note)
        act.change(held, dispute_point=point, dispute_note=note)
    return held


def set_item_visibility(
    item: Item, visibility: str, *, reason: str, actor: Actor, at: dt.datetime, version: int | None = None
) -> Item:
    """Say how much the public may see of who works on this item. Raises NotAllowed or InvalidValue.

    Staff sets it either way; the owner's coordinators may only show less, and at once.
    """
    own = may_edit_draft(actor, item.alliance_id, item.owner_id)
    if not (may_manage(actor, item.alliance_id) or own):
        raise NotAllowed(_("Only the staff of this alliance and the owner's coordinators may do this."))
    with Act("set_item_visibility", actor=actor, at=at, reason=reason) as act:
        held = act.lock(item, version=version)
        if visibility not in Visibility.values:
            raise InvalidValue(_("Choose how much is shown."))
        shows_more = Visibility.values.index(visibility) < Visibility.values.index(held.visibility)
        if shows_more and not may_manage(actor, item.alliance_id):
            raise NotAllowed(_("Only the staff of this alliance may show more than before."))
        act.change(held, visibility=visibility)
    return held


def set_lifecycle(
    item: Item,
    lifecycle: str,
    *,
    reason: dict[str, str],
    actor: Actor,
    at: dt.datetime,
    version: int | None = None,
) -> Item:
    """Mark an item not applicable, superseded or reopened, with the reason in at least one language.

    Raises WrongState where the table does not lead there; closing takes an update that closes the item.
    """
    _require_staff(actor, item.alliance_id)
    with Act("set_lifecycle", actor=actor, at=at, reason=_first(reason)) as act:
        held = act.lock(item, version=version)
        if lifecycle == Lifecycle.CLOSED:
            raise WrongState(_("An item is closed by a published update that closes it, confirmed by two reviewers."))
        if lifecycle not in lifecycles_from(held.lifecycle):
            raise WrongState(_("This item cannot go there from “%(now)s”.") % {"now": held.get_lifecycle_display()})
        if not texts(reason):
            raise InvalidValue(_("Give the reason for this lifecycle."))
        require_clean(_("Reason"), reason)
        # A new reason is seen again, where it repeated an update that was taken down.
        withheld = held.withheld and covers_texts_of(held)
        act.change(held, lifecycle=lifecycle, lifecycle_reason=reason, withheld=withheld)
    return held


def exclude_component(
    item: Item, component: Component, *, reason: dict[str, str], actor: Actor, at: dt.datetime
) -> ItemComponent:
    """Mark one component as not applicable to the alliance's country, with the reason."""
    _require_staff(actor, item.alliance_id)
    with Act("exclude_component", actor=actor, at=at, reason=_first(reason)) as act:
        if component.recommendation_id != item.recommendation_id:
            raise InvalidValue(_("This component belongs to another point."))
        if not texts(reason):
            raise InvalidValue(_("Give the reason why this component does not apply."))
        require_clean(_("Reason"), reason)
        return act.add(ItemComponent(alliance=item.alliance, item=item, component=component, reason=reason))


def archive_item(item: Item, *, actor: Actor, at: dt.datetime, reason: str, version: int | None = None) -> Item:
    """Take an item out of the lists; its record stays. Raises InvalidValue without a reason."""
    _require_staff(actor, item.alliance_id)
    if not reason.strip():
        raise InvalidValue(_("Give the reason for archiving."))
    with Act("archive_item", actor=actor, at=at, reason=reason) as act:
        held = act.lock(item, version=version)
        if held.archived_on is not None:
            raise WrongState(_("This item is archived already."))
        require_clean(_("Reason"), reason)
        act.change(held, archived_on=day_in(held.alliance.time_zone, at))
    return held


def restore_item(item: Item, *, actor: Actor, at: dt.datetime, reason: str, version: int | None = None) -> Item:
    """Bring an archived item back into the lists. Raises NotAllowed, InvalidValue without a reason, or WrongState."""
    _require_staff(actor, item.alliance_id)
    if not reason.strip():
        raise InvalidValue(_("Give the reason for bringing it back."))
    with Act("restore_item", actor=actor, at=at, reason=reason) as act:
        held = act.lock(item, version=version)
        if held.archived_on is None:
            raise WrongState(_("This item is not archived."))
        require_clean(_("Reason"), reason)
        act.change(held, archived_on=None)
    return held


def _require_staff(actor: Actor, alliance_id: int) -> None:
    if not may_manage(actor, alliance_id):
        raise NotAllowed(_("Only the staff of this alliance may do this."))


def _first(reason: dict[str, str]) -> str:
    return next(iter(texts(reason).values()), "")
