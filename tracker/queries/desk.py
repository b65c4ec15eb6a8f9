"""What waits for one person in one alliance on one day."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Value

from tracker.choices import (
    OPEN_HOLDS,
    OPEN_LIFECYCLES,
    Flag,
    HoldState,
    ImportState,
    Perspective,
    RedactionState,
    ReviewRule,
    Role,
    UpdateState,
)
from tracker.models import Alliance, DocumentImport, Hold, Item, Redaction, Request, Update
from tracker.permissions import Actor, may_decide_redaction
from tracker.queries.access import WAITING_STATES, items, requests, updates, visible_to
from tracker.queries.items import current

DUE_SOON_DAYS = 30
# What the stricter review is for, as queries.progress.is_level_changed tells it of one update.
_UNSAYS = Q(corrects__isnull=False) & ~Q(corrects__perspective=Perspective.ALLIANCE) & ~Q(corrects__level="")
_MOVES = (
    Q(closes_item=True) | ~Q(level="") & (~Q(perspective=Perspective.ALLIANCE) | ~Q(level=F("item__level"))) | _UNSAYS
)


@dataclass(frozen=True)
class Desk:
    """What waits for one person in one alliance on one day. Each method is one list; its count is the desk's number."""

    actor: Actor
    alliance: Alliance
    today: dt.date

    def counts(self, *names: str) -> dict[str, int]:
        """Return how long each of the named lists is; one query, however many."""
        lists = {name: getattr(self, name)().order_by() for name in names}
        parts = [
            rows.values(called=Value(name)).annotate(n=Count("pk")).values_list("called", "n")
            for name, rows in lists.items()
        ]
        found: dict[str, int] = dict(parts[0].union(*parts[1:], all=True))
        return {name: found.get(name, 0) for name in names}

    def drafts(self) -> QuerySet[Update]:
        """Return our drafts."""
        return self._ours(UpdateState.DRAFT)

    def returned(self) -> QuerySet[Update]:
        """Return our updates that a reviewer gave back."""
        return self._ours(UpdateState.RETURNED)

    def to_review(self) -> QuerySet[Update]:
        """Return what others submitted and this person may publish, oldest first.

        What waits to be released, as it may identify a child, nobody may publish yet: it comes back after that.
        """
        held = Hold.objects.filter(update=OuterRef("pk"), state__in=OPEN_HOLDS)
        return self._reviewed_here().exclude(Exists(held))

    def review_levels(self) -> QuerySet[Update]:
        """Return what this person may publish and what changes a level or closes an item."""
        return self.to_review().filter(_MOVES)

    def review_others(self) -> QuerySet[Update]:
        """Return what this person may publish and what changes no level: a look and one click each."""
        return self.to_review().exclude(_MOVES)

    def may_publish(self, update: Update) -> bool:
        """Tell whether this very person may be the one who publishes `update`, once nothing holds it back."""
        return self._reviewed_here().filter(pk=update.pk).exists()

    def latest(self) -> QuerySet[Update]:
        """Return what was published, latest first."""
        return updates(self.actor).filter(state=UpdateState.PUBLISHED).order_by("-published_at", "-pk")

    def due_soon(self) -> QuerySet[Item]:
        """Return our open items whose update is due within 30 days."""
        until = self.today + dt.timedelta(days=DUE_SOON_DAYS)
        return self._owned(update_due_on__range=(self.today, until)).order_by("update_due_on", "pk")

    def overdue(self) -> QuerySet[Item]:
        """Return our items whose update is overdue."""
        return self._owned(**{f"flag_{Flag.UPDATE_OVERDUE}": True}).order_by("update_due_on", "pk")

    def stale(self) -> QuerySet[Item]:
        """Return our items past their verification date."""
        return self._owned(**{f"flag_{Flag.STALE}": True}).order_by("verify_by", "pk")

    def asked(self) -> QuerySet[Item]:
        """Return our open items on which the secretariat asks for an update."""
        return self._owned(item__update_asked_on__isnull=False).order_by("update_asked_on", "pk")

    def evidence_lost(self) -> QuerySet[Item]:
        """Return our items whose level rests on a dead link without a copy."""
        return self._owned(**{f"flag_{Flag.EVIDENCE_LOST}": True}).order_by("pk")

    def undefined_disputes(self) -> QuerySet[Item]:
        """Return our disputed items of which nobody has named the point at issue."""
        return self._owned(item__dispute_point="", **{f"flag_{Flag.DISPUTED}": True}).order_by("pk")

    def letters_due(self) -> QuerySet[Request]:
        """Return our letters whose answer is overdue, longest first."""
        return (
            requests(self.actor)
            .filter(
                organisation_id=self.actor.organisation_id or 0,
                due_on__lt=self.today,
                answered_on=None,
                quality="",
                withdrawn_on=None,
            )
            .order_by("due_on", "pk")
        )

    def held(self) -> QuerySet[Hold]:
        """Return what waits for this person to release, to confirm or to block, oldest first."""
        mine = Q(pk=None)
        author = ~Q(update__author_id=self.actor.user_id) | Q(update=None)
        if self.actor.has(Role.SAFEGUARDING, self.alliance.pk):
            mine |= Q(state=HoldState.WAITING) & author
        if any(self.actor.has(role, self.alliance.pk) for role in (Role.REVIEWER, Role.STAFF, Role.SAFEGUARDING)):
            mine |= Q(state=HoldState.CONFIRMING) & author & ~Q(released_by_id=self.actor.user_id)
        return visible_to(self.actor, Hold).filter(mine).order_by("pk")

    def redactions(self) -> QuerySet[Redaction]:
        """Return what others propose to redact and this person, as the second, may carry out, oldest first.

        The same rule as queries.redactions.is_second, asked of the whole table at once.
        """
        if not may_decide_redaction(self.actor, self.alliance.pk):
            return Redaction.objects.none()
        abroad = ~Q(proposed_organisation_id=self.actor.organisation_id)
        if self.alliance.review_rule == ReviewRule.ANOTHER_PERSON:
            abroad |= Q(alliance=self.alliance)
        waiting = visible_to(self.actor, Redaction).filter(abroad, state=RedactionState.PROPOSED)
        return waiting.exclude(proposed_by_id=self.actor.user_id).order_by("pk")

    def ours(self) -> QuerySet[Item]:
        """Return our open items, in the order of the documents."""
        return self._owned().order_by("recommendation__document__position", "recommendation__position", "pk")

    def unowned(self) -> QuerySet[Item]:
        """Return the alliance's duties that nobody owns."""
        return self.flagged(Flag.UNOWNED)

    def unanswered(self) -> QuerySet[Item]:
        """Return the alliance's open items on which an update was asked for and none has come, longest first."""
        return self._now(item__update_asked_on__isnull=False, lifecycle__in=OPEN_LIFECYCLES).order_by(
            "update_asked_on", "pk"
        )

    def flagged(self, flag: Flag) -> QuerySet[Item]:
        """Return the alliance's items that carry `flag` today."""
        return self._now(**{f"flag_{flag}": True})

    def _reviewed_here(self) -> QuerySet[Update]:
        """Return the updates that wait for a review of which this person may be the reviewer, oldest first.

        The same rule as actions.progress.publish_update, asked of the whole table at once.
        """
        if not self.actor.has(Role.REVIEWER, self.alliance.pk):
            return Update.objects.none()
        waiting = (
            updates(self.actor)
            .filter(state__in=WAITING_STATES)
            .exclude(Q(author_id=self.actor.user_id) | Q(writers=self.actor.user_id))
            .exclude(state=UpdateState.AWAITING_SECOND, publisher_id=self.actor.user_id)
        )
        # The first reviewer is held to the alliance's rule, the second to the one that the first was held to.
        strict = Q(state=UpdateState.AWAITING_SECOND, review_rule=ReviewRule.ANOTHER_ORGANISATION)
        if self.alliance.review_rule == ReviewRule.ANOTHER_ORGANISATION:
            strict |= Q(state=UpdateState.SUBMITTED) & _MOVES
        waiting = waiting.exclude(strict, organisation_id=(self.actor.organisation_id or 0))
        return waiting.order_by("submitted_at", "pk")

    def _ours(self, state: UpdateState) -> QuerySet[Update]:
        return updates(self.actor).filter(state=state, organisation_id=(self.actor.organisation_id or 0)).order_by("pk")

    def _owned(self, **conditions: Any) -> QuerySet[Item]:
        return self._now(owner_id=(self.actor.organisation_id or 0), lifecycle__in=OPEN_LIFECYCLES, **conditions)

    def _now(self, **conditions: Any) -> QuerySet[Item]:
        found = current(self.alliance, today=self.today).filter(**conditions).order_by()
        return items(self.actor).filter(pk__in=found.values("item_id"))


def imports(actor: Actor) -> QuerySet[DocumentImport]:
    """Return the imports in sight that wait to be accepted: the installation's, so of no alliance's desk."""
    return visible_to(actor, DocumentImport).filter(state=ImportState.PREVIEW)
