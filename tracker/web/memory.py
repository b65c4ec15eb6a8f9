"""Public pages are made once for all readers, and kept in memory while the record that they were made from stands.

What the public sees follows from the histories and the day. A view says on which logs its page rests (`rests_on`); from
their heads, the last checkpoint, the local day and the program itself follows the page's ETag. A page whose ETag is
still the same is sent from memory, or not at all to who has it already. Nothing else makes it old: take-downs and
redactions are entries too. So any number of processes may keep pages, and a proxy or a content network for a minute.
"""

import datetime as dt
import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from tracker.lib.addresses import without_tracking
from tracker.lib.dates import day_in
from tracker.queries.continuity import why_read_only
from tracker.queries.heads import heads
from tracker.web.closed import is_open

# Browsers ask each time, which costs them no page where nothing changed; who stands between may answer for a minute.
PUBLIC = "public, max-age=0, s-maxage=60"
PRIVATE = "private, no-store"
# A page that rests on more logs than this is made anew for everyone: asking for all their heads would take as long.
MOST_LOGS = 50
# What changes too little by packing, or is packed already.
_PACKED_FROM = 500
_TEXT = ("text/", "application/json", "application/atom+xml", "application/xml", "image/svg+xml")
# What belongs to one answer only.
_NOT_KEPT = ("Date", "Content-Length", "Content-Encoding")


@dataclass(frozen=True)
class Basis:
    """What a page follows from: these logs, and the day in this time zone."""

    logs: tuple[str, ...]
    zone: str

    def etag(self, today: dt.date | None = None) -> str:
        """Return the ETag of pages with this basis as the record stands now, on the day there; one query."""
        # It is asked before anyone knows the language of the page.
        with translation.override(None):
            why = why_read_only()
        day = today or day_in(self.zone, timezone.now())
        told = (_program(), heads(self.logs), day.isoformat(), why)
        return f'W/"{hashlib.sha256("|".join(told).encode()).hexdigest()[:32]}"'


@dataclass(frozen=True)
class Page:
    """A page as it was made: `packed` is its body in gzip, "" where that is not worth it."""

    basis: Basis
    etag: str
    headers: dict[str, str]
    body: bytes
    packed: bytes

    @property
    def size(self) -> int:
        """Bytes that it takes in memory, about."""
        return len(self.body) + len(self.packed) + 1000

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Return it as a response, packed for who takes it so; 304 and nothing for who has it."""
        if has_it(request, self.etag):
            return not_modified(self.etag, self.headers)
        wants = self.packed and "gzip" in request.headers.get("Accept-Encoding", "")
        response = HttpResponse(self.packed if wants else self.body, headers=self.headers)
        if wants:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.content))
        return response


@dataclass
class Memory:
    """The pages asked for last, up to so many bytes; shared by the threads of one process."""

    most: int
    used: int = 0
    pages: "OrderedDict[tuple[str, ...], Page]" = field(default_factory=OrderedDict)
    lock: Any = field(default_factory=threading.Lock)

    def get(self, key: tuple[str, ...]) -> Page | None:
        with self.lock:
            page = self.pages.get(key)
            if page is not None:
                self.pages.move_to_end(key)
            return page

    def put(self, key: tuple[str, ...], page: Page) -> None:
        """Keep a page, in place of those not asked for the longest; one that would fill a tenth is not kept."""
        with self.lock:
            self._drop(key)
            size = _size(key, page)
            if size * 10 > self.most:
                return
            self.pages[key] = page
            self.used += size
            while self.used > self.most:
                self._drop(next(iter(self.pages)))

    def _drop(self, key: tuple[str, ...]) -> None:
        page = self.pages.pop(key, None)
        self.used -= _size(key, page) if page else 0


def _size(key: tuple[str, ...], page: Page) -> int:
    """Return what keeping it takes: whoever asks decides how long an address is, and headers can outgrow a page."""
    return page.size + sum(map(len, (*key, *page.headers, *page.headers.values())))


class PageMemory:
    """Answers for the public pages from memory; first behind what looks at the connection itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.memory = Memory(settings.PAGE_MEMORY)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.META["QUERY_STRING"] = without_tracking(request.META.get("QUERY_STRING", ""))
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            return _marked(self.get_response(request), request, PRIVATE)
        key = (request.scheme or "", request.META.get("HTTP_HOST", ""), request.path, _in_order(request))
        page = self.memory.get(key)
        if page is not None and is_open() and page.etag == page.basis.etag():
            return page.answer(request)
        response = _marked(self.get_response(request), request, PUBLIC)
        if "ETag" not in response.headers or response.streaming:
            return _unsent(request, response)
        page = _page(_asked(request)[0], response)
        self.memory.put(key, page)
        return page.answer(request)


def rests_on(request: HttpRequest, logs: Sequence[str], zone: str, today: dt.date | None = None) -> None:
    """Say, before the record is read for it, on which logs the page asked for rests, and in which zone its day is; of
    which day it speaks, where that was read already: midnight may have come since.
    """
    if len(logs) <= MOST_LOGS and settings.SESSION_COOKIE_NAME not in request.COOKIES:
        basis = Basis(tuple(logs), zone)
        request.asked = basis, basis.etag(today)  # type: ignore[attr-defined]


def _asked(request: HttpRequest) -> tuple[Basis, str]:
    return request.asked  # type: ignore[attr-defined]


def _marked(response: HttpResponseBase, request: HttpRequest, may_be_kept: str) -> HttpResponseBase:
    """Say of an answer made from the record who may keep it, and under which ETag; others are left as they are."""
    public = hasattr(request, "asked") or may_be_kept == PRIVATE
    if response.status_code != 200 or not public or response.cookies:
        return response
    # A picture for other sites says itself how long they keep it, and is made for all of them once.
    if not response.has_header("Cache-Control"):
        response.headers["Cache-Control"] = may_be_kept
        patch_vary_headers(response, ("Cookie",))
    patch_vary_headers(response, ("Accept-Encoding",))
    if may_be_kept == PUBLIC:
        response.headers["ETag"] = _asked(request)[1]
    return response


def _page(basis: Basis, response: Any) -> Page:
    headers = {name: value for name, value in response.items() if name not in _NOT_KEPT}
    body = response.content
    packs = len(body) >= _PACKED_FROM and headers.get("Content-Type", "").startswith(_TEXT)
    return Page(basis, headers["ETag"], headers, body, gzip.compress(body, 6, mtime=0) if packs else b"")


def _unsent(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Return a file as it is, or 304 for who has it."""
    etag = response.headers.get("ETag", "")
    if not etag or not has_it(request, etag):
        return response
    # Not the response: that would say that the request is over, and let go of the database.
    file = getattr(response, "file_to_stream", None)
    if file is not None:
        file.close()
    return not_modified(etag, dict(response.items()))


def has_it(request: HttpRequest, etag: str) -> bool:
    """Tell whether who asks has the page with this ETag."""
    known = request.headers.get("If-None-Match", "")
    return bool(known) and etag in parse_etags(known)


def not_modified(etag: str, headers: dict[str, str]) -> HttpResponse:
    """Return the answer to who has the page already."""
    kept = {name: value for name, value in headers.items() if not name.startswith("Content-")}
    return HttpResponseNotModified(headers=kept | {"ETag": etag})


def _in_order(request: HttpRequest) -> str:
    """Return the parameters of an address in one order, so that the same question is kept once."""
    # Of one parameter given twice the last one may count: those stay in their order.
    return "&".join(sorted(request.META["QUERY_STRING"].split("&"), key=lambda pair: pair.split("=", 1)[0]))


@cache
def _program() -> str:
    """Return a digest of what makes the pages: our own code, templates, styles and translations."""
    found = hashlib.sha256()
    for folder, kinds in (("tracker", ".py"), ("templates", ".html .txt"), ("static", ".css .svg"), ("locale", ".mo")):
        files = sorted(file for file in Path(settings.BASE_DIR, folder).rglob("*") if file.suffix in kinds.split())
        for file in files:
            found.update(hashlib.sha256(file.read_bytes()).digest())
    return found.hexdigest()
