"""A reading beside the record: whose document it is, what each point is, what is missing, and all of it as values."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace

import pytest

from tracker.errors import SourceRefused
from tracker.importer.reading import CardCell, Doubt, Note, Part, Point, Reading, Source, TreatyRow
from tracker.importer.verdicts import (
    CHANGED,
    DOUBTFUL,
    NEW,
    SAME,
    Known,
    as_json,
    correct,
    judge,
    key,
    missing,
    settle,
)

SOURCE = Source("a.txt", 5, hashlib.sha256(b"words").hexdigest(), ("words",))
REPORT = Part("report", "monitoring_report", "Report on Niger", "2012", "Water Forum", "Niger")
ANNEX = Part("annex", "declaration", "Call", "2008", "Congress")
UNFINISHED = Doubt("unfinished", 3)


def point(reference: str, text: str = "Build wells.", document: str = "report", **fields: object) -> Point:
    made = Point(document, reference, ("Wells",), text, 3, "action", "prevention")
    return replace(made, **fields)  # type: ignore[arg-type]


def reading(*points: Point, parts: Iterable[Part] = (REPORT,)) -> Reading:
    return Reading("country_report", tuple(parts), points)


def known(code: str = "report", wordings: dict[str, str] | None = None, **fields: object) -> Known:
    made = Known(code, "monitoring_report", "2012", "A report", "", wordings or {})
    return replace(made, **fields)  # type: ignore[arg-type]


def verdicts(read: Reading, *documents: Known, edits: dict[str, str] | None = None) -> list[tuple[str, str, list[str]]]:
    judged = judge(read, {document.code: document for document in documents}, edits)
    return [(one.point.reference, one.verdict, [doubt.code for doubt in one.doubts]) for one in judged]


# --- Whose document it is


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (known("niger-2012", titles="Country report: Niger"), "niger-2012"),
        (known("niger-2012", titles="Country report: NIGER (2012)"), "niger-2012"),
        (known("niger-2012", titles="Another", scan_sha256=SOURCE.sha256), "niger-2012"),
        (known("report", titles="Another", published_on="1999"), "report"),
        (known("nigeria-2012", titles="Country report: Nigeria"), "report"),
        (known("niger-2009", titles="Country report: Niger", published_on="2009-05"), "report"),
        (known("niger-2012", titles="Country report: Niger", kind="declaration"), "report"),
    ],
    ids="country capitals scan code other-country other-year other-kind".split(),
)
def test_document_is_known_by_scan_code_or_country_and_year(document: Known, code: str) -> None:
    settled = settle(reading(point("A-1")), SOURCE, [document])

    assert [part.code for part in settled.parts] == [code]
    assert [each.document_code for each in settled.points] == [code]


def test_scan_tells_more_than_country_and_year() -> None:
    documents = [known("first", titles="Niger"), known("second", titles="Niger", scan_sha256=SOURCE.sha256)]

    assert settle(reading(), SOURCE, documents).parts[0].code == "second"


def test_part_that_is_about_nothing_is_not_known_by_its_year() -> None:
    read = reading(parts=[replace(REPORT, about="")])

    assert settle(read, SOURCE, [known("niger-2012", titles="Niger")]).parts[0].code == "report"


def test_code_that_is_given_names_the_first_part_only() -> None:
    read = reading(point("A-1"), point("1", document="annex"), parts=[REPORT, ANNEX])

    settled = settle(read, SOURCE, [known("niger-2012", titles="Niger")], "mine")

    assert [part.code for part in settled.parts] == ["mine", "annex"]
    assert [key(each) for each in settled.points] == ["mine A-1", "annex 1"]


# --- What each point is


def test_point_is_new_same_or_changed_by_its_wording() -> None:
    read = reading(point("A-1"), point("A-2"), point("A-3"))
    document = known(wordings={"A-1": "", "A-2": "Build wells.", "A-3": "Build dams."})

    assert verdicts(read, document) == [("A-1", NEW, []), ("A-2", SAME, []), ("A-3", CHANGED, [])]


def test_points_of_a_new_document_are_new() -> None:
    assert verdicts(reading(point("A-1"), point("A-2", ""))) == [("A-1", NEW, []), ("A-2", NEW, [])]


def test_point_without_words_is_not_taken_for_the_same_as_none_stored() -> None:
    assert verdicts(reading(point("A-1", "")), known(wordings={"A-1": ""})) == [("A-1", NEW, [])]


def test_components_belong_to_the_wording() -> None:
    whole = point("A-1", components=(("a", "deep"), ("b", "clean")))

    assert verdicts(reading(whole), known(wordings={"A-1": "Build wells.\na) deep\nb) clean"})) == [("A-1", SAME, [])]
    assert verdicts(reading(whole), known(wordings={"A-1": "Build wells."})) == [("A-1", CHANGED, [])]


def test_doubtful_point_is_imported_unless_it_is_stored_like_that() -> None:
    read = reading(point("A-1", doubts=(UNFINISHED,)), point("A-2", doubts=(UNFINISHED,)))
    document = known(wordings={"A-1": "", "A-2": "Build wells."})

    judged = judge(read, {"report": document})

    assert [(one.verdict, one.doubts, one.imports) for one in judged] == [
        (DOUBTFUL, (UNFINISHED,), True),
        (SAME, (UNFINISHED,), True),
    ]


def test_point_that_the_catalogue_has_not_is_told_and_not_imported() -> None:
    (_, unknown) = judge(reading(point("A-1"), point("B-1")), {"report": known(wordings={"A-1": ""})})

    assert (unknown.verdict, unknown.imports) == (DOUBTFUL, False)
    assert unknown.doubts == (Doubt("unknown_reference", 3, "B-1"),)


@pytest.mark.parametrize(
    ("stored", "replies", "verdict"),
    [
        ("Build wells.", {"1": "Built."}, SAME),
        ("Build wells.", {"1": "Not yet."}, CHANGED),
        ("Build wells.", {}, NEW),
        ("Build wells.", None, SAME),
        ("", {"1": "Built."}, NEW),
        ("Build dams.", {"1": "Built."}, CHANGED),
    ],
    ids="stored other none no-alliance wording-new wording-other".split(),
)
def test_reply_counts_where_an_alliance_records_it(stored: str, replies: dict[str, str] | None, verdict: str) -> None:
    read = reading(point("1", reply="Built."))

    assert verdicts(read, known(wordings={"1": stored}, replies=replies)) == [("1", verdict, [])]


# --- What a person corrected


def test_corrected_text_replaces_what_was_read_and_is_no_longer_doubtful() -> None:
    read = reading(point("A-1", doubts=(UNFINISHED,)), point("A-2", doubts=(UNFINISHED,)))
    edits = {"report A-1": "Build deep wells.", "report A-9": "Nothing of this name."}

    corrected = correct(read, edits)

    assert [each.text for each in corrected.points] == ["Build deep wells.", "Build wells."]
    document = known(wordings={"A-1": "", "A-2": ""})
    assert verdicts(corrected, document, edits=edits) == [("A-1", NEW, []), ("A-2", DOUBTFUL, ["unfinished"])]


def test_corrected_point_that_the_catalogue_has_not_is_still_not_imported() -> None:
    read = reading(point("A-1"), point("B-1", doubts=(UNFINISHED,)))

    judged = judge(read, {"report": known(wordings={"A-1": ""})}, {"report B-1": "Build wells."})

    assert [doubt.code for doubt in judged[1].doubts] == ["unknown_reference"]
    assert not judged[1].imports


# --- Numbers that moved


def test_section_with_another_number_of_points_is_doubtful_throughout() -> None:
    read = reading(point("A-1"), point("A-2"), point("A-3"), point("B-1"))
    document = known(wordings={"A-1": "Build wells.", "A-2": "", "B-1": ""})

    judged = judge(read, {"report": document})

    assert [(one.point.reference, one.verdict, [doubt.code for doubt in one.doubts]) for one in judged] == [
        ("A-1", SAME, ["count"]),
        ("A-2", DOUBTFUL, ["count"]),
        ("A-3", DOUBTFUL, ["count", "unknown_reference"]),
        ("B-1", NEW, []),
    ]
    assert judged[1].doubts == (Doubt("count", 3, "A 3 ≠ 2"),)


def test_printed_numbers_are_not_counted() -> None:
    read = reading(point("1"), point("2"), point("C(2)"))

    assert verdicts(read, known(wordings={"1": "", "2": "", "3": "", "C(2)": ""})) == [
        ("1", NEW, []),
        ("2", NEW, []),
        ("C(2)", NEW, []),
    ]


def test_sections_of_another_document_are_counted_apart() -> None:
    read = reading(point("A-1"), point("A-1", document="annex"), parts=[REPORT, ANNEX])
    documents = known(wordings={"A-1": ""}), known("annex", {"A-1": ""})

    assert verdicts(read, *documents) == [("A-1", NEW, []), ("A-1", NEW, [])]


# --- What is missing


@pytest.mark.parametrize("found", [1, 3])
def test_document_of_which_much_is_missing_is_refused(found: int) -> None:
    read = reading(*(point(str(number)) for number in range(found)))
    document = known(wordings={str(number): "" for number in range(6)})

    with pytest.raises(SourceRefused) as caught:
        judge(read, {"report": document})

    assert str(caught.value).startswith(f"Of report the catalogue has 6 points, and this file only {found} of them.")


def test_document_without_one_of_its_own_points_is_refused_though_its_annex_is_whole() -> None:
    read = reading(point("1", document="annex"), parts=[REPORT, ANNEX])

    with pytest.raises(SourceRefused, match="Of report the catalogue has 2 points, and this file only 0"):
        judge(read, {"report": known(wordings={"1": "", "2": ""}), "annex": known("annex", {"1": ""})})


def test_document_of_which_little_is_missing_is_read_and_what_is_missing_told() -> None:
    read = reading(point("1"), point("2"), point("1", document="annex"), parts=[REPORT, ANNEX])
    documents = {"report": known(wordings={"1": "", "2": "", "3": ""}), "other": known("other", {"9": ""})}

    assert [one.verdict for one in judge(read, documents)] == [NEW, NEW, NEW]
    assert missing(read, documents) == [Doubt("not_found", 0, "report 3")]


def test_annex_that_a_report_does_not_print_is_told_and_not_refused() -> None:
    read = reading(point("1"), parts=[REPORT, ANNEX])
    documents = {"report": known(wordings={"1": ""}), "annex": known("annex", {"1": "", "2": ""})}

    assert [one.verdict for one in judge(read, documents)] == [NEW]
    assert [doubt.about for doubt in missing(read, documents)] == ["annex 1", "annex 2"]


# --- As values


def test_reading_as_json_has_the_promised_keys_and_plain_values() -> None:
    full = point(
        "1",
        page="33",
        deadline="2013",
        attributes={"layer": "process"},
        components=(("a", "deep"),),
        reply="Built.",
        doubts=(UNFINISHED,),
    )
    read = replace(
        reading(full, point("2")),
        notes=(Note(7, "Reed. On lakes.", 9, "media", "http://a.example.org", "2011-07-04", (UNFINISHED,)),),
        treaties=(TreatyRow("On rivers", "1990", ("1992",), 5),),
        card=(CardCell("Goal 1", "Wells", True, 6),),
        doubts=(Doubt("gap", 4, "3"),),
    )

    values = as_json(read, SOURCE, judge(read, {}), [Doubt("not_found", 0, "report 4")])

    unfinished = "Line 3: The text ends without a full stop; its end may be missing or stand elsewhere."
    bare = {"document_code": "report", "section": ["Wells"], "addressee": "states", "text": "Build wells.", "line": 3}
    assert json.loads(json.dumps(values)) == {
        "document": {
            "title": "Report on Niger",
            "format": "text",
            "layout": "country_report",
            "sha256": SOURCE.sha256,
        },
        "points": [
            {
                **bare,
                "reference": "1",
                "deadline": "2013",
                "page": "33",
                "attributes": {"layer": "process"},
                "components": [{"letter": "a", "text": "deep"}],
                "reply": "Built.",
                "verdict": "doubtful",
                "warnings": [unfinished],
            },
            {
                **bare,
                "reference": "2",
                "deadline": None,
                "page": None,
                "attributes": {},
                "components": [],
                "reply": None,
                "verdict": "new",
                "warnings": [],
            },
        ],
        "counts": {"points": 2, "with_warnings": 1},
        "warnings": [
            "Line 4: No point 3 was found, though its neighbours were.",
            "The catalogue has report 4, and this file has not.",
        ],
        "notes": [
            {
                "number": 7,
                "text": "Reed. On lakes.",
                "kind": "media",
                "address": "http://a.example.org",
                "accessed_on": "2011-07-04",
                "line": 9,
                "warnings": [unfinished],
            }
        ],
        "treaties": [{"title": "On rivers", "ratified": "1990", "reports": ["1992"], "line": 5}],
        "card": [{"goal": "Goal 1", "indicator": "Wells", "star": True, "line": 6}],
    }
