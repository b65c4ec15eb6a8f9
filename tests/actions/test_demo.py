"""The invented alliance: what its script can tell, and what a visitor finds there."""

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import NOW
from tests.importer.files import edit, imported, run
from tests.sources import FIXTURES
from tracker.errors import CatalogueError
from tracker.importer.demo import Step, read_people, read_script
from tracker.importer.fields import Fields
from tracker.models import HistoryEntry, Item, Membership, Request, Update
from tracker.queries.digests import digest_of, people
from tracker.queries.letters import Standing, standing_of

NOTE = {"en": "A note.", "ru": "Заметка."}
LETTER = {"key": "one", "reference": "59", "to": "ministry", "by": "clara", "language": "en", "days_ago": 90}


def script(*entries: dict[str, Any]) -> list[Step]:
    return read_script(Fields("demo.yaml", "", {"script": list(entries)}))


def test_script_tells_of_letters_disputes_and_what_was_asked_oldest_first() -> None:
    steps = [
        {"send": 80, "due_days_ago": 50},
        {"remind": 49, "due_days_ago": 20, "by": "hanna"},
        {"answer": 10, "quality": "evasive", "reply": "Nothing."},
        {"withdraw": 5, "reason": "Sent in error."},
    ]
    found = script(
        {"ask": {"references": ["24"], "note": "Please.", "days_ago": 6, "by": "staff"}},
        {"dispute": {"reference": "4", "point": "scope", "note": NOTE, "days_ago": 60, "by": "clara"}},
        {"letter": LETTER | {"steps": steps}},
    )

    assert found == [
        Step("letter", 90, "clara", "one", {"reference": "59", "to": "ministry", "language": "en"}),
        Step("send", 80, "clara", "one", {"due_days_ago": 50}),
        Step("dispute", 60, "clara", "", {"reference": "4", "point": "scope", "note": NOTE}),
        Step("remind", 49, "hanna", "one", {"due_days_ago": 20}),
        Step("answer", 10, "clara", "one", {"quality": "evasive", "reply": "Nothing."}),
        Step("ask", 6, "staff", "", {"references": ["24"], "note": "Please."}),
        Step("withdraw", 5, "clara", "one", {"reason": "Sent in error."}),
    ]


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"letter": LETTER | {"language": "fr"}}, "use one of en, ru"),
        ({"letter": LETTER | {"steps": [{"post": 3}]}}, "one of send, remind, answer, withdraw"),
        ({"letter": LETTER | {"steps": [{"send": 3}]}}, "“due_days_ago” is missing"),
        ({"letter": LETTER | {"steps": [{"answer": 3, "quality": "nice"}]}}, "“quality” is “nice”"),
        ({"letter": LETTER | {"subject": "Mine"}}, "unknown key subject"),
        ({"dispute": {"reference": "4", "point": "x", "note": NOTE, "days_ago": 6, "by": "clara"}}, "“point” is “x”"),
        ({"ask": {"references": ["24"], "days_ago": 6, "by": "staff"}}, "“note” is missing"),
    ],
)
def test_script_with_a_mistake_is_refused_with_the_reason(entry: dict[str, Any], reason: str) -> None:
    with pytest.raises(CatalogueError) as refused:
        script(entry)

    assert reason in refused.value.reason


@pytest.mark.django_db
def test_demo_shows_letters_disputes_and_a_safeguarding_lead() -> None:
    imported(demo=True)
    today = NOW.date()

    letters = Request.objects.order_by("item__recommendation__position")
    stand = {str(letter.item.recommendation.reference): standing_of(letter, today) for letter in letters}
    disputed = Item.objects.filter(disputed=True).exclude(dispute_point="").order_by("recommendation__position")
    leads = Membership.objects.filter(role="safeguarding").values_list("user__username", "organisation__code")
    resting = Update.objects.get(requests__isnull=False, state="published")
    begun = Item.objects.get(alliance__slug="demo", recommendation__reference="63")

    assert stand == {
        "13": Standing.OVERDUE,
        "22": Standing.WAITING,
        "43": Standing.ANSWERED,
        "57": Standing.DRAFT,
        "59": Standing.ANSWERED,
    }
    assert {letter.language for letter in letters} == {"en", "ru"}
    assert [(item.recommendation.reference, item.dispute_point) for item in disputed] == [
        ("4", "scope"),
        ("25", "effect"),
    ]
    assert Item.objects.filter(disputed=True, dispute_point="").exists()
    assert Item.objects.exclude(update_asked_on=None).count() == 2
    assert list(leads) == [("hanna", "demo-blackthorn")]
    assert (resting.item.recommendation.reference, resting.level) == ("59", "no_information")
    # Every act stands on the day that the script gives it, not on the day of the import.
    assert begun.level_since == today - dt.timedelta(days=238)
    days = HistoryEntry.objects.filter(action="publish_update").values_list("time", flat=True)
    assert len({time[:10] for time in days}) > 30


@pytest.mark.django_db
def test_weekly_mail_has_somebody_to_write_to_in_the_demo_and_nobody_real() -> None:
    imported(demo=True)

    addresses = dict(people(demo=True).values_list("username", "email"))
    with_mail = {user.username for user in people(demo=True) if digest_of(user, at=NOW).parts}

    assert addresses == {name: f"{name}@example.org" for name in addresses}
    assert {"anna", "boris", "staff"} <= with_mail
    assert not people(demo=False).exists()


def test_invented_person_with_an_address_that_somebody_may_have_is_refused() -> None:
    person = {
        "username": "zed",
        "first_name": "Zed",
        "last_name": "Zed",
        "email": "zed@ministry.gov",
        "roles": ["staff"],
    }

    with pytest.raises(CatalogueError) as refused:
        read_people(Fields("demo.yaml", "", {"people": [person | {"organisation": "one"}]}))

    assert (refused.value.point, "end in @example.org" in refused.value.reason) == ("zed", True)


@pytest.mark.django_db
def test_step_that_the_rules_refuse_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "fixtures"
    shutil.copytree(FIXTURES, folder)
    early = {"reference": "4", "point": "scope", "note": NOTE, "days_ago": 700, "by": "clara"}
    edit(folder / "workspaces" / "demo.yaml", lambda data: data.update(script=[{"dispute": early}]))

    with pytest.raises(CatalogueError) as refused:
        run(folder, demo=True)

    assert refused.value.point == "4 dispute 700 days ago"
    assert "No two perspectives disagree" in refused.value.reason
