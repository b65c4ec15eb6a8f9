"""The public site walked along its links."""

import re
from collections.abc import Iterable, Iterator
from html import unescape
from typing import Any

from django.test import Client

LINK = re.compile(r'(?:href|action)="([^"#]+)')
FILTERED = "/items/?"


def crawl(client: Client, start: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """Yield (address, answer) of every address of `start`, and of all that they lead to on the public site.

    From one filtered list to another there is no end of ways; those that other pages lead to are all followed.
    """
    waiting, seen = list(start), set()
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        response = client.get(address)
        yield address, response
        if response.status_code == 200 and response.headers.get("Content-Type", "").startswith("text/html"):
            links = list(map(unescape, LINK.findall(response.content.decode())))
            if FILTERED in address:
                links = [link for link in links if FILTERED not in link]
            waiting += [
                link for link in links if re.match(r"/(?!/|static/|admin/|account/|ru/admin/|ru/account/)", link)
            ]
