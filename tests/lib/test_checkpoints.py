"""Checkpoints as text: read back as written, also out of a mail, and never read in half."""

import pytest

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
    "damage",
    [
        lambda text: text[:60],
        lambda text: text.replace("size 12", "size twelve"),
        lambda text: text.replace("ab" * 32, "ab" * 31),
        lambda text: text.replace("checkpoint 1", "checkpoint 2"),
        lambda text: text.replace("epoch 1\n", ""),
    ],
)
def test_half_a_checkpoint_is_refused(damage: object) -> None:
    with pytest.raises(ValueError, match="1 of 2 checkpoints cannot be read"):
        read(as_text([OTHER]) + damage(as_text([FIRST])))  # type: ignore[operator]


def test_text_without_any_holds_none() -> None:
    assert read("nothing here") == []
