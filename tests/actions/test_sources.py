"""Source documents: uploaded, corrected, accepted; by the installation's staff alone."""

from collections.abc import Callable
from typing import Any

import pytest

from tests import factories as make
from tests.actions.asserting import refuses
from tests.conftest import NOW, World, content
from tests.importer.texts import QUESTIONNAIRE, REPORT
from tracker.actions.history import Act
from tracker.actions.progress import correct_update, publish_update, submit_update
from tracker.actions.sources import (
    accept_import,
    discard_import,
    edit_point,
    import_document,
    preview_of,
    upload_document,
)
from tracker.choices import ImportState, Perspective
from tracker.errors import Conflict, InvalidValue, NotAllowed, SourceRefused, WrongState
from tracker.importer.source import read_bytes
from tracker.models import (
    Document,
    DocumentImport,
    Evidence,
    HistoryEntry,
    Quotation,
    Recommendation,
    Update,
)
from tracker.permissions import SYSTEM
from tracker.queries.verify import verify

CODE = "ecpat-freedonia-2031"


def upload(world: World, text: str = REPORT, **values: Any) -> DocumentImport:
    return upload_document(text.encode(), "freedonia.txt", actor=world.actor("root"), at=NOW, **values)


def test_upload_keeps_the_file_and_writes_nothing_else(world: World) -> None:
    before = Recommendation.objects.count()

    batch = upload(world)

    assert (batch.state, bytes(batch.file), batch.follower) == (ImportState.PREVIEW, REPORT.encode(), None)
    assert Recommendation.objects.count() == before
    assert preview_of(batch).counts() == {"new": 6}


def test_accept_creates_the_document_in_one_act(world: World) -> None:
    batch = upload(world, alliance="home")

    accepted = accept_import(batch, actor=world.actor("root"), at=NOW)

    points = Recommendation.objects.filter(document__code=CODE)
    assert [point.reference for point in points] == ["NPA-1", "NPA-2", "PREV-1", "PREV-2", "PREV-3", "PART-1"]
    assert points[2].wording == "Teach in every school how to ask for help, beginning by 2033."
    assert (points[2].deadline, str(points[2].deadline_last_day)) == ("2033", "2033-12-31")
    assert (accepted.state, accepted.points, accepted.documents, bytes(accepted.file)) == (
        ImportState.ACCEPTED,
        6,
        [CODE],
        b"",
    )
    entries = HistoryEntry.objects.filter(action="import_document")
    assert len(set(entries.values_list("request_id", flat=True))) == 1
    assert entries.filter(object_kind="recommendation").count() == 6
    assert world.alliance.items.filter(recommendation__document__code=CODE).count() == 6
    assert Evidence.objects.filter(alliance=world.alliance, cited_in__code=CODE).count() == 4
    assert verify().faults == []


def test_a_corrected_point_is_accepted_as_corrected(world: World) -> None:
    batch = upload(world)
    words = "Write a plan with dates, money and names."

    edit_point(batch, f"{CODE} NPA-1", f"  {words}\n", actor=world.actor("root"), at=NOW)
    accept_import(batch, actor=world.actor("root"), at=NOW)

    assert Recommendation.objects.get(document__code=CODE, reference="NPA-1").wording == words
    assert HistoryEntry.objects.filter(action="edit_import").count() == 1


def test_a_corrected_file_stays_corrected_when_it_is_imported_again(world: World) -> None:
    batch = edit_point(upload(world), f"{CODE} NPA-1", "Mended.", actor=world.actor("root"), at=NOW)
    accept_import(batch, actor=world.actor("root"), at=NOW)

    again = import_document(read_bytes(REPORT.encode(), "b.txt"), actor=world.actor("root"), at=NOW)

    assert (again.entries, again.preview.counts()) == (0, {"same": 6})


def test_an_empty_correction_takes_the_earlier_one_back(world: World) -> None:
    batch = upload(world)
    edit_point(batch, f"{CODE} NPA-1", "Something else.", actor=world.actor("root"), at=NOW)

    batch = edit_point(batch, f"{CODE} NPA-1", " ", actor=world.actor("root"), at=NOW)

    assert batch.edits == {}


def test_edit_refuses_a_point_that_is_not_there(world: World) -> None:
    batch = upload(world)

    with refuses(InvalidValue, "no point"):
        edit_point(batch, f"{CODE} NPA-9", "Words.", actor=world.actor("root"), at=NOW)


def test_two_editors_do_not_overwrite_each_other(world: World) -> None:
    batch = upload(world)
    edit_point(batch, f"{CODE} NPA-1", "First.", actor=world.actor("root"), at=NOW, version=1)

    with refuses(Conflict, "Someone else"):
        edit_point(batch, f"{CODE} NPA-2", "Second.", actor=world.actor("root"), at=NOW, version=1)


@pytest.mark.parametrize("who", ["staff", "anna", "nobody"])
@pytest.mark.parametrize(
    "act",
    [
        lambda batch, actor: upload_document(REPORT.encode(), "a.txt", actor=actor, at=NOW),
        lambda batch, actor: edit_point(batch, f"{CODE} NPA-1", "Words.", actor=actor, at=NOW),
        lambda batch, actor: accept_import(batch, actor=actor, at=NOW),
        lambda batch, actor: discard_import(batch, actor=actor, at=NOW),
        lambda batch, actor: import_document(read_bytes(REPORT.encode(), "a.txt"), actor=actor, at=NOW),
    ],
    ids=["upload", "edit", "accept", "discard", "import"],
)
def test_only_the_installations_staff_imports(world: World, who: str, act: Callable[[Any, Any], Any]) -> None:
    batch = upload(world)

    with refuses(NotAllowed, "staff of this installation"):
        act(batch, world.actor(who))


@pytest.mark.parametrize("decide", [accept_import, discard_import])
def test_what_is_decided_is_decided(world: World, decide: Callable[..., DocumentImport]) -> None:
    batch = decide(upload(world), actor=world.actor("root"), at=NOW)

    for act in (accept_import, discard_import):
        with refuses(WrongState, "decided already"):
            act(batch, actor=world.actor("root"), at=NOW)


def test_discard_keeps_no_bytes(world: World) -> None:
    batch = discard_import(upload(world), actor=world.actor("root"), at=NOW)

    batch.refresh_from_db()
    assert (batch.state, bytes(batch.file)) == (ImportState.DISCARDED, b"")
    assert not Document.objects.filter(code=CODE).exists()


def test_a_file_that_is_in_already_is_not_uploaded_again(world: World) -> None:
    accept_import(upload(world), actor=world.actor("root"), at=NOW)

    with refuses(InvalidValue, "was imported on"):
        upload(world)


def test_upload_refuses_what_is_no_document(world: World) -> None:
    with refuses(SourceRefused, "no text file"):
        upload_document(b"\x00\x01\x02", "a.txt", actor=world.actor("root"), at=NOW)


def test_replies_become_the_states_word_without_a_level(world: World) -> None:
    source = read_bytes(QUESTIONNAIRE.encode(), "replies.txt")

    import_document(source, alliance="home", actor=world.actor("root"), at=NOW)

    said = Update.objects.filter(perspective=Perspective.STATE)
    told = [
        (row.item.recommendation.reference, row.level, row.period_to, row.source_key) for row in said.order_by("pk")
    ]
    assert [(reference, level, dated) for reference, level, dated, _key in told] == [
        ("1.1", "", "2031-03-03"),
        ("1.2", "", "2031-03-03"),
        ("2", "", "2031-03-03"),
    ]
    assert Quotation.objects.get(update__item__recommendation__reference="2").text == "Twelve officers work on them."
    assert verify().faults == []


def test_replies_without_an_alliance_are_left_out_and_said_so(world: World) -> None:
    found = import_document(
        read_bytes(QUESTIONNAIRE.encode(), "replies.txt"), actor=world.actor("root"), at=NOW
    ).preview

    assert found.left_out
    assert not Update.objects.exists()


def test_a_document_that_was_archived_is_not_imported_again(world: World) -> None:
    accept_import(upload(world), actor=world.actor("root"), at=NOW)
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(Document.objects.get(code=CODE), archived_on=NOW.date())

    with refuses(InvalidValue, "no longer follows"):
        upload(world, REPORT.replace("teach about rivers", "teach about lakes"))


def test_a_second_import_writes_nothing(world: World) -> None:
    source = read_bytes(QUESTIONNAIRE.encode(), "replies.txt")
    import_document(source, alliance="home", actor=world.actor("root"), at=NOW)
    before = HistoryEntry.objects.count()

    again = import_document(source, alliance="home", actor=world.actor("root"), at=NOW)

    assert (again.entries, again.batch) == (0, None)
    assert HistoryEntry.objects.count() == before


def test_a_point_that_the_catalogue_has_not_is_reported_and_not_created(world: World) -> None:
    import_document(read_bytes(REPORT.encode(), "a.txt"), actor=world.actor("root"), at=NOW)
    longer = REPORT.replace("ENDNOTES", "- Ask them what came of it.\n\nENDNOTES")

    found = import_document(read_bytes(longer.encode(), "b.txt"), actor=world.actor("root"), at=NOW).preview

    last = found.judged[-1]
    assert (last.point.reference, last.verdict, last.imports) == ("PART-2", "doubtful", False)
    assert not Recommendation.objects.filter(document__code=CODE, reference="PART-2").exists()


def test_a_correction_outlives_an_import_for_an_alliance_in_between(world: World) -> None:
    root, source = world.actor("root"), read_bytes(REPORT.encode(), "b.txt")
    batch = edit_point(upload(world), f"{CODE} NPA-1", "Mended.", actor=root, at=NOW)
    accept_import(batch, actor=root, at=NOW)

    import_document(source, alliance="home", actor=root, at=NOW)
    third = import_document(source, alliance="home", actor=root, at=NOW)

    assert third.entries == 0
    assert Recommendation.objects.get(document__code=CODE, reference="NPA-1").wording == "Mended."


def test_an_inherited_correction_can_be_taken_back(world: World) -> None:
    root = world.actor("root")
    accept_import(edit_point(upload(world), f"{CODE} NPA-1", "Mended.", actor=root, at=NOW), actor=root, at=NOW)

    batch = upload(world, alliance="home")
    assert batch.edits == {f"{CODE} NPA-1": "Mended."}
    edit_point(batch, f"{CODE} NPA-1", "", actor=root, at=NOW)
    accept_import(batch, actor=root, at=NOW)

    assert Recommendation.objects.get(document__code=CODE, reference="NPA-1").wording.startswith("Write a plan")


def test_a_correction_is_not_lost_when_the_file_is_known_by_another_code_by_now(world: World) -> None:
    root = world.actor("root")
    batch = edit_point(upload(world), f"{CODE} NPA-1", "Mended.", actor=root, at=NOW)
    document = make.DocumentFactory(
        code="freedonia", kind="monitoring_report", published_on="2031", title=make.texts("Freedonia")
    )
    make.RecommendationFactory(section=make.SectionFactory(document=document), reference="NPA-1")

    with refuses(WrongState, "would be lost"):
        accept_import(batch, actor=root, at=NOW)


def test_of_two_waiting_imports_the_second_has_nothing_to_write(world: World) -> None:
    root, first, second = world.actor("root"), upload(world), upload(world)
    accept_import(first, actor=root, at=NOW)

    with refuses(InvalidValue, "nothing to import"):
        accept_import(second, actor=root, at=NOW)


def test_a_members_correction_of_a_reply_does_not_bring_the_reply_in_again(world: World) -> None:
    root, source = world.actor("root"), read_bytes(QUESTIONNAIRE.encode(), "replies.txt")
    import_document(source, alliance="home", actor=root, at=NOW)
    said = Update.objects.get(item__recommendation__reference="2")
    draft = correct_update(said, content(perspective="state", level=""), actor=world.actor("anna"), at=NOW)

    begun = import_document(source, alliance="home", actor=root, at=NOW)
    submit_update(draft, actor=world.actor("anna"), at=NOW)
    publish_update(draft, actor=world.actor("boris"), at=NOW)
    published = import_document(source, alliance="home", actor=root, at=NOW)

    assert (begun.entries, published.entries) == (0, 0)


def test_a_file_is_not_taken_for_a_document_of_another_kind(world: World) -> None:
    make.DocumentFactory(code="declared", kind="declaration")

    with refuses(SourceRefused, "another kind"):
        upload(world, document="declared")


def test_two_files_that_name_no_country_are_not_taken_for_one(world: World) -> None:
    root, nameless = world.actor("root"), REPORT.replace("FREEDONIA\n", "\n", 1)
    import_document(read_bytes(nameless.encode(), "a.txt"), actor=root, at=NOW)

    with refuses(SourceRefused, "name the document's code"):
        upload(world, nameless.replace("rivers", "lakes"))


def test_replies_of_another_country_are_not_the_word_of_our_state(world: World) -> None:
    with refuses(InvalidValue, "another country"):
        upload(world, QUESTIONNAIRE.replace("FREEDONIA", "SYLVANIA"), alliance="home")


def test_replies_need_a_state(world: World) -> None:
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(world.alliance, duty_bearer=None)

    with refuses(InvalidValue, "no State"):
        upload(world, QUESTIONNAIRE, alliance="home")


def test_whoever_follows_a_part_of_a_document_follows_all_of_it_with_the_replies(world: World) -> None:
    root, source = world.actor("root"), read_bytes(QUESTIONNAIRE.encode(), "replies.txt")
    import_document(source, actor=root, at=NOW)
    make.ItemFactory(alliance=world.alliance, recommendation=Recommendation.objects.get(reference="2"))

    import_document(source, actor=root, at=NOW)
    again = import_document(source, actor=root, at=NOW)

    assert Quotation.objects.count() == 3
    assert again.entries == 0


def test_a_code_that_cannot_be_stored_is_refused_before_anybody_looks_at_points(world: World) -> None:
    for code in ("two words", "x" * 41):
        with refuses(InvalidValue, "no code of a document"):
            upload(world, document=code)


def test_a_document_without_a_date_is_refused(world: World) -> None:
    with refuses(SourceRefused, "was published"):
        upload(world, REPORT.replace("Copyright ©", "By"))


def test_a_sentence_taken_for_a_heading_is_not_shown_as_one(world: World) -> None:
    asked = "How many officers of which ranks work on such cases in each of the seventeen provinces of Freedonia " * 2
    text = QUESTIONNAIRE.replace("# Question 2. Police", f"# Question 2. {asked.strip()}")

    found = import_document(read_bytes(text.encode(), "replies.txt"), actor=world.actor("root"), at=NOW)

    section = Recommendation.objects.get(reference="2").section
    assert "officers" not in f"{section.source_title} {section.title.data}"
    assert "heading_long" in {doubt.code for _about, doubt in found.preview.all_doubts()}
