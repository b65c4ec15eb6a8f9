"""The checkpoints as anyone can fetch them."""

import datetime as dt
from dataclasses import asdict

import pytest
from django.test import Client

from tests.conftest import NOW, World
from tracker.actions.checkpoints import take_checkpoints
from tracker.lib.checkpoints import read
from tracker.models.history import INSTALLATION

FILES = ("checkpoints.txt", "checkpoints.json")


def test_checkpoints_are_of_the_own_log_and_the_installations_newest_first(world: World, client: Client) -> None:
    first = take_checkpoints(at=NOW)
    world.draft()
    second = take_checkpoints(at=NOW + dt.timedelta(days=1))
    mine = str(world.alliance.uuid)

    text = client.get("/home/history/checkpoints.txt")
    feed = client.get("/home/history/checkpoints.json")

    assert text["Content-Type"] == "text/plain; charset=utf-8"
    assert feed["Content-Type"] == "application/json"
    found = read(text.content.decode())
    assert found[0] == second[0]
    assert sorted(found[1:], key=str) == sorted((kept for kept in first if kept.log in (mine, INSTALLATION)), key=str)
    assert feed.json() == [asdict(kept) for kept in found]
    abroad = {kept.log for kept in read(client.get("/abroad/history/checkpoints.txt").content.decode())}
    assert abroad == {str(world.other_alliance.uuid), INSTALLATION}


def test_checkpoints_before_the_first_are_none(world: World, client: Client) -> None:
    assert client.get("/home/history/checkpoints.txt").content == b""
    assert client.get("/home/history/checkpoints.json").json() == []


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_checkpoints_are_only_read(world: World, client: Client, file: str, method: str) -> None:
    assert getattr(client, method)(f"/home/history/{file}").status_code == 405


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("place", ["/nowhere/history/", "/history/"])
def test_checkpoints_of_no_alliance_are_not_there(world: World, client: Client, file: str, place: str) -> None:
    assert client.get(place + file).status_code == 404
