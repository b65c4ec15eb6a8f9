"""What each person may see of a workspace, and what waits for them there.

One rule per table: lists, filters, choices, autocomplete and history pages all start from `visible`.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet

from tracker.choices import OPEN_LIFECYCLES, Flag, Perspective, ReviewRule, Role, UpdateState, Visibility
from tracker.models import (
    Alliance,
    ComponentAssessment,
    Document,
    DocumentImport,
    Evidence,
    HistoryEntry,
    Item,
    Membership,
    Organisation,
    Recommendation,
    TreatyEvent,
    Update,
    User,
)
from tracker.models.history import INSTALLATION
from tracker.permissions import Actor, may_edit_catalogue, may_manage
from tracker.queries.items import current

DUE_SOON_DAYS = 30
# What only the organisation that wrote it sees. A returned update has been read by its reviewers already.
PRIVATE_STATES = (UpdateState.DRAFT.value, UpdateState.DISCARDED.value)
WAITING_STATES = (UpdateState.SUBMITTED.value, UpdateState.AWAITING_SECOND.value)


def _workspace(actor: Actor) -> int:
    """Return the number of the actor's alliance, or one that no alliance has."""
    return actor.alliance_id or 0


def _organisation(actor: Actor) -> int:
    return actor.organisation_id or 0


def items(actor: Actor) -> QuerySet[Item]:
    """Return the items of the actor's alliance, archived ones included."""
    return Item.objects.filter(alliance_id=_workspace(actor)).select_related(
        "alliance", "owner", "recommendation__document"
    )


def updates(actor: Actor) -> QuerySet[Update]:
    """Return the updates of the actor's alliance, without other organisations' drafts."""
    own = Q(organisation_id=_organisation(actor))
    return (
        Update.objects.filter(alliance_id=_workspace(actor))
        .filter(own | ~Q(state__in=PRIVATE_STATES))
        .select_related("alliance", "organisation", "item__alliance", "item__recommendation__document")
    )


def evidence(actor: Actor) -> QuerySet[Evidence]:
    """Return the evidence of the actor's alliance that an update in sight or a treaty event rests on, or that a
    document of the catalogue cites.

    What was taken off a draft, and rests under nothing else, is in nobody's sight: the draft alone showed it.
    """
    return Evidence.objects.filter(alliance_id=_workspace(actor)).filter(
        Exists(updates(actor).filter(evidence=OuterRef("pk")))
        | Exists(TreatyEvent.objects.filter(evidence=OuterRef("pk")))
        | Q(cited_in__isnull=False)
    )


def evidence_for(item: Item, actor: Actor) -> QuerySet[Evidence]:
    """Return the evidence in sight that an update on `item` has used already."""
    return evidence(actor).filter(Exists(updates(actor).filter(item=item, evidence=OuterRef("pk"))))


def organisations(actor: Actor) -> QuerySet[Organisation]:
    """Return the organisations of the actor's alliance and those that are named by everyone and members of none."""
    if may_edit_catalogue(actor):
        return Organisation.objects.all()
    mine = Q(pk__in=members(actor)) | Q(pk__in=Alliance.objects.filter(pk=_workspace(actor)).values("duty_bearer"))
    named_here = Q(pk__in=items(actor).values("duty_bearer")) | Q(pk__in=updates(actor).values("organisation"))
    return Organisation.objects.filter(mine | named_here | Q(visibility=Visibility.NAMED, alliances=None)).distinct()


def members(actor: Actor) -> QuerySet[Organisation]:
    """Return the member organisations of the actor's alliance."""
    return Organisation.objects.filter(alliances=_workspace(actor))


def alliances(actor: Actor) -> QuerySet[Alliance]:
    """Return the actor's alliance; the installation's staff sees all."""
    return Alliance.objects.all() if may_edit_catalogue(actor) else Alliance.objects.filter(pk=_workspace(actor))


def memberships(actor: Actor) -> QuerySet[Membership]:
    """Return who holds which role: for the staff of the alliance, and for the installation's."""
    found = Membership.objects.select_related("alliance", "user", "organisation")
    if may_edit_catalogue(actor):
        return found
    return found.filter(alliance_id=_workspace(actor)) if may_manage(actor, actor.alliance_id) else found.none()


def users(actor: Actor) -> QuerySet[User]:
    """Return who can sign in: for the installation's staff only."""
    return User.objects.all() if may_edit_catalogue(actor) else User.objects.none()


def documents(actor: Actor) -> QuerySet[Document]:
    """Return the documents of the catalogue, which belongs to everyone."""
    return Document.objects.all()


def recommendations(actor: Actor) -> QuerySet[Recommendation]:
    """Return the points of the catalogue, which belongs to everyone."""
    return Recommendation.objects.select_related("document", "section")


def imports(actor: Actor) -> QuerySet[DocumentImport]:
    """Return the imports of source documents, without their bytes: for the installation's staff only."""
    found = DocumentImport.objects.select_related("follower").defer("file")
    return found if may_edit_catalogue(actor) else found.none()


def entries(actor: Actor) -> QuerySet[HistoryEntry]:
    """Return the alliance's history for its staff, without hidden drafts, and the installation's for its own."""
    found = Q(pk=None)
    if may_manage(actor, actor.alliance_id):
        log = Alliance.objects.filter(pk=_workspace(actor)).values_list("uuid", flat=True).first()
        hidden = Update.objects.filter(alliance_id=_workspace(actor)).exclude(pk__in=updates(actor).values("pk"))
        found |= (
            Q(log=str(log))
            & ~Q(object_kind=Update.KIND, object_uuid__in=hidden.values("uuid"))
            & ~Q(
                object_kind=ComponentAssessment.KIND,
                object_uuid__in=ComponentAssessment.objects.filter(update__in=hidden).values("uuid"),
            )
            & ~Q(
                object_kind=Evidence.KIND,
                object_uuid__in=Evidence.objects.filter(alliance_id=_workspace(actor))
                .exclude(pk__in=evidence(actor).values("pk"))
                .values("uuid"),
            )
        )
    if may_edit_catalogue(actor):
        found |= Q(log=INSTALLATION)
    return HistoryEntry.objects.filter(found)


_VISIBLE: dict[type[Model], Callable[[Actor], QuerySet[Any]]] = {
    Item: items,
    Update: updates,
    Evidence: evidence,
    Organisation: organisations,
    Alliance: alliances,
    Membership: memberships,
    User: users,
    Document: documents,
    Recommendation: recommendations,
    DocumentImport: imports,
    HistoryEntry: entries,
}


def visible(model: type[Model], actor: Actor) -> QuerySet[Any]:
    """Return the rows of `model` that `actor` may see. Raises KeyError for a table that the workspace does not show."""
    return _VISIBLE[model](actor)


@dataclass(frozen=True)
class Desk:
    """What waits for one person in one alliance on one day. Each method is one list; its count is the desk's number."""

    actor: Actor
    alliance: Alliance
    today: dt.date

    def drafts(self) -> QuerySet[Update]:
        """Return our drafts."""
        return self._ours(UpdateState.DRAFT)

    def returned(self) -> QuerySet[Update]:
        """Return our updates that a reviewer gave back."""
        return self._ours(UpdateState.RETURNED)

    def to_review(self) -> QuerySet[Update]:
        """Return what others submitted and this person may publish, oldest first.

        The same rule as actions.progress.publish_update, asked of the whole table at once.
        """
        if not self.actor.has(Role.REVIEWER, self.alliance.pk):
            return Update.objects.none()
        waiting = (
            updates(self.actor)
            .filter(state__in=WAITING_STATES)
            .exclude(author_id=self.actor.user_id)
            .exclude(state=UpdateState.AWAITING_SECOND, publisher_id=self.actor.user_id)
        )
        # The first reviewer is held to the alliance's rule, the second to the one that the first was held to.
        strict = Q(state=UpdateState.AWAITING_SECOND, review_rule=ReviewRule.ANOTHER_ORGANISATION)
        if self.alliance.review_rule == ReviewRule.ANOTHER_ORGANISATION:
            moves = ~Q(level="") & (~Q(perspective=Perspective.ALLIANCE) | ~Q(level=F("item__level")))
            strict |= Q(state=UpdateState.SUBMITTED) & (Q(closes_item=True) | moves)
        waiting = waiting.exclude(strict, organisation_id=_organisation(self.actor))
        return waiting.order_by("submitted_at", "pk")

    def may_publish(self, update: Update) -> bool:
        """Tell whether publishing `update` waits for this very person."""
        return self.to_review().filter(pk=update.pk).exists()

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

    def unowned(self) -> QuerySet[Item]:
        """Return the alliance's duties that nobody owns."""
        return self.flagged(Flag.UNOWNED)

    def flagged(self, flag: Flag) -> QuerySet[Item]:
        """Return the alliance's items that carry `flag` today."""
        return self._now(**{f"flag_{flag}": True})

    def _ours(self, state: UpdateState) -> QuerySet[Update]:
        return updates(self.actor).filter(state=state, organisation_id=_organisation(self.actor)).order_by("pk")

    def _owned(self, **conditions: Any) -> QuerySet[Item]:
        return self._now(owner_id=_organisation(self.actor), lifecycle__in=OPEN_LIFECYCLES, **conditions)

    def _now(self, **conditions: Any) -> QuerySet[Item]:
        found = current(self.alliance, today=self.today).filter(**conditions).order_by()
        return items(self.actor).filter(pk__in=found.values("item_id"))
