"""What tests of redactions share: words that must go, the people, and where the words still stand."""

import json
from typing import Any

from tests import factories as make
from tests.conftest import NOW, World, everything
from tracker.actions.evidence import NewEvidence
from tracker.actions.redactions import carry_out_redaction, propose_redaction
from tracker.choices import Role
from tracker.models import HistoryValue, Record, Redaction
from tracker.queries.verify import verify

SECRET = "Masha of the third form told the teacher Zubrovskaya."
SAID = {"en": SECRET, "ru": "Маша из третьего класса рассказала учительнице."}
SOURCE = NewEvidence("research", SECRET, "School", "https://school.example.org/1")


def with_leads(world: World) -> World:
    """Let lena lead safeguarding for the second organisation, and lev for the first, which is anna's."""
    for name, number in (("lena", 1), ("lev", 0)):
        world.users[name] = make.UserFactory(username=name, first_name=name.title())
        make.MembershipFactory(
            alliance=world.alliance,
            user=world.users[name],
            organisation=world.organisations[number],
            role=Role.SAFEGUARDING,
        )
    return world


def proposed(world: World, record: Record, field: str, *, by: str = "anna", **values: Any) -> Redaction:
    return propose_redaction(record, field, **({"ground": "child", "actor": world.actor(by), "at": NOW} | values))


def redacted(world: World, record: Record, field: str, *, by: str = "anna") -> Redaction:
    redaction = proposed(world, record, field, by=by)
    return carry_out_redaction(redaction, actor=world.actor("lena"), at=NOW).redaction


def anywhere(text: str) -> list[str]:
    """Return the columns of all tables that hold `text`, as it is or escaped."""
    forms = {text, json.dumps(text)[1:-1]}
    found = {
        f"{table}.{name}"
        for table, rows in everything().items()
        if table != "history"
        for row in rows
        for name, value in row.items()
        if any(form in str(value) for form in forms)
    }
    for value in HistoryValue.objects.all():
        if any(form in value.old + value.new for form in forms):
            found.add(f"{value.entry} {value.field}")
    return sorted(found)


def withdrawn() -> int:
    verdict = verify()
    assert verdict.faults == []
    return verdict.withdrawn
