"""What a start is warned of; the guards of the history are in tests/models/test_guards.py."""

from typing import Any

import pytest
from django.db import DatabaseError

from tests import factories as make
from tests.conftest import World
from tracker import checks
from tracker.models import Alliance


@pytest.fixture(autouse=True)
def _serving(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["manage.py", "runserver"])


def test_invented_alliance_on_a_real_site_is_warned_of(world: World, settings: Any) -> None:
    assert checks.demo_is_at_home(None) == []
    make.AllianceFactory(slug="freedonia", is_demo=True)

    [warning] = checks.demo_is_at_home(None)

    assert (warning.id, warning.level) == ("tracker.W001", 30)
    assert "freedonia" in warning.msg
    settings.DEMO = True
    assert checks.demo_is_at_home(None) == []


def test_nothing_is_warned_of_before_there_are_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**conditions: Any) -> Any:
        raise DatabaseError

    monkeypatch.setattr(Alliance.objects, "filter", broken)

    assert checks.demo_is_at_home(None) == []


@pytest.mark.parametrize(("second_factor", "demo"), [(True, False), (False, True), (True, True)])
def test_site_with_a_second_factor_and_a_demo_may_start(settings: Any, second_factor: bool, demo: bool) -> None:
    settings.SECOND_FACTOR, settings.DEMO = second_factor, demo

    assert checks.second_factor_is_asked_for(None) == []


def test_site_without_a_second_factor_is_not_deployed(settings: Any) -> None:
    settings.SECOND_FACTOR, settings.DEMO = False, False

    [error] = checks.second_factor_is_asked_for(None)

    assert (error.id, error.level) == ("tracker.E002", 40)
