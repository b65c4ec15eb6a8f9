"""A sample of tests/drills/editors.py: several people write at once, and nothing that was acknowledged is lost."""

import os

from django.db import connection

from tests.drills.editors import run


def test_editors_bulk_acts_and_imports_at_once_lose_nothing() -> None:
    url = "sqlite" if connection.vendor == "sqlite" else os.environ["DATABASE_URL"]

    result = run(url, 3, 30)

    assert result["acknowledged"] >= 30
    assert (result["lost"], result["errors"], result["faults"], result["imports"]) == (0, {}, 0, 5)
