"""How an update becomes public: one page made from the very tables that the acts obey."""

from typing import Any

from tracker.choices import EvidenceKind, Level, ReviewRule, UpdateState
from tracker.models import Alliance
from tracker.queries import meanings
from tracker.workflow import INDEPENDENT_KINDS, PRIMARY_KINDS, TRANSITIONS, Transition


def help_context(alliance: Alliance | None) -> dict[str, Any]:
    """Return what the help page shows to someone who works in `alliance`."""
    kinds = {kind.value: str(kind.label) for kind in EvidenceKind}
    return {
        "transitions": [(row, origins_of(row), UpdateState(row.target).label) for row in TRANSITIONS],
        "levels": [
            {"code": code, "label": code.label, "meaning": meanings.LEVELS[code], "needs": meanings.needs(code)}
            for code in Level
        ],
        "grades": list(meanings.GRADES.items()),
        "primary": [label for kind, label in kinds.items() if kind in PRIMARY_KINDS],
        "independent": [label for kind, label in kinds.items() if kind in INDEPENDENT_KINDS],
        "small": alliance is not None and alliance.review_rule == ReviewRule.ANOTHER_PERSON,
    }


def origins_of(row: Transition) -> str:
    """Return the states that a step leads from, in words."""
    return ", ".join(str(UpdateState(state).label) for state in row.origins)
