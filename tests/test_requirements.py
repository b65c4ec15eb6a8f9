"""The locked requirements: the same files for everyone, whatever index each machine downloads from."""

import re
from pathlib import Path

import pytest

REQUIREMENTS = Path(__file__).parent.parent / "requirements"
LOCKS = ["base.txt", "dev.txt"]
PIN = re.compile(r"(?P<name>[a-z0-9]+(-[a-z0-9]+)*)==(?P<version>[0-9][^ ;]*)( ; (?P<marker>.+))?")


def pins(lock):
    """Return {name: (version, marker, hashes)} of a lock file, refusing any line it does not understand."""
    text = (REQUIREMENTS / lock).read_text()
    found = {}
    for line in text.replace("\\\n", " ").splitlines():
        if line.lstrip().startswith("#"):
            continue
        pin, *hashes = [part.strip() for part in line.split(" --hash=")]
        match = PIN.fullmatch(pin)
        assert match, f"{lock}: not a pin: {line!r}"
        assert match["name"] not in found, f"{lock}: {match['name']} is pinned twice"
        found[match["name"]] = (match["version"], match["marker"], frozenset(hashes))
    return found


def wanted(source):
    """Return the normalised names that an .in file asks for."""
    lines = (line.strip() for line in (REQUIREMENTS / source).read_text().splitlines())
    names = (re.split(r"[\[<>=~!; ]", line)[0] for line in lines if line and line[0] not in "#-")
    return {re.sub(r"[-_.]+", "-", name).lower() for name in names}


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_every_pin_has_a_hash(lock):
    for name, (_, _, hashes) in pins(lock).items():
        assert hashes, f"{name} has no hash: was the lock made with an extra index set?"
        assert all(re.fullmatch("sha256:[0-9a-f]{64}", digest) for digest in hashes), name


@pytest.mark.parametrize("name", [*LOCKS, "base.in", "dev.in"])
def test_requirements_hold_no_address(name):
    for line in (REQUIREMENTS / name).read_text().splitlines():
        assert not re.search(r"://|file:|@ |index-url|find-links|trusted-host", line), line


def test_lock_dev_holds_all_of_base():
    base, dev = pins("base.txt"), pins("dev.txt")
    assert {name: dev.get(name, (None,))[0] for name in base} == {name: pin[0] for name, pin in base.items()}


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_holds_all_that_is_asked_for(lock):
    source = lock.replace(".txt", ".in")
    assert wanted(source) <= set(pins(lock))
