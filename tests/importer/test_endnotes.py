"""Endnotes: one note from each citation, with its number, its address as one word, its day of access and its kind."""

import re

import pytest

from tests.sources import SOURCES, TEXTS, needs_sources
from tracker.choices import EvidenceKind
from tracker.importer.citations import Address, accessed_in, address_in, kind_of
from tracker.importer.endnotes import read_endnotes, section_of
from tracker.importer.reading import Note
from tracker.importer.source import read_file

ADDRESS = "http://a.example.org/x.html"
LIST = [
    "Words.¹ More words.⁶",
    "Endnotes\t46",
    "ENDNOTES",
    "",
    f"- Reed, Ann. On rivers. Accessed on 4 July 2011 from: {ADDRESS}",
    "- ² Reed, Ann. On lakes. 2010, p. 3.",
    "- Marsh, Bo. On the *depth of seas*. Accessed on July 5, 2011",
    f"- 4 Marsh, Bo. On clouds. Accessed on June 29, 2011 from: {ADDRESS}",
    "- Ibid.",
    "- ⁶ Water Forum. Yearbook, unpublished",
]
NUMBERED = [
    (1, f"Reed, Ann. On rivers. Accessed on 4 July 2011 from: {ADDRESS}"),
    (2, "Reed, Ann. On lakes. 2010, p. 3."),
    (3, "Marsh, Bo. On the depth of seas. Accessed on July 5, 2011"),
    (4, f"Marsh, Bo. On clouds. Accessed on June 29, 2011 from: {ADDRESS}"),
    (5, "Ibid."),
    (6, "Water Forum. Yearbook, unpublished"),
]
IMPRINT = ["", "", "Water Forum", "", "1 Bank Street Tel: 1234"]


def notes(lines: list[str]) -> list[Note]:
    return list(read_endnotes(lines)[0])


def texts(lines: list[str]) -> list[tuple[int, str]]:
    return [(note.number, note.text) for note in notes(lines)]


def codes(note: Note) -> list[str]:
    return [doubt.code for doubt in note.doubts]


def damaged(edits: dict[int, list[str]]) -> list[str]:
    """Return LIST with lines, counted from 0, in the place of others."""
    return [line for index, whole in enumerate(LIST) for line in edits.get(index, [whole])]


def listed(*citations: str) -> list[str]:
    return ["ENDNOTES", *(f"- {citation}" for citation in citations)]


# --- Which lines make a note


def test_every_list_entry_is_a_note_with_its_line() -> None:
    found, doubts = read_endnotes(LIST)

    assert [(note.number, note.text) for note in found] == NUMBERED
    assert [note.line for note in found] == [5, 6, 7, 8, 9, 10]
    assert doubts == ()


def test_text_after_the_list_is_no_note() -> None:
    assert texts([*LIST, *IMPRINT]) == NUMBERED


@pytest.mark.parametrize(
    "edits",
    [
        {4: ["- Reed, Ann. On rivers. Accessed", "", f"- on 4 July 2011 from: {ADDRESS}"]},
        {4: ["- Reed, Ann. On rivers.", "", f"- Accessed on 4 July 2011 from: {ADDRESS}"]},
        {4: ["- Reed, Ann. On rivers. Accessed on 4 July 2011 from: http://", "", "- a.example.org/x.html"]},
        {4: ["- Reed, Ann. On", "", f"- rivers. Accessed on 4 July 2011 from: {ADDRESS}"]},
        {4: ["- Reed, Ann. On rivers. Accessed on 4", "", f"July 2011 from: {ADDRESS}"]},
        {4: ["- Reed, Ann. On rivers.", f" Accessed on 4 July 2011 from: {ADDRESS}"]},
        {6: ["- Marsh, Bo. On the *depth", "of seas*. Accessed on July 5, 2011"]},
        {7: ["- 4 Marsh, Bo. On clouds. Accessed on June", "", f"- 29, 2011 from: {ADDRESS}"]},
        {7: ["- 4 Marsh,", "Bo. On clouds. Accessed on June 29, 2011", f"from: {ADDRESS}"]},
        {5: ["", LIST[5], ""]},
        {5: ["- ²", "Reed, Ann. On lakes. 2010, p. 3."]},
        {5: ["^{*}A note from the foot of a page", LIST[5]]},
    ],
    ids="accessed on-accessed address lower day wrap italics number three gaps number-alone footnote".split(),
)
def test_note_cut_by_a_page_or_a_line_is_whole(edits: dict[int, list[str]]) -> None:
    found = [(note.number, re.sub(r"// a", "//a", note.text)) for note in notes(damaged(edits))]

    assert found == NUMBERED


@pytest.mark.parametrize("furniture", ["47", "- 47 -", "GLOBAL MONITORING", "ENDNOTES"])
def test_page_number_and_running_head_are_no_part_of_a_note(furniture: str) -> None:
    broken = [*LIST[:6], "", furniture, "", *LIST[6:]]

    assert texts(broken) == NUMBERED


def test_half_that_begins_like_a_note_is_joined_as_the_numbers_confirm_it() -> None:
    found = notes(damaged({6: ["- Marsh, Bo. On the Depth", "", "- Of Seas. 2011."]}))

    assert (found[2].text, found[2].doubts) == ("Marsh, Bo. On the Depth Of Seas. 2011.", ())
    assert [note.number for note in found] == [1, 2, 3, 4, 5, 6]


def test_half_that_begins_like_a_note_is_doubtful_where_no_number_confirms_it() -> None:
    found = notes([*listed("Reed, Ann. On the Depth"), "", "- Of Seas. 2011.", "- Last one."])

    assert [(note.number, note.text, codes(note)) for note in found] == [
        (1, "Reed, Ann. On the Depth Of Seas. 2011.", ["joined"]),
        (2, "Last one.", []),
    ]


def test_half_after_a_full_stop_is_joined_where_the_numbers_ask_for_it() -> None:
    found = notes(damaged({6: ["- Marsh, Bo.", "", "- On the depth of seas. Accessed on July 5, 2011"]}))

    assert [(note.number, note.text) for note in found] == NUMBERED
    assert codes(found[2]) == ["joined", "count", "address_missing"]


def test_note_joined_by_mistake_is_cut_where_the_numbers_ask_for_it() -> None:
    found = notes(damaged({5: ["- ² Reed, Ann. On Lakes", "", "- Marsh, Bo. Of the depth of seas."], 6: []}))

    assert [(note.number, note.text, codes(note)) for note in found[1:4]] == [
        (2, "Reed, Ann. On Lakes", ["count"]),
        (3, "Marsh, Bo. Of the depth of seas.", ["no_mark", "count"]),
        (4, NUMBERED[3][1], []),
    ]


@pytest.mark.parametrize(
    ("edits", "number"),
    [({5: [LIST[5][2:]]}, 2), ({7: [LIST[7][2:]]}, 4), ({5: ["", LIST[5][2:], ""]}, 2), ({8: ["", "Ibid."]}, 5)],
    ids=["superscript", "number", "between gaps", "without number"],
)
def test_note_without_its_list_mark_is_a_note_with_a_doubt(edits: dict[int, list[str]], number: int) -> None:
    found = notes(damaged(edits))

    assert [(note.number, note.text) for note in found] == NUMBERED
    assert "no_mark" in codes(found[number - 1])


def test_line_that_stands_twice_is_read_once() -> None:
    twice = damaged({7: ["- 4 Marsh, Bo.", "On clouds.", "On clouds.", f"Accessed on June 29, 2011 from: {ADDRESS}"]})

    found = notes(twice)

    assert [(note.number, note.text) for note in found] == NUMBERED
    assert codes(found[3]) == ["doubled"]


def test_note_that_stands_twice_is_read_once_where_the_numbers_say_so() -> None:
    found = notes(damaged({6: [LIST[6], LIST[6]]}))

    assert [(note.number, note.text) for note in found] == NUMBERED
    assert "doubled" in codes(found[2])


def test_same_citation_on_two_numbers_stays_two_notes() -> None:
    assert texts(listed("Reed. On lakes.", "Reed. On lakes.", "3 Reed. On rain.")) == [
        (1, "Reed. On lakes."),
        (2, "Reed. On lakes."),
        (3, "Reed. On rain."),
    ]


# --- Numbers


def test_misread_number_is_left_out_with_a_doubt() -> None:
    found = notes(damaged({5: ["- 7 Reed, Ann. On lakes. 2010, p. 3."]}))

    assert [(note.number, note.text) for note in found] == NUMBERED
    assert [(doubt.code, doubt.line, doubt.about) for doubt in found[1].doubts] == [("stray_figure", 6, "7")]
    assert [codes(note) for note in (found[0], found[3])] == [[], []]


def test_lost_note_leaves_its_number_free_and_doubts_its_neighbours() -> None:
    lines = listed("Reed. One.", "² Reed. Two.", "Reed. Four.", "⁵ Reed. Five.", "⁶ Reed. Six.")

    found = notes(lines)

    assert [note.number for note in found] == [1, 2, 3, 5, 6]
    assert [codes(note) for note in found] == [[], ["count"], ["count", "gap"], [], []]
    assert [doubt.about for doubt in found[2].doubts] == ["2–4", "4"]


def test_stray_entry_before_the_first_number_is_joined_with_it() -> None:
    found = notes(listed("Odd.", "1 One.", "2 Two.", "3 Three."))

    assert [(note.number, note.text, "count" in codes(note)) for note in found] == [
        (1, "Odd. One.", True),
        (2, "Two.", False),
        (3, "Three.", False),
    ]


def test_last_note_that_the_text_speaks_of_is_missed() -> None:
    found, doubts = read_endnotes(LIST[:-1])

    assert [note.number for note in found] == [1, 2, 3, 4, 5]
    assert [(doubt.code, doubt.about) for doubt in doubts] == [("gap", "6")]


def test_notes_without_any_number_are_counted() -> None:
    assert [number for number, _ in texts(listed("One.", "Two.", "Three."))] == [1, 2, 3]


@pytest.mark.parametrize("heading", ["ENDNOTES", "# **Endnotes**", "END\n\nNOTES", "End notes:", "ENDNO\nTES"])
def test_heading_is_found_split_or_marked(heading: str) -> None:
    lines = ["Words.", *heading.split("\n"), "", "- One."]

    assert texts(lines) == [(1, "One.")]
    assert section_of(lines) == range(len(lines) - 2, len(lines))


def test_report_without_the_list_is_doubted_where_its_text_speaks_of_notes() -> None:
    assert read_endnotes(["Words."]) == ((), ())
    assert [doubt.code for doubt in read_endnotes(["Words.¹", "Endnotes\t46"])[1]] == ["part_missing"]


@pytest.mark.parametrize(
    "lines",
    [[], [""], ["ENDNOTES"], ["ENDNOTES", "", ""], ["ENDNOTES", "-", "- "], ["ENDNOTES", "- ⁹"], ["ENDNOTES", "- 7"]],
)
def test_empty_list_is_no_error(lines: list[str]) -> None:
    found, _ = read_endnotes(lines)

    assert len(found) <= 1


def test_note_without_an_end_and_list_without_an_end_are_cut_with_a_doubt() -> None:
    endless = notes([*listed("One."), *(f"line {number} of" for number in range(100))])
    many = notes(listed(*(f"Citation {number}." for number in range(1200))))

    assert (len(endless), codes(endless[0])) == (1, ["unfinished"])
    assert (len(many), codes(many[-1])) == (999, ["unfinished"])


# --- Addresses


@pytest.mark.parametrize(
    ("printed", "address"),
    [
        ("from: http:// a.example.org/x.html", "http://a.example.org/x.html"),
        ("from: http://www. example.org/x.html", "http://www.example.org/x.html"),
        ("from: http://news. example.org/a/b.html", "http://news.example.org/a/b.html"),
        ("from: http://www.example. org/en", "http://www.example.org/en"),
        ("from: http://www.example. org/", "http://www.example.org/"),
        ("from: http://a.example.org/long/ path/to", "http://a.example.org/long/path/to"),
        ("from: http://a.example.org/My_ Long_Name_of_ 2010.pdf", "http://a.example.org/My_Long_Name_of_2010.pdf"),
        ("from: http://a.example.org/x. pdf)", "http://a.example.org/x.pdf"),
        ("from: http://a.example.org/about. php?id=1", "http://a.example.org/about.php?id=1"),
        ("from: http://a.example.org/?id=1&op=view& entry_ id=2", "http://a.example.org/?id=1&op=view&entry_id=2"),
        ("from: http://a.example.org/x.html#top", "http://a.example.org/x.html#top"),
        ("from: http://a.example.org/slow-and- steady-end", "http://a.example.org/slow-and-steady-end"),
        ("from: https://a.example.org/x.html (In Utopian)", "https://a.example.org/x.html"),
        ("from: http://a.example.org/x [Unofficial]", "http://a.example.org/x"),
        (
            "from: http://a.example.org/x.html Also see, Reed, A. Rain. http://b.example.org",
            "http://a.example.org/x.html",
        ),
        ("from: http://a.example.org/x. Also see Reed.", "http://a.example.org/x"),
        ("from: http://a.example.org/x/ Also see Reed.", "http://a.example.org/x/"),
        ("from: http://a.example.org. Accessed on 4 July 2011", "http://a.example.org"),
        ("from: http://a.example.org/x, accessed on 4 July 2011", "http://a.example.org/x"),
        ("from: http://a.example.org/x accessed 4 July 2011", "http://a.example.org/x"),
        ("at www.example.org.", "http://www.example.org"),
        ("from: http://a.example.org/x_(y)", "http://a.example.org/x_(y)"),
        ("(http://a.example.org/x)", "http://a.example.org/x"),
        ("from: http: //a.example.org/x", "http://a.example.org/x"),
        ("from: http://", ""),
        ("no address at all", ""),
        ("http://[", ""),
    ],
)
def test_address_is_mended_and_ends_where_it_ends(printed: str, address: str) -> None:
    assert address_in(f"Reed, Ann. On lakes. Accessed {printed}") == Address(address)


@pytest.mark.parametrize(
    ("printed", "address", "guessed"),
    [
        ("http://a.example.org/n20 31.htm", "http://a.example.org/n20_31.htm", "n20 31.htm"),
        ("http://a.example.org/On the deep seas.pdf.", "http://a.example.org/On_the_deep_seas.pdf", "On the"),
        ("http://a.example.org/12-male swan-0/", "http://a.example.org/12-male_swan-0/", "12-male swan-0/"),
    ],
)
def test_sign_that_was_lost_is_taken_for_an_underscore_and_told(printed: str, address: str, guessed: str) -> None:
    assert address_in(printed) == Address(address, guessed)
    assert [codes(note) for note in notes(listed(printed))] == [["address_guessed"]]


def test_sign_that_was_lost_is_taken_from_the_same_address_elsewhere() -> None:
    found = notes(
        listed(
            "One. http://a.example.org/My Long Name.pdf",
            "Two. http://a.example.org/My_Long_Name.pdf",
            "Three. http://a.example.org/MyLong_Name.pdf",
            "Four. http://a.example.org/My_Long_Names.pdf",
        )
    )

    assert [(note.address[-17:], codes(note)) for note in found] == [
        ("/My_Long_Name.pdf", []),
        ("/My_Long_Name.pdf", []),
        ("/My_Long_Name.pdf", []),
        ("My_Long_Names.pdf", []),
    ]


def test_address_that_stops_short_is_doubted() -> None:
    assert [codes(note) for note in notes(listed("Reed. http://a.example.org/special-"))] == [["unfinished"]]


def test_address_that_is_spoken_of_and_missing_is_doubted() -> None:
    assert [codes(note) for note in notes(listed("Reed. Accessed on 4 July 2011 from:"))] == [["address_missing"]]


# --- The day of access


@pytest.mark.parametrize(
    ("printed", "day", "misread"),
    [
        ("Accessed on June 29, 2011 from: x", "2011-06-29", ""),
        ("Accessed 26 January 2012 from: x", "2012-01-26", ""),
        ("accessed 26 January 2012", "2012-01-26", ""),
        ("Accessed on 20August 2010 from", "2010-08-20", ""),
        ("Accessed 27January 2012 from", "2012-01-27", ""),
        ("Accessed on May 23 2011 from: x", "2011-05-23", ""),
        ("Accessed on January 17. 2011 from: x", "2011-01-17", ""),
        ("Accessed on Sept. 3rd, 2011", "2011-09-03", ""),
        ("Accessed on May 32 2011 from: x", "", "May 32 2011"),
        ("Accessed on 30 February 2011 from: x", "", "30 February 2011"),
        ("Accessed on 3 Maybe 2011 from: x", "", "3 Maybe 2011"),
        ("Accessed on May 26 from: x", "", "May 26"),
        ("Accessed from: http://x", "", "Accessed"),
        ("Accessed on", "", "Accessed on"),
        ("Published on 4 July 2011.", "", ""),
    ],
)
def test_day_of_access_is_read_or_told(printed: str, day: str, misread: str) -> None:
    assert accessed_in(f"Reed, Ann. 3 May 2001. {printed}") == (day, misread)


def test_day_of_access_that_cannot_be_is_doubted() -> None:
    (note,) = notes(listed(f"Reed. Accessed on May 32 2011 from: {ADDRESS}"))

    assert (note.accessed_on, [(doubt.code, doubt.about) for doubt in note.doubts]) == (
        "",
        [("date_missing", "May 32 2011")],
    )


def test_day_of_access_in_another_decade_than_the_others_is_doubted() -> None:
    years = (2011, 2011, 2012, 2001)

    found = notes(listed(*(f"Reed. Accessed on 4 July {year} from: {ADDRESS}" for year in years)))

    assert [(note.accessed_on[:4], codes(note)) for note in found] == [
        ("2011", []),
        ("2011", []),
        ("2012", []),
        ("2001", ["date_odd"]),
    ]


def test_ibid_takes_address_day_and_kind_of_the_note_before() -> None:
    found = notes(listed(f"ECPAT. Card. Accessed on 4 July 2011 from: {ADDRESS}", "Ibid.", "Ibid, p. 3", "Reed. Rain."))

    assert [(note.text, note.address, note.accessed_on, note.kind) for note in found[1:]] == [
        ("Ibid.", ADDRESS, "2011-07-04", "ngo_report"),
        ("Ibid, p. 3", ADDRESS, "2011-07-04", "ngo_report"),
        ("Reed. Rain.", "", "", "media"),
    ]


def test_ibid_without_a_note_before_has_nothing_to_take() -> None:
    assert [(note.address, note.accessed_on) for note in notes(listed("Ibid."))] == [("", "")]


# --- Kinds


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1999 Utopian Criminal Code, Article 12.1.", EvidenceKind.LAW),
        ("The Criminal Code of Utopia. Article 24.1.", EvidenceKind.LAW),
        ("1999 Convention on Lakes, 1234 UNTS 5 (2003), art. 3", EvidenceKind.LAW),
        ("Convention on Lakes signed by Utopia. News of today.", EvidenceKind.MEDIA),
        ("New Criminal Code debated. News of today, article of 3 May 2001.", EvidenceKind.MEDIA),
        ("Court fines three owners. News of today.", EvidenceKind.MEDIA),
        ("Official statistics of crime. Ministry of Utopia.", EvidenceKind.MEDIA),
        ("Law on lakes. President of Utopia.", EvidenceKind.MEDIA),
        ("Ministry of Utopia, Trafficking in Persons Report 1999.", EvidenceKind.MONITORING_REPORT),
        ("Session on lakes: The National Report of Utopia, 2004.", EvidenceKind.STATE_REPORT),
        ("ECPAT Utopia. On cards. 1999.", EvidenceKind.NGO_REPORT),
        ("UNICEF. Rights of lakes.", EvidenceKind.UN_REPORT),
        ("'Rights': UNICEF launches a campaign. News of today.", EvidenceKind.MEDIA),
        ("Reed, A. On lakes. ISPI Analysis, 2011.", EvidenceKind.RESEARCH),
        ("Reed, A. News. http://a.example.org Also see: Bo, University of Utopia", EvidenceKind.MEDIA),
        ("", EvidenceKind.MEDIA),
    ],
)
def test_kind_is_named_for_certain_or_media(text: str, kind: EvidenceKind) -> None:
    assert kind_of(text) == kind


# --- The report itself


@pytest.fixture(scope="module")
def report() -> tuple[str, ...]:
    return read_file(SOURCES / TEXTS[0]).lines


@needs_sources
def test_report_has_a_note_for_every_number_that_its_text_refers_to(report: tuple[str, ...]) -> None:
    found, doubts = read_endnotes(report)

    entries = [line for line in report[section_of(report).start :] if line.startswith("- ")]
    assert len(entries) == 150
    assert [note.number for note in found] == list(range(1, 145))
    assert doubts == ()


@needs_sources
def test_report_s_printed_numbers_agree_save_one(report: tuple[str, ...]) -> None:
    found, _ = read_endnotes(report)

    digits = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
    printed = {
        note.number: int(mark[1].translate(digits))
        for note in found
        if (mark := re.match(r"- ([⁰¹²³⁴⁵⁶⁷⁸⁹]+|\d{1,3}) ", report[note.line - 1]))
    }
    assert len(printed) == 24
    assert {number: mark for number, mark in printed.items() if number != mark} == {8: 4}


@needs_sources
def test_report_s_lines_are_all_read_once(report: tuple[str, ...]) -> None:
    found, _ = read_endnotes(report)

    starts = [note.line for note in found]
    for note, following in zip(found, [*starts[1:], 949], strict=True):
        lines = " ".join(re.sub(r"^- ", "", line) for line in report[note.line - 1 : following - 1])
        bare = re.sub(r"^([⁰¹²³⁴⁵⁶⁷⁸⁹]+|\d{1,3}) ", "", lines).replace("*", "")
        assert note.text.split() == bare.split()
    # The six that a page break cuts, and the five lines that belong to a list entry before them at once.
    marked = {number for number, line in enumerate(report, 1) if line.startswith("- ") and number > starts[0]}
    assert marked - set(starts) == {784, 803, 825, 836, 886, 899}


@needs_sources
def test_report_s_doubts_are_those_of_a_careful_reader(report: tuple[str, ...]) -> None:
    found, _ = read_endnotes(report)

    doubts = {note.number: codes(note) for note in found if note.doubts}
    guessed = {number: ["address_guessed"] for number in (14, 19, 23, 24, 25, 48, 54, 64)}
    dated = {37: ["date_missing"], 69: ["date_missing"], 112: ["date_odd"]}
    assert doubts == {8: ["stray_figure"], 42: ["unfinished"], **guessed, **dated}


@needs_sources
def test_report_s_addresses_and_days_are_whole(report: tuple[str, ...]) -> None:
    found, _ = read_endnotes(report)

    for note in found:
        assert bool(note.address) == ("http" in note.text or note.number in (136, 137)), note.number
        assert re.fullmatch(r"(https?://[\w.-]+\.[a-z]{2,4}(/[^\s()\[\]]*)?)?", note.address), note.number
    assert [note.number for note in found if note.address and not note.accessed_on] == [37, 69, 77]
    assert [found[10].address] * 4 == [found[number - 1].address for number in (12, 41, 43, 45)]
    assert [found[14].address] * 5 == [found[number - 1].address for number in (16, 60, 91, 127, 132)]


@needs_sources
def test_report_s_laws_are_codes_and_treaties_only(report: tuple[str, ...]) -> None:
    found, _ = read_endnotes(report)

    laws = [note.number for note in found if note.kind == EvidenceKind.LAW]
    assert laws == [104, 105, 106, 107, 108, 112, 117, 118, 119, 120, 121, 126]
    assert {note.kind for note in found} - {EvidenceKind.LAW} == {
        EvidenceKind.MEDIA,
        EvidenceKind.MONITORING_REPORT,
        EvidenceKind.NGO_REPORT,
        EvidenceKind.RESEARCH,
        EvidenceKind.STATE_REPORT,
        EvidenceKind.UN_REPORT,
    }
