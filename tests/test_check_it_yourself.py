"""docs/history.md, “Check it yourself”: what it shows is what happens in an empty folder with only Python."""

import re
import subprocess
import sys
from pathlib import Path

from tests.actions.test_history_format import blocks, example  # noqa: F401
from tests.verifying import VERIFIER
from tracker.lib.checkpoints import read
from tracker.models import HistoryEntry
from tracker.queries import public_log


def test_public_log_of_the_example_is_the_one_that_is_shown(example: list[HistoryEntry]) -> None:  # noqa: F811
    [shown] = blocks("jsonl")
    assert "".join(public_log.lines("installation")) == f"{shown}\n"


def run(folder: Path) -> tuple[int, list[str]]:
    command = [sys.executable, "-I", "verify_history.py", "installation.jsonl", "--checkpoint", "kept.txt"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def test_example_run_prints_what_is_shown(tmp_path: Path) -> None:
    kept, printed, wrong = blocks("text")
    [log] = blocks("jsonl")
    (tmp_path / "verify_history.py").write_bytes(VERIFIER.read_bytes())
    (tmp_path / "installation.jsonl").write_text(f"{log}\n", encoding="ascii")
    (tmp_path / "kept.txt").write_text(kept, encoding="ascii")

    assert run(tmp_path) == (0, printed.splitlines())

    (tmp_path / "kept.txt").write_text(re.sub("head .", "head 6", kept), encoding="ascii")
    code, said = run(tmp_path)
    assert (code, said[-1]) == (1, wrong)


def test_checkpoint_that_is_shown_is_read_by_the_site_too() -> None:
    assert [(one.log, one.epoch, one.size) for one in read(blocks("text")[0])] == [("installation", 1, 2)]
