"""“Check the record”: what the page says, and the files that it hands out."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from tests.conftest import NOW, World
from tests.verifying import TIME, VERIFIER, checkpoint
from tests.web.conftest import Lone, Reader
from tracker.actions.history import Act
from tracker.models import Checkpoint, HistoryEntry, Redaction, Restore
from tracker.models.history import INSTALLATION
from tracker.permissions import SYSTEM
from tracker.queries import public_log

PAGE = "/home/history/"


def body(response: Any) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def publish(log: str, **values: Any) -> Checkpoint:
    kept = checkpoint(log)
    told = {"log": kept.log, "epoch": kept.epoch, "size": kept.size, "head": kept.head, "time": TIME}
    return Checkpoint.objects.create(**told | values)


def test_page_tells_size_and_head_of_both_logs(world: World, reader: Reader) -> None:
    text = reader.text(PAGE)
    for log in (str(world.alliance.uuid), INSTALLATION):
        end = checkpoint(log)
        assert f"Entries {end.size}" in text
        assert end.head in text
    assert text.count("No checkpoint has been published yet: no entry is covered.") == 2
    assert "entries younger than the last one could be cut off without anyone noticing" in text


def test_page_tells_how_many_entries_are_not_covered_yet(world: World, reader: Reader) -> None:
    for log in (str(world.alliance.uuid), INSTALLATION):
        publish(log)
    assert reader.text(PAGE).count("The last checkpoint covers every entry.") == 2
    with Act("test_note", actor=SYSTEM, at=NOW) as act:
        act.note(act.lock(world.alliance))
    assert "The last 1 entry is not covered by a checkpoint yet." in reader.text(PAGE)
    world.published()
    assert "entries are not covered by a checkpoint yet." in reader.text(PAGE)


PAGES = ("/home/", "/home/items/", "/home/items/doc/c-1/", "/home/changes/", "/home/treaties/", PAGE, "/home/?on=x")


@pytest.mark.parametrize("address", PAGES)
def test_foot_of_every_page_tells_the_last_checkpoint(world: World, client: Client, address: str) -> None:
    def foot() -> str:
        page = client.get(address).content.decode().split("<footer")[1]
        return " ".join(re.sub("<[^>]*>", " ", page).split())

    assert "Record up to entry" not in foot()
    publish(INSTALLATION)
    assert "Record up to entry" not in foot()
    kept = publish(str(world.alliance.uuid))
    told = f"Record up to entry {kept.size}, checkpoint of 2 March 2026"
    assert told in foot()
    world.draft()
    assert told in foot()


@pytest.mark.parametrize("wrong", [{"size": 9999}, {"head": "0" * 64}, {"epoch": 2}])
def test_page_says_when_a_checkpoint_does_not_fit(world: World, reader: Reader, wrong: dict[str, Any]) -> None:
    publish(str(world.alliance.uuid), **wrong)
    assert "The last checkpoint does not fit this log" in reader.text(PAGE)


def test_page_lists_the_latest_checkpoints(world: World, reader: Reader) -> None:
    for size in range(1, 30):
        publish(INSTALLATION, size=size, head=f"{size:064}")
    text = reader.text(PAGE)
    assert "The latest 20, newest first." in text
    assert (f"{29:064}" in text, f"{10:064}" in text, f"{9:064}" in text) == (True, True, False)


def test_page_tells_what_was_redacted_and_what_was_lost(world: World, reader: Reader) -> None:
    text = reader.text(PAGE)
    assert "Nothing has been redacted." in text
    assert "Nothing: no older state was ever put back." in text
    log, item = str(world.alliance.uuid), world.items[0]
    entry = HistoryEntry.objects.filter(object_uuid=item.uuid)[0]
    about = {"object_kind": item.KIND, "object_uuid": item.uuid, "field": "level", "ground": "child"}
    with Act("propose_redaction", actor=SYSTEM, at=NOW) as act:
        row = act.add(Redaction(alliance=world.alliance, log=log, note="Inside only.", **about))
    assert "Nothing has been redacted." in reader.text(PAGE)
    with Act("carry_out_redaction", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(row), state="done", places=[[entry.sequence, "level"]])
    end = checkpoint(log)
    lost = {"lost_log": log, "lost_epoch": 1, "lost_size": end.size + 7, "lost_head": "0" * 64}
    with Act("record_restore", actor=SYSTEM, at=NOW) as act:
        act.add(Restore(alliance=world.alliance, kept_size=end.size, kept_head=end.head, **lost))
        act.open_epoch(log, 2)

    text = reader.text(PAGE)

    assert f"2 March 2026 · It may identify a child · 1 value, told by entry {end.size}" in text
    assert f"Entries {end.size + 1} to {end.size + 7} of epoch 1 had been published and are lost." in text
    assert f"Entry {end.size + 1} tells of it." in text
    assert "Inside only." not in text


def test_logs_are_handed_out_as_they_are(world: World, client: Client) -> None:
    for name, log in (("log.jsonl", str(world.alliance.uuid)), ("installation.jsonl", INSTALLATION)):
        response = client.get(f"{PAGE}{name}")
        assert response["Content-Disposition"] == f'attachment; filename="{name}"'
        assert body(response).decode() == "".join(public_log.lines(log))


def test_verifier_is_handed_out_as_it_is(world: World, client: Client) -> None:
    response = client.get(f"{PAGE}verify_history.py")
    assert 'filename="verify_history.py"' in response["Content-Disposition"]
    assert body(response) == VERIFIER.read_bytes()


def test_log_of_one_alliance_holds_nothing_of_another(world: World, client: Client) -> None:
    lines = body(client.get("/abroad/history/log.jsonl")).decode().splitlines()
    assert {json.loads(json.loads(line)["payload"])["log"] for line in lines} == {str(world.other_alliance.uuid)}


@pytest.mark.parametrize("name", ["", "log.jsonl", "installation.jsonl", "verify_history.py"])
def test_addresses_refuse_other_verbs_and_unknown_alliances(world: World, client: Client, name: str) -> None:
    assert client.post(f"{PAGE}{name}").status_code == 405
    assert client.get(f"/nowhere/history/{name}").status_code == 404
    assert client.get(f"/history/{name}").status_code == 404


def test_page_of_the_only_alliance_stands_at_the_top_and_at_the_foot_of_every_page(lone: Lone, reader: Reader) -> None:
    assert "python3 verify_history.py log.jsonl installation.jsonl --checkpoint kept.txt" in reader.text("/history/")
    assert 'href="/history/"' in reader.html("/")
    assert "http://testserver/history/log.jsonl" in reader.html("/history/")


def test_page_speaks_russian(world: World, reader: Reader) -> None:
    publish(INSTALLATION)
    assert "/ru/home/history/log.jsonl" in reader.html("/ru/home/history/")
