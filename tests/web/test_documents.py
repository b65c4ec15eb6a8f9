"""Documents with their outlines, and treaties."""

import datetime as dt
from typing import Any

import pytest

from tests import factories as make
from tests.conftest import NOW, World
from tests.web.conftest import Reader
from tracker.actions.history import Act
from tracker.choices import RecommendationKind
from tracker.models import Treaty, TreatyEvent
from tracker.permissions import SYSTEM

DOCUMENT = "/home/documents/doc/"


def test_document_says_where_it_comes_from(world: World, reader: Reader) -> None:
    section = make.SectionFactory(
        document=make.DocumentFactory(
            code="noted",
            source_note=make.texts("A condensed text."),
            source_address="https://source.example.org/rio",
            published_on="2012-05",
        )
    )
    make.ItemFactory(alliance=world.alliance, recommendation=make.RecommendationFactory(section=section))

    html, text = reader.html("/home/documents/noted/"), reader.text("/home/documents/noted/")

    assert "The whole title of noted Publisher A publisher Published May 2012" in text
    assert "About the text used A condensed text." in text
    assert "Only our own summaries are shown" in text
    assert 'href="https://source.example.org/rio" rel="noopener nofollow external"' in html


def test_document_shows_its_outline_with_levels_in_place(world: World, reader: Reader) -> None:
    world.published(world.items[1])
    below = make.SectionFactory(document=world.document, code="II", parent=world.items[0].recommendation.section)
    point = make.RecommendationFactory(section=below, reference="9", position=9)
    make.ItemFactory(alliance=world.alliance, recommendation=point)

    html, text = reader.html(DOCUMENT), reader.text(DOCUMENT)

    assert (
        "Heading I C(1) Title of C(1) Not yet assessed C(2) Title of C(2) Under way "
        "C(3) Title of C(3) Not yet assessed Heading II 9 Title of 9 Not yet assessed" in text
    )
    assert "<h3>Heading I</h3>" in html
    assert "<h4>Heading II</h4>" in html
    assert "0 of 4 duties of the State are implemented. 3 are not yet assessed." in text


def test_document_of_questions_counts_nothing(world: World, reader: Reader) -> None:
    section = make.SectionFactory(document=make.DocumentFactory(code="asks"))
    point = make.RecommendationFactory(section=section, kind=RecommendationKind.QUESTION)
    make.ItemFactory(alliance=world.alliance, recommendation=point)

    text = reader.text("/home/documents/asks/")

    assert "duties of the State" not in text
    assert "Replies only, no level" in text


def test_document_of_one_alliance_shows_only_its_own_levels(world: World, reader: Reader) -> None:
    world.published(world.items[0])

    assert "Under way" not in reader.text("/abroad/documents/doc/")


def test_document_that_the_alliance_does_not_follow_is_not_found(world: World, reader: Reader) -> None:
    section = make.SectionFactory(document=make.DocumentFactory(code="theirs"))
    make.ItemFactory(alliance=world.other_alliance, recommendation=make.RecommendationFactory(section=section))
    gone = make.SectionFactory(document=make.DocumentFactory(code="gone", archived_on=dt.date(2026, 1, 1)))
    make.ItemFactory(alliance=world.alliance, recommendation=make.RecommendationFactory(section=gone))

    for code in ("theirs", "gone", "nothing"):
        assert reader.status(f"/home/documents/{code}/") == 404


@pytest.mark.parametrize("more", [0, 2])
def test_document_takes_the_same_queries_whatever_the_number_of_points(
    world: World, reader: Reader, more: int, django_assert_num_queries: Any
) -> None:
    for number in range(more):
        below = make.SectionFactory(document=world.document, parent=world.items[0].recommendation.section)
        point = make.RecommendationFactory(section=below, position=10 + number)
        make.ItemFactory(alliance=world.alliance, recommendation=point)

    # The alliances, this one, the document, its points and how many, its figures, its sections, its
    # history 5, heads and the last checkpoint.
    with django_assert_num_queries(13):
        reader.html(DOCUMENT)


def test_treaties_show_dated_events_with_evidence(world: World, reader: Reader) -> None:
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        treaty = act.add(
            Treaty(
                code="opsc",
                title=make.texts("Optional Protocol"),
                short_title=make.texts("OPSC"),
                depositary=make.texts("United Nations"),
                address="https://treaties.example.org",
            )
        )
    for alliance, event, on in (
        (world.alliance, "ratified", "2013-09-24"),
        (world.alliance, "signed", "2012-09"),
        (world.other_alliance, "acceded", "1999"),
    ):
        evidence = make.EvidenceFactory(alliance=alliance, title=f"Record of {event}", published_on="2014")
        with Act("test_setup", actor=SYSTEM, at=NOW) as act:
            act.add(
                TreatyEvent(alliance=alliance, treaty=treaty, event=event, on=on, evidence=evidence, source_key=event)
            )

    html, text = reader.html("/home/treaties/"), reader.text("/home/treaties/")

    assert "Optional Protocol Depositary: United Nations Signed · September 2012 Record of signed" in text
    assert text.index("Signed · September 2012") < text.index("Ratified · 24 September 2013")
    assert "Acceded" not in text
    assert "1999" not in html
    assert "24 сентября 2013" in reader.text("/ru/home/treaties/")


def test_treaties_say_why_there_are_none(world: World, reader: Reader) -> None:
    assert "No event is recorded yet." in reader.text("/home/treaties/")
