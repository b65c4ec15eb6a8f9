"""Looking for evidence that the alliance holds already."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories as make
from tests.conftest import World
from tracker.queries.sources import Found, with_words


def cited(world: World, note: int, **values: str) -> None:
    make.EvidenceFactory(alliance=world.alliance, cited_in=world.document, note=note, **values)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("закон", ["О защите детей"]),
        ("ЗАКОН  защите", ["О защите детей"]),
        ("gazette", ["О защите детей", "Another"]),
        ("12", ["Another"]),
        ("example.org/x", ["О защите детей"]),
        ("закон nowhere", []),
        ("", []),
        (" ", []),
    ],
)
def test_sources_are_found_by_every_word_of_them(world: World, words: str, expected: list[str]) -> None:
    cited(world, 7, title="О защите детей", publisher="Закон gazette", address="https://example.org/x", page="")
    cited(world, 12, title="Another", publisher="Gazette", address="https://other.example.org/")
    found = with_words(world.actor("anna"), words, limit=20)
    assert found == Found(words.strip(), found.sources, len(expected))
    assert [source.title for source in found.sources] == expected


def test_first_sources_are_given_and_all_counted(world: World) -> None:
    for note in range(1, 6):
        cited(world, note, title=f"Report {note}")
    anna = world.actor("anna")
    with CaptureQueriesContext(connection) as asked:
        found = with_words(anna, "report", limit=3)
    assert ([source.title for source in found.sources], found.count) == (["Report 1", "Report 2", "Report 3"], 5)
    assert len(asked) == 2


def test_sources_out_of_sight_are_not_found(world: World) -> None:
    make.EvidenceFactory(alliance=world.alliance, title="A report that nothing rests on")
    world.draft(by="boris")
    assert with_words(world.actor("anna"), "report", limit=20).count == 0
    assert with_words(world.actor("anna"), "law", limit=20).count == 0
    assert with_words(world.actor("boris"), "law", limit=20).count == 1
