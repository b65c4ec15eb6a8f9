"""What the tests of the workspace share: a fixed clock and people signed in."""

from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import update_last_login
from django.contrib.auth.signals import user_logged_in
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
def sign_in(world: World) -> Iterator[Callable[[str], Client]]:
    """Return a client signed in as the person called so. Signing in notes no time here: it is no act of the test's."""
    user_logged_in.disconnect(dispatch_uid="update_last_login")
    clients: dict[str, Client] = {}

    def signed_in(name: str) -> Client:
        if name not in clients:
            clients[name] = Client()
            clients[name].force_login(world.users[name])
        return clients[name]

    yield signed_in
    user_logged_in.connect(update_last_login, dispatch_uid="update_last_login")
