"""The source texts and what a careful reader finds in them: not on every machine."""

import json
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
FIXTURES = ROOT / "fixtures"
SOURCES = ROOT.parent / "shared" / "sources"
TEXTS = ("003_4660692abea2b311.txt", "000_e7cd494f268f96f1.txt")

needs_sources = pytest.mark.skipif(
    not SOURCES.is_dir(), reason="the source texts are not on this machine; they may not be published with the project"
)


def expected() -> dict[str, Any]:
    """Return what a careful reader finds in the sources."""
    found: dict[str, Any] = json.loads((SOURCES / "expected.json").read_text(encoding="utf-8"))
    return found
