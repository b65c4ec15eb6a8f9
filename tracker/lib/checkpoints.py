"""Checkpoints as text: six lines that anyone can keep. docs/history.md gives the format."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from tracker.lib.canonical import parse_time

_HEADING = "recommendation tracker checkpoint"
_BLOCK = re.compile(
    rf"{_HEADING} 1\nlog (?P<log>[0-9a-z-]{{1,36}})\nepoch (?P<epoch>[0-9]{{1,9}})\nsize (?P<size>[0-9]{{1,18}})\n"
    r"head (?P<head>[0-9a-f]{64})\ntime (?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z)$",
    re.MULTILINE,
)
# What is left of one that cannot be read.
_REST = re.compile(rf"{_HEADING}|^(?:log|epoch|size|head|time) \S+$", re.MULTILINE)


@dataclass(frozen=True)
class Kept:
    """One checkpoint: how many entries (`size`) a log has, the hash of the last (`head`), when that was seen (UTC)."""

    log: str
    epoch: int
    size: int
    head: str
    time: str

    def __str__(self) -> str:
        return "\n".join(
            (
                f"{_HEADING} 1",
                f"log {self.log}",
                f"epoch {self.epoch}",
                f"size {self.size}",
                f"head {self.head}",
                f"time {self.time}",
            )
        )

    @property
    def moment(self) -> dt.datetime:
        """When it was taken."""
        return parse_time(self.time)

    def in_one_line(self) -> str:
        """Return the five values in one line, for a header of HTTP."""
        return f"log={self.log}; epoch={self.epoch}; size={self.size}; head={self.head}; time={self.time}"


def as_text(checkpoints: Iterable[Kept]) -> str:
    """Return checkpoints as text, an empty line after each."""
    return "".join(f"{kept}\n\n" for kept in checkpoints)


def read(text: str) -> list[Kept]:
    """Return the checkpoints in `text`, in their order; what stands around them, as in a mail, is passed over.

    Raises ValueError, which names the line, where a part of one stands that cannot be read: half a checkpoint must
    never look like none. docs/verify_history.py asks the same.
    """
    text = "\n".join(line.strip(" \t>") for line in text.replace("\r\n", "\n").split("\n"))
    rest = _REST.search(_BLOCK.sub("\n" * 5, text))
    if rest:
        number = rest.string.count("\n", 0, rest.start()) + 1
        raise ValueError(f"line {number}: a checkpoint cannot be read: keep all six lines of each")
    return [
        Kept(match["log"], int(match["epoch"]), int(match["size"]), match["head"], match["time"])
        for match in _BLOCK.finditer(text)
    ]


def last_of_each(checkpoints: Iterable[Kept]) -> dict[str, Kept]:
    """Return {log: its checkpoint published last}."""
    return {kept.log: kept for kept in checkpoints}
