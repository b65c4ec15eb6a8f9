"""Who may see and who may change which rows: one rule per table, for the admin, the pages, exports and feeds alike.

Lists, filters, choices, bulk acts and history pages all start from `visible_to` and `editable_by`. The public is an
actor too.
"""

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from tracker.choices import ImportState, RedactionState, Role, UpdateState, Visibility
from tracker.models import (
    Alliance,
    ComponentAssessment,
    Document,
    DocumentImport,
    Evidence,
    HistoryEntry,
    Hold,
    Invitation,
    Item,
    Membership,
    Organisation,
    Recommendation,
    Redaction,
    Request,
    Restore,
    TreatyEvent,
    Update,
    User,
)
from tracker.models.history import INSTALLATION
from tracker.permissions import (
    Actor,
    gives_every_role,
    may_decide_redaction,
    may_draft,
    may_edit_catalogue,
    may_manage,
    may_propose_redaction,
    may_release_import,
    may_see_workspace,
    may_take_down,
)

# What only the organisation that wrote it sees. A returned update has been read by its reviewers already.
PRIVATE_STATES = (UpdateState.DRAFT.value, UpdateState.DISCARDED.value)
WAITING_STATES = (UpdateState.SUBMITTED.value, UpdateState.AWAITING_SECOND.value)


def on_items_in_use(path: str = "") -> dict[str, None]:
    """Return the conditions that leave out updates on archived items and points; `path` leads to the update."""
    return {f"{path}item__archived_on": None, f"{path}item__recommendation__archived_on": None}


def _workspace(actor: Actor) -> int:
    """Return the number of the actor's alliance, or one that no alliance has."""
    return actor.alliance_id or 0


def _organisation(actor: Actor) -> int:
    return actor.organisation_id or 0


def items(actor: Actor) -> QuerySet[Item]:
    """Return the items of the actor's alliance, archived ones too; to the public, those in use of every alliance."""
    if actor.public:
        return Item.objects.filter(archived_on=None, recommendation__archived_on=None)
    return Item.objects.filter(alliance_id=_workspace(actor)).select_related(
        "alliance", "owner", "recommendation__document"
    )


def items_called(typed: str, actor: Actor, *, beside: Item) -> list[Item]:
    """Return the items in use but `beside` that someone means who typed a reference, or a document's code and one."""
    words = " ".join(typed.split())
    code, _space, reference = words.partition(" ")
    named = Q(recommendation__reference__iexact=words) | Q(
        recommendation__document__code__iexact=code, recommendation__reference__iexact=reference
    )
    return list(items(actor).filter(named, archived_on=None).exclude(pk=beside.pk))


def updates(actor: Actor) -> QuerySet[Update]:
    """Return the updates of the actor's alliance, without other organisations' drafts; to the public, what is published
    on items in use.
    """
    if actor.public:
        return Update.objects.filter(state=UpdateState.PUBLISHED, **on_items_in_use())
    own = Q(organisation_id=_organisation(actor))
    return (
        Update.objects.filter(alliance_id=_workspace(actor))
        .filter(own | ~Q(state__in=PRIVATE_STATES))
        .select_related("alliance", "organisation", "item__alliance", "item__recommendation__document")
    )


def evidence(actor: Actor) -> QuerySet[Evidence]:
    """Return the evidence of the actor's alliance that an update in sight or a treaty event rests on, or that a
    document of the catalogue cites.

    What was taken off a draft, and rests under nothing else, is in nobody's sight: the draft alone showed it. The
    public sees what published updates and treaty events in use rest on, and nothing that is withheld.
    """
    if actor.public:
        shown = updates(actor).filter(withheld=False)
        return Evidence.objects.filter(withheld=False).filter(
            Exists(shown.filter(evidence=OuterRef("pk")))
            | Exists(TreatyEvent.objects.filter(evidence=OuterRef("pk"), archived_on=None))
        )
    # Asked once, not for each source: SQLite would walk the alliance's updates for every one of them.
    links = Update.evidence.through.objects.filter(update__in=updates(actor).values("pk"))
    return Evidence.objects.filter(alliance_id=_workspace(actor)).filter(
        Q(pk__in=links.values("evidence"))
        | Q(pk__in=TreatyEvent.objects.values("evidence"))
        | Q(cited_in__isnull=False)
    )


def evidence_for(item: Item, actor: Actor) -> QuerySet[Evidence]:
    """Return the evidence in sight that an update on `item` has used already."""
    return evidence(actor).filter(pk__in=updates(actor).filter(item=item).values("evidence"))


def organisations(actor: Actor) -> QuerySet[Organisation]:
    """Return the organisations of the actor's alliance and those that are named by everyone and members of none; to the
    public, those that have a page.
    """
    if actor.public:
        return Organisation.objects.filter(visibility=Visibility.NAMED, archived_on=None)
    if may_edit_catalogue(actor):
        return Organisation.objects.all()
    mine = Q(pk__in=members(actor)) | Q(pk__in=Alliance.objects.filter(pk=_workspace(actor)).values("duty_bearer"))
    named_here = Q(pk__in=items(actor).values("duty_bearer")) | Q(pk__in=updates(actor).values("organisation"))
    return Organisation.objects.filter(mine | named_here | Q(visibility=Visibility.NAMED, alliances=None)).distinct()


def members(actor: Actor) -> QuerySet[Organisation]:
    """Return the member organisations of the actor's alliance."""
    return Organisation.objects.filter(alliances=_workspace(actor))


def organisations_to_fill(actor: Actor) -> QuerySet[Organisation]:
    """Return the organisations in use for which the actor may bring somebody in."""
    everywhere = Organisation.objects.exclude(alliances=None).distinct()
    found = everywhere if may_edit_catalogue(actor) else members(actor)
    if not gives_every_role(actor):
        found = found.filter(pk=_organisation(actor))
    return found.filter(archived_on=None)


def alliances(actor: Actor) -> QuerySet[Alliance]:
    """Return the actor's alliance; the installation's staff and the public see all."""
    everyone = may_edit_catalogue(actor) or actor.public
    return Alliance.objects.all() if everyone else Alliance.objects.filter(pk=_workspace(actor))


def memberships(actor: Actor) -> QuerySet[Membership]:
    """Return who holds which role: for the staff of the alliance, the installation's, and an organisation's
    coordinators of their own people.
    """
    return _people(Membership.objects.select_related("alliance", "user", "organisation"), actor)


def invitations(actor: Actor) -> QuerySet[Invitation]:
    """Return who is invited: to those who see the roles."""
    return _people(Invitation.objects.select_related("alliance", "organisation", "invited_by"), actor)


def _people(found: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
    if may_edit_catalogue(actor):
        return found
    here = found.filter(alliance_id=_workspace(actor))
    if may_manage(actor, actor.alliance_id):
        return here
    return here.filter(organisation_id=_organisation(actor)) if may_draft(actor, actor.alliance_id) else found.none()


def users(actor: Actor) -> QuerySet[User]:
    """Return who can sign in: for the installation's staff only."""
    return User.objects.all() if may_edit_catalogue(actor) else User.objects.none()


def requests(actor: Actor) -> QuerySet[Request]:
    """Return the letters of the actor's alliance; drafts only of the own organisation."""
    drafted_elsewhere = Q(sent_on__isnull=True) & ~Q(organisation_id=_organisation(actor))
    if not may_see_workspace(actor, actor.alliance_id):
        return Request.objects.none()
    return (
        Request.objects.filter(alliance_id=_workspace(actor))
        .exclude(drafted_elsewhere)
        .select_related("alliance", "organisation", "duty_bearer", "item__alliance", "item__recommendation__document")
    )


def holds(actor: Actor) -> QuerySet[Hold]:
    """Return what is held back in the actor's alliance: to the safeguarding leads, and to others what they can see
    anyway.
    """
    found = Hold.objects.filter(alliance_id=_workspace(actor)).select_related(
        "alliance", "update__item__recommendation__document", "evidence", "item__recommendation__document"
    )
    if actor.has(Role.SAFEGUARDING, actor.alliance_id):
        return found
    if not may_see_workspace(actor, actor.alliance_id):
        return found.none()
    return found.filter(
        Q(update__in=updates(actor).values("pk")) | Q(evidence__in=evidence(actor).values("pk")) | Q(item__isnull=False)
    )


def documents(actor: Actor) -> QuerySet[Document]:
    """Return the documents of the catalogue, which belongs to everyone."""
    return Document.objects.all()


def recommendations(actor: Actor) -> QuerySet[Recommendation]:
    """Return the points of the catalogue, which belongs to everyone."""
    return Recommendation.objects.select_related("document", "section")


def imports(actor: Actor) -> QuerySet[DocumentImport]:
    """Return the imports of source documents, without their bytes: for the installation's staff; those that wait, for
    safeguarding leads too, who release what is flagged in them.
    """
    found = DocumentImport.objects.select_related("follower", "released_by").defer("file")
    if may_edit_catalogue(actor):
        return found
    return found.filter(state=ImportState.PREVIEW) if may_release_import(actor) else found.none()


def redactions(actor: Actor) -> QuerySet[Redaction]:
    """Return the redactions of the actor's alliance to its members, and the installation's to whoever may propose one;
    to the public, those that were carried out.
    """
    found = Redaction.objects.select_related("alliance", "proposed_by", "decided_by")
    if actor.public:
        return found.filter(state=RedactionState.DONE)
    here = Q(alliance_id=_workspace(actor)) if may_see_workspace(actor, actor.alliance_id) else Q(pk=None)
    shared = may_propose_redaction(actor, None) or may_edit_catalogue(actor)
    return found.filter(here | (Q(alliance=None) if shared else Q(pk=None)))


def restores(actor: Actor) -> QuerySet[Restore]:
    """Return the restores of the actor's alliance and the installation's; to the public, those of every log."""
    found = Restore.objects.all()
    return found if actor.public else found.filter(Q(alliance_id=_workspace(actor)) | Q(alliance=None))


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
            & ~Q(
                object_kind=Request.KIND,
                object_uuid__in=Request.objects.filter(alliance_id=_workspace(actor))
                .exclude(pk__in=requests(actor).values("pk"))
                .values("uuid"),
            )
            & ~Q(
                object_kind=Hold.KIND,
                object_uuid__in=Hold.objects.filter(alliance_id=_workspace(actor))
                .exclude(pk__in=holds(actor).values("pk"))
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
    Invitation: invitations,
    Request: requests,
    Hold: holds,
    Redaction: redactions,
    Restore: restores,
    User: users,
    Document: documents,
    Recommendation: recommendations,
    DocumentImport: imports,
    HistoryEntry: entries,
}


def visible_to(actor: Actor, model: type[Model]) -> QuerySet[Any]:
    """Return the rows of `model` that `actor` may see. Raises KeyError for a table that is never shown."""
    return _VISIBLE[model](actor)


def editable_by(actor: Actor, model: type[Model]) -> QuerySet[Any]:
    """Return the rows of `model` on which `actor` may take some step, whatever their state allows.

    Always a part of `visible_to`. Which step it is, the predicates of `permissions` tell of each.
    """
    seen, condition = visible_to(actor, model), _EDITABLE.get(model)
    if condition is None or actor.public:
        return seen.none()
    return seen.filter(condition(actor))


def _all_if(permitted: bool) -> Q:
    return Q() if permitted else Q(pk=None)


def _own_or_all(actor: Actor) -> Q:
    """Keep the rows of the own organisation, to its coordinators; all, to the staff."""
    if may_manage(actor, actor.alliance_id) or may_edit_catalogue(actor):
        return Q()
    return Q(organisation_id=_organisation(actor)) if may_draft(actor, actor.alliance_id) else Q(pk=None)


def _editable_organisations(actor: Actor) -> Q:
    if may_edit_catalogue(actor):
        return Q()
    if may_manage(actor, actor.alliance_id):
        return Q(pk__in=members(actor))
    return Q(pk=_organisation(actor)) if may_draft(actor, actor.alliance_id) else Q(pk=None)


def _editable_holds(actor: Actor) -> Q:
    """Keep what a lead releases or blocks and what a second person confirms, never the author's own."""
    not_own = Q(update=None) | Q(update__author=None) | ~Q(update__author_id=actor.user_id)
    if actor.has(Role.SAFEGUARDING, actor.alliance_id):
        return not_own
    if actor.has(Role.REVIEWER, actor.alliance_id) or actor.has(Role.STAFF, actor.alliance_id):
        return not_own & (Q(released_by=None) | ~Q(released_by_id=actor.user_id))
    return Q(pk=None)


def _decided_by(actor: Actor) -> Q:
    """Keep what the actor decides about, and what they proposed and may take back."""
    here = Q(alliance_id=_workspace(actor)) | Q(alliance=None)
    return here if may_decide_redaction(actor, None) else here & Q(proposed_by=actor.user_id or 0)


def _taken_down_by(actor: Actor) -> Q:
    """Keep all, to any member: what must not be seen is taken down by whoever finds it."""
    return _all_if(may_take_down(actor, actor.alliance_id))


_EDITABLE: dict[type[Model], Callable[[Actor], Q]] = {
    Item: _taken_down_by,
    Update: _taken_down_by,
    Evidence: _taken_down_by,
    Organisation: _editable_organisations,
    Alliance: lambda actor: _all_if(may_edit_catalogue(actor) or may_manage(actor, actor.alliance_id)),
    # One's own too: nobody ends that, and everybody may keep the checkpoints.
    Membership: _own_or_all,
    Invitation: _own_or_all,
    Request: _own_or_all,
    Hold: _editable_holds,
    Redaction: _decided_by,
    User: lambda actor: _all_if(may_edit_catalogue(actor)),
    Document: lambda actor: _all_if(may_edit_catalogue(actor)),
    DocumentImport: lambda actor: _all_if(may_edit_catalogue(actor) or may_release_import(actor)),
}
