"""A sample of tests/drills/editors.py: several people write at once, and nothing that was acknowledged is lost."""

from pathlib import Path

from tests.drills.running import in_process
from tests.processes import migrated_database


def test_editors_bulk_acts_and_imports_at_once_lose_nothing(django_db_setup: None, tmp_path: Path) -> None:
    with migrated_database(tmp_path) as database:
        result = in_process(database, "tests.drills.editors", "--rush", 3, 15)

    assert result["acknowledged"] >= 15
    assert (result["lost"], result["errors"], result["faults"], result["imports"]) == (0, {}, 0, 5)
