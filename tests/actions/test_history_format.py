"""docs/history.md is the format: its vectors recompute, and the program writes exactly what it shows."""

import hashlib
import hmac
import itertools
import json
import re
import shutil
import subprocess
import uuid
from pathlib import Path

import pytest

from tests.conftest import NOW
from tracker.actions.history import Act
from tracker.lib.canonical import canonical, commitment, digest
from tracker.models import HistoryEntry, HistoryValue, Organisation
from tracker.models.items import STATE_FIELDS
from tracker.permissions import Actor

DOCUMENT = (Path(__file__).parents[2] / "docs" / "history.md").read_text(encoding="utf-8")
# The salt of the example: the bytes 0 to 31, for every opening. Real ones are random, one for each.
SALT = bytes(range(32))
OBJECT = uuid.UUID("00000000-0000-4000-8000-000000000001")
ANNA = Actor(
    name="Anna Example",
    user_uuid="00000000-0000-4000-8000-00000000000a",
    organisation_uuid="00000000-0000-4000-8000-00000000000b",
    organisation_name="Example NGO",
    roles=frozenset({"staff", "coordinator"}),
)


def blocks(language: str) -> list[str]:
    """Return the fenced blocks of `language` in the document."""
    return re.findall(rf"^```{language}\n(.*?)\n```$", DOCUMENT, re.MULTILINE | re.DOTALL)


def table(head: str) -> list[list[str]]:
    """Return the code in the rows of the table whose head begins with `head`."""
    lines = DOCUMENT[DOCUMENT.index(f"| {head}") :].splitlines()
    rows = itertools.takewhile(lambda line: line.startswith("|"), lines)
    return [re.findall(r"`([^`]+)`", row) for row in list(rows)[2:]]


@pytest.fixture
def example(db: None, monkeypatch: pytest.MonkeyPatch) -> list[HistoryEntry]:
    """The two entries of the document's example, written by the program with its salt and identifiers."""
    requests = iter(uuid.UUID(f"00000000-0000-4000-8000-0000000000f{number}") for number in (1, 2))
    monkeypatch.setattr("tracker.actions.history.os.urandom", lambda size: SALT)
    monkeypatch.setattr("tracker.actions.history.uuid.uuid4", lambda: next(requests))
    ministry = Organisation(
        uuid=OBJECT, code="ministry", kind="state_body", name={"ru": "Министерство", "en": "Ministry"}
    )
    with Act("import_catalogue", actor=ANNA, at=NOW, reason="First import") as act:
        act.add(ministry)
    with Act("import_catalogue", actor=ANNA, at=NOW) as act:
        act.change(ministry, country="RU")
    return list(HistoryEntry.objects.order_by("sequence"))


def test_vectors_of_canonical_json_hold() -> None:
    vectors = table("Value")

    assert len(vectors) >= 12
    assert [canonical(json.loads(value)) for value, _ in vectors] == [text for _, text in vectors]


def test_example_is_what_the_program_writes(example: list[HistoryEntry]) -> None:
    assert [entry.payload for entry in example] == blocks("json")
    assert [[entry.hash] for entry in example] == table("Entry hash")


def test_openings_of_the_example_are_what_the_program_keeps(example: list[HistoryEntry]) -> None:
    kept = HistoryValue.objects.filter(entry=example[0].pk).values_list("field", "old", "new")

    assert sorted(map(list, kept)) == table("Field")


def test_example_recomputes_without_the_program() -> None:
    """Standard library only, the way another program would."""
    previous = "0" * 64
    for payload, [shown] in zip(blocks("json"), table("Entry hash"), strict=True):
        entry = json.loads(payload)
        assert json.dumps(entry, sort_keys=True, separators=(",", ":")) == payload
        assert entry["previous"] == previous
        previous = hashlib.sha256(payload.encode("ascii")).hexdigest()
        assert previous == shown

    sealed = json.loads(blocks("json")[0])["commitments"]
    made = {}
    for field, old, new in table("Field"):
        message = f"[{json.dumps(field)},{old},{new}]"
        made[field] = hmac.new(SALT, message.encode("ascii"), hashlib.sha256).hexdigest()
    assert made == sealed


def test_commands_of_the_document_print_what_it_says() -> None:
    if not all(map(shutil.which, ("bash", "sha256sum", "openssl"))):
        pytest.skip("needs bash, sha256sum and openssl")
    [session] = blocks("console")
    commands = re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]
    assert len(commands) == 3
    for command in commands:
        *lines, printed = command.strip().split("\n")
        done = subprocess.run(["bash", "-c", "\n".join(lines)], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == printed


def test_document_names_every_key_column_and_opening(example: list[HistoryEntry]) -> None:
    payload = json.loads(example[0].payload)
    columns = [field.name for model in (HistoryEntry, HistoryValue) for field in model._meta.fields]
    about = [name for name in payload["commitments"] if name.startswith("@")]

    assert about == ["@actor", "@label", "@organisation", "@reason", "@role"]
    for name in (*payload, *columns, *about, *(name.removesuffix("_id") for name in STATE_FIELDS)):
        assert f"`{name}`" in DOCUMENT, name
    assert commitment(SALT, "country", "", "RU") in DOCUMENT
    assert digest(example[1].payload) == example[1].hash
