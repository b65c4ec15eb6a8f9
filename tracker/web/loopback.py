"""A demo, whose passwords everyone knows, answers to this machine only."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponseForbidden
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from tracker.lib.env import is_loopback

log = logging.getLogger(__name__)


class OnlyThisMachine:
    """Refuse whoever asks from elsewhere, whatever name of a host they send; only with DEMO."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not settings.DEMO:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        address = request.META.get("REMOTE_ADDR", "")
        if is_loopback(address):
            return self.get_response(request)
        log.warning("Refused a request from %s: a demo answers to this machine only.", address)
        return HttpResponseForbidden(
            _("This is a demonstration, and answers only to the machine that it runs on."),
            content_type="text/plain; charset=utf-8",
        )
