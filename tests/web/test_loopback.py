"""A demo answers to this machine only."""

from typing import Any

import pytest
from django.test import Client

from tests.conftest import World

HERE = ("127.0.0.1", "127.8.0.1", "::1")
ELSEWHERE = ("203.0.113.7", "10.0.0.2", "2001:db8::1", "")


@pytest.mark.parametrize("address", [*HERE, *ELSEWHERE])
@pytest.mark.parametrize("demo", [True, False])
def test_demo_refuses_other_machines_whatever_host_they_ask_for(
    world: World, settings: Any, demo: bool, address: str
) -> None:
    settings.DEMO = demo
    client = Client()

    for page in ("/", "/account/login/", "/static/tracker/site.css"):
        answer = client.get(page, headers={"host": "localhost"}, REMOTE_ADDR=address)
        assert answer.status_code == (403 if demo and address in ELSEWHERE else 200), page
