"""Checkpoints as text: read back as written, also out of a mail, and never read in half."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.verifying import OFFLINE
from tracker.lib.checkpoints import Kept, as_text, last_of_each, read

FIRST = Kept("installation", 1, 12, "ab" * 32, "2026-03-02T09:00:00.000000Z")
LATER = Kept("installation", 2, 15, "cd" * 32, "2026-03-03T09:00:00.000000Z")
OTHER = Kept("5f0a2b30-0000-4000-8000-000000000001", 1, 7, "ef" * 32, "2026-03-02T09:00:00.000000Z")


def test_checkpoint_is_six_lines() -> None:
    assert str(FIRST) == (
        "recommendation tracker checkpoint 1\nlog installation\nepoch 1\nsize 12\n"
        f"head {'ab' * 32}\ntime 2026-03-02T09:00:00.000000Z"
    )


def test_text_is_read_back_as_written() -> None:
    assert read(as_text([FIRST, OTHER, LATER])) == [FIRST, OTHER, LATER]


def test_mail_around_it_and_its_marks_of_quotation_are_passed_over() -> None:
    mail = "Dear Anna,\r\n\r\n" + "".join(f"> {line}  \r\n" for line in str(FIRST).splitlines()) + "> \r\nYours"
    assert read(mail) == [FIRST]


def test_last_of_each_log_is_the_one_published_last() -> None:
    assert last_of_each([FIRST, OTHER, LATER]) == {"installation": LATER, OTHER.log: OTHER}


@pytest.mark.parametrize(
    ("damage", "line"),
    [
        (lambda text: text[:60], 8),
        (lambda text: text.replace("size 12", "size twelve"), 8),
        (lambda text: text.replace("ab" * 32, "ab" * 31), 8),
        (lambda text: text.replace("checkpoint 1", "checkpoint 2"), 8),
        (lambda text: text.replace("checkpoint 1", "checkp0int 1"), 9),
        (lambda text: text.replace("recommendation tracker checkpoint 1\n", ""), 8),
        (lambda text: text.replace("recommendation tracker checkpoint 1\nlog installation\nepoch 1\n", ""), 8),
        (lambda text: text.replace("epoch 1\n", ""), 8),
        (lambda text: text.replace("000Z", "000Z and more"), 8),
    ],
)
def test_half_a_checkpoint_is_refused_with_its_place_here_and_offline(
    damage: Callable[[str], str], line: int, tmp_path: Path
) -> None:
    text = as_text([OTHER]) + damage(as_text([FIRST])) + as_text([LATER])
    with pytest.raises(ValueError, match=rf"^line {line}: a checkpoint cannot be read: keep all six lines of each$"):
        read(text)
    (tmp_path / "kept.txt").write_text(text)
    with pytest.raises(ValueError, match="a checkpoint in it cannot be read"):
        OFFLINE.read_checkpoints(tmp_path / "kept.txt")


def test_text_without_any_holds_none() -> None:
    assert read("nothing here") == []
