"""docs/verify_history.py: what an outsider finds with a downloaded log and a checkpoint kept earlier."""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import NOW, World, new_world
from tests.factories.kept import kept
from tests.verifying import OFFLINE, VERIFIER, Folder, Forged, Forgery, checkpoint, entries_of, last_told, rehash, store
from tracker.actions.history import Act
from tracker.lib.canonical import canonical, commitment
from tracker.models import Redaction, Restore
from tracker.models.history import INSTALLATION
from tracker.permissions import SYSTEM
from tracker.queries.verify import verify


@dataclass
class Reading:
    """A reader who kept a checkpoint of an alliance's log, all but its last entry."""

    folder: Folder
    log: str
    size: int

    def check(self, *more: str) -> tuple[int, str]:
        return self.folder.check(self.folder.download(self.log), "--checkpoint", self.folder.path / "kept.txt", *more)


@pytest.fixture
def world(db: None) -> World:
    """The world of all tests after an update was published in it."""
    return kept("world with an update", _published)


def _published() -> World:
    world = new_world()
    world.published()
    return world


@pytest.fixture
def reading(world: World, tmp_path: Path) -> Reading:
    log, folder = str(world.alliance.uuid), Folder(tmp_path)
    kept = checkpoint(log)
    folder.keep(kept)
    with Act("test_note", actor=SYSTEM, at=NOW) as act:
        act.note(act.lock(world.alliance))
    return Reading(folder, log, kept.size + 1)


def test_genuine_log_is_verified(reading: Reading) -> None:
    code, said = reading.check()

    kept = checkpoint(reading.log)
    assert code == 0
    assert said.splitlines()[:2] == [
        f"log.jsonl: log {reading.log}, {reading.size} entries",
        f"  epoch 1, head {kept.head}",
    ]
    assert re.fullmatch(r"  values checked: \d{2,}; redacted: 0; not public: \d{2,}", said.splitlines()[2])
    assert said.splitlines()[3:] == [
        f"  the checkpoint of {reading.size - 1} entries, taken 2026-03-02T12:00:00.000000Z: found at its place",
        f"  entries covered by these checkpoints: {reading.size - 1}; not covered yet: 1",
        "Verified.",
    ]


def test_items_are_printed_in_order_with_level_and_since(reading: Reading) -> None:
    said = reading.check("--items")[1]

    assert [line.strip() for line in said.splitlines() if " | " in line] == [
        "doc C(1) | under_way | since 2026-03-02",
        "doc C(2) | not_assessed | since –",
        "doc C(3) | not_assessed | since –",
    ]


def test_both_logs_are_checked_at_once_and_unused_checkpoints_named(reading: Reading, world: World) -> None:
    other = str(world.other_alliance.uuid)
    kept = reading.folder.keep(checkpoint(reading.log), checkpoint(INSTALLATION), checkpoint(other))
    logs = reading.folder.download(reading.log), reading.folder.download(INSTALLATION, "installation.jsonl")

    code, said = reading.folder.check(*logs, "--checkpoint", kept)

    assert (code, said.splitlines()[-1]) == (0, "Verified.")
    assert f"The checkpoints of log {other} were not used" in said


# --- Without a checkpoint


def test_chain_alone_is_not_verified(reading: Reading) -> None:
    log = reading.folder.download(reading.log)

    code, said = reading.folder.check(log)
    assert (code, said.splitlines()[-1]) == (2, "Not verified.")
    assert "the chain alone proves nothing" in said

    code, said = reading.folder.check(log, "--no-checkpoint")
    assert (code, said.splitlines()[-1]) == (0, "Agrees with itself.")
    assert "the chain alone proves nothing" in said


def test_checkpoint_of_another_log_vouches_for_nothing(reading: Reading, world: World) -> None:
    other = reading.folder.keep(checkpoint(INSTALLATION), name="other.txt")
    assert reading.folder.check(reading.folder.download(reading.log), "--checkpoint", other)[0] == 2


@pytest.mark.parametrize("arguments", [[], ["nothing.jsonl"], ["--items"], ["log.jsonl", "--checkpoint"]])
def test_wrong_call_is_no_verdict(reading: Reading, arguments: list[str]) -> None:
    assert reading.folder.check(*arguments)[0] == 2


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: text.index("size")],
        lambda text: text.replace("epoch 1", "epoch one"),
        lambda text: text.replace("2026-03-02T12", "2026-13-02T12"),
        lambda text: re.sub("log .*", "log /etc", text),
        lambda text: text.replace("head ", "head  "),
    ],
)
def test_half_a_checkpoint_is_no_checkpoint(reading: Reading, damage: Callable[[str], str]) -> None:
    file = reading.folder.path / "kept.txt"
    file.write_text(damage(file.read_text()))

    code, said = reading.check()

    assert (code, "keep all six lines" in said) == (2, True)


def test_checkpoint_is_found_in_a_mail(reading: Reading) -> None:
    file = reading.folder.path / "kept.txt"
    quoted = "".join(f"> {line}\r\n" for line in file.read_text().splitlines())
    file.write_bytes(f"Dear Анна,\r\n\r\n{quoted}\r\nYours".encode())
    assert reading.check()[0] == 0


# --- The same faults by both verifiers


def seal(entry: Forged, name: str, old: object, new: object) -> None:
    """Tell another value, with the commitment that belongs to it."""
    salt = bytes(32)
    entry.openings[name] = [salt, canonical(old), canonical(new)]
    entry.payload["commitments"][name] = commitment(salt, name, old, new)


def put(name: str, value: object) -> Forgery:
    """Set one key of the payload of entry 3, everything re-hashed after it."""
    return lambda entries: entries[2].payload.__setitem__(name, value)


# What a forger does → whether everything is hashed anew → what both say.
FORGERIES: dict[str, tuple[Forgery, bool, str]] = {
    "payload edited": (put("action", "nothing"), False, "the payload does not match its hash"),
    "entry taken out": (lambda entries: entries.pop(3), False, "entries are missing before it: the one before is 3"),
    "first entry taken out": (lambda entries: entries.pop(0), False, "entries are missing before it"),
    "covered end cut off": (lambda entries: entries.__delitem__(slice(-3, None)), False, "the log ends here"),
    "entries swapped": (
        lambda entries: entries.__setitem__(slice(2, 4), [entries[3], entries[2]]),
        True,
        "is not the one that it names",
    ),
    "entry put in": (
        lambda entries: entries.insert(
            2, Forged(entries[2].payload | {"object": ["item", entries[2].payload["request"]]}, "")
        ),
        True,
        "is not the one that it names",
    ),
    "everything rewritten": (put("action", "nothing"), True, "is not the one that it names"),
    "value changed": (
        lambda entries: last_told(entries, "item", "level").openings["level"].__setitem__(2, '"implemented"'),
        False,
        "the value of level does not match its commitment",
    ),
    "salt changed": (
        lambda entries: last_told(entries, "item", "level").openings["level"].__setitem__(0, bytes(32)),
        False,
        "the value of level does not match its commitment",
    ),
    "salt too short": (
        lambda entries: last_told(entries, "item", "level").openings["level"].__setitem__(0, bytes(31)),
        False,
        "the value of level",
    ),
    "value written otherwise": (
        lambda entries: last_told(entries, "item", "level").openings["level"].__setitem__(2, ' "under_way"'),
        False,
        "",
    ),
    "value that nothing seals": (
        lambda entries: last_told(entries, "item", "level").payload["commitments"].pop("level"),
        True,
        "the value of level does not match its commitment",
    ),
    "old value that was never told": (
        lambda entries: seal(last_told(entries, "item", "level"), "level", "announced", "under_way"),
        True,
        "the history before it says",
    ),
    "old value of who acted": (
        lambda entries: seal(last_told(entries, "item", "@label"), "@label", "x", "y"),
        True,
        "it says that @label was",
    ),
    "time running back": (put("time", "2025-03-02T09:00:00.000000Z"), True, "its time is earlier"),
    "time of no form": (put("time", "2026-02-30T09:00:00.000000Z"), True, "the payload: its time is not of its form"),
    "time that is a day": (put("time", "2026-03-02"), True, "the payload: its time is not of its form"),
    "epoch grown": (
        lambda entries: [entry.payload.update(epoch=2) for entry in entries[2:]],
        True,
        "its epoch is 2, the one before it 1, and no restore is recorded",
    ),
    "version of tomorrow": (put("version", 2), True, "the payload: its version is not of its form"),
    "action of no form": (put("action", "No word"), True, "the payload: its action is not of its form"),
    "one key more": (put("note", "x"), True, "does not have exactly the keys"),
    "commitment of no form": (
        lambda entries: entries[2].payload["commitments"].update({"@actor": "x"}),
        True,
        "the payload: its commitments is not of its form",
    ),
    "payload written otherwise": (
        lambda entries: setattr(entries[2], "text", json.dumps(entries[2].payload, sort_keys=True)),
        True,
        "the payload is not canonical JSON",
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_both_verifiers_find_the_same(reading: Reading, name: str) -> None:
    forge, anew, expected = FORGERIES[name]
    entries, kept = entries_of(reading.log), [checkpoint(reading.log, reading.size - 1)]
    forge(entries)
    if anew:
        rehash(entries)
    store(reading.log, entries)

    code, said = reading.check()
    faults = [str(fault) for fault in verify(kept=kept).faults]

    last = said.splitlines()[-1]
    found = re.fullmatch(r"WRONG: log.jsonl, line (\d+), sequence \1: (.*)", last)
    assert (code, bool(found), expected in last) == (1, True, True), said
    assert found is not None
    message = found[2]
    if name not in IN_OTHER_WORDS:
        assert any(message in fault for fault in faults), faults
    assert faults


# The file has another form than the table: what stands wrong in the one is said of the line in the other.
IN_OTHER_WORDS = {
    "value written otherwise",
    "salt too short",
    "old value that was never told",
    "old value of who acted",
}


def test_end_that_no_checkpoint_covers_can_be_cut_unnoticed(reading: Reading) -> None:
    """What a checkpoint cannot show: the documentation says so, and how far it goes."""
    store(reading.log, entries_of(reading.log)[:-1])
    assert reading.check()[0] == 0


# --- Redactions and restores


def redact(world: World, places: list[list[object]]) -> None:
    item = world.items[0]
    about = {"log": str(world.alliance.uuid), "object_kind": item.KIND, "object_uuid": item.uuid}
    with Act("propose_redaction", actor=SYSTEM, at=NOW) as act:
        held = act.add(Redaction(alliance=world.alliance, field="level", ground="child", places=places, **about))
    with Act("carry_out_redaction", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(held), state="done")


def level_entry(log: str) -> int:
    found = last_told(entries_of(log), "item", "level").payload["sequence"]
    assert isinstance(found, int)
    return found


def test_redacted_value_is_counted_and_no_fault(reading: Reading, world: World) -> None:
    redact(world, [[level_entry(reading.log), "level"]])

    code, said = reading.check("--items")

    assert (code, "redacted: 1;" in said) == (0, True)
    assert "doc C(1) | not public | since 2026-03-02" in said
    assert verify().faults == []


@pytest.mark.parametrize("name", ["level", "nothing"])
def test_redaction_that_took_nothing_away_is_a_fault(reading: Reading, world: World, name: str) -> None:
    entry = level_entry(reading.log)
    before = entries_of(reading.log)
    redact(world, [[entry, name]])
    entries = entries_of(reading.log)
    entries[entry - 1].openings = before[entry - 1].openings
    store(reading.log, entries)

    code, said = reading.check()

    message = f"it took away {name} of entry {entry}, which is still there"
    assert (code, message in said) == (1, True)
    assert any(message in str(fault) for fault in verify().faults)


@pytest.mark.parametrize("places", ["level", [["level", 1]], [[1]], [[True, "level"]]])
def test_redaction_whose_places_cannot_be_read_is_a_fault(reading: Reading, world: World, places: object) -> None:
    redact(world, [[level_entry(reading.log), "level"]])
    entries = entries_of(reading.log)
    proposed = next(entry for entry in entries if "places" in entry.openings)
    seal(proposed, "places", None, places)
    rehash(entries)
    store(reading.log, entries)

    file = reading.folder.keep(checkpoint(reading.log))
    code, said = reading.folder.check(reading.folder.download(reading.log), "--checkpoint", file)

    assert (code, "the places of this redaction cannot be read" in said) == (1, True)
    assert any("cannot be read" in str(fault) for fault in verify().faults)


def record_restore(world: World, size: int, **values: object) -> None:
    """Put the alliance's log back to its first `size` entries and record it."""
    log = str(world.alliance.uuid)
    lost, entries = checkpoint(log), entries_of(log)
    store(log, entries[:size])
    told = {"lost_log": log, "lost_epoch": 1, "lost_size": lost.size, "lost_head": lost.head}
    told |= {"kept_size": size, "kept_head": entries[size - 1].hash} | values
    with Act("record_restore", actor=SYSTEM, at=NOW) as act:
        act.add(Restore(alliance=world.alliance, **told))
        act.open_epoch(log, 2)


def test_checkpoint_that_a_recorded_restore_lost_is_told_as_lost(reading: Reading, world: World) -> None:
    first, middle, last = (checkpoint(reading.log, size) for size in (4, 8, reading.size))
    reading.folder.keep(first, middle, last)
    record_restore(world, 6)

    code, said = reading.check()

    assert (code, said.splitlines()[-1]) == (0, "Verified, but for what was lost.")
    assert [line.rpartition(": ")[2] for line in said.splitlines() if "taken" in line] == [
        "found at its place",
        "LOST, as a restore that was recorded says",
        "LOST, as a restore that was recorded says",
    ]
    assert [fault for fault in verify(kept=[first, middle, last]).faults if "checkpoint" in fault.message] == []


def test_reader_whose_only_checkpoint_is_lost_is_not_told_that_all_is_well(reading: Reading, world: World) -> None:
    record_restore(world, 6)
    code, said = reading.check()
    assert (code, "every checkpoint of it that was given is lost" in said) == (1, True)


@pytest.mark.parametrize("lie", [{"kept_size": 2}, {"kept_head": "0" * 64}, {"lost_head": "0" * 64}, {"lost_size": 7}])
def test_restore_that_does_not_fit_excuses_nothing(reading: Reading, world: World, lie: dict[str, object]) -> None:
    kept = [checkpoint(reading.log, 4), checkpoint(reading.log)]
    reading.folder.keep(*kept)
    record_restore(world, 6, **lie)

    code, said = reading.check()

    assert (code, "WRONG" in said) == (1, True)
    assert any("checkpoint" in fault.message for fault in verify(kept=kept).faults)


# --- Hostile input


LINE = '{"hash":"%s","openings":{},"payload":""}\n' % ("0" * 64)
HOSTILE = {
    "nothing": b"",
    "an empty line": b"\n",
    "no line feed": LINE[:-1].encode(),
    "bytes of no text": b"\xff\xfe\x00\n",
    "not ASCII": LINE.replace('""}', '"я"}').encode(),
    "deep lists": b"[" * 100_000 + b"]" * 100_000 + b"\n",
    "deep lists inside": (json.dumps({"hash": "0" * 64, "openings": {}, "payload": "[" * 100_000}) + "\n").encode(),
    "a huge number": b"9" * 100_000 + b"\n",
    "a huge number inside": LINE.replace('"openings":{}', '"openings":{"x":%s}' % ("9" * 5000)).encode(),
    "NaN": b'{"hash":NaN,"openings":{},"payload":""}\n',
    "a fraction": b'{"hash":1.5,"openings":{},"payload":""}\n',
    "half a character": b'{"hash":"\\ud800","openings":{},"payload":"\\ud800"}\n',
    "a list": b"[]\n",
    "a key twice": LINE.replace('"openings":{}', '"openings":{},"openings":{}').encode(),
    "a space": LINE.replace(":", ": ").encode(),
    "a key too few": b'{"hash":"","payload":""}\n',
    "openings that are a list": LINE.replace("{}", "[]").encode(),
    "carriage returns": LINE.replace("\n", "\r\n").encode(),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.django_db
def test_hostile_log_is_wrong_and_no_accident(tmp_path: Path, name: str) -> None:
    file = tmp_path / "log.jsonl"
    file.write_bytes(HOSTILE[name])
    code, said = Folder(tmp_path).check(file, "--no-checkpoint")
    assert (code, said.startswith("WRONG: log.jsonl, line ")) == (1, True)


def test_names_that_control_a_terminal_are_printed_harmless(reading: Reading) -> None:
    entries = entries_of(reading.log)
    seal(last_told(entries, "item", "@label"), "@label", None, "doc \u001b[2J C(9) \ud800")
    rehash(entries)
    store(reading.log, entries)
    reading.folder.keep(checkpoint(reading.log))

    code, said = reading.check("--items")

    assert (code, "doc ?[2J C(9) ?" in said) == (0, True)


# --- The file itself


def test_verifier_is_one_file_of_the_standard_library() -> None:
    text = VERIFIER.read_text(encoding="utf-8")
    tree = ast.parse(text, feature_version=(3, 8))
    imported = {
        name.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (node.names if isinstance(node, ast.Import) else [ast.alias(node.module or "")])
    }
    assert len(text.splitlines()) <= 300
    assert imported <= set(sys.stdlib_module_names)
    assert OFFLINE.__doc__.startswith("Check a downloaded history")


def test_verifier_runs_by_itself_in_an_empty_folder(reading: Reading) -> None:
    """Another process, without this project, with output that knows ASCII only."""
    folder = reading.folder.path
    reading.folder.download(reading.log)
    (folder / "verify_history.py").write_bytes(VERIFIER.read_bytes())
    command = [sys.executable, "-I", "verify_history.py", "log.jsonl", "--checkpoint", "kept.txt", "--items"]
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}

    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("Verified.\n")
