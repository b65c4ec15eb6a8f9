"""Processes killed in the middle of a bulk act, and what they leave: for the drill of crashes."""

import os
import random
import signal
import time
from collections import Counter
from typing import Any

from django.db import connection
from django.utils import timezone

from tests import factories as make
from tracker.actions.history import Act
from tracker.actions.items import assign_items
from tracker.choices import Role
from tracker.models import Alliance, HistoryEntry, Item, User
from tracker.permissions import SYSTEM
from tracker.queries.people import actor_for
from tracker.queries.verify import verify

ITEMS = 101
# A little longer than the act takes, so that some are killed when it is done.
LONGEST = 1.15


def settle() -> None:
    """Store an alliance with so many items, and the person who assigns them."""
    owners = [make.OrganisationFactory(code=code) for code in ("first", "second")]
    alliance = make.AllianceFactory(slug="home", members=owners)
    user = make.UserFactory(username="staff")
    make.MembershipFactory(alliance=alliance, user=user, organisation=owners[0], role=Role.STAFF)
    section = make.SectionFactory()
    with Act("test_setup", actor=SYSTEM, at=make.NOW) as act:
        for _number in range(ITEMS):
            point = act.add(make.RecommendationFactory.build(section=section))
            act.add(Item(alliance=alliance, recommendation=point))


def assign() -> float:
    """Give every item to the member that does not own it; return how many seconds the act took."""
    alliance = Alliance.objects.get(slug="home")
    actor = actor_for(User.objects.get(username="staff"), alliance)
    rows = [(item, item.version) for item in Item.objects.select_related("alliance").order_by("pk")]
    owner = next(one for one in alliance.members.order_by("pk") if one.pk != rows[0][0].owner_id)
    begun = time.monotonic()
    done = assign_items(rows, owner=owner, actor=actor, at=timezone.now())
    assert len(done.changed) == ITEMS
    return time.monotonic() - begun


def kill(kills: int, seed: str) -> dict[str, Any]:
    """Start the bulk act so often in a process of its own, kill that at a random moment, and count what is left."""
    chance, told, faults = random.Random(seed), Counter[str](), list[str]()
    seconds = min(assign() for _round in range(3))
    for number in range(1, kills + 1):
        before = _acts()
        _killed(chance.uniform(0, seconds * LONGEST))
        after = _acts()
        told["whole" if len(after) > len(before) else "undone"] += 1
        faults += [f"kill {number}: {fault}" for fault in _faults(after)]
        if number % 10 == 0:
            print(f"{connection.vendor}: {number} of {kills} killed", flush=True)
    return {"kills": kills, "items": ITEMS, "seconds": seconds, **told, "faults": faults}


def _killed(after: float) -> None:
    """Let a process begin the act, and kill it so many seconds later."""
    connection.close()
    begun, begins = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            # The first question of a connection is asked before the clock starts.
            Item.objects.count()
            os.write(begins, b".")
            assign()
            signal.pause()
        finally:
            os._exit(1)
    os.read(begun, 1)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1]), "the act ended by itself"
    os.close(begun)
    os.close(begins)
    _wait_for_server()


def _wait_for_server() -> None:
    """Wait until PostgreSQL has noticed: it may still carry out what it was told last."""
    while connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
            if cursor.fetchone()[0] == 0:
                return
        time.sleep(0.01)


def _acts() -> Counter[Any]:
    """Return {act: how many entries it has} of every bulk act."""
    return Counter(HistoryEntry.objects.filter(action="assign_item").values_list("request_id", flat=True))


def _faults(acts: Counter[Any]) -> list[str]:
    faults = [f"{count} entries of an act with {ITEMS}" for count in acts.values() if count != ITEMS]
    states = set(Item.objects.values_list("owner", "version"))
    if len(states) != 1 or {version for _owner, version in states} != {1 + len(acts)}:
        faults.append(f"items of one bulk act differ: {sorted(states)}")
    return faults + [str(fault) for fault in verify().faults]
