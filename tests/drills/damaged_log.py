"""Random changes of a genuine public log and of its checkpoint, for the drill of the offline verifier.

Each takes the log and returns another text in its place; one that comes out the same is made again.
"""

import hashlib
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Random = random.Random


@dataclass(frozen=True)
class Genuine:
    """A log as a reader downloads it, line by line, and the text of its checkpoints."""

    lines: tuple[bytes, ...]
    kept: bytes

    @property
    def log(self) -> bytes:
        return b"".join(self.lines)


# --- Changes of the log


def flip_a_bit(log: Genuine, rng: Random) -> bytes:
    data = bytearray(log.log)
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


def put_another_byte(log: Genuine, rng: Random) -> bytes:
    data = bytearray(log.log)
    data[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(data)


def delete_bytes(log: Genuine, rng: Random) -> bytes:
    data, start = log.log, rng.randrange(len(log.log))
    return data[:start] + data[start + rng.randint(1, 50) :]


def insert_bytes(log: Genuine, rng: Random) -> bytes:
    data, start = log.log, rng.randrange(len(log.log) + 1)
    put = rng.choice((rng.randbytes(rng.randint(1, 20)), b"\n", b" ", b"\r", b"\x00", b"[" * 5000, b"9" * 5000))
    return data[:start] + put + data[start:]


def cut_off(log: Genuine, rng: Random) -> bytes:
    return log.log[: rng.randrange(len(log.log))]


def cut_off_lines(log: Genuine, rng: Random) -> bytes:
    return b"".join(log.lines[: rng.randrange(len(log.lines))])


def delete_lines(log: Genuine, rng: Random) -> bytes:
    start = rng.randrange(len(log.lines))
    return b"".join(log.lines[:start] + log.lines[start + rng.randint(1, 3) :])


def swap_lines(log: Genuine, rng: Random) -> bytes:
    lines = list(log.lines)
    one, other = rng.sample(range(len(lines)), 2)
    lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def double_a_line(log: Genuine, rng: Random) -> bytes:
    at = rng.randrange(len(log.lines))
    return b"".join((*log.lines[: at + 1], log.lines[at], *log.lines[at + 1 :]))


OTHERS: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    10**30,
    "",
    "x",
    "\ud800",
    "я",
    [],
    {},
    [None],
    {"x": 1},
    "0" * 64,
)


def _nodes(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield (container, key) of everything inside `value`."""
    for key in list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from _nodes(value[key])


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _parsed(log: Genuine) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in log.lines]
    return [entry | {"payload": json.loads(entry["payload"])} for entry in found]


def _written(entries: list[dict[str, Any]]) -> bytes:
    inner = ({"payload": canonical(entry["payload"])} if "payload" in entry else {} for entry in entries)
    lines = (canonical(entry | payload) + "\n" for entry, payload in zip(entries, inner, strict=True))
    return "".join(lines).encode("ascii")


def _one(log: Genuine, rng: Random, change: Callable[[dict[str, Any]], object]) -> bytes:
    """Change one entry and write it as the format has it."""
    at = rng.randrange(len(log.lines))
    entry = json.loads(log.lines[at])
    entry["payload"] = json.loads(entry["payload"])
    change(entry)
    return b"".join((*log.lines[:at], _written([entry]), *log.lines[at + 1 :]))


def another_type(log: Genuine, rng: Random) -> bytes:
    def change(entry: dict[str, Any]) -> None:
        container, key = rng.choice(list(_nodes(entry)))
        container[key] = rng.choice(OTHERS)

    return _one(log, rng, change)


def key_taken_out(log: Genuine, rng: Random) -> bytes:
    def change(entry: dict[str, Any]) -> None:
        # A whole opening is another matter: see values_left_out.
        nodes = [(box, key) for box, key in _nodes(entry) if isinstance(box, dict) and box is not entry["openings"]]
        container, key = rng.choice(nodes)
        del container[key]

    return _one(log, rng, change)


def key_put_in(log: Genuine, rng: Random) -> bytes:
    def change(entry: dict[str, Any]) -> None:
        container = rng.choice([entry, *(box[key] for box, key in _nodes(entry) if isinstance(box[key], dict))])
        container[rng.choice(("", "x", "level", "@label", "salt"))] = rng.choice(OTHERS)

    return _one(log, rng, change)


def key_twice(log: Genuine, rng: Random) -> bytes:
    at = rng.randrange(len(log.lines))
    pairs = re.findall(rb'"[a-z_@]+":(?:null|"[^"]*")', log.lines[at]) or [b'"openings":{}']
    pair = rng.choice(pairs)
    line = log.lines[at].replace(pair, pair + b"," + pair, 1)
    return b"".join((*log.lines[:at], line, *log.lines[at + 1 :]))


def _opening(entry: dict[str, Any], rng: Random) -> dict[str, Any]:
    found: dict[str, Any] = rng.choice(list(entry["openings"].values()) or [{"salt": "", "old": None, "new": None}])
    return found


def another_salt(log: Genuine, rng: Random) -> bytes:
    return _one(log, rng, lambda entry: _opening(entry, rng).update(salt=rng.randbytes(rng.choice((32, 32, 31))).hex()))


def another_value(log: Genuine, rng: Random) -> bytes:
    new = rng.choice((*OTHERS, "implemented", "2026-03-03"))
    return _one(log, rng, lambda entry: _opening(entry, rng).update({rng.choice(("old", "new")): new}))


def written_otherwise(log: Genuine, rng: Random) -> bytes:
    """The same values in another spelling: there is only one that is right."""
    at = rng.randrange(len(log.lines))
    line = log.lines[at]
    spell: Callable[[], bytes] = rng.choice(
        (
            lambda: line.replace(b":", b": ", 1),
            lambda: line.replace(b",", b", ", 1),
            lambda: line[:-1] + b"\r\n",
            lambda: line + b"\n",
            lambda: b" " + line,
            lambda: line[:-1] + b" \n",
            lambda: line.replace(b"a", b"\\u0061", 1),
            lambda: re.sub(rb'"hash":"([^"]*)"', lambda found: b'"hash":"' + found[1].upper() + b'"', line),
            lambda: b"\xef\xbb\xbf" + line,
            lambda: json.dumps(dict(reversed(json.loads(line).items())), separators=(",", ":")).encode() + b"\n",
        )
    )
    return b"".join((*log.lines[:at], spell(), *log.lines[at + 1 :]))


def _rehash(entries: list[dict[str, Any]]) -> bytes:
    """Make every number, predecessor and hash fit, as a forger does who rewrites the whole log."""
    previous = "0" * 64
    for sequence, entry in enumerate(entries, start=1):
        entry["payload"] |= {"sequence": sequence, "previous": previous}
        previous = entry["hash"] = hashlib.sha256(canonical(entry["payload"]).encode("ascii")).hexdigest()
    return _written(entries)


def rewritten_as_a_whole(log: Genuine, rng: Random) -> bytes:
    entries = _parsed(log)
    at = rng.randrange(len(entries))
    payload = entries[at]["payload"]
    change: Callable[[], object] = rng.choice(
        (
            lambda: entries.pop(at),
            lambda: entries.insert(at, json.loads(json.dumps(entries[at]))),
            lambda: payload.update(action="nothing"),
            lambda: payload.update(time=payload["time"][:-2] + "9Z"),
            lambda: payload.update({rng.choice(list(payload)): rng.choice(OTHERS)}),
            lambda: payload["commitments"].pop(rng.choice(list(payload["commitments"]))),
            lambda: payload["commitments"].update({rng.choice(list(payload["commitments"])): rng.randbytes(32).hex()}),
            lambda: entries.reverse(),
        )
    )
    change()
    return _rehash(entries)


LOG_CHANGES = (
    flip_a_bit,
    put_another_byte,
    delete_bytes,
    insert_bytes,
    cut_off,
    cut_off_lines,
    delete_lines,
    swap_lines,
    double_a_line,
    another_type,
    key_taken_out,
    key_put_in,
    key_twice,
    another_salt,
    another_value,
    written_otherwise,
    rewritten_as_a_whole,
)


# --- Changes of the checkpoint, and what is left out


def checkpoint_bytes(log: Genuine, rng: Random) -> bytes:
    data = Genuine((log.kept,), b"")
    return rng.choice((flip_a_bit, put_another_byte, delete_bytes, insert_bytes, cut_off))(data, rng)


def checkpoint_lines(log: Genuine, rng: Random) -> bytes:
    data = Genuine(tuple(line + b"\n" for line in log.kept.split(b"\n")), b"")
    return rng.choice((delete_lines, swap_lines, double_a_line))(data, rng)


def checkpoint_values(log: Genuine, rng: Random) -> bytes:
    name = rng.choice((b"log", b"epoch", b"size", b"head"))
    values = (b"0", b"1", b"2", b"7", b"999999999", b"-1", b"", b"f" * 64, b"0" * 64, b"installation", b"x")
    new = name + b" " + rng.choice(values)
    return re.sub(name + rb" .*", lambda found: new if rng.random() < 0.7 else found[0], log.kept)


def values_left_out(log: Genuine, rng: Random) -> bytes:
    """A public value is not given away, its commitment stays: less is told, nothing is told wrong."""
    return _one(log, rng, lambda entry: entry["openings"].pop(rng.choice(list(entry["openings"]) or ["x"]), None))


CHECKPOINT_CHANGES = (checkpoint_bytes, checkpoint_lines, checkpoint_values)


def changed(kind: Callable[[Genuine, Random], bytes], log: Genuine, rng: Random) -> tuple[bytes, bytes]:
    """Return log and checkpoint, one of them changed."""
    old = log.kept if kind in CHECKPOINT_CHANGES else log.log
    new = old
    while new == old:
        new = kind(log, rng)
    return (log.log, new) if kind in CHECKPOINT_CHANGES else (new, log.kept)
