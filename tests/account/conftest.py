"""What the tests of signing in share: a clock to turn, an app that makes codes, and the people who use them."""

import base64
import datetime as dt
import hashlib
import hmac
import re
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from tests.conftest import NOW, World
from tests.factories import PASSWORD


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    """Keep the language that a page was asked in from the next test's addresses."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _nothing_counted(db: None) -> None:
    cache.clear()


@dataclass
class Clock:
    """What every clock says: seconds since 1970."""

    now: float

    def turn(self, **units: float) -> None:
        """Let time pass, in the units of timedelta."""
        self.now += dt.timedelta(**units).total_seconds()


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(NOW.timestamp())

    def moment() -> Any:
        return dt.datetime.fromtimestamp(clock.now, tz=dt.UTC)

    monkeypatch.setattr(time, "time", lambda: clock.now)
    monkeypatch.setattr(timezone, "now", moment)
    monkeypatch.setattr("django.core.cache.backends.db.tz_now", moment)
    return clock


@pytest.fixture
def committed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do at once what waits for the commit, which never comes in a test."""
    monkeypatch.setattr(transaction, "on_commit", lambda call, **options: call())


@pytest.fixture
def second_factor(settings: Any) -> None:
    """Ask for a second factor, as every real site does."""
    settings.SECOND_FACTOR = True


def totp(secret: str, now: float) -> str:
    """Return the code that an app with `secret` shows at `now` (RFC 6238)."""
    counter = struct.pack(">Q", int(now) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


@dataclass
class Person:
    """Somebody at one browser."""

    name: str
    clock: Clock
    password: str = PASSWORD
    address: str = "192.0.2.1"
    client: Client = field(default_factory=Client)
    secret: str = ""

    def get(self, name: str, **kwargs: Any) -> Any:
        return self.client.get(reverse(name), REMOTE_ADDR=self.address, **kwargs)

    def post(self, name: str, data: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        return self.client.post(reverse(name), data or {}, REMOTE_ADDR=self.address, **kwargs)

    def give_password(self, password: str | None = None, back: str = "") -> Any:
        """Send name and password."""
        typed = {"login": self.name, "password": password or self.password} | ({"next": back} if back else {})
        return self.post("account_login", typed)

    def code(self) -> str:
        """Return the code of the person's app, of a time at which none was used yet."""
        self.clock.turn(minutes=2)
        return totp(self.secret, self.clock.now)

    def enrol(self) -> Any:
        """Set up an app; the person is signed in."""
        self.secret = self.get("mfa_activate_totp").context["form"].secret
        return self.post("mfa_activate_totp", {"code": self.code()})

    def sign_in(self) -> "Person":
        """Sign in with everything that is asked for, and be in."""
        self.give_password()
        if self.secret:
            self.post("mfa_authenticate", {"code": self.code()})
        assert self.is_in()
        return self

    def elsewhere(self, address: str = "198.51.100.7") -> "Person":
        """Return the same person at a browser in which they never were, elsewhere."""
        return Person(self.name, self.clock, self.password, address, secret=self.secret)

    def is_in(self) -> bool:
        """Tell whether the person is signed in."""
        return bool(self.get("mfa_index").status_code == 200)

    def recovery_codes(self) -> list[str]:
        shown = self.get("mfa_view_recovery_codes").content.decode()
        return re.findall(r"<li><code>(\d{8})</code></li>", shown)


@pytest.fixture
def anna(world: World, clock: Clock) -> Person:
    """A coordinator, not signed in, without a second factor."""
    return Person("anna", clock)


@pytest.fixture
def enrolled(anna: Person, second_factor: None) -> Person:
    """The coordinator, signed in, with a second factor."""
    anna.sign_in().enrol()
    return anna
