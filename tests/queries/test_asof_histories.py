"""Random histories: a past day reads as it did. `make drill` tries many more."""

import pytest

from tests.drills.asof import run, small_world


@pytest.mark.django_db
def test_past_days_read_as_they_did() -> None:
    told = run(6, 8, small_world())

    assert told["histories"] >= 6
    assert told["days"] > told["histories"]
