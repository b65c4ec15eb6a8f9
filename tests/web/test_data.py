"""What can be downloaded is all there, explained, and described for programs; and the pages of words and access."""

import json
import re

import pytest
from django.test import Client

from tests.conftest import NOW, World
from tests.web.conftest import Reader
from tracker.actions.history import Act
from tracker.permissions import SYSTEM
from tracker.queries.glossary import GLOSSARY
from tracker.reports.fields import MEANINGS, fields
from tracker.reports.summary import columns

pytestmark = pytest.mark.usefixtures("present")


def test_every_column_is_explained_and_nothing_else_is() -> None:
    names = [name for name, _meaning in fields()]
    assert names == [column.name for column in columns()]
    assert set(MEANINGS) == {re.sub("_(en|ru)$", "", name) for name in names}


def test_every_file_that_the_page_offers_is_there(world: World, reader: Reader) -> None:
    shown = reader.html("/home/data/")
    offered = re.findall(r'href="(/home/[^"]*\.(?:csv|xlsx|json|jsonl|txt|atom|ics))"', shown)
    assert len(offered) == 9
    assert {reader.status(address) for address in offered} == {200}


def test_page_describes_the_record_for_programs(world: World, reader: Reader, client: Client) -> None:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', reader.html("/home/data/"), re.DOTALL)
    assert found is not None
    told = json.loads(found[1])
    assert (told["@type"], told["name"], told["license"]) == (
        "Dataset",
        f"The record of {world.alliance}",
        "https://creativecommons.org/licenses/by/4.0/",
    )
    files = [file["contentUrl"].removeprefix("http://testserver") for file in told["distribution"]]
    assert {reader.status(file) for file in files} == {200}


def test_description_for_programs_cannot_end_early(world: World, reader: Reader) -> None:
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(world.alliance), name={"en": "</script><b>&"})

    shown = reader.html("/home/data/")

    assert "</script><b>" not in shown
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', shown, re.DOTALL)
    assert found is not None
    assert json.loads(found[1])["name"] == "The record of </script><b>&"


def test_glossary_has_each_term_once_and_its_older_words(reader: Reader, world: World) -> None:
    shown = reader.text("/glossary/")
    assert len({term.code for term in GLOSSARY}) == len(GLOSSARY)
    for term in GLOSSARY:
        assert str(term.term) in shown
    assert "Older sources say: child pornography." in shown


def test_accessibility_leads_to_who_can_mend_it(reader: Reader, world: World) -> None:
    assert "What is known to be missing" in reader.text("/accessibility/")
