"""Items: opened from a document, given owners and dates, taken through their lifecycle. Never deleted."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.actions.history import Act
from tracker.choices import Addressee, Lifecycle
from tracker.errors import InvalidValue, NotAllowed, WrongState
from tracker.lib.dates import add_months, day_in
from tracker.models import Alliance, Component, Document, Item, ItemComponent
from tracker.models.base import texts
from tracker.permissions import Actor, may_manage

# What staff set directly. Level, headline and the rest move with published updates only.
ASSIGNABLE = ("owner", "duty_bearer", "contributors", "update_due_on", "verify_by")

# However sure someone is: a level that nobody looks at for longer is not known any more.
VERIFY_WITHIN_MONTHS = 24

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
    unknown = set(values) - set(ASSIGNABLE)
    if unknown:
        raise TypeError(f"not assignable: {', '.join(sorted(unknown))}")
    if "contributors" in values:
        values["contributors"] = list(values["contributors"] or ())
    with Act("assign_item", actor=actor, at=at, reason=reason) as act:
        held = act.lock(item, version=version)
        members = set(held.alliance.members.values_list("pk", flat=True))
        asked = [values.get("owner"), *values.get("contributors", ())]
        for organisation in filter(None, asked):
            if organisation.pk not in members:
                raise InvalidValue(_("%(name)s is no member of this alliance.") % {"name": organisation})
        act.change(held, **values)
        if "verify_by" in values:
            if held.verify_by is None and held.headline_id is not None:
                raise InvalidValue(_("This item has a published level: give the day by which it is verified again."))
            check_verify_by(held, held.verify_by, at)
    return held


def check_verify_by(item: Item, day: dt.date | None, at: dt.datetime) -> None:
    """Refuse a day so late that the level would pass for current long after anyone looked. Raises InvalidValue."""
    if day is not None and day > add_months(day_in(item.alliance.time_zone, at), VERIFY_WITHIN_MONTHS):
        raise InvalidValue(
            ngettext(
                "A level is verified again within %(months)s month at most: choose an earlier day.",
                "A level is verified again within %(months)s months at most: choose an earlier day.",
                VERIFY_WITHIN_MONTHS,
            )
            % {"months": VERIFY_WITHIN_MONTHS}
        )


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
        act.change(held, lifecycle=lifecycle, lifecycle_reason=reason)
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
        act.change(held, archived_on=day_in(held.alliance.time_zone, at))
    return held


def _require_staff(actor: Actor, alliance_id: int) -> None:
    if not may_manage(actor, alliance_id):
        raise NotAllowed(_("Only the staff of this alliance may do this."))


def _first(reason: dict[str, str]) -> str:
    return next(iter(texts(reason).values()), "")
