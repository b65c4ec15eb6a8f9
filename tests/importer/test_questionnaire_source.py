"""The real questionnaire with its replies, row by row."""

import re
from functools import cache
from typing import Any

import pytest
import yaml

from tests.importer.ground import REPLY
from tests.sources import FIXTURES, SOURCES, TEXTS, expected, needs_sources
from tracker.importer.layouts import questionnaire
from tracker.importer.reading import Point, Reading
from tracker.importer.scan import tidy
from tracker.importer.source import read_file

QUESTIONS = (
    "1.1 1.2 1.3 2.1 2.2 3 4 5.1 5.2 6.1 6.2 7 8.1 8.2 8.3 9.1 9.2 9.3 9.4 9.5 9.6 9.7 9.8 9.9 9.10 9.11 9.12 "
    "10.1 10.2 11 12 13.1 13.2 14 15 16.1 16.2"
).split()


@cache
def real() -> Reading:
    return questionnaire.read(read_file(SOURCES / TEXTS[1]))


def real_point(reference: str) -> Point:
    return next(point for point in real().points if point.reference == reference)


def catalogue() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((FIXTURES / "catalogue" / "lanzarote-2017.yaml").read_text(encoding="utf-8"))
    return data


@needs_sources
@pytest.mark.parametrize("index", range(len(QUESTIONS)), ids=QUESTIONS)
def test_the_real_one_agrees_with_a_careful_reader(index: int) -> None:
    wanted = expected()["lanzarote_replies"]
    point = real().points[index]

    assert {
        "question": point.reference,
        "replied": point.reply is not None,
        "joint_with": point.attributes.get("joint_with"),
    } == wanted["items"][index]
    assert len(real().points) == wanted["count"]
    assert sum(one.reply is not None for one in real().points) == wanted["replied"]
    assert real().replied_on == wanted["registered"]


@needs_sources
@pytest.mark.parametrize("index", range(len(QUESTIONS)), ids=QUESTIONS)
def test_the_real_one_agrees_with_the_catalogue(index: int) -> None:
    data = catalogue()
    titles = {
        child["code"]: (part["source_title"], child["source_title"])
        for part in data["sections"]
        for child in part["children"]
    }
    wanted, point = data["points"][index], real().points[index]

    assert (point.reference, point.section, point.line, point.area, point.kind) == (
        wanted["reference"],
        titles[wanted["section"]],
        wanted["line"],
        wanted["area"],
        wanted["kind"],
    )
    assert [letter for letter, _ in point.components if not letter.startswith("n")] == [
        component["letter"] for component in wanted.get("components", [])
    ]


def ends(text: str | None) -> tuple[int, str, str]:
    words = (text or "").split()
    return len(words), " ".join(words[:3]), " ".join(words[-2:])


@needs_sources
def test_the_real_one_counts_as_by_hand() -> None:
    found = {reference: real_point(reference) for reference in QUESTIONS}

    assert ends(found["1.1"].text) == (19, "Are there awareness-raising", "and/or share:")
    assert [(letter, *ends(text)) for letter, text in found["9.4"].components] == [
        ("a", 5, "possess child self-generated", "sexual content?"),
        ("b", 10, "distribute or transmit", "other adults?"),
        ("c", 10, "distribute or transmit", "other children?"),
    ]
    assert [letter for letter, _ in found["13.2"].components] == ["n1", "n2", "a", "b"]
    assert ends(found["13.2"].components[3][1]) == (18, "there is an", "not, why?")
    assert ends(found["9.12"].text) == (10, "What are the", "behaviours (9.10.a-f)?")
    assert ends(found["9.12"].reply) == (5, "See the replies", "to 9.10-9.11")
    assert ends(found["10.1"].reply)[:2] == (33, "the Russian Federation")
    assert ends(found["13.2"].reply)[1:] == ("In structure of", "carried out.")
    assert ends(found["14"].reply) == (12, "The surveyed agencies", "ground divisions")
    assert found["9.8"].components == ()
    assert len((found["9.8"].reply or "").split("\n")) == 5


@needs_sources
def test_the_real_one_leaves_one_doubt() -> None:
    """A word in bold stands between question 15 and its reply; 10.2 is for Parties without the reservation of 10.1."""
    doubts = [(point.reference, doubt.code) for point in real().points for doubt in point.doubts]

    assert doubts == [("15", "heading_unknown")]
    assert real().doubts == ()


def run_of(text: str) -> str:
    """Return the words of `text`, one blank between them and around."""
    return " ".join(["", *re.findall(r"[^\W_]+", tidy(text)), ""])


@needs_sources
def test_nothing_of_the_real_one_is_dropped() -> None:
    held = run_of(
        " ".join(
            text
            for point in real().points
            for text in (*point.section, point.text, *(text for _, text in point.components), point.reply or "")
        )
    )
    number = re.compile(r"^[\s#*-]*(?:\d+\.\d+\.?|[a-f][.)]|Reply|\$.rightarrow\$)(?=\W|[a-z])")
    lines = [line for line in read_file(SOURCES / TEXTS[1]).lines[20:] if line.strip()]

    lost = [
        run_of(line)
        for line in lines
        if run_of(line) not in held and run_of(number.sub("", line, count=1)) not in held and not REPLY.fullmatch(line)
    ]

    # On the one line stand two sub-questions; the other is a heading that this layout does not know.
    assert [line.split()[0] for line in lost] == ["b", "Partnerships"]


@needs_sources
def test_it_does_not_fit_the_other_real_text() -> None:
    assert questionnaire.fits(read_file(SOURCES / TEXTS[1]))
    assert not questionnaire.fits(read_file(SOURCES / TEXTS[0]))
