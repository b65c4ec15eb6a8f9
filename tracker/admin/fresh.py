"""Whether it was said a short while ago who is there, and how to ask again without losing what was typed."""

import time

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext as _


def is_fresh(request: HttpRequest) -> bool:
    """Tell whether the person asking gave a password or a code within FRESH_SECONDS.

    Where no second factor is asked for, that is in a demo and in tests, nobody is asked again either: a password that
    everyone knows proves nothing twice.
    """
    if not settings.SECOND_FACTOR:
        return True
    given = [record["at"] for record in get_authentication_records(request, request.user)]
    return bool(given) and time.time() - max(given) < settings.FRESH_SECONDS


def require_fresh(request: HttpRequest) -> HttpResponseRedirect | None:
    """Return None for whoever said lately who they are, else the way to say it again and back to this page.

    For pages that are read first; what was typed is kept by `ask_to_confirm`.
    """
    return None if is_fresh(request) else HttpResponseRedirect(confirm_address(request.get_full_path()))


def ask_to_confirm(request: HttpRequest, back: str) -> None:
    """Tell the person asking to confirm who they are, in another tab: this page, shown again, keeps what was typed.

    `back` is where the other tab leads in the end.
    """
    link = format_html(
        '<a href="{}" target="_blank" rel="noopener">{}</a>',
        confirm_address(back),
        _("Confirm that it is you (opens in a new tab)"),
    )
    words = _("Nothing is done yet: you signed in a while ago. What you typed is still here.")
    then = _("Then come back to this page and press the button again.")
    messages.warning(request, format_html("{} {}. {}", words, link, then))


def confirm_address(back: str) -> str:
    """Return the address of the page that asks who is there, and leads to `back`."""
    return f"{reverse('account_reauthenticate')}?{urlencode({'next': back})}"
