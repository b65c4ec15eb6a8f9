"""What an update lacks before it can be submitted, all at once, so that its author can mend it in one go."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker import workflow
from tracker.choices import Level, Perspective, UpdateState
from tracker.errors import EvidenceTooWeak, InvalidValue, Refusal
from tracker.lib.dates import add_months, last_day
from tracker.models import Update
from tracker.models.base import texts
from tracker.permissions import may_review
from tracker.queries.people import actor_for
from tracker.queries.progress import assessed_components, sources_of

# However sure someone is: a level that nobody looks at for longer is not known any more.
VERIFY_WITHIN_MONTHS = 24


@dataclass(frozen=True)
class Lack:
    """One thing that keeps a draft from being submitted: the field of the form that mends it, "" for no one field, and
    the refusal that it would be.
    """

    field: str
    refusal: Refusal


def missing(update: Update, *, today: dt.date) -> list[Refusal]:
    """Return everything that keeps a draft from being submitted, each as the refusal it would be."""
    return [lack.refusal for lack in lacks(update, today=today)]


def lacks(update: Update, *, today: dt.date) -> list[Lack]:
    """Return everything that keeps a draft from being submitted, and where each is mended.

    Whether sources are independent is the reviewer's to say: the author is held to what they could bear.
    """
    found: list[Lack] = []

    def lack(field: str, words: str) -> None:
        found.append(Lack(field, InvalidValue(words)))

    if update.unfinished:
        lack("", _("Finish what is marked, or empty it."))
    if not update.period_to:
        lack("period_to", _("Say up to when this is known."))
    elif update.period_to > f"{today:%Y-%m-%d}"[: len(update.period_to)]:
        lack("period_to", _("This day is not yet over: say up to when it is known now."))
    if not texts(update.done) and not texts(update.search_note):
        lack("done", _("Write what was done and by whom, or where you searched."))
    if update.closes_item and update.perspective != Perspective.ALLIANCE:
        lack("closes_item", _("Only an update of the alliance's own perspective closes an item."))
    if update.period_from and update.period_to and last_day(update.period_from) > last_day(update.period_to):
        lack("period_from", _("The period ends before it begins."))
    if late := too_late(update.verify_by, today):
        lack("verify_by", late)
    if stranger := _another_voice(update):
        lack("perspective", stranger)
    if again := _level_again(update):
        lack("level", again)
    gaps = level_gaps(update, today=today, independent=True)
    return [*found, *(Lack(field, EvidenceTooWeak(gap)) for field, gap in gaps)]


def too_late(day: dt.date | None, today: dt.date) -> str:
    """Return why a level cannot wait until `day` to be verified again, or "" where it can."""
    if day is None or day <= add_months(today, VERIFY_WITHIN_MONTHS):
        return ""
    return ngettext(
        "A level is verified again within %(months)s month at most: choose an earlier day.",
        "A level is verified again within %(months)s months at most: choose an earlier day.",
        VERIFY_WITHIN_MONTHS,
    ) % {"months": VERIFY_WITHIN_MONTHS}


def borne_gap(update: Update, *, today: dt.date, independent: bool) -> str:
    """Return why evidence, letters or required components do not bear the level of `update`, or "" where they do."""
    gaps = level_gaps(update, today=today, independent=independent)
    return gaps[0][1] if gaps else ""


def level_gaps(update: Update, *, today: dt.date, independent: bool) -> list[tuple[str, str]]:
    """Return every reason why the level of `update` is not borne, as (field that mends it, reason).

    The level of another side is a claim, and needs the source in which it is made.
    """
    point, level, sources = update.item.recommendation, update.level or None, sources_of(update)
    if update.perspective not in workflow.JUDGING:
        gaps = [("evidence", workflow.claim_gap(level, sources))]
    else:
        rule: dict[str, Any] = {"legal_act_only": point.legal_act_only, "independent": independent}
        weak = workflow.evidence_gap(level, sources, search_note=True, **rule)
        note, asked = bool(texts(update.search_note)), asked_in_vain(update, today)
        unsearched = workflow.evidence_gap(level, sources, search_note=note, asked_in_vain=asked, **rule)
        parts = workflow.component_gap(level, assessed_components(update), legal_act_only=point.legal_act_only)
        gaps = [("evidence", weak), ("search_note", "" if weak else unsearched), ("components", parts)]
    return [(field, gap) for field, gap in gaps if gap]


@dataclass(frozen=True)
class Standing:
    """What an update's stored evidence and parts bear.

    `grade` is without, `independent_grade` with the word of a reviewer that the sources do not draw on each other;
    `needed` what the proposed level takes, None where it takes none. `highest` is the level that the required parts
    bear at most, None for a point without such parts.
    """

    grade: int
    independent_grade: int
    needed: int | None
    met: int
    required: int
    highest: Level | None

    @property
    def needs_note(self) -> bool:
        """Whether the level is borne only with the reviewer's word that the sources are independent."""
        return self.needed is not None and self.grade < self.needed <= self.independent_grade


def standing(update: Update) -> Standing:
    """Return what the stored evidence and parts of `update` bear."""
    sources, components = sources_of(update), assessed_components(update)
    legal_act_only = update.item.recommendation.legal_act_only
    judged = update.level and update.perspective in workflow.JUDGING
    met, required = workflow.met_of(components)
    within = (
        level
        for level in (Level.IMPLEMENTED, Level.PARTLY_IMPLEMENTED, Level.UNDER_WAY)
        if not workflow.component_gap(level, components, legal_act_only=legal_act_only)
    )
    return Standing(
        grade=workflow.evidence_grade(sources, independent=False),
        independent_grade=workflow.evidence_grade(sources, independent=True),
        needed=workflow.least_grade(update.level, legal_act_only=legal_act_only) if judged else None,
        met=met,
        required=required,
        highest=next(within) if required else None,
    )


def approval_stands(update: Update) -> bool:
    """Tell whether the first approval of `update` counts: its giver still reviews, for the same organisation.

    What two must confirm has two behind it who may publish it on the day that it goes public.
    """
    if update.publisher is None:
        return False
    giver = actor_for(update.publisher, update.alliance)
    same = giver.organisation_id == update.publisher_organisation_id
    return same and may_review(giver, update.alliance_id, update.author_id)


def fallen_approval(update: Update) -> str:
    """Return why the first approval of `update` counts no more and what is missing, or "" where it does, or is none."""
    if update.state != UpdateState.AWAITING_SECOND or approval_stands(update):
        return ""
    return _(
        "%(name)s approved this update, but no longer reviews for %(organisation)s: that approval does not count any "
        "more. Two people must confirm this update."
    ) % {"name": update.publisher, "organisation": update.publisher_organisation}


def asked_in_vain(update: Update, today: dt.date) -> bool:
    """Tell whether a letter that `update` rests on supports "no information"."""
    letters = update.requests.filter(withdrawn_on=None).values("sent_on", "due_on", "answered_on", "quality")
    return any(workflow.supports_no_information(**letter, today=today) for letter in letters)


def _another_voice(update: Update) -> str:
    """Return why `update` may not correct what it points to: nobody unsays a member's own word but that member."""
    told = update.corrects
    if told is None or told.perspective != Perspective.MEMBER_NGO or told.organisation_id == update.organisation_id:
        return ""
    return _("A member's own word is corrected by that member alone. Record a new update instead.")


def _level_again(update: Update) -> str:
    """Return why a correction must propose a level: it would leave the item's resting on what it corrects."""
    if update.corrects_id is None or update.item.headline_id != update.corrects_id:
        return ""
    if update.perspective == Perspective.ALLIANCE and update.level:
        return ""
    return _(
        "The level of this item rests on the update that you correct. Propose the level that holds now, from "
        "the alliance's perspective; choose “Not yet assessed” if none does."
    )
