"""The import of a document as the command line runs it, and the invented documents it is given."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import base
from django.utils import timezone

from tests.conftest import NOW
from tests.importer import texts
from tracker.management.commands import import_document

QUESTIONNAIRE = texts.QUESTIONNAIRE
REPORT = texts.REPORT


@dataclass
class Result:
    """How a command ended, and what it wrote to standard output and standard error."""

    code: int
    out: str
    err: str


Command = Callable[..., Result]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run the command as `manage.py import_document ARGS` does, with its exit code."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    # The command line closes the database when it is done; the test still needs it.
    monkeypatch.setattr(base.connections, "close_all", lambda: None)

    def run(*args: object, out: Any = None, err: io.StringIO | None = None) -> Result:
        out, err, code = out or io.TextIOWrapper(io.BytesIO(), encoding="ascii"), err or io.StringIO(), 0
        with pytest.MonkeyPatch.context() as streams:
            streams.setattr("sys.stdout", out)
            streams.setattr("sys.stderr", err)
            try:
                import_document.Command().run_from_argv(["manage.py", "import_document", *map(str, args)])
            except SystemExit as ended:
                code = int(ended.code or 0)
        out.flush()
        written = out.buffer.getvalue().decode() if hasattr(out, "buffer") else out.getvalue()
        return Result(code, written, err.getvalue())

    return run


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """Return a file with the invented country report."""
    path = tmp_path / "report.txt"
    path.write_text(REPORT, encoding="utf-8")
    return path


@pytest.fixture
def replies(tmp_path: Path) -> Path:
    """Return a file with the invented questionnaire and its replies."""
    path = tmp_path / "replies.txt"
    path.write_text(QUESTIONNAIRE, encoding="utf-8")
    return path
