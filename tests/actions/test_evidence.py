"""Evidence: what may be filed, what may not, and dead links."""

import dataclasses
import datetime as dt
from typing import Any

import pytest

from tests import factories as make
from tests.actions.asserting import refuses, story
from tests.conftest import LAW, NOW, World, everything
from tracker.actions.evidence import check_address, record_dead_link
from tracker.errors import Conflict, InvalidValue, NotAllowed, UnsafeMaterial
from tracker.models import Evidence

ARCHIVED = "https://archive.example.org/38"


def test_evidence_is_stored_with_its_update_and_told(world: World) -> None:
    full = dataclasses.replace(
        LAW,
        page="p. 4",
        published_on="2013-02",
        accessed_on=dt.date(2026, 3, 1),
        language="ru",
        archived_address=ARCHIVED,
    )

    evidence = world.draft(new_evidence=(full,)).evidence.get()

    assert evidence.alliance == world.alliance
    assert story(evidence) == [
        (
            "draft_update",
            {
                "kind": (None, "law"),
                "title": (None, "Law No. 38 on the protection of children"),
                "publisher": (None, "Official gazette"),
                "published_on": (None, "2013-02"),
                "accessed_on": (None, "2026-03-01"),
                "language": (None, "ru"),
                "address": (None, "https://gazette.example.org/38"),
                "page": (None, "p. 4"),
                "archived_address": (None, ARCHIVED),
                "withheld": (None, False),
            },
        )
    ]


def test_evidence_may_be_a_place_in_a_document_of_the_catalogue(world: World) -> None:
    place = dataclasses.replace(LAW, address="", document=world.document, page="question 3")

    assert world.draft(new_evidence=(place,)).evidence.get().document == world.document


def test_evidence_is_shared_between_updates_of_one_alliance(world: World) -> None:
    evidence = world.draft().evidence.get()

    other = world.draft(world.items[1], evidence=(evidence,), new_evidence=())

    assert list(other.evidence.all()) == [evidence]
    assert Evidence.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"document": True}, "not both"),
        ({"address": ""}, "not both"),
        ({"title": ""}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"publisher": ""}, "publisher"),
        ({"kind": "rumour"}, "kind"),
        ({"published_on": "spring 2012"}, "published on"),
        ({"accessed_on": "yesterday"}, "accessed on"),
        ({"address": "https://example.org/" + "x" * 1000}, "web address"),
        ({"archived_address": "file:///etc/passwd"}, "web address"),
    ],
)
def test_evidence_that_cannot_be_held_is_refused_with_the_update(
    world: World, values: dict[str, Any], words: str
) -> None:
    if values.get("document"):
        values = {"document": world.document}
    with refuses(InvalidValue, words):
        world.draft(new_evidence=(LAW, dataclasses.replace(LAW, **values)))


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org",
        "http://example.org/law?id=3#p4",
        "https://пример.рф/закон",
        "https://example.org:8443/a.pdf",
        "https://example.org/jpg",
        "https://example.org/a.zip/read",
    ],
)
def test_check_address_takes_links_to_documents_and_pages(address: str) -> None:
    check_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "example.org",
        "//example.org",
        "ftp://example.org/a",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "https://",
        "https:///path",
        "https://exa mple.org",
        "https://example.org/a b",
        "https://example.org/\n",
        "https://example.org/\x00",
        " https://example.org",
        "https://example.org\t",
        "HTTPS://example.org",
        "http:example.org",
        "https://[::1",
        "https://name@example.org",
        "https://name:word@example.org/a.pdf",
        "https://:word@example.org",
        "https://example.org/a.JPG",
        "https://example.org/a.jpeg?download=1",
        "https://example.org/a.mp4#t=3",
        "https://example.org/a.zip",
        "https://example.org/a.tar.gz",
        "https://example.org/a.svg",
    ],
)
def test_check_address_refuses_everything_else(address: str) -> None:
    with pytest.raises(InvalidValue):
        check_address(address)


def test_refused_address_leaves_no_trace(world: World) -> None:
    with refuses(UnsafeMaterial, "never evidence here"):
        world.draft(new_evidence=(LAW, dataclasses.replace(LAW, address="https://example.org/a.jpg")))


def test_evidence_of_another_alliance_is_refused(world: World) -> None:
    foreign = make.EvidenceFactory(alliance=world.other_alliance)

    with refuses(InvalidValue, "another alliance"):
        world.draft(evidence=(foreign,))


def test_record_dead_link_and_its_return(world: World) -> None:
    evidence = world.draft().evidence.get()
    anna = world.actor("anna")

    record_dead_link(evidence, since=dt.date(2026, 2, 1), archived_address=ARCHIVED, actor=anna, at=NOW)
    held = record_dead_link(evidence, since=None, actor=anna, at=NOW)

    assert (held.dead_since, held.archived_address) == (None, ARCHIVED)
    assert story(evidence)[1:] == [
        ("record_dead_link", {"dead_since": (None, "2026-02-01"), "archived_address": ("", ARCHIVED)}),
        ("record_dead_link", {"dead_since": ("2026-02-01", None)}),
    ]


def test_wrong_archived_copy_is_taken_away(world: World) -> None:
    evidence = world.draft().evidence.get()
    anna = world.actor("anna")
    record_dead_link(evidence, since=None, archived_address=ARCHIVED, actor=anna, at=NOW)

    held = record_dead_link(evidence, since=None, archived_address="", actor=anna, at=NOW)

    assert held.archived_address == ""
    assert story(evidence)[2] == ("record_dead_link", {"archived_address": (ARCHIVED, "")})


def test_record_dead_link_refuses_what_someone_else_changed_meanwhile(world: World) -> None:
    evidence = world.draft().evidence.get()
    record_dead_link(evidence, since=NOW.date(), actor=world.actor("anna"), at=NOW)

    with refuses(Conflict):
        record_dead_link(evidence, since=None, actor=world.actor("boris"), at=NOW, version=evidence.version)


def test_record_dead_link_as_it_is_known_writes_nothing(world: World) -> None:
    evidence = world.draft().evidence.get()
    before = everything()

    record_dead_link(evidence, since=None, actor=world.actor("staff"), at=NOW)

    assert everything() == before


def test_record_dead_link_refuses_strangers_and_bad_addresses(world: World) -> None:
    evidence = world.draft().evidence.get()

    with refuses(NotAllowed):
        record_dead_link(evidence, since=NOW.date(), actor=world.actor("clara"), at=NOW)
    with refuses(InvalidValue):
        record_dead_link(evidence, since=None, archived_address="x", actor=world.actor("anna"), at=NOW)
