"""What the tests of the workspace share: a fixed clock and people signed in."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.utils import timezone, translation

from tests.conftest import NOW, World


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    """Keep the language that a page was asked in from the next test's addresses."""
    with translation.override("en"):
        yield


@pytest.fixture
def sign_in(world: World) -> Callable[[str], Client]:
    """Return a client signed in as the person called so; before the test, as signing in notes its time."""
    clients = {name: Client() for name in world.users}
    for name, client in clients.items():
        client.force_login(world.users[name])
    return clients.__getitem__
