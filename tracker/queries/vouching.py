"""What accounts for what is missing: redactions for openings, recorded restores for entries that were published."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tracker.choices import RedactionState
from tracker.lib.checkpoints import Kept
from tracker.models import Redaction, Restore
from tracker.models.guards import NO_PREDECESSOR
from tracker.models.history import INSTALLATION
from tracker.queries.entries import is_number

_Opened = Mapping[str, tuple[Any, Any]]
_NUMBERS = ("kept_size", "lost_epoch", "lost_size")


@dataclass(frozen=True)
class _Gap:
    """What one recorded restore tells: where it stands in its log, and from where to where another end was lost."""

    log: str
    sequence: int
    previous: Any
    kept_size: int
    kept_head: Any
    lost_log: Any
    lost_epoch: int
    lost_size: int
    lost_head: Any

    def covers(self, kept: Kept, sizes: Mapping[str, int]) -> bool:
        """Tell whether the entries up to a checkpoint were lost then; `sizes` are those of the logs that are there."""
        if self.lost_log != kept.log or kept.epoch > self.lost_epoch or kept.size > self.lost_size:
            return False
        if (kept.epoch, kept.size) == (self.lost_epoch, self.lost_size) and kept.head != self.lost_head:
            return False
        if self.log != kept.log:
            return self.log == INSTALLATION and kept.log not in sizes
        # Its own place in the chain must bear it out, so that nothing before it is excused.
        follows = (self.kept_size + 1, self.kept_head) == (self.sequence, self.previous)
        return follows and kept.size > self.kept_size


@dataclass
class Vouching:
    """What the entries taken so far tell of redactions and restores, what is missing of them, and what stands where a
    checkpoint was taken.
    """

    kept: list[Kept]
    gone: dict[tuple[str, int], frozenset[str]] = field(default_factory=dict)
    covered: dict[str, int] = field(default_factory=dict)
    _redactions: dict[str, dict[str, Any]] = field(default_factory=dict)
    _gaps: list[_Gap] = field(default_factory=list)
    _marks: dict[tuple[str, int], tuple[int, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._places = {(one.log, one.size) for one in self.kept}

    def take(self, row: Mapping[str, Any], payload: Mapping[str, Any], opened: _Opened, gone: frozenset[str]) -> None:
        """Follow one entry of the history; `gone` are the openings of it that are not there."""
        key = (row["log"], row["sequence"])
        if gone:
            self.gone[key] = gone
        if key in self._places:
            self._marks[key] = (row["epoch"], row["hash"])
        told = {name: pair[1] for name, pair in opened.items()}
        if row["object_kind"] == Redaction.KIND:
            unknown = dict.fromkeys(gone)
            self._redactions.setdefault(str(row["object"]), {}).update(unknown | told | {"@entry": key})
        if row["object_kind"] == Restore.KIND and all(is_number(told.get(name), 0) for name in _NUMBERS):
            values = {name: told.get(name) for name in Restore.TRACKED}
            self._gaps.append(_Gap(*key, payload.get("previous"), **values))  # type: ignore[arg-type]

    @property
    def withdrawn(self) -> int:
        """How many openings are not there."""
        return sum(map(len, self.gone.values()))

    def redaction_faults(self) -> Iterator[tuple[str, str]]:
        """Yield (place, what is wrong) where what is missing and what was redacted do not account for each other."""
        left = {key: set(names) for key, names in self.gone.items()}
        for told in self._redactions.values():
            if told.get("state") != RedactionState.DONE or told.get("places") is None:
                continue
            log, sequence = told["@entry"]
            for place in _places(told["places"]):
                if place is None:
                    yield place_of(log, sequence), "the places of this redaction cannot be read"
                elif place[1] not in self.gone.get((log, place[0]), ()):
                    yield place_of(log, sequence), f"it took away {place[1]} of entry {place[0]}, which is still there"
                else:
                    left[log, place[0]].discard(place[1])
        for (log, sequence), names in left.items():
            for name in sorted(names):
                yield place_of(log, sequence), f"the value of {name} is gone and no redaction accounts for it"

    def checkpoint_faults(self, sizes: Mapping[str, int]) -> Iterator[tuple[str, str]]:
        """Yield (place, what is wrong) for every checkpoint that is not at its place and that no restore tells of.

        Afterwards `covered` says how many entries of each log the others vouch for. `sizes` are those of the logs.
        """
        for kept in self.kept:
            about = f"the checkpoint of {kept.size} entries, taken {kept.time}"
            if self._marks.get((kept.log, kept.size)) == (kept.epoch, kept.head):
                self.covered[kept.log] = max(self.covered.get(kept.log, 0), kept.size)
            elif _is_empty(kept) or any(gap.covers(kept, sizes) for gap in self._gaps):
                continue
            elif kept.size > sizes.get(kept.log, 0):
                end = place_of(kept.log, sizes.get(kept.log, 0))
                yield end, f"the log ends here, and {about} names a later one"
            else:
                yield place_of(kept.log, kept.size), f"{about}: entry {kept.size} is not the one that it names"


def place_of(log: str, sequence: int) -> str:
    """Return how faults name an entry."""
    return f"entry {sequence} of log {log}"


def _is_empty(kept: Kept) -> bool:
    """Tell whether a checkpoint says that its log had no entry yet."""
    return (kept.epoch, kept.size, kept.head) == (1, 0, NO_PREDECESSOR)


def _places(value: Any) -> Iterable[tuple[int, str] | None]:
    """Yield (sequence, name) of each place that a redaction names; None for what cannot be read."""
    for place in value if isinstance(value, list) else [value]:
        fits = isinstance(place, list) and len(place) == 2 and is_number(place[0]) and isinstance(place[1], str)
        yield (place[0], place[1]) if fits else None
