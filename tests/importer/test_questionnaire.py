"""A questionnaire with replies, of our own, set in every way that the layout knows."""

from typing import Any

import pytest

from tests.importer.texts import QUESTIONNAIRE, REPORT
from tracker.choices import Area
from tracker.errors import SourceRefused
from tracker.importer.layouts import questionnaire
from tracker.importer.reading import Part, Reading, Source
from tracker.importer.scan import tidy
from tracker.importer.source import read_bytes

TEXT = """\
T-ES(2031)ICT-FD

# LANZAROTE CONVENTION

# Replies to the thematic questionnaire

# **REPUBLIC OF FREEDONIA**

Replies registered by the Secretariat on 3 March 2031

#### **PREVENTION**

# Question 1 Lessons in schools

- 1.1. Are there lessons about the risks of:
  - a) pictures that children take of themselves?
  - b) messages that children send?
- 1.2. Who pays for them?

#### Replies to par.1.1 - 1.2

Yes, in every second school, see:

- -The Lake Plan of 2030
- Decree No. 7

The Ministry of Lakes pays.

# → Please name the schools (questions 1.1 and 1.2).

The school by the lake.

## Question 2. Work with clubs

How do clubs of rowers and painters help?

## Reply to par.2

## Examples of clubs:

They paint <u>http://paint.example.org</u>

#### **PROSECUTION**

# Question 3. Police

#### 3.1. How many officers work on such cases:

- a. on the lake?
- b. in the harbour? c.in the mill?

Twelve, of whom:

- a) seven row;
- b) five paint.

**3.2.** Which boats do they use? See the reply to 3.1

# 3.3. For Parties having made a reservation about boats

What was done about boats?

## **Reply** – the Republic has made a reservation.

# 3.4. For Parties that have not made a reservation about boats

Why was none made?

## Question 4. Courts

Which courts hear such cases?

**Reply**: Such courts are

$\\rightarrow$ Please tell if:

a. they sit in the open?

**Boats**

Reply: They do.
"""
PREVENTION = ("PREVENTION", "Question 1 Lessons in schools")
POLICE = ("PROSECUTION", "Question 3. Police")
Row = tuple[str, str, tuple[tuple[str, str], ...], str | None, list[str]]


def source(text: str = TEXT) -> Source:
    return read_bytes(text.encode(), "replies.txt")


def read(text: str = TEXT) -> Reading:
    return questionnaire.read(source(text))


def rows(reading: Reading) -> dict[str, Row]:
    return {
        point.reference: (
            " | ".join(point.section),
            point.text,
            point.components,
            point.reply,
            [doubt.code for doubt in point.doubts],
        )
        for point in reading.points
    }


def whole(reading: Reading) -> dict[str, tuple[Any, ...]]:
    """Return what was read, without doubts and lines."""
    return {
        point.reference: (point.section, point.text, point.components, point.reply, point.attributes)
        for point in reading.points
    }


def codes(reading: Reading) -> dict[str, list[str]]:
    """Return the doubts of each point beside those that the undamaged text has."""
    usual = {"4": ["heading_unknown"]}
    found = {point.reference: [doubt.code for doubt in point.doubts] for point in reading.points}
    return {name: doubts for name, doubts in found.items() if doubts != usual.get(name, [])}


def test_every_question_is_read_with_its_parts_and_its_reply() -> None:
    lessons = "Yes, in every second school, see:\nThe Lake Plan of 2030\nDecree No. 7\nThe Ministry of Lakes pays."
    reply = f"{lessons}\nThe school by the lake."

    assert rows(read()) == {
        "1.1": (
            "PREVENTION | Question 1 Lessons in schools",
            "Are there lessons about the risks of:",
            (("a", "pictures that children take of themselves?"), ("b", "messages that children send?")),
            reply,
            [],
        ),
        "1.2": (
            "PREVENTION | Question 1 Lessons in schools",
            "Who pays for them?",
            (("n1", "Please name the schools (questions 1.1 and 1.2)."),),
            reply,
            [],
        ),
        "2": (
            "PREVENTION | Question 2. Work with clubs",
            "How do clubs of rowers and painters help?",
            (),
            "Examples of clubs:\nThey paint http://paint.example.org",
            [],
        ),
        "3.1": (
            "PROSECUTION | Question 3. Police",
            "How many officers work on such cases:",
            (("a", "on the lake?"), ("b", "in the harbour?"), ("c", "in the mill?")),
            "Twelve, of whom:\na) seven row;\nb) five paint.",
            [],
        ),
        "3.2": ("PROSECUTION | Question 3. Police", "Which boats do they use?", (), "See the reply to 3.1", []),
        "3.3": (
            "PROSECUTION | Question 3. Police",
            "For Parties having made a reservation about boats\nWhat was done about boats?",
            (),
            "the Republic has made a reservation.",
            [],
        ),
        "3.4": (
            "PROSECUTION | Question 3. Police",
            "For Parties that have not made a reservation about boats\nWhy was none made?",
            (),
            None,
            [],
        ),
        "4": (
            "PROSECUTION | Question 4. Courts",
            "Which courts hear such cases?",
            (("n1", "Please tell if:"), ("a", "they sit in the open?")),
            "Such courts are\nThey do.",
            ["heading_unknown"],
        ),
    }


def test_the_head_names_the_document() -> None:
    reading = read()

    assert reading.parts == (
        Part(
            "questionnaire-republic-of-freedonia-2031",
            "questionnaire",
            "Replies to the thematic questionnaire: Republic of Freedonia",
            "2031-03-03",
            "Council of Europe, Secretariat of the Lanzarote Committee",
            about="Republic of Freedonia",
        ),
    )
    assert (reading.layout, reading.replied_on, reading.doubts) == ("questionnaire", "2031-03-03", ())
    assert {point.document_code for point in reading.points} == {"questionnaire-republic-of-freedonia-2031"}


def test_another_office_is_named_as_the_head_names_it_and_a_day_may_lack() -> None:
    text = TEXT.replace("# LANZAROTE CONVENTION", "").replace("by the Secretariat", "by the office of lakes")

    assert read(text).parts[0].publisher == "Office of lakes"
    assert read(text.replace("on 3 March 2031", "in spring")).replied_on == ""
    assert read(text.replace("on 3 March", "on 33 March")).replied_on == ""


def test_a_point_knows_its_place_and_its_area() -> None:
    text = TEXT.replace("Question 2. Work with clubs", "Question 2. Cooperation with clubs")
    found = {point.reference: point for point in read(text).points}

    assert (found["1.1"].line, found["1.1"].reply_line, found["1.1"].kind) == (15, 20, "question")
    assert (found["2"].line, found["3.2"].line, found["3.2"].reply_line) == (35, 57, 57)
    assert [found[name].area for name in ("1.1", "2", "3.1")] == [
        Area.PREVENTION,
        Area.COORDINATION,
        Area.LAW_PROTECTION,
    ]


def test_a_joint_reply_goes_to_each_question_that_it_names() -> None:
    assert {point.reference: dict(point.attributes) for point in read().points if point.attributes} == {
        "1.2": {"joint_with": "1.1"}
    }


def test_a_question_without_a_reply_is_doubted() -> None:
    other = TEXT.replace("have not made a reservation about boats", "have not made a reservation about nets")

    assert codes(read(TEXT.replace("Twelve, of whom:\n\n- a) seven row;\n- b) five paint.\n", ""))) == {
        "3.1": ["no_reply"]
    }
    assert codes(read(other)) == {"3.4": ["no_reply"]}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Are there lessons about", "Are there lessons\n\n- about"),
        ("Are there lessons about", "Are there lessons\n\n17\n\nT-ES(2031)ICT-FD\n\nabout"),
        ("that children take of", "that children\n\ntake of"),
        ("  - a) pictures", "  - a)\n\n- pictures"),
        ("Replies to par.1.1 - 1.2", "Replies to\n\npar.1.1 - 1.2"),
        ("Replies to par.1.1 - 1.2", "Replies to par.1.1\n\n- 1.2"),
        ("Replies to par.1.1 - 1.2", "Replies to par.1.1\n\n12\n\n- - 1.2"),
        ("Replies to par.1.1 - 1.2", "Replies\n12\n- to par.1.1 - 1.2"),
        ("every second school", "every\n\n- second school"),
        ("Please name the schools", "Please name the\n\nschools"),
        ("(questions 1.1 and 1.2).", "(questions 1.1 and\n\n1.2)."),
        ("Question 2. Work with clubs", "Question 2.\n\n## Work with clubs"),
        ("Question 2. Work with clubs", "Question\n2. Work with clubs"),
        ("Question 2. Work with clubs", "Question 2. Work with\n\n- clubs"),
        ("  - b) messages that children send?", '  - b) messages that children <a\n\nhref="http://x.org">send</a>?'),
        ("3.1. How many", "3.1.\n\nHow many"),
        ("**Reply**: Such", "**Reply**:\n\nSuch"),
        ("## **Reply** – the", "## **Reply**\n\n– the"),
        ("See the reply to 3.1", "See the reply to\n\n3.1"),
    ],
)
def test_a_line_cut_in_two_is_put_together(old: str, new: str) -> None:
    assert old in TEXT

    damaged = read(TEXT.replace(old, new, 1))

    assert whole(damaged) == whole(read())
    assert codes(damaged) == {}


@pytest.mark.parametrize(
    ("old", "new", "doubts"),
    [
        ("- 1.1. Are", "- Are", {"1.1": ["number_missing"]}),
        ("- 1.2. Who", "- Who", {"1.2": ["number_missing"]}),
        ("## Question 2. Work", "## Question Work", {"2": ["number_missing"]}),
        ("# Question 3. Police", "# Police", {name: ["number_missing"] for name in ("3.1", "3.2", "3.3", "3.4")}),
        ("#### 3.1. How", "#### How", {"3.1": ["number_missing"]}),
        ("**3.2.** Which", "Which", {"3.2": ["number_missing"]}),
        ("# 3.3. For", "# For", {"3.3": ["number_missing"]}),
        ("# 3.4. For", "# For", {"3.4": ["number_missing"]}),
        ("Replies to par.1.1 - 1.2", "Replies to par. - 1.2", {"1.1": ["reply_unplaced"], "1.2": ["reply_unplaced"]}),
        ("Replies to par.1.1 - 1.2", "Replies to par.1.1 -", {"1.1": ["reply_unplaced"], "1.2": ["reply_unplaced"]}),
        ("Replies to par.1.1 - 1.2", "Replies to par.", {"1.1": ["reply_unplaced"], "1.2": ["reply_unplaced"]}),
        ("Reply to par.2", "Reply to par.", {}),
        ("  - b) messages", "  - messages", {"1.1": ["no_mark"]}),
        ("  - a) pictures", "  - pictures", {"1.1": ["no_mark"]}),
    ],
)
def test_a_number_that_is_lost_is_found_by_its_place(old: str, new: str, doubts: dict[str, list[str]]) -> None:
    assert old in TEXT

    damaged = read(TEXT.replace(old, new, 1))

    assert whole(damaged) == whole(read())
    assert codes(damaged) == doubts


def test_a_heading_without_its_first_word_and_number_is_still_a_heading() -> None:
    damaged = read(TEXT.replace("## Question 2. Work", "## Work"))

    assert whole(damaged)["2"][0] == ("PREVENTION", "Question 2. Work with clubs")
    assert whole(damaged) == whole(read())
    assert codes(damaged) == {"2": ["number_missing"]}


def test_a_heading_that_is_lost_is_said_to_be() -> None:
    damaged = read(TEXT.replace("# Question 3. Police\n", ""))

    assert whole(damaged)["3.1"][0] == ("PROSECUTION",)
    assert codes(damaged) == {name: ["no_heading"] for name in ("3.1", "3.2", "3.3", "3.4")}


def test_a_question_that_is_lost_is_named() -> None:
    reading = read(TEXT.replace("**3.2.** Which boats do they use? See the reply to 3.1\n", ""))

    assert [(doubt.code, doubt.about) for doubt in reading.doubts] == [("gap", "3.2")]
    assert "3.2" not in whole(reading)


@pytest.mark.parametrize("number", range(9, len(TEXT.splitlines())))
@pytest.mark.parametrize("between", ["", "\n"])
def test_a_line_that_stands_twice_is_read_once(number: int, between: str) -> None:
    lines = TEXT.splitlines(keepends=True)
    if not lines[number].strip():
        lines[number] = ""
    damaged = read("".join([*lines[: number + 1], between, *lines[number:]]))

    assert whole(damaged) == whole(read())
    assert {code for found in codes(damaged).values() for code in found} <= {"doubled", "heading_unknown"}
    assert bool(codes(damaged)) == bool(lines[number].strip())


@pytest.mark.parametrize("number", range(11, len(TEXT.splitlines())))
@pytest.mark.parametrize("note", ["^{1} See the book of lakes.", "¹ See the book of lakes.", "<sup>1</sup> See it."])
def test_a_footnote_is_left_out_and_said_so(number: int, note: str) -> None:
    lines = TEXT.splitlines()

    damaged = read("\n".join([*lines[:number], note, *lines[number:]]))

    assert whole(damaged) == whole(read())
    assert sum("footnote" in found for found in codes(damaged).values()) in (1, 2)


def test_a_page_number_after_a_sentence_is_left_out_with_a_doubt_and_an_answer_stays() -> None:
    page = read(TEXT.replace("The Ministry of Lakes pays.\n", "The Ministry of Lakes pays.\n\n12\n"))
    answer = read(TEXT.replace("## Examples of clubs:\n\nThey paint <u>http://paint.example.org</u>", "25"))

    assert whole(page) == whole(read())
    assert codes(page) == {"1.1": ["stray_figure"], "1.2": ["stray_figure"]}
    assert whole(answer)["2"][3] == "25"


def test_a_reply_to_an_unknown_question_is_kept_with_the_one_above() -> None:
    damaged = read(TEXT.replace("Reply to par.2", "Reply to par.7"))

    assert whole(damaged) == whole(read())
    assert codes(damaged) == {"2": ["reply_unplaced"]}


def test_a_number_in_running_text_starts_no_question() -> None:
    text = TEXT.replace("The school by the lake.", "The school by the lake, see reply\n\n3.1. and also\n\n1.1. Boats")

    assert list(whole(read(text))) == list(whole(read()))
    assert whole(read(text))["1.2"][3].endswith("by the lake, see reply 3.1. and also 1.1. Boats")


def test_it_fits_questionnaires_and_nothing_else() -> None:
    assert questionnaire.fits(source())
    assert questionnaire.fits(source(QUESTIONNAIRE))
    assert not questionnaire.fits(source(REPORT))
    assert not questionnaire.fits(source("Reply to par.1 of this letter, please.\n" * 30))
    assert not questionnaire.fits(source("A questionnaire was sent and replies came.\nNobody read them.\n"))
    assert read("Nothing to see here.\n").points == ()


START = "Replies to a questionnaire\nQuestion 1 A\n1.1. Are x?\nReply to par.1.1\n"


@pytest.mark.parametrize(
    "line", ["1.1. a?", "a) x", "→ x", "Reply to par.1.1", "12", "# Are?", "x", "<a", "- - -", "¹ x", "Reply to par."]
)
def test_a_file_of_strange_lines_is_read(line: str) -> None:
    many = "".join(f"{line}\n{line} {number}\n" for number in range(2_000))

    assert [point.reference for point in read(START + many).points][:1] == ["1.1"]


@pytest.mark.parametrize(
    ("old", "new", "doubt"),
    [
        ("every second school", "every\n\nHarbour Twice Lantern\n\n- second school", "heading_unknown"),
        ("every second school", "every\n\n12 HARBOUR TWICE\n\nsecond school", "heading_unknown"),
        ("that children take", "that children\n\nHARBOUR TWICE 12\n\n- take", "heading_unknown"),
    ],
)
def test_a_running_head_inside_a_sentence_is_left_out_with_a_doubt(old: str, new: str, doubt: str) -> None:
    damaged = read(TEXT.replace(old, new, 1))

    assert whole(damaged) == whole(read())
    assert codes(damaged)["1.1"] == [doubt]


def test_what_only_looks_like_a_running_head_stays_with_a_doubt() -> None:
    damaged = read(TEXT.replace("The Ministry of Lakes pays.", "Harbour Twice\n\nThe Ministry of Lakes pays."))

    assert "\nHarbour Twice\nThe Ministry" in whole(damaged)["1.1"][3]
    assert codes(damaged) == {"1.1": ["loose_text"], "1.2": ["loose_text"]}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("in every second school", "in every\n\nQuestionnaire\n\nsecond school"),
        ("in every second school", "in every\n\n# Freedonia 12\n\nsecond school"),
        ("Question 1 Lessons in schools", "Question 1 Lessons\n\nFreedonia\n\nin schools"),
        ("Question 1 Lessons in schools", "Question 1\n\nFreedonia\n\nLessons in schools"),
        ("Replies to par.1.1 - 1.2", "Replies to\n\nFreedonia\n\npar.1.1 - 1.2"),
        ("Replies to par.1.1 - 1.2", "Replies to par.1.1\n\nHARBOUR TWICE\n\n- - 1.2"),
        ("in every second school", "in every\n\nReplies\n\n- second school"),
        ("The Ministry of Lakes pays.", "The Ministry of Lakes pays.\n\nHARBOUR TWICE\n\nThe Ministry of Lakes pays."),
    ],
)
def test_a_running_head_of_one_word_is_left_out_with_a_doubt(old: str, new: str) -> None:
    assert old in TEXT

    damaged = read(TEXT.replace(old, new, 1))

    assert whole(damaged) == whole(read())
    assert "heading_unknown" in codes(damaged)["1.1"]


@pytest.mark.parametrize("between", ["37", "Freedonia", "37\n\nFreedonia"])
@pytest.mark.parametrize(
    "line", ["The Ministry of Lakes pays.", "- 1.2. Who pays for them?", "#### Replies to par.1.1 - 1.2"]
)
def test_a_line_that_stands_again_over_a_page_mark_is_read_once(line: str, between: str) -> None:
    assert line in TEXT

    damaged = read(TEXT.replace(line, f"{line}\n\n{between}\n\n{line}"))

    assert whole(damaged) == whole(read())
    found = {code for doubts in codes(damaged).values() for code in doubts}
    assert "doubled" in found <= {"doubled", "stray_figure", "heading_unknown"}


def test_a_part_that_is_set_like_text_is_kept_as_text_with_a_doubt() -> None:
    damaged = read(TEXT.replace("The Ministry of Lakes pays.", "The ministry of\n\nPROTECTION\n\nLakes pays."))

    assert {name: point[0] for name, point in whole(damaged).items()} == {
        name: point[0] for name, point in whole(read()).items()
    }
    assert codes(damaged) == {"1.1": ["loose_text"], "1.2": ["loose_text"]}


def test_a_word_by_itself_inside_a_sentence_stays_with_a_doubt() -> None:
    damaged = read(TEXT.replace("in every second school", "in every\n\nLantern\n\nsecond school"))

    assert codes(damaged) == {"1.1": ["loose_text"], "1.2": ["loose_text"]}


# --- set in other ways ----------------------------------------------------------------------------------------------

HEAD = "Replies to the questionnaire\nRURITANIA\nThey came in spring.\n"
BOATS = "## Question 1. Boats\nHow many boats are there?\nReply to par.1\nNine.\n"
BELLS = "## Question 2. Bells\nHow many bells are there?\nReply to par.2\nTen.\n"


def test_numbers_that_begin_again_are_left_out_with_a_doubt_for_each_line() -> None:
    reading = read(f"{HEAD}#### PREVENTION\n{BOATS}{BELLS}#### PROTECTION\n{BOATS}")

    assert [(point.reference, point.reply) for point in reading.points] == [("1", "Nine."), ("2", "Ten.")]
    assert [(doubt.code, doubt.about) for doubt in reading.points[1].doubts] == [
        ("left_out", "Question 1. Boats"),
        ("left_out", "How many boats are there?"),
        ("left_out", "Reply to par.1"),
        ("left_out", "Nine."),
    ]


@pytest.mark.parametrize("number", ["1", "8"])
def test_a_number_that_is_not_due_is_kept_with_a_doubt(number: str) -> None:
    reading = read(HEAD + BOATS + BELLS.replace("2", number))

    assert [point.reference for point in reading.points] == ["1"]
    assert ("loose_text", f"Question {number}. Bells") in [
        (doubt.code, doubt.about) for doubt in reading.points[0].doubts
    ]


@pytest.mark.parametrize("heading", ["# Part B: bells and horns", f"**PROTECTION OF {'BELLS ' * 12}**"])
def test_the_heading_of_a_part_may_be_any_heading_above_a_question(heading: str) -> None:
    first, second = read(f"{HEAD}{BOATS}{heading}\n{BELLS}").points

    assert (first.reply, first.doubts) == ("Nine.", ())
    assert second.section == (tidy(heading.strip("#* ")), "Question 2. Bells")
    assert [doubt.code for doubt in second.doubts] == ["heading_unknown"]


@pytest.mark.parametrize(
    "heading",
    [
        "Reply:",
        "Answer:",
        "**Response**: ",
        "Answer to question 1",
        "Response to par. 1",
        "Reply to\nquestion 1",
        "Answers",
    ],
)
def test_a_reply_may_be_named_otherwise(heading: str) -> None:
    (point,) = read(HEAD + BOATS.replace("Reply to par.1", heading)).points

    assert (point.text, point.reply, point.doubts) == ("How many boats are there?", "Nine.", ())


def test_a_joint_reply_may_stand_before_the_last_question_that_it_names() -> None:
    reading = read(HEAD + BOATS.replace("par.1", "questions 1 and 2") + BELLS.split("Reply")[0])

    assert [(point.reply, point.doubts, dict(point.attributes)) for point in reading.points] == [
        ("Nine.", (), {}),
        ("Nine.", (), {"joint_with": "1"}),
    ]


def test_a_reply_that_names_only_a_later_question_stays_with_the_one_above() -> None:
    first, second = read(HEAD + BOATS.replace("par.1", "par.2") + BELLS.split("Reply")[0]).points

    assert (first.reply, second.reply) == ("Nine.", None)
    assert [doubt.code for doubt in (*first.doubts, *second.doubts)] == ["reply_unplaced", "no_reply"]


@pytest.mark.parametrize(
    ("number", "asks"),
    [
        ("Question 1:", "Who pays?"),
        ("# Question 1.", "How many officers work on\nsuch cases?"),
        ("Question 1.", "What was done"),
        ("Question 1", "\nWho pays?"),
    ],
)
def test_a_heading_that_asks_is_the_question(number: str, asks: str) -> None:
    (point,) = read(f"{HEAD}{number} {asks}\nReply: Nine do.").points

    assert (point.section, point.text) == ((number.strip("# "),), asks.strip().replace("\n", " "))
    assert (point.line, point.reply, point.doubts) == (5 if asks[0] == "\n" else 4, "Nine do.", ())


def test_a_heading_that_asks_in_vain_is_a_question_without_a_reply() -> None:
    (point,) = read(f"{HEAD}Question 1. Who pays?").points

    assert (point.text, point.reply, [doubt.code for doubt in point.doubts]) == ("Who pays?", None, ["no_reply"])


def test_a_reply_names_at_most_so_many_questions() -> None:
    heading = "Reply to par." + ", ".join(f"1.{number}" for number in range(1, 100)) + ", 1.1" * 102
    asked = "".join(f"1.{number}. Who pays?\n" for number in range(1, 100))

    points = read(f"{HEAD}Question 1. Boats\n{asked}{heading}\nNobody.").points

    assert {point.reply for point in points} == {"Nobody."}
    assert {doubt.code for point in points for doubt in point.doubts} == {"reply_unplaced"}


def test_replies_that_are_too_large_together_are_refused() -> None:
    asked = "".join(f"1.{number}. Who pays?\n" for number in range(1, 51))
    text = f"{HEAD}Question 1. Boats\n{asked}Reply to par.1.1 - 1.30, 1.31 - 1.50\n"

    lines = [f"Nobody {number}. " * 4_000 + "\n" for number in range(12)]

    assert len(read(text + "".join(lines[:5])).points) == 50
    with pytest.raises(SourceRefused, match="too large: more than 20 MB"):
        read(text + "".join(lines))
