"""How often a password or a code may be guessed, without shutting out whoever's browser is known.

A wrong guess counts against the pair of account and network address, against the account, and against the address.
From a browser in which that person has signed in before it counts in that browser alone, so that nobody can keep the
owner out by guessing from elsewhere. Counted in Django's cache, which all processes share.
"""

import logging
import secrets
from dataclasses import dataclass
from typing import Any

from allauth.core.internal import ratelimit
from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase

log = logging.getLogger(__name__)

COOKIE = "known_browser"
COOKIE_AGE = 180 * 24 * 60 * 60
# People who share a computer; the one who signed in longest ago is forgotten first.
MOST_PEOPLE = 8
_SALT = "tracker.known-browser"


@dataclass(frozen=True)
class Guess:
    """One guess that was counted before it was looked at."""

    usages: tuple[Any, ...]

    def forgive(self) -> None:
        """Take the guess off the counts: it was right."""
        for usage in self.usages:
            usage.rollback()


def count(request: HttpRequest, user: Any, name: str = "") -> Guess | None:
    """Count a guess at the account of `user`, or at `name` where nobody is called so; None if there were too many.

    It is counted before anyone knows whether it is right, so that guesses sent at once are counted one by one.
    """
    account = f"name {name}" if user is None else f"user {user.pk}"
    usages = []
    for action, key in _counts(request, user, account):
        usage = ratelimit.consume(request, app="allauth.account", action=action, key=key)
        if usage is None:
            log.warning("Too many guesses at %r: refused one from %s (%s).", account, ratelimit.get_ip(request), action)
            return None
        usages.append(usage)
    return Guess(tuple(usages))


def _counts(request: HttpRequest, user: Any, account: str) -> list[tuple[str, str]]:
    """Return what a guess counts against: names of ACCOUNT_RATE_LIMITS and whom or what each is about."""
    browser = known_browser(request, user)
    if browser:
        return [("guess_known", f"{account} {browser}")]
    address = ratelimit.get_ip(request)
    # The narrowest first: who is stopped by it uses up none of the wider ones.
    return [("guess_pair", f"{account} {address}"), ("guess_account", account), ("guess_address", address)]


def known_browser(request: HttpRequest, user: Any) -> str:
    """Return the name of the browser asking, where `user` is signed in or has signed in before, else ""."""
    if user is None:
        return ""
    browser, people = _read(request)
    if people.get(user.pk) == user.session_version:
        return browser
    return "session" if request.user.pk == user.pk else ""


def remember(request: HttpRequest, response: HttpResponseBase, user: Any) -> None:
    """Let the browser asking be known as one of `user`, until their password or a role of theirs changes."""
    browser, people = _read(request)
    people.pop(user.pk, None)
    people[user.pk] = user.session_version
    newest = list(people.items())[-MOST_PEOPLE:]
    response.set_cookie(
        COOKIE,
        signing.dumps([browser or secrets.token_urlsafe(16), newest], salt=_SALT),
        max_age=COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> tuple[str, dict[int, int]]:
    """Return the browser's name and {person: session version} of its cookie; of one that is not ours, nothing."""
    try:
        browser, people = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=COOKIE_AGE)
    except signing.BadSignature:
        return "", {}
    return str(browser), {int(key): int(version) for key, version in people}
