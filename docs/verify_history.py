"""Check a downloaded history with checkpoints that you kept. Needs nothing but Python 3.8 or later.

    python3 verify_history.py LOG [LOG …] --checkpoint FILE [--checkpoint FILE …] [--items]

LOG         a public log, as downloaded: log.jsonl, installation.jsonl
FILE        checkpoints that you kept: a text with their six lines each; a mail or a page around them does no harm
--items     print document and reference, level and since when of every item, to compare with the site
--no-checkpoint     go on without: shows only that the log agrees with itself, as one rewritten as a whole would, too

It recomputes every hash and the commitment of every public value, replays the log, and looks for every checkpoint at
its place. The format is docs/history.md. Exit codes: 0 verified; 1 something is wrong, the first fault is named with
its place; 2 it was not called rightly, a file cannot be read, or no checkpoint of a log was given.
"""

import argparse
import datetime
import hashlib
import hmac
import json
import re
import sys

LINE_LIMIT = 1 << 26
UNKNOWN = object()  # a value that is committed to and not public
LAST = "sequence of the last entry"  # beside the values of an object; no opening can have this name
HEX = re.compile("[0-9a-f]{64}").fullmatch
WORD = re.compile("@?[a-z][a-z0-9_]{0,39}").fullmatch
UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch
LOG = re.compile("installation|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch
BLOCK = "recommendation tracker checkpoint 1\nlog (.*)\nepoch ([0-9]+)\nsize ([0-9]+)\nhead ([0-9a-f]{64})\ntime (.*)"
REST = r"recommendation tracker checkpoint|(?m:^(?:log|epoch|size|head|time) \S+$)"


class Wrong(Exception):
    """Something that is not as it must be."""


def refuse(text):
    raise ValueError(text)


def whole(text):
    return int(text) if len(text) <= 1000 else refuse(text)


DECODE = json.JSONDecoder(parse_float=refuse, parse_int=whole, parse_constant=refuse).decode
CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False, check_circular=False).encode


def parsed(text, what):
    """Return what canonical JSON says. Written again it must be the same: a key given twice would be lost, too."""
    try:
        value = DECODE(text)
        if CANONICAL(value) == text:
            return value
    except (ValueError, RecursionError):
        pass
    raise Wrong(f"{what} is not canonical JSON")


def shown(value):
    """Return a text that can be printed whatever is in it: no control characters, no halves of a character."""
    return "".join(sign if sign.isprintable() else "?" for sign in str(value)[:200])


def is_number(value, least=1):
    return type(value) is int and value >= least


def is_text(value, matches=lambda text: True):
    return type(value) is str and bool(matches(value))


def is_hex(value):
    return type(value) is str and HEX(value) is not None


def is_time(text):
    try:
        moment = datetime.datetime.fromisoformat(text[:-1])
        return len(text) == 27 and moment.isoformat(timespec="microseconds") + "Z" == text
    except ValueError:
        return False


LINE = {"hash": is_hex, "openings": lambda it: type(it) is dict, "payload": is_text}
OPENING = {"new": None, "old": None, "salt": is_hex}
PAYLOAD = {
    "action": lambda it: is_text(it, WORD),
    "commitments": lambda it: type(it) is dict and all(map(WORD, it)) and all(map(is_hex, it.values())),
    "epoch": is_number,
    "log": lambda it: is_text(it, LOG),
    "object": lambda it: type(it) is list and len(it) == 2 and is_text(it[0], WORD) and is_text(it[1], UUID),
    "previous": is_hex,
    "request": lambda it: is_text(it, UUID),
    "sequence": is_number,
    "time": lambda it: is_text(it, is_time),
    "version": lambda it: is_number(it) and it == 1,
}


def require(value, form, what):
    """Refuse an object that has not exactly the keys of `form`, each with a value of its kind."""
    if type(value) is not dict or value.keys() != form.keys():
        raise Wrong(f"{shown(what)} does not have exactly the keys {', '.join(form)}")
    for name, fits in form.items():
        if fits and not fits(value[name]):
            raise Wrong(f"{shown(what)}: its {name} is not of its form")


class Log:
    """One log as far as it was read. `sizes` are those of the checkpoints to look for."""

    def __init__(self, sizes):
        self.sizes, self.line = sizes, 0
        self.name, self.epoch, self.size, self.head, self.time, self.lost = None, 1, 0, "0" * 64, "", 0
        self.marks, self.objects, self.restores = {0: (1, self.head)}, {}, []
        self.checked, self.redacted, self.missing, self.patterns = 0, 0, {}, {}

    def take(self, line):
        """Check one line and follow what it tells."""
        if not line.endswith(b"\n"):
            raise Wrong("the line is cut off, or too long")
        outer = parsed(line[:-1].decode("latin-1"), "the line")
        require(outer, LINE, "the line")
        payload = parsed(outer["payload"], "the payload")
        require(payload, PAYLOAD, "the payload")
        if hashlib.sha256(outer["payload"].encode("ascii")).hexdigest() != outer["hash"]:
            raise Wrong("the payload does not match its hash")
        self.follow(payload)
        self.open(payload["commitments"], outer["openings"])
        self.replay(payload, outer["openings"])
        self.head = outer["hash"]
        if self.size in self.sizes:
            self.marks[self.size] = (self.epoch, self.head)

    def follow(self, payload):
        """Check that an entry follows the one before it."""
        if payload["log"] != (self.name or payload["log"]):
            raise Wrong("it belongs to another log")
        if payload["sequence"] != self.size + 1:
            raise Wrong(f"entries are missing before it: the one before is {self.size}")
        if payload["previous"] != self.head:
            raise Wrong("it does not follow the entry before it")
        if payload["time"] < self.time:
            raise Wrong("its time is earlier than that of the entry before it")
        if payload["epoch"] < self.epoch or (payload["epoch"] > self.epoch and payload["object"][0] != "restore"):
            raise Wrong(f"its epoch is {payload['epoch']}, the one before it {self.epoch}, and no restore is recorded")
        self.name, self.size, self.time, self.epoch = payload["log"], self.size + 1, payload["time"], payload["epoch"]

    def open(self, sealed, openings):
        """Check every public value against its commitment, and note those that are not there."""
        for name, opening in openings.items():
            if type(opening) is not dict or opening.keys() != OPENING.keys() or not is_hex(opening["salt"]):
                require(opening, OPENING, "the value of " + name)  # says what is wrong with it
            message = CANONICAL([name, opening["old"], opening["new"]]).encode("ascii")
            if hmac.digest(bytes.fromhex(opening["salt"]), message, "sha256").hex() != sealed.get(name):
                raise Wrong(f"the value of {shown(name)} does not match its commitment")
        self.checked += len(openings)
        absent = tuple(name for name in sealed if name not in openings)
        self.missing[self.size] = self.patterns.setdefault(absent, absent)  # those that lack the same share one tuple

    def replay(self, payload, openings):
        """Check that every old value is the one that was told before, and keep the new one."""
        key = tuple(payload["object"])
        is_new, values = key not in self.objects, self.objects.setdefault(key, {})
        for name in payload["commitments"]:
            if name not in openings:
                if name[0] != "@":
                    values[name] = UNKNOWN
                continue
            old, new = openings[name]["old"], openings[name]["new"]
            # A column that was added later begins with its default; only a new object begins with nothing at all.
            told = None if is_new or name[0] == "@" else values.get(name, UNKNOWN)
            if told is not UNKNOWN and old is not told and CANONICAL(old) != CANONICAL(told):
                raise Wrong(f"it says that {name} was {shown(old)}; the history before it says {shown(told)}")
            values[name] = new
        values[LAST] = self.size
        if key[0] == "restore":
            self.restores.append((dict(values), self.head))

    def close(self):
        """Count what redactions account for. A place that one names, carried out, must be empty."""
        empty = set()
        for (kind, _uuid), values in self.objects.items():
            places = values.get("places", UNKNOWN)
            if kind != "redaction" or values.get("state") != "done" or places is UNKNOWN:
                continue
            self.line = values[LAST]
            for place in places if type(places) is list else [None]:
                if not (type(place) is list and len(place) == 2 and is_number(place[0]) and is_text(place[1])):
                    raise Wrong("the places of this redaction cannot be read")
                if place[1] not in self.missing.get(place[0], ()):
                    raise Wrong(f"it took away {shown(place[1])} of entry {place[0]}, which is still there")
                empty.add(tuple(place))
        self.redacted, self.line = len(empty), self.size

    def compare(self, checkpoints):
        """Look for every checkpoint at its place, say so, and return how many entries they vouch for."""
        covered = 0
        for _log, epoch, size, head, time in sorted(one for one in checkpoints if one[0] == self.name):
            about = f"the checkpoint of {size} entries, taken {time}"
            if self.marks.get(size) == (epoch, head):
                covered = max(covered, size)
                print(f"  {about}: found at its place")
            elif any(self.is_lost(*restore, epoch, size, head) for restore in self.restores):
                self.lost += 1
                print(f"  {about}: LOST, as a restore that was recorded says")
            else:
                self.line, ends = min(size, self.size), f"the log ends here, and {about} names a later one"
                raise Wrong(ends if size > self.size else f"{about}: entry {size} is not the one that it names")
        if self.lost and not covered:
            raise Wrong("every checkpoint of it that was given is lost; a restore was recorded")
        return covered

    def is_lost(self, told, previous, epoch, size, head):
        """Tell whether a restore, which told this after `previous`, says that entries up to a checkpoint were lost."""
        kept, lost_epoch, lost_size = (told.get(name) for name in ("kept_size", "lost_epoch", "lost_size"))
        if not (is_number(kept, 0) and is_number(lost_epoch) and is_number(lost_size)):
            return False
        # Its own place in the chain must bear it out, so that nothing before it is excused.
        if (told.get("lost_log"), told.get("kept_head"), kept + 1) != (self.name, previous, told[LAST]):
            return False
        is_last = (epoch, size) == (lost_epoch, lost_size)
        return epoch <= lost_epoch and kept < size <= lost_size and (not is_last or told.get("lost_head") == head)


def read_log(path, checkpoints):
    """Check the log in a file and print what was found; the first fault is raised with its place."""
    log = Log({one[2] for one in checkpoints})
    try:
        with open(path, "rb") as file:
            for line in iter(lambda: file.readline(LINE_LIMIT), b""):
                log.line += 1
                log.take(line)
        if not log.size:
            raise Wrong("it holds no entry")
        log.close()
        print(f"{shown(path)}: log {log.name}, {log.size} entries\n  epoch {log.epoch}, head {log.head}")
        inside = sum(map(len, log.missing.values())) - log.redacted
        print(f"  values checked: {log.checked}; redacted: {log.redacted}; not public: {inside}")
        covered = log.compare(checkpoints)
    except Wrong as wrong:  # a log begins with entry 1, so that line and sequence are one number
        raise Wrong(f"{shown(path)}, line {log.line}, sequence {log.line}: {wrong}") from None
    print(f"  entries covered by these checkpoints: {covered}; not covered yet: {log.size - covered}")
    return log, covered


def read_checkpoints(path):
    """Return (log, epoch, size, head, time) of every checkpoint in a text; half a one must never look like none."""
    with open(path, "rb") as file:
        text = file.read(LINE_LIMIT).decode("utf-8", "replace")
    text = "\n".join(line.strip(" \t>") for line in text.replace("\r\n", "\n").split("\n"))
    found = re.findall(BLOCK, text)
    fits = all(LOG(one[0]) and len(one[1]) < 10 and len(one[2]) < 19 and is_time(one[4]) for one in found)
    if not fits or re.search(REST, re.sub(BLOCK, "", text)):
        raise ValueError(f"{shown(path)}: a checkpoint in it cannot be read: keep all six lines of each")
    return [(log, int(epoch), int(size), head, time) for log, epoch, size, head, time in found]


def print_items(log):
    """Print what the log says of every public item, in the order of documents and references."""
    items = [values for (kind, _uuid), values in log.objects.items() if kind == "item" and "@label" in values]
    for item in sorted(items, key=lambda it: [part.zfill(9) for part in re.split("([0-9]+)", str(it["@label"]))]):
        told = (item.get(name) for name in ("@label", "level", "level_since"))
        print("  {} | {} | since {}".format(*("not public" if one is UNKNOWN else shown(one or "–") for one in told)))


def main(arguments=None):
    """Check the logs that are named and return the exit code."""
    parser = argparse.ArgumentParser(description="Check a downloaded history with checkpoints that you kept.")
    parser.add_argument("logs", nargs="+", metavar="LOG", help="a public log, as downloaded")
    parser.add_argument("--checkpoint", action="append", default=[], metavar="FILE", help="checkpoints that you kept")
    parser.add_argument("--items", action="store_true", help="print level and since when of every item")
    parser.add_argument("--no-checkpoint", action="store_true", help="go on without a checkpoint")
    options = parser.parse_args(arguments)
    try:
        checkpoints = [one for path in options.checkpoint for one in read_checkpoints(path)]
        checked = [read_log(path, checkpoints) for path in options.logs]
    except Wrong as wrong:
        print(f"WRONG: {wrong}")
        return 1
    except (OSError, ValueError) as problem:
        print(f"Cannot check: {shown(problem)}")
        return 2
    for log, _covered in checked if options.items else []:
        print_items(log)
    for name in sorted({one[0] for one in checkpoints} - {log.name for log, _covered in checked}):
        print(f"The checkpoints of log {name} were not used: that log was not given.")
    bare = [log.name for log, covered in checked if not covered]
    for name in bare:
        print(f"No checkpoint of log {name}: the chain alone proves nothing against one that was rewritten as a whole.")
    done = "Verified." if not any(log.lost for log, _covered in checked) else "Verified, but for what was lost."
    print(done if not bare else "Agrees with itself." if options.no_checkpoint else "Not verified.")
    return 2 if bare and not options.no_checkpoint else 0


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(main())
