"""A sample of tests/drills/verifier.py: damaged logs and checkpoints are refused, whatever is wrong with them."""

import pytest

from tests.drills.verifier import genuine, run


@pytest.mark.django_db
def test_damaged_input_is_never_verified_and_never_breaks_the_verifier() -> None:
    tallies = run(genuine(20), 300, "sample")

    assert [fault for tally in tallies.values() for fault in tally.faults] == []
    assert sum(tally.sums["inputs"] for tally in tallies.values()) == 300
