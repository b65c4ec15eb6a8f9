"""An import that waits: one point corrected, all of it accepted or put aside, and what members see of it then."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories as make
from tests.admin.test_imports import CODE, POINT, WHOLE, page, text_of, waiting
from tests.conftest import NOW, World, everything
from tracker.actions.sources import accept_import, edit_point, preview_of
from tracker.choices import ImportState
from tracker.importer.verdicts import key
from tracker.models import Document, DocumentImport, Evidence, Recommendation

SignIn = Callable[[str], Client]


# --- Correcting


def test_point_is_corrected_and_no_longer_doubtful(world: World, sign_in: SignIn) -> None:
    batch, root = waiting(world), sign_in("root")
    shown = root.get(page(batch, "point", POINT)).content.decode()
    assert '<textarea name="words"' in shown
    for words in ("As it was scanned", "ends without a full stop", "National plan of action", "line 23"):
        assert words in shown
    answer = root.post(page(batch, "point", POINT), {"version": batch.version, "words": f"  {WHOLE}\n"})
    assert (answer.status_code, answer["Location"]) == (302, f"{page(batch)}#point-2")
    batch.refresh_from_db()
    assert batch.edits == {POINT: WHOLE}
    after = text_of(root.get(page(batch)))
    assert "corrected by hand" in after
    assert f"6 points of {CODE}: 6 new, 0 doubtful" in after
    # The scanned text stays in sight beside the correction.
    again = root.get(page(batch, "point", POINT)).content.decode()
    assert f"<p>{WHOLE[:-1]}</p>" in again
    assert f"{WHOLE}</textarea>" in again
    assert "Point corrected before the import" in root.get(page(batch, "history")).content.decode()


@pytest.mark.parametrize("words", ["", "   ", WHOLE[:-1]])
def test_correction_is_taken_back_by_an_empty_or_the_scanned_text(world: World, sign_in: SignIn, words: str) -> None:
    batch = edit_point(waiting(world), POINT, "Another text.", actor=world.actor("root"), at=NOW)
    sign_in("root").post(page(batch, "point", POINT), {"version": batch.version, "words": words})
    batch.refresh_from_db()
    assert batch.edits == {}


def test_conflict_names_what_happened_and_keeps_what_was_typed(world: World, sign_in: SignIn) -> None:
    batch, root = waiting(world), sign_in("root")
    opened = batch.version
    edit_point(batch, f"{CODE} PREV-1", "Somebody else's text.", actor=world.actor("root"), at=NOW)
    before = everything()
    answer = root.post(page(batch, "point", POINT), {"version": opened, "words": "My own text."})
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert "Someone else changed this since you opened it" in shown
    assert "Point corrected before the import" in shown
    assert "My own text.</textarea>" in shown
    assert f'name="version" value="{opened + 1}"' in shown
    assert everything() == before
    root.post(page(batch, "point", POINT), {"version": opened + 1, "words": "My own text."})
    batch.refresh_from_db()
    assert batch.edits == {POINT: "My own text.", f"{CODE} PREV-1": "Somebody else's text."}


@pytest.mark.parametrize("point", ["", "x", f"{CODE} NPA-99"])
def test_point_that_is_not_in_the_file_is_not_found(world: World, sign_in: SignIn, point: str) -> None:
    batch, root = waiting(world), sign_in("root")
    before = everything()
    assert root.get(page(batch, "point", point)).status_code == 404
    assert root.post(page(batch, "point", point), {"version": batch.version, "words": "x"}).status_code == 404
    assert everything() == before


# --- Deciding


def test_accepted_import_is_in_the_record_and_says_what_was_written(world: World, sign_in: SignIn) -> None:
    batch, root = waiting(world, alliance="home"), sign_in("root")
    edit_point(batch, f"{CODE} PREV-3", "Pay for two studies.", actor=world.actor("root"), at=NOW)
    batch.refresh_from_db()
    answer = root.post(page(batch, "accept"), {"version": batch.version}, follow=True)
    shown = text_of(answer)
    assert "Accepted. What was written: " in shown
    for words in ("Recommendations: 6", "Evidence: 4", "Items: 6", "Documents: 1", "Sections: 3"):
        assert words in shown
    batch.refresh_from_db()
    assert (batch.state, batch.points, batch.documents, bytes(batch.file)) == (ImportState.ACCEPTED, 6, [CODE], b"")
    wordings = dict(Recommendation.objects.filter(document__code=CODE).values_list("reference", "wording"))
    assert wordings["PREV-3"] == "Pay for two studies."
    doubtful = Recommendation.objects.get(document__code=CODE, reference="NPA-2")
    linked = f'<a href="{reverse("admin:tracker_recommendation_change", args=[doubtful.pk])}">{POINT}</a>'
    assert f"{linked}: Line 23: " in answer.content.decode()
    assert answer.content.decode().count(linked) == 2
    assert f'action="{page(batch, "accept")}"' not in answer.content.decode()


def test_import_is_decided_once(world: World, sign_in: SignIn) -> None:
    batch, root = waiting(world), sign_in("root")
    root.post(page(batch, "accept"), {"version": batch.version})
    batch.refresh_from_db()
    before = everything()
    for name in ("accept", "discard"):
        for typed in ({"version": batch.version}, {}):
            assert "was decided already" in text_of(root.post(page(batch, name), typed))
    for verb in ("get", "post"):
        answer = getattr(root, verb)(page(batch, "point", POINT), {"words": "x"} if verb == "post" else None)
        assert answer["Location"] == page(batch)
    assert "was decided already" in text_of(root.get(page(batch)))
    assert everything() == before


@pytest.mark.parametrize("name", ["accept", "discard"])
def test_import_that_has_changed_is_not_decided_unseen(world: World, sign_in: SignIn, name: str) -> None:
    batch, root = waiting(world), sign_in("root")
    opened = batch.version
    edit_point(batch, POINT, WHOLE, actor=world.actor("root"), at=NOW)
    before = everything()
    shown = root.post(page(batch, name), {"version": opened}).content.decode()
    assert "Someone else changed this since you opened it" in shown
    assert "Point corrected before the import" in shown
    assert everything() == before


def test_discarded_import_keeps_nothing_of_the_file(world: World, sign_in: SignIn) -> None:
    batch, root = waiting(world), sign_in("root")
    answer = root.post(page(batch, "discard"), {"version": batch.version}, follow=True)
    batch.refresh_from_db()
    assert "The import is discarded." in answer.content.decode()
    assert (batch.state, bytes(batch.file)) == (ImportState.DISCARDED, b"")
    assert not Document.objects.filter(code=CODE).exists()
    assert "What was written" not in answer.content.decode()


def test_doubt_of_another_release_is_shown_as_it_was_stored(world: World, sign_in: SignIn) -> None:
    batch = make.RecordFactory._create(
        DocumentImport,
        file_name="old.txt",
        size=1,
        sha256="0" * 64,
        layout="forgotten_layout",
        state=ImportState.ACCEPTED,
        documents=["doc"],
        points=1,
        doubts=[["doc C(9)", "unheard_of", 3, "something"], ["", "gap", 0, "C(8)"]],
    )
    shown = text_of(sign_in("root").get(page(batch)))
    for words in ("forgotten_layout", "doc C(9) : unheard_of something", "No point C(8) was found"):
        assert words in shown


# --- What an alliance's members see of it


def test_cited_sources_are_in_the_alliances_evidence_list(world: World, sign_in: SignIn) -> None:
    accept_import(waiting(world, alliance="home"), actor=world.actor("root"), at=NOW)
    table = reverse("admin:tracker_evidence_changelist")
    assert sign_in("anna").get(table).context["cl"].result_count == 4
    assert sign_in("eve").get(table).context["cl"].result_count == 0
    source = Evidence.objects.get(note=2)
    shown = text_of(sign_in("clara").get(reverse("admin:tracker_evidence_change", args=[source.pk])))
    for words in ("Freedonian Penal Code, article 12.", "Cited in", "Number of the note 2"):
        assert words in shown
    assert sign_in("eve").get(reverse("admin:tracker_evidence_change", args=[source.pk])).status_code == 404


def test_every_point_can_be_corrected(world: World, sign_in: SignIn) -> None:
    batch, root = waiting(world), sign_in("root")
    shown = root.get(page(batch)).content.decode()
    addresses = re.findall(r'<a href="([^"]+/point/\?point=[^"]+)"', shown)
    names = [key(entry.point) for entry in preview_of(batch).judged]
    assert len(addresses) == len(names) == 6
    for address, name in zip(addresses, names, strict=True):
        assert f"Correct {name}" in root.get(address).content.decode()
