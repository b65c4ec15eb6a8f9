"""What tests of pages share."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from tests import factories as make
from tests.conftest import NOW
from tracker.models import Alliance, Item


@pytest.fixture
def present(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make NOW of the factories the present."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """A page in Russian leaves its language behind, where no next request sets another."""
    with translation.override("en"):
        yield


@dataclass
class Reader:
    """Someone who reads pages; each is asserted to answer 200, or what is expected."""

    client: Client

    def html(self, address: str, *, status: int = 200) -> str:
        response = self.client.get(address)
        assert response.status_code == status, (address, response.status_code)
        return response.content.decode()

    def text(self, address: str, *, status: int = 200) -> str:
        """Return the words of a page's content, without markup, white space collapsed."""
        found = re.search(r"<main.*</main>", self.html(address, status=status), re.DOTALL)
        assert found is not None
        words = " ".join(unescape(re.sub(r"<[^>]+>", " ", found[0])).split())
        return re.sub(r" ([,.;])", r"\1", words)

    def status(self, address: str) -> int:
        return int(self.client.get(address).status_code)


@pytest.fixture
def reader(client: Client, present: None) -> Reader:
    return Reader(client)


@dataclass
class Lone:
    """The only alliance of an installation, with one item."""

    alliance: Alliance
    item: Item


@pytest.fixture
def lone(db: Any) -> Lone:
    alliance = make.AllianceFactory(slug="only", members=[make.OrganisationFactory(code="member")])
    section = make.SectionFactory(document=make.DocumentFactory(code="doc"), code="I")
    point = make.RecommendationFactory(section=section, reference="C(1)")
    return Lone(alliance, make.ItemFactory(alliance=alliance, recommendation=point))
