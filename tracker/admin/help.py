"""How an update becomes public: one page made from the very tables that the acts obey."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tracker.choices import EvidenceKind, Level, ReviewRule, UpdateState
from tracker.models import Alliance
from tracker.queries import meanings
from tracker.workflow import INDEPENDENT_KINDS, LEVELS, PRIMARY_KINDS, TRANSITIONS, Transition, least_grade


@dataclass(frozen=True)
class LevelNeeds:
    """A level, what it means, and the least that it takes, in words."""

    code: str
    label: str
    meaning: str
    needs: list[str]


def help_context(alliance: Alliance | None) -> dict[str, Any]:
    """Return what the help page shows to someone who works in `alliance`."""
    kinds = {kind.value: str(kind.label) for kind in EvidenceKind}
    return {
        "transitions": [(row, origins_of(row), UpdateState(row.target).label) for row in TRANSITIONS],
        "levels": [_needs(code) for code in Level],
        "grades": list(meanings.GRADES.items()),
        "primary": [label for kind, label in kinds.items() if kind in PRIMARY_KINDS],
        "independent": [label for kind, label in kinds.items() if kind in INDEPENDENT_KINDS],
        "small": alliance is not None and alliance.review_rule == ReviewRule.ANOTHER_PERSON,
    }


def origins_of(row: Transition) -> str:
    """Return the states that a step leads from, in words."""
    return ", ".join(str(UpdateState(state).label) for state in row.origins)


def _needs(code: Level) -> LevelNeeds:
    grade, legal = (least_grade(code, legal_act_only=only) for only in (False, True))
    needs = [_("Evidence of grade %(grade)s.") % {"grade": grade}] if grade else []
    if legal != grade:
        needs.append(_("Grade %(grade)s where only a legal act is asked for.") % {"grade": legal})
    if LEVELS[code].needs_search_note:
        needs.append(_("A note of where you searched and whom you asked."))
    if code == Level.NO_INFORMATION:
        needs.append(_("Or a letter that nobody answered, or that was answered without saying anything."))
    if LEVELS[code].two_publishers:
        needs.append(_("Two reviewers."))
    return LevelNeeds(code.value, str(code.label), str(meanings.LEVELS[code]), needs)
