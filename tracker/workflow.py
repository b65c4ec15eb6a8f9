"""The rules of levels, evidence and review as tables, and one check for each. Plain values in and out.

Sources: docs/method.md, from the alliance's design of levels, grades and second pair of eyes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from tracker.choices import (
    ComponentVerdict,
    EvidenceKind,
    Layer,
    Level,
    Perspective,
    ReplyQuality,
    ReviewRule,
    Role,
    UpdateState,
)
from tracker.lib.text import fold

if TYPE_CHECKING:
    import datetime as dt

    from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class LevelRule:
    """What a level needs: the least evidence grade, a search note, a second publisher; its step for comparing."""

    least_grade: int
    needs_search_note: bool = False
    two_publishers: bool = False
    step: int | None = None
    colour: str = "grey"


LEVELS: Mapping[str, LevelRule] = {
    Level.NOT_ASSESSED: LevelRule(0),
    Level.NO_INFORMATION: LevelRule(0, needs_search_note=True),
    Level.NO_ACTION: LevelRule(1, needs_search_note=True, step=0, colour="red"),
    Level.ANNOUNCED: LevelRule(1, step=1, colour="red"),
    Level.UNDER_WAY: LevelRule(2, step=2, colour="yellow"),
    Level.PARTLY_IMPLEMENTED: LevelRule(2, step=3, colour="yellow"),
    Level.IMPLEMENTED: LevelRule(3, two_publishers=True, step=4, colour="green"),
    Level.CONTRARY: LevelRule(2, two_publishers=True, colour="red"),
}

# Whose level is a judgement that evidence must bear. The level of any other perspective is that side's claim as the
# alliance reads it: it needs the source in which it is made, and moves nothing.
JUDGING = frozenset({Perspective.ALLIANCE.value, Perspective.MEMBER_NGO.value})

PRIMARY_KINDS = frozenset(
    {
        EvidenceKind.LAW.value,
        EvidenceKind.COURT_DECISION.value,
        EvidenceKind.OFFICIAL_STATISTICS.value,
        EvidenceKind.TREATY_RECORD.value,
    }
)
# A State's word about its own practice is one secondary source and never confirms anything independently.
INDEPENDENT_KINDS = frozenset(
    {
        EvidenceKind.MONITORING_REPORT.value,
        EvidenceKind.NGO_REPORT.value,
        EvidenceKind.UN_REPORT.value,
        EvidenceKind.RESEARCH.value,
        EvidenceKind.MEDIA.value,
    }
)


@dataclass(frozen=True)
class Source:
    """One piece of evidence as the grade sees it."""

    kind: str
    publisher: str


@dataclass(frozen=True)
class Transition:
    """One step of an update: the states it leads from, the state it leads to, who takes it and what it requires.

    The table of these rows is the rule: acts ask it, the help page shows it, and tests are made from it.
    """

    act: str
    title: "StrPromise"
    origins: tuple[str, ...]
    target: str
    role: str
    who: "StrPromise"
    requires: "StrPromise"


S = UpdateState

TRANSITIONS: tuple[Transition, ...] = (
    Transition(
        "edit",
        pgettext_lazy("step of an update", "Edit"),
        (S.DRAFT, S.RETURNED),
        S.DRAFT,
        Role.COORDINATOR,
        gettext_lazy("A coordinator of the organisation that began it"),
        gettext_lazy("Nothing: a draft is always saved."),
    ),
    Transition(
        "submit",
        pgettext_lazy("step of an update", "Submit"),
        (S.DRAFT, S.RETURNED),
        S.SUBMITTED,
        Role.COORDINATOR,
        gettext_lazy("A coordinator of the organisation that began it"),
        gettext_lazy(
            "Every field finished; what was done, or where was searched; the evidence and the parts that the level "
            "needs."
        ),
    ),
    Transition(
        "return",
        pgettext_lazy("step of an update", "Return"),
        (S.SUBMITTED, S.AWAITING_SECOND),
        S.RETURNED,
        Role.REVIEWER,
        gettext_lazy("A reviewer, never the author"),
        gettext_lazy("The reason."),
    ),
    Transition(
        "approve_first",
        pgettext_lazy("step of an update", "Approve as the first of two"),
        (S.SUBMITTED,),
        S.AWAITING_SECOND,
        Role.REVIEWER,
        gettext_lazy("A reviewer of another organisation than the author's"),
        gettext_lazy("Where two must confirm: implemented, contrary, taking either back, and closing the item."),
    ),
    Transition(
        "publish",
        pgettext_lazy("step of an update", "Publish"),
        (S.SUBMITTED,),
        S.PUBLISHED,
        Role.REVIEWER,
        gettext_lazy(
            "A reviewer of another organisation than the author's; where no level changes, any reviewer but the author"
        ),
        gettext_lazy(
            "The evidence bears the level, with a note where the sources must be independent; text that may identify "
            "a child is released."
        ),
    ),
    Transition(
        "publish_second",
        pgettext_lazy("step of an update", "Confirm as the second of two"),
        (S.AWAITING_SECOND,),
        S.PUBLISHED,
        Role.REVIEWER,
        gettext_lazy("Another reviewer than the first, of another organisation than the author's"),
        gettext_lazy("As for publishing."),
    ),
    Transition(
        "discard",
        pgettext_lazy("step of an update", "Discard"),
        (S.DRAFT, S.RETURNED),
        S.DISCARDED,
        Role.COORDINATOR,
        gettext_lazy("A coordinator of the organisation that began it"),
        gettext_lazy("The reason."),
    ),
)


def transition(act: str) -> Transition:
    """Return the row of the table for `act`. Raises KeyError for an act that is not in it."""
    for row in TRANSITIONS:
        if row.act == act:
            return row
    raise KeyError(act)


def leads(act: str, state: str) -> bool:
    """Tell whether `act` is possible from `state`."""
    return state in transition(act).origins


def needs_second_publisher(
    level: str | None,
    *,
    changes_level: bool,
    closes: bool,
    current: str = Level.NOT_ASSESSED,
    perspective: str = Perspective.ALLIANCE,
) -> bool:
    """Implemented, contrary and closing take one more person, unless the update only confirms the level there is.

    So does the alliance's own word that takes such a level (`current`) back: nobody alone undoes what two people said.
    A claim of another perspective moves no headline and takes one.
    """
    if level is None or not changes_level:
        return closes
    judged = perspective in JUDGING and LEVELS[level].two_publishers
    takes_back = perspective == Perspective.ALLIANCE and LEVELS[current].two_publishers
    return closes or judged or takes_back


def review_rule(alliance_rule: str, *, changes_level: bool, closes: bool) -> str:
    """Return whether another organisation or only another person must publish this update."""
    if changes_level or closes:
        return alliance_rule
    return ReviewRule.ANOTHER_PERSON


def evidence_grade(sources: Iterable[Source], *, independent: bool) -> int:
    """Return the grade 0 to 3 that the sources bear by kind, publisher and count.

    `independent` says whether a reviewer has confirmed that sources do not draw on each other; without that word two
    secondary sources count as one, and a confirmation of practice counts for nothing.
    """
    known = list(sources)
    primary = {fold(source.publisher) for source in known if source.kind in PRIMARY_KINDS}
    secondary = {fold(source.publisher) for source in known if source.kind in INDEPENDENT_KINDS}
    # Some primary document and some confirmation of two different publishers.
    if independent and primary and secondary and len(primary | secondary) > 1:
        return 3
    if primary or (independent and len(secondary) >= 2):
        return 2
    if secondary or any(source.kind == EvidenceKind.STATE_REPORT for source in known):
        return 1
    return 0


def least_grade(level: str, *, legal_act_only: bool) -> int:
    """Return the least grade for `level`; a point that asks for a legal act alone is implemented on grade 2."""
    if level == Level.IMPLEMENTED and legal_act_only:
        return 2
    return LEVELS[level].least_grade


def evidence_gap(
    level: str | None,
    sources: Sequence[Source],
    *,
    search_note: bool,
    legal_act_only: bool,
    independent: bool,
    asked_in_vain: bool = False,
) -> str:
    """Return why the evidence does not bear `level` and what would suffice, or "" where it does.

    `asked_in_vain` says that a letter supports "no information" (`supports_no_information`).
    """
    if level is None:
        return ""
    needed = least_grade(level, legal_act_only=legal_act_only)
    grade = evidence_grade(sources, independent=independent)
    if grade < needed:
        return _("“%(level)s” needs evidence of grade %(needed)s; what is attached bears grade %(grade)s. %(hint)s") % {
            "level": Level(level).label,
            "needed": needed,
            "grade": grade,
            "hint": _grade_hint(needed),
        }
    asked = asked_in_vain or any(source.kind == EvidenceKind.REQUEST for source in sources)
    enough = search_note or (asked and level == Level.NO_INFORMATION)
    if LEVELS[level].needs_search_note and not enough:
        return _("“%(level)s” needs a note of where you searched and whom you asked.") % {"level": Level(level).label}
    return ""


def supports_no_information(
    *,
    sent_on: "dt.date | None",
    due_on: "dt.date | None",
    answered_on: "dt.date | None",
    quality: str,
    today: "dt.date",
) -> bool:
    """Tell whether a letter shows that someone asked and learned nothing.

    It was sent, and the answer is overdue, was given up, was refused or says nothing.
    """
    if sent_on is None:
        return False
    if answered_on is None:
        return quality == ReplyQuality.NONE or (due_on is not None and due_on < today)
    return quality in (ReplyQuality.EVASIVE, ReplyQuality.REFUSED)


def claim_gap(level: str | None, sources: Sequence[Source]) -> str:
    """Return why another side's claim cannot stand as it is, or "" where its source is attached."""
    if level is None or sources:
        return ""
    return _("Attach the source in which this side says so.")


def _grade_hint(grade: int) -> str:
    hints = {
        1: _("Attach one source: a report, an article or the State's own report."),
        2: _("Attach a primary document (law, court decision, official statistics) or two independent sources."),
        3: _("Attach a primary document and an independent source that shows the practice."),
    }
    return hints[grade]


def met_of(components: "Iterable[ComponentResult]") -> tuple[int, int]:
    """Return how many of the required components are met, and how many there are."""
    required = [row for row in components if row.required]
    return sum(row.verdict == ComponentVerdict.MET for row in required), len(required)


@dataclass(frozen=True)
class ComponentResult:
    """One applicable component as an update assesses it."""

    layer: str
    required: bool
    verdict: str


def component_gap(level: str | None, components: Sequence[ComponentResult], *, legal_act_only: bool) -> str:
    """Return why the required components do not bear `level`, or "" where they do.

    Points without components are bound by their evidence alone. Law alone is at most partly implemented where the text
    asks for practice.
    """
    required = [row for row in components if row.required]
    met = [row for row in required if row.verdict == ComponentVerdict.MET]
    some = [row for row in required if row.verdict in (ComponentVerdict.MET, ComponentVerdict.PARTLY_MET)]
    if not required:
        return ""
    if level == Level.IMPLEMENTED:
        if len(met) < len(required):
            return _("“Implemented” needs every required part met; %(met)s of %(all)s are.") % {
                "met": len(met),
                "all": len(required),
            }
        if not legal_act_only and components and all(row.layer == Layer.STRUCTURE for row in met):
            practice = [row for row in components if row.layer != Layer.STRUCTURE]
            if practice and not any(row.verdict == ComponentVerdict.MET for row in practice):
                return _("Law alone is at most “Partly implemented” where the text asks for practice.")
    if level == Level.PARTLY_IMPLEMENTED and not some:
        return _("“Partly implemented” needs at least one required part met or partly met.")
    return ""


def disputed(levels: Iterable[str]) -> bool:
    """Tell whether current levels of several perspectives are a step or more apart.

    Contrary disagrees with every step; not assessed and no information disagree with nothing.
    """
    judged = {level for level in levels if level == Level.CONTRARY or LEVELS[level].step is not None}
    return len(judged) > 1
