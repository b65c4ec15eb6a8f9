"""Where nothing can be written every page says so, and nobody loses their words."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.conftest import World, everything
from tracker.lib.checkpoints import Kept, as_text
from tracker.queries import continuity

SignIn = Callable[[str], Client]


@pytest.fixture
def broken(world: World, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A database that is older than what was published of it."""
    settings.KEPT_FOLDER = tmp_path
    lost = Kept(str(world.alliance.uuid), 1, 10_000, "ab" * 32, "2026-03-02T09:00:00.000000Z")
    (tmp_path / "checkpoints.txt").write_text(as_text([lost]))
    monkeypatch.setattr(continuity, "_unbroken", False)
    return world


@pytest.mark.parametrize("address", ["/", "/home/", "/home/items/", "/method/", "/account/login/", "/ru/home/"])
def test_every_page_says_that_it_is_read_only(broken: World, client: Client, address: str) -> None:
    shown = client.get(address)
    assert shown.status_code == 200
    words = "Read-only." if not address.startswith("/ru/") else 'role="status"'
    assert words in shown.content.decode()


def test_desk_says_so_and_a_site_in_order_says_nothing(world: World, sign_in: SignIn) -> None:
    assert "Read-only." not in sign_in("anna").get("/admin/").content.decode()


def test_desk_of_a_broken_one_says_so(broken: World, sign_in: SignIn) -> None:
    assert "Read-only." in sign_in("anna").get("/admin/").content.decode()


def test_new_draft_is_refused_with_every_word_that_was_typed(broken: World, sign_in: SignIn) -> None:
    words = "The ministry opened three centres in the north."
    before = everything()
    answer = sign_in("anna").post(
        f"{reverse('admin:tracker_update_add')}?item={broken.items[0].pk}",
        {"act": "save", "perspective": "alliance", "period_to": "2026-03", "done_en": words, "level": ""},
    )
    assert answer.status_code == 200
    shown = answer.content.decode()
    assert words in shown
    assert "record_restore" in shown
    assert everything() == before


def test_page_without_a_form_of_ours_answers_503_with_the_words(broken: World, client: Client) -> None:
    from tracker.queries.digests import pause_token

    before = everything()
    answer = client.post(reverse("mail", args=[pause_token(broken.users["anna"])]), {"why": "Too many of them."})
    assert answer.status_code == 503
    assert "no-store" in answer["Cache-Control"]
    assert "Too many of them." in answer.content.decode()
    assert everything() == before


def test_file_that_cannot_be_read_is_told_without_its_place(broken: World, client: Client, settings: Any) -> None:
    (settings.KEPT_FOLDER / "checkpoints.txt").write_text("recommendation tracker checkpoint 1\nlog x\n")
    shown = client.get("/home/").content.decode()
    assert "The file of the published checkpoints cannot be read." in shown
    assert str(settings.KEPT_FOLDER) not in shown
