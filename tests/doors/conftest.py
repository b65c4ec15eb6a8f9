"""What the tests of the doors share: the fixed clock, people signed in, and what belongs to whom."""

from typing import Any

import pytest

from tests.admin.conftest import _clock, _language, sign_in  # noqa: F401
from tests.conftest import World
from tests.doors import ground


@pytest.fixture
def world(world: World) -> World:
    """lena leads safeguarding at home, for the third organisation; eve holds that role too, abroad."""
    ground.add_leads(world)
    return world


@pytest.fixture
def ours(world: World) -> dict[str, Any]:
    """One record per table, of the first organisation where it belongs to one."""
    return ground.ours(world)


@pytest.fixture
def theirs(world: World) -> dict[str, Any]:
    """What the second organisation keeps to itself."""
    return ground.theirs(world)


@pytest.fixture
def abroad(world: World) -> dict[str, Any]:
    """What the other alliance has, each text of it marked."""
    return ground.abroad(world)
