"""What templates show of plain values."""

import datetime as dt

import pytest
from django.utils import timezone, translation

from tests import factories as make
from tracker.charts.marks import LOOKS
from tracker.choices import Level
from tracker.templatetags import pages


@pytest.mark.parametrize(
    ("value", "english", "russian"),
    [
        ("2012", "2012", "2012"),
        ("2012-05", "May 2012", "май 2012"),
        ("2012-05-03", "3 May 2012", "3 мая 2012"),
        (dt.date(2026, 3, 2), "2 March 2026", "2 марта 2026"),
    ],
)
def test_day_is_written_out_in_each_language(value: object, english: str, russian: str) -> None:
    for language, words in (("en", english), ("ru", russian)):
        with translation.override(language):
            assert pages.day(value) == f'<time datetime="{value}">{words}</time>'


def test_day_of_a_moment_is_the_one_in_the_active_time_zone() -> None:
    moment = dt.datetime(2026, 3, 2, 22, 30, tzinfo=dt.UTC)

    with translation.override("en"), timezone.override("Europe/Moscow"):
        assert pages.day(moment) == '<time datetime="2026-03-03">3 March 2026</time>'


@pytest.mark.parametrize("nothing", ["", None])
def test_day_of_nothing_is_nothing(nothing: object) -> None:
    assert pages.day(nothing) == ""


def test_order_of_the_bars_holds_every_level() -> None:
    assert set(pages.ORDER) == set(LOOKS) == set(Level.values)
    assert pages.in_order(dict.fromkeys(Level.values, 0) | {Level.IMPLEMENTED: 2}) == [
        ("implemented", "Implemented", 2)
    ]


@pytest.mark.django_db
def test_host_is_the_site_of_the_evidence() -> None:
    evidence = make.EvidenceFactory(address="https://www.gazette.example.org:8443/a/b?c")
    alliance_paper = make.EvidenceFactory(address="", document=make.DocumentFactory())

    assert pages.host(evidence) == "gazette.example.org:8443"
    assert pages.host(alliance_paper) == ""


def test_themes_are_in_words_and_unknown_ones_stay() -> None:
    with translation.override("en"):
        assert pages.themes(["online", "demand", "weather"]) == ["Online", "Demand", "weather"]


def test_cell_of_a_list_is_labelled_with_the_head_of_its_column() -> None:
    cells = ['<th class="field-name"><a href="/1/">Law &amp; order</a></th>', '<td class="field-day nowrap">-</td>']

    assert pages.labelled(cells, [{"text": "name"}, {"text": 'day "of" sending'}]) == [
        '<th data-label="Name" class="field-name"><a href="/1/">Law &amp; order</a></th>',
        '<td data-label="Day &quot;of&quot; sending" class="field-day nowrap">-</td>',
    ]
