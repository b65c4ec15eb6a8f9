"""Who may sign in: the demo's people, whose passwords everyone knows, only where the site is a demo."""

from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.test import Client
from django.urls import reverse

from tests import factories as make
from tests.conftest import World
from tests.factories import PASSWORD

INDEX = "/admin/"


@pytest.fixture
def invented(world: World) -> Any:
    """A person of an invented alliance."""
    demo = make.AllianceFactory(slug="freedonia", is_demo=True, members=[world.organisations[3]])
    user = make.UserFactory(username="flora")
    make.MembershipFactory(alliance=demo, user=user, organisation=world.organisations[3])
    return user


@pytest.mark.parametrize("demo", [True, False])
def test_demo_people_sign_in_only_to_a_demo(invented: Any, settings: Any, demo: bool) -> None:
    settings.DEMO = demo
    client = Client()

    client.post(reverse("account_login"), {"login": "flora", "password": PASSWORD})

    assert (client.get(INDEX).status_code == 200) == demo
    assert (authenticate(username="flora", password=PASSWORD) == invented) == demo
    assert authenticate(username="anna", password=PASSWORD) is not None


def test_session_of_a_demo_ends_with_it(invented: Any, settings: Any) -> None:
    settings.DEMO = True
    client = Client()
    client.force_login(invented)
    assert client.get(INDEX).status_code == 200

    settings.DEMO = False

    assert client.get(INDEX).status_code == 302
