"""Every level, grade, flag and lifecycle has its meaning."""

from tracker.choices import Flag, Level, Lifecycle
from tracker.queries import meanings
from tracker.queries.items import STALLED_AFTER_MONTHS


def test_meanings_leave_nothing_out() -> None:
    assert set(meanings.LEVELS) == set(Level.values)
    assert set(meanings.GRADES) == {0, 1, 2, 3}
    assert set(meanings.FLAGS) == set(Flag.values)
    assert set(meanings.LIFECYCLES) == set(Lifecycle.values)


def test_meaning_of_stalled_gives_the_rules_own_figure() -> None:
    assert f"{STALLED_AFTER_MONTHS} months" in str(meanings.FLAGS[Flag.STALLED])
    assert f"{STALLED_AFTER_MONTHS} months" in str(Flag.STALLED.label)
