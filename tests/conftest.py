"""What every test can ask for. Clocks are passed in: NOW of tests.factories is the present."""

import datetime as dt
import functools
import gc
import pickle
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from tests import factories as make
from tests.factories.kept import kept
from tests.processes import bare_tables
from tracker.actions.evidence import NewEvidence
from tracker.actions.progress import Content, draft_update, publish_update, submit_update
from tracker.choices import EvidenceKind, Level, Role
from tracker.importer import catalogue, workspace, yaml
from tracker.lib.sqlite import as_owner
from tracker.models import TRACKED_MODELS as TRACKED
from tracker.models import (
    Alliance,
    Document,
    Item,
    ItemState,
    Mail,
    Organisation,
    SearchText,
    Update,
    User,
    guards,
)
from tracker.permissions import Actor
from tracker.queries.people import actor_for

NOW = make.NOW

# Python's own 700 has it look for garbage a thousand times while the files of the tests are read and the tables made.
gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Make the test database; then spare the garbage collector what stays until the end: by now the site is loaded."""
    with ExitStack() as until_the_end:
        with django_db_blocker.unblock():
            until_the_end.enter_context(bare_tables())
        gc.collect()
        gc.freeze()
        yield


@pytest.fixture(scope="session", autouse=True)
def _files_are_parsed_once() -> Iterator[None]:
    """Parse each text of the catalogue's files once: hundreds of tests read the same ones, or all of them but one."""
    parsed: dict[bytes, bytes] = {}

    def load(path: Path) -> dict[str, Any]:
        text = path.read_bytes() if path.is_file() else b""
        if text not in parsed:
            # A file that is refused is not kept.
            parsed[text] = pickle.dumps(yaml.load(path))
        found: dict[str, Any] = pickle.loads(parsed[text])  # noqa: S301
        return found

    with pytest.MonkeyPatch.context() as patch:
        for reader in (catalogue, workspace):
            patch.setattr(reader, "load", load)
        yield


@pytest.fixture(scope="session", autouse=True)
def _history_can_be_flushed() -> Iterator[None]:
    """Let `transaction=True` tests empty the history: guards are dropped for the flush and put back after it."""
    operations = type(connection.ops)
    original = operations.execute_sql_flush

    def flush(self: Any, statements: Any) -> None:
        with as_owner(self.connection):
            guards.remove(self.connection)
            original(self, statements)
            guards.install(self.connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "execute_sql_flush", flush)
        yield


LAW = NewEvidence(
    kind=EvidenceKind.LAW,
    title="Law No. 38 on the protection of children",
    publisher="Official gazette",
    address="https://gazette.example.org/38",
)
STUDY = NewEvidence(
    kind=EvidenceKind.RESEARCH,
    title="How the law works in practice",
    publisher="University",
    address="https://university.example.org/study.pdf",
)


def content(**values: Any) -> Content:
    """Return an update's content that can be submitted: under way, resting on a law."""
    defaults: dict[str, Any] = {
        "period_to": "2026-02",
        "done": {"en": "The ministry opened three centres.", "ru": "Министерство открыло три центра."},
        "level": Level.UNDER_WAY,
        "new_evidence": (LAW,),
    }
    return Content(**(defaults | values))


@dataclass
class World:
    """One alliance of three organisations with people in every role, another alliance, and a document they follow."""

    alliance: Alliance
    other_alliance: Alliance
    document: Document
    items: list[Item]
    other_item: Item
    organisations: list[Organisation]
    users: dict[str, User] = field(default_factory=dict)

    def actor(self, name: str, alliance: Alliance | None = None) -> Actor:
        """Return the person called `name` as an actor in the first alliance."""
        return actor_for(self.users[name], alliance or self.alliance)

    def draft(self, item: Item | None = None, *, by: str = "anna", at: dt.datetime = NOW, **values: Any) -> Update:
        return draft_update(item or self.items[0], content(**values), actor=self.actor(by), at=at)

    def submitted(self, item: Item | None = None, *, by: str = "anna", at: dt.datetime = NOW, **values: Any) -> Update:
        return submit_update(self.draft(item, by=by, at=at, **values), actor=self.actor(by), at=at)

    def published(
        self,
        item: Item | None = None,
        *,
        by: str = "anna",
        reviewer: str = "boris",
        at: dt.datetime = NOW,
        **values: Any,
    ) -> Update:
        update = self.submitted(item, by=by, at=at, **values)
        return publish_update(
            update, actor=self.actor(reviewer), at=at, independence_note="They do not cite each other."
        )


@pytest.fixture
def world(db: None) -> World:
    """anna and olga: coordinator and reviewer of the first organisation; boris and clara: reviewers of the second and
    third; boris also coordinates; staff: the secretariat, of the third; eve: every role, in another alliance;
    nobody: signed in, member of nothing; root: the installation's staff.
    """
    return kept("world", new_world)


def new_world() -> World:
    """Make the world, all of it in one act."""
    with make.together():
        return _world()


def _world() -> World:
    first, second, third, foreign = (
        make.OrganisationFactory(code=code) for code in ("first", "second", "third", "foreign")
    )
    state = make.OrganisationFactory(code="the-state", kind="state_body")
    alliance = make.AllianceFactory(slug="home", members=[first, second, third], duty_bearer=state)
    other = make.AllianceFactory(slug="abroad", members=[foreign], duty_bearer=state)
    document = make.DocumentFactory(code="doc")
    section = make.SectionFactory(document=document, code="I")
    points = [make.RecommendationFactory(section=section, reference=f"C({n})", position=n) for n in range(1, 4)]
    items = [make.ItemFactory(alliance=alliance, recommendation=point, duty_bearer=state) for point in points]
    other_item = make.ItemFactory(alliance=other, recommendation=points[0], duty_bearer=state)
    people = {
        "anna": [(first, Role.COORDINATOR)],
        "olga": [(first, Role.COORDINATOR), (first, Role.REVIEWER)],
        "boris": [(second, Role.REVIEWER), (second, Role.COORDINATOR)],
        "clara": [(third, Role.REVIEWER)],
        "staff": [(third, Role.STAFF)],
        "nobody": [],
        "root": [],
    }
    users = {}
    for name, roles in people.items():
        users[name] = make.UserFactory(username=name, first_name=name.title(), is_superuser=name == "root")
        for organisation, role in roles:
            make.MembershipFactory(alliance=alliance, user=users[name], organisation=organisation, role=role)
    users["eve"] = make.UserFactory(username="eve", first_name="Eve")
    for role in (Role.COORDINATOR, Role.REVIEWER, Role.STAFF):
        make.MembershipFactory(alliance=other, user=users["eve"], organisation=foreign, role=role)
    return World(alliance, other, document, items, other_item, [first, second, third, foreign, state], users)


# The item states and the index of the search follow from the rest; mail is on its way; how people sign in is allauth's.
UNTRACKED = (
    ItemState,
    SearchText,
    Mail,
    *apps.get_app_config("account").get_models(),
    *apps.get_app_config("mfa").get_models(),
)


def everything() -> dict[str, list[Any]]:
    """Return every row of every tracked table, of their sets, of what no history tells of, and the number of history
    entries: what a refusal must not change.
    """
    found: dict[str, list[Any]] = {}
    # Plain SQL: it is asked twice for every refusal, thousands of times.
    with connection.cursor() as cursor:
        for name, table, key in _tables():
            cursor.execute(f"SELECT * FROM {table} ORDER BY {key}")  # noqa: S608
            columns = [column[0] for column in cursor.description]
            found[name] = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
        cursor.execute(
            "SELECT (SELECT count(*) FROM tracker_historyentry), (SELECT count(*) FROM tracker_historyvalue)"
        )
        return found | {"history": list(cursor.fetchone())}


@functools.cache
def _tables() -> list[tuple[str, str, str]]:
    sets = [getattr(model, field.name).through for model in TRACKED for field in model._meta.local_many_to_many]
    return [(model.__name__, model._meta.db_table, model._meta.pk.column) for model in (*TRACKED, *sets, *UNTRACKED)]
