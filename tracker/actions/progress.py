"""Updates: drafted, submitted, returned, published, corrected. The only way a level moves."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from tracker import workflow
from tracker.actions.evidence import NewEvidence, add_evidence
from tracker.actions.history import Act
from tracker.actions.safeguarding import hold_flagged, lapse_holds, require_not_taken_down, require_released
from tracker.choices import (
    UNLEVELLED_KINDS,
    ComponentVerdict,
    Lifecycle,
    Perspective,
    ReviewRule,
    UpdateState,
)
from tracker.errors import EvidenceTooWeak, InvalidValue, NotAllowed, WrongState
from tracker.lib.dates import add_months, day_in
from tracker.models import ComponentAssessment, Evidence, Item, Request, Update, User
from tracker.models.base import texts
from tracker.models.progress import OPEN_DRAFTS
from tracker.permissions import Actor, may_draft, may_edit_draft, may_review
from tracker.queries.people import brought_in
from tracker.queries.progress import accounts, is_level_changed, needs_two, sources_of, wrote
from tracker.queries.readiness import approval_stands, borne_gap, missing

# What an update says to the public. Its publication tells all of it once more, as the entries of a draft stay inside.
PUBLISHED_FIELDS = (
    "item",
    "organisation",
    "perspective",
    "period_from",
    "period_to",
    "done",
    "remains",
    "ask_next",
    "level",
    "closes_item",
    "search_note",
    "evidence",
    "corrects",
)
VERIFY_AFTER_MONTHS = 12


@dataclass(frozen=True)
class Content:
    """What someone writes in an update. Texts are {language: text}; periods are partial dates; level may be empty.

    `unfinished` keeps what was typed and no column can hold yet: {name of a field: text}.
    """

    period_to: str = ""
    period_from: str = ""
    perspective: str = Perspective.ALLIANCE
    done: Mapping[str, str] = field(default_factory=dict)
    remains: Mapping[str, str] = field(default_factory=dict)
    ask_next: Mapping[str, str] = field(default_factory=dict)
    search_note: Mapping[str, str] = field(default_factory=dict)
    level: str = ""
    closes_item: bool = False
    verify_by: dt.date | None = None
    components: Mapping[str, str] = field(default_factory=dict)  # letter → verdict
    evidence: Sequence[Evidence] = ()
    new_evidence: Sequence[NewEvidence] = ()
    requests: Sequence[Request] = ()
    unfinished: Mapping[str, str] = field(default_factory=dict)

    def columns(self) -> dict[str, Any]:
        """Return what goes into the update's own columns."""
        names = (
            "period_to period_from perspective done remains ask_next search_note level closes_item verify_by unfinished"
        )
        return {name: getattr(self, name) for name in names.split()}


def draft_update(item: Item, content: Content, *, actor: Actor, at: dt.datetime) -> Update:
    """Begin an update on any open item of the actor's alliance, with its evidence and component assessments.

    Raises NotAllowed, WrongState (the item is not open) or InvalidValue.
    """
    if not may_draft(actor, item.alliance_id):
        raise NotAllowed(_("Only coordinators of this alliance record updates."))
    with Act("draft_update", actor=actor, at=at) as act:
        return _begin(act, item, content, actor, at)


def edit_draft(
    update: Update, content: Content, *, actor: Actor, at: dt.datetime, version: int | None = None
) -> Update:
    """Replace what a draft or returned update says. Raises Conflict where someone else saved since `version`."""
    with Act("edit_draft", actor=actor, at=at) as act:
        held = act.lock(update, version=version)
        _require_author(actor, held)
        state = _next_state("edit", held)
        _check_content(held.item, content)
        evidence = _evidence(act, held.item, content)
        values = content.columns() | {"evidence": evidence, "requests": content.requests, "state": state}
        changed = act.change(held, **values, writers=_writers(held, actor))
        if _assess(act, held, content.components) and not changed:
            # Verdicts are rows of their own: count the change here too, so that a second editor is told of it.
            act.derive(held, version=held.version + 1)
    return held


def submit_update(update: Update, *, actor: Actor, at: dt.datetime, version: int | None = None) -> Update:
    """Hand a draft to the reviewers. Raises InvalidValue or EvidenceTooWeak saying what is missing."""
    with Act("submit_update", actor=actor, at=at) as act:
        held = act.lock(update, version=version)
        _require_author(actor, held)
        state = _next_state("submit", held)
        _require_open(held.item)
        _require_ready(held, at)
        require_not_taken_down(held)
        act.change(held, state=state, submitted_at=act.at, return_reason="", writers=_writers(held, actor))
        hold_flagged(act, held)
    return held


def return_update(update: Update, *, reason: str, actor: Actor, at: dt.datetime, version: int | None = None) -> Update:
    """Give a submitted update back to its author, with the reason."""
    with Act("return_update", actor=actor, at=at, reason=reason) as act:
        held = act.lock(update, version=version)
        _require_reviewer(actor, held)
        state = _next_state("return", held)
        if not reason.strip():
            raise InvalidValue(_("Say why you return this update and what is missing."))
        if held.item.updates.filter(organisation=held.organisation_id, state__in=OPEN_DRAFTS).exists():
            raise WrongState(
                _("The author's organisation has begun another draft on this item. It is finished or discarded first.")
            )
        act.change(
            held,
            state=state,
            return_reason=reason,
            publisher=None,
            publisher_organisation=None,
            independence_note="",
            evidence_grade=None,
        )
    return held


def discard_update(update: Update, *, reason: str, actor: Actor, at: dt.datetime, version: int | None = None) -> Update:
    """Put a draft aside for good; it stays in the history."""
    with Act("discard_update", actor=actor, at=at, reason=reason) as act:
        held = act.lock(update, version=version)
        _require_author(actor, held)
        state = _next_state("discard", held)
        if not reason.strip():
            raise InvalidValue(_("Say why you discard this draft."))
        act.change(held, state=state)
        lapse_holds(act, held)
    return held


def publish_update(
    update: Update, *, actor: Actor, at: dt.datetime, independence_note: str = "", version: int | None = None
) -> Update:
    """Publish a submitted update, or be the first of the two people that its level needs.

    `independence_note` says why the sources do not draw on each other; without it they are graded as if they did.
    Where whoever approved it first may not review any more, the next is the first again, with their own word on the
    sources. Raises NotAllowed, WrongState, EvidenceTooWeak.
    """
    with Act("publish_update", actor=actor, at=at) as act:
        held = act.lock(update, version=version)
        item = act.lock(held.item)
        _require_reviewer(actor, held)
        step, state = _publishing_step(held, item)
        second = step == "publish_second"
        _require_open(item)
        rule = _review_rule(held, item)
        _require_other_eyes(actor, held, rule)
        require_released(held)
        require_not_taken_down(held)
        note = independence_note.strip() or (held.independence_note if second else "")
        if gap := borne_gap(held, today=day_in(item.alliance.time_zone, at), independent=bool(note)):
            raise EvidenceTooWeak(gap)
        who = "second_publisher" if second else "publisher"
        values: dict[str, Any] = {
            "state": state,
            "review_rule": rule,
            "independence_note": note,
            "evidence_grade": workflow.evidence_grade(sources_of(held), independent=bool(note)),
            f"{who}_id": actor.user_id,
            f"{who}_organisation_id": actor.organisation_id,
        }
        if step == "approve_first":
            act.action = "approve_update"  # not yet published: another entry than the second reviewer's
            act.change(held, **values)
        else:
            act.change(held, **values, published_at=act.at)
            act.restate(held, *PUBLISHED_FIELDS)
            _move_item(act, item, held, act.at)
    return held


def _publishing_step(update: Update, item: Item) -> tuple[str, str]:
    """Return the row of the table of transitions that a publication of `update` is now, and the state that it leads to.

    An approval that has fallen leaves the update as it was submitted.
    """
    approved = update.state == UpdateState.AWAITING_SECOND
    if approved and approval_stands(update):
        return "publish_second", _next_state("publish_second", update)
    step = "approve_first" if approved or needs_two(update, item) else "publish"
    return step, _next_state(step, update, UpdateState.SUBMITTED if approved else update.state)


def correct_update(update: Update, content: Content, *, actor: Actor, at: dt.datetime) -> Update:
    """Begin a new update that points back to a published one, which itself is never edited."""
    if not may_draft(actor, update.alliance_id):
        raise NotAllowed(_("Only coordinators of this alliance record updates."))
    with Act("correct_update", actor=actor, at=at) as act:
        held = act.lock(update)
        if held.state != UpdateState.PUBLISHED:
            raise WrongState(_("Only a published update is corrected; edit the draft instead."))
        return _begin(act, held.item, content, actor, at, corrects=held)


def _begin(
    act: Act, item: Item, content: Content, actor: Actor, at: dt.datetime, corrects: Update | None = None
) -> Update:
    _require_open(item)
    _check_content(item, content)
    assert actor.organisation_id is not None  # noqa: S101  (whoever may draft acts for an organisation)
    update = Update(
        alliance=item.alliance,
        item=item,
        author_id=actor.user_id,
        organisation_id=actor.organisation_id,
        corrects=corrects,
        **content.columns(),
    )
    act.add(update, evidence=_evidence(act, item, content), requests=content.requests, writers=_writers(None, actor))
    _assess(act, update, content.components)
    return update


def _check_content(item: Item, content: Content) -> None:
    if content.level and item.recommendation.kind in UNLEVELLED_KINDS:
        raise InvalidValue(_("A question holds replies and never a level."))
    if any(letter.item_id != item.pk for letter in content.requests):
        raise InvalidValue(_("This letter is about another item."))
    if any(entry.alliance_id != item.alliance_id for entry in content.evidence):
        raise InvalidValue(_("This evidence belongs to another alliance."))


def _evidence(act: Act, item: Item, content: Content) -> list[Evidence]:
    return [*content.evidence, *(add_evidence(act, item.alliance, new) for new in content.new_evidence)]


def _assess(act: Act, update: Update, verdicts: Mapping[str, str]) -> bool:
    """Write what the update says about each component and tell whether anything changed; what it leaves out is not
    assessed.
    """
    known = {
        component.letter: component for component in update.item.recommendation.components.filter(archived_on=None)
    }
    unknown = set(verdicts) - set(known)
    if unknown:
        raise InvalidValue(_("This point has no component %(letters)s.") % {"letters": ", ".join(sorted(unknown))})
    present = {row.component.letter: row for row in update.assessments.select_related("component")}
    changed = False
    for letter, component in sorted(known.items()):
        verdict = verdicts.get(letter, ComponentVerdict.NOT_ASSESSED.value)
        if letter in present:
            changed |= act.change(present[letter], verdict=verdict)
        elif verdict != ComponentVerdict.NOT_ASSESSED:
            act.add(ComponentAssessment(alliance=update.alliance, update=update, component=component, verdict=verdict))
            changed = True
    return changed


def _writers(update: Update | None, actor: Actor) -> list[User]:
    """Return everyone who had a hand in what `update` says, the actor too: they never publish it."""
    known = list(update.writers.all()) if update else []
    return [*known, *User.objects.filter(pk=actor.user_id or 0).exclude(pk__in=[user.pk for user in known])]


def _require_author(actor: Actor, update: Update) -> None:
    if not may_edit_draft(actor, update.alliance_id, update.organisation_id):
        raise NotAllowed(_("Only coordinators of the organisation that began this update may do this."))


def _require_reviewer(actor: Actor, update: Update) -> None:
    if wrote(actor.user_id, update):
        raise NotAllowed(_("Nobody publishes or returns their own update."))
    if not may_review(actor, update.alliance_id, update.author_id):
        raise NotAllowed(_("Only reviewers of this alliance may do this."))


def _review_rule(update: Update, item: Item) -> str:
    """Return the rule that the review is held to: where a first reviewer was held to the stricter one, that."""
    if update.state == UpdateState.AWAITING_SECOND and update.review_rule == ReviewRule.ANOTHER_ORGANISATION:
        return update.review_rule
    return workflow.review_rule(
        item.alliance.review_rule, changes_level=is_level_changed(update, item), closes=update.closes_item
    )


def _require_other_eyes(actor: Actor, update: Update, rule: str) -> None:
    if rule == ReviewRule.ANOTHER_ORGANISATION and actor.organisation_id == update.organisation_id:
        raise NotAllowed(_("Another organisation than the author's publishes an update."))
    # A colleague whom one has brought in oneself is no second pair of eyes.
    same = actor.organisation_id == update.organisation_id
    if same and brought_in(actor.user_id, update.author_id, update.alliance):
        raise NotAllowed(_("You invited the author of this update. Somebody else reviews it."))
    if update.state == UpdateState.AWAITING_SECOND and update.publisher_id == actor.user_id:
        raise NotAllowed(_("You have approved this update already; another person confirms it."))


def _next_state(step: str, update: Update, origin: str = "") -> str:
    """Return where `step` leads from `origin`, or else from where `update` is. Raises WrongState where it does not."""
    if not workflow.leads(step, origin or update.state):
        raise WrongState(
            _("This is not possible while the update is “%(state)s”.") % {"state": update.get_state_display()}
        )
    return workflow.transition(step).target


def _require_open(item: Item) -> None:
    if item.recommendation.archived_on is not None:
        raise WrongState(_("This point was taken out of the catalogue: nothing more is recorded on it."))
    if not item.is_open:
        raise WrongState(_("This item is not open. Ask your staff to reopen it first."))


def _require_ready(update: Update, at: dt.datetime) -> None:
    """Refuse a draft that lacks something, saying all of what it lacks."""
    lacks = missing(update, today=day_in(update.alliance.time_zone, at))
    if lacks:
        raise type(lacks[0])(" ".join(str(lack) for lack in lacks))


def _move_item(act: Act, item: Item, update: Update, at: dt.datetime) -> None:
    """Let a published update move what the item shows: the headline by the alliance's own word only."""
    today = day_in(item.alliance.time_zone, at)
    values: dict[str, Any] = {}
    if update.perspective == Perspective.ALLIANCE:
        values["last_update_on"] = today
        if update.level:
            values |= {
                "headline": update,
                "verify_by": update.verify_by or add_months(today, VERIFY_AFTER_MONTHS),
                "level_since": item.level_since if item.level == update.level and item.level_since else today,
                "level": update.level,
            }
    now = accounts(item)
    told = next((account for account in now if account.perspective == Perspective.STATE), None)
    values |= {"state_level": told.level if told else "", "state_level_on": told.period_to if told else ""}
    if update.closes_item:
        values |= {"lifecycle": Lifecycle.CLOSED, "lifecycle_reason": texts(update.done) or texts(update.search_note)}
    values["disputed"] = workflow.disputed(account.level for account in now)
    if not values["disputed"]:
        values |= {"dispute_point": "", "dispute_note": {}}
    if update.perspective == Perspective.ALLIANCE and update.organisation_id == item.owner_id:
        values |= {"update_asked_on": None, "update_asked_note": ""}
    act.change(item, **values)
