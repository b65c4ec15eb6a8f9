"""Disputes: what the perspectives on one item disagree about, each with its own word and evidence."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tracker import workflow
from tracker.choices import OPEN_LIFECYCLES, Level, PointAtIssue
from tracker.models import Item, Update


@dataclass(frozen=True)
class Dispute:
    """A disagreement on an open item: its sides, and what it is about once somebody has named it."""

    sides: list[Update]
    point: str
    note: Any


def dispute_of(item: Item, accounts: Iterable[Update]) -> Dispute | None:
    """Return what is disputed on `item`, or None.

    `accounts` are what each perspective says now (`queries.progress`). Who gives no level, or says
    that nothing is known, takes no side. What other items' updates say in passing is no account of this one. No query.
    """
    if not item.disputed or item.lifecycle not in OPEN_LIFECYCLES:
        return None
    sides = [account for account in accounts if account.level and _takes_a_side(account.level)]
    return Dispute(
        sides,
        str(PointAtIssue(item.dispute_point).label) if item.dispute_point else "",
        item.dispute_note,
    )


def _takes_a_side(level: str) -> bool:
    return level == Level.CONTRARY or workflow.LEVELS[level].step is not None
