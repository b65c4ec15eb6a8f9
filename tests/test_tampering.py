"""A sample of the drill of tampering: each class of alterations, and who finds it (tests/drills/tampering.py)."""

import logging
from pathlib import Path

import pytest

from tests.drills import tampering
from tests.drills.alterations import CLASSES
from tests.drills.asof import small_world

EACH = 3


# One test, as the record that all classes alter takes longer to fill than to alter.
def test_tampering_is_found_save_where_nothing_vouches(
    db: None, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    record = tampering.ground(small_world(), "sample", tmp_path, covered=50, uncovered=15)
    untouched = tampering.judge(record, "nothing")

    classes = {}
    for name in CLASSES:
        found = (tampering.taken_back(record, name, f"sample/{name}/{number}") for number in range(EACH))
        classes[name] = tampering.tally(found)

    assert record.site.items
    assert (untouched.faults, untouched.outsider, untouched.compared) == ([], False, False)
    assert tampering.shortcomings({"alarm": False, "classes": classes}) == []
    # As competent as can be: without a checkpoint kept outside nothing is wrong with it.
    assert classes["rewrite and re-hash everything"]["sums"]["chain"] == 0
