"""What may identify a child does not come in by an import on one person's word."""

import logging
from pathlib import Path

import pytest

from tests import factories as make
from tests.actions.asserting import refuses
from tests.conftest import NOW, World, everything
from tests.importer.texts import QUESTIONNAIRE, REPORT
from tests.management.conftest import Command, command  # noqa: F401
from tracker.actions.screening import require_clean_files
from tracker.actions.sources import (
    accept_import,
    edit_point,
    import_document,
    preview_of,
    release_import,
    upload_document,
)
from tracker.choices import ImportState, Role
from tracker.errors import CatalogueError, InvalidValue, NotAllowed, UnsafeMaterial, WrongState
from tracker.importer.catalogue import Catalogue, read_catalogue
from tracker.importer.source import read_bytes
from tracker.models import DocumentImport, HistoryEntry
from tracker.permissions import SYSTEM, Actor
from tracker.queries.people import actor_for
from tracker.queries.screening_imports import screen_import

CODE = "ecpat-freedonia-2031"
SECRET = "Zawadi Okello, aged 9"  # invented
FLAGGED = REPORT.replace("Name one office that answers for the plan.", f"Ask {SECRET}, what the plan lacks.")
REPLY = QUESTIONNAIRE.replace("The Ministry of Lakes pays.", f"The mother of {SECRET}, pays.")
NOTE = REPORT.replace("- Freedonian Penal Code, article 12.", f"- Interview with {SECRET}, at the lake.")


def upload(world: World, text: str = FLAGGED, **values: str) -> DocumentImport:
    return upload_document(text.encode(), "freedonia.txt", actor=world.actor("root"), at=NOW, **values)


def lead(world: World) -> Actor:
    user = make.UserFactory(username="lena", first_name="Lena")
    make.MembershipFactory(
        alliance=world.other_alliance, user=user, organisation=world.organisations[3], role=Role.SAFEGUARDING
    )
    return actor_for(user, world.other_alliance)


@pytest.mark.parametrize(
    ("text", "place"),
    [(FLAGGED, f"{CODE} NPA-2"), (REPLY, "questionnaire-freedonia-2031 1.2"), (NOTE, "note 2")],
    ids=["wording", "reply", "note"],
)
def test_everything_that_an_import_stores_is_screened(world: World, text: str, place: str) -> None:
    batch = upload(world, text, alliance="home")
    screening = screen_import(preview_of(batch))
    assert place in dict(screening.found)
    assert screening.risks == ["name_and_age"]
    with refuses(WrongState, place):
        accept_import(batch, actor=world.actor("root"), at=NOW)


def test_replies_and_notes_that_no_alliance_takes_are_not_screened(world: World) -> None:
    assert screen_import(preview_of(upload(world, NOTE))).found == ()


def test_clean_import_needs_no_release(world: World) -> None:
    batch = upload(world, REPORT)
    assert accept_import(batch, actor=world.actor("root"), at=NOW).state == ImportState.ACCEPTED


def test_refusal_names_the_point_and_never_the_text(world: World, caplog: pytest.LogCaptureFixture) -> None:
    batch = upload(world)
    with caplog.at_level(logging.DEBUG), pytest.raises(WrongState) as caught:
        accept_import(batch, actor=world.actor("root"), at=NOW)
    assert f"{CODE} NPA-2: a name together with an age" in str(caught.value)
    assert "Zawadi" not in str(caught.value) + caplog.text


def test_released_by_a_lead_it_is_accepted_by_another(world: World) -> None:
    batch, lena = upload(world), lead(world)
    held = release_import(batch, reason="A pseudonym of the source.", actor=lena, at=NOW)
    assert (held.released_by_id, held.released_digest) == (lena.user_id, screen_import(preview_of(held)).digest)
    assert HistoryEntry.objects.filter(action="release_import", object_uuid=held.uuid).count() == 1
    assert accept_import(held, actor=world.actor("root"), at=NOW).state == ImportState.ACCEPTED


def test_who_released_does_not_accept(world: World) -> None:
    batch = upload(world)
    make.MembershipFactory(
        alliance=world.alliance,
        user=world.users["root"],
        organisation=world.organisations[0],
        role=Role.SAFEGUARDING,
    )
    root = world.actor("root")
    held = release_import(batch, reason="A pseudonym.", actor=root, at=NOW)
    for actor in (root, SYSTEM):
        with refuses(NotAllowed, "Somebody else"):
            accept_import(held, actor=actor, at=NOW)


def test_release_holds_for_the_very_text_that_was_looked_at(world: World) -> None:
    held = release_import(upload(world), reason="A pseudonym.", actor=lead(world), at=NOW)
    edit_point(held, f"{CODE} NPA-2", "Ask Nafula Barasa, aged 11.", actor=world.actor("root"), at=NOW)
    held.refresh_from_db()
    with refuses(WrongState, "NPA-2"):
        accept_import(held, actor=world.actor("root"), at=NOW)


def test_corrected_point_needs_no_release(world: World) -> None:
    batch = upload(world)
    held = edit_point(batch, f"{CODE} NPA-2", "Ask a child what the plan lacks.", actor=world.actor("root"), at=NOW)
    assert accept_import(held, actor=world.actor("root"), at=NOW).state == ImportState.ACCEPTED


@pytest.mark.parametrize("name", ["anna", "olga", "boris", "clara", "staff", "nobody", "root", "eve"])
def test_only_a_lead_releases(world: World, name: str) -> None:
    batch = upload(world)
    with refuses(NotAllowed, "Only a safeguarding lead"):
        release_import(batch, reason="Fine.", actor=world.actor(name), at=NOW)


def test_release_needs_a_reason_a_flag_and_an_open_import(world: World) -> None:
    batch, clean, lena = upload(world), upload(world, REPORT.replace("buses", "ships")), lead(world)
    for reason, words in ((" ", "Say why"), (f"It is {SECRET}.", "may identify a child")):
        with refuses(InvalidValue, words):
            release_import(batch, reason=reason, actor=lena, at=NOW)
    with refuses(WrongState, "Nothing in this import is flagged"):
        release_import(clean, reason="Fine.", actor=lena, at=NOW)
    accepted = accept_import(clean, actor=world.actor("root"), at=NOW)
    with refuses(WrongState, "decided already"):
        release_import(accepted, reason="Fine.", actor=lena, at=NOW)


def test_document_imported_in_one_go_must_be_clean(world: World) -> None:
    for actor in (world.actor("root"), SYSTEM):
        with refuses(WrongState, "Upload the file in the workspace"):
            import_document(read_bytes(FLAGGED.encode(), "f.txt"), actor=actor, at=NOW)


@pytest.mark.parametrize("options", [(), ("--dry-run",), ("--json",)])
def test_command_lists_what_is_flagged_and_what_to_do(
    world: World,
    command: Command,  # noqa: F811
    tmp_path: Path,
    options: tuple[str, ...],
) -> None:
    (tmp_path / "f.txt").write_text(FLAGGED, encoding="utf-8")
    before = everything()
    result = command(tmp_path / "f.txt", *options)
    assert (result.code, result.out) == (1, "")
    assert f"{CODE} NPA-2: a name together with an age" in result.err
    assert "Upload the file in the workspace" in result.err
    assert "Zawadi" not in result.err
    assert everything() == before


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\x00", REPORT.encode() + b"\ndata:image/png;base64,AAAA\n"])
def test_upload_of_what_is_no_document_is_refused(world: World, data: bytes) -> None:
    with refuses(UnsafeMaterial):
        upload_document(data, "report.txt", actor=world.actor("root"), at=NOW)


def test_embedded_picture_is_refused_by_the_command_too(world: World) -> None:
    source = read_bytes(REPORT.encode() + b"\ndata:image/png;base64,AAAA\n", "report.txt")
    with refuses(UnsafeMaterial):
        import_document(source, actor=SYSTEM, at=NOW)


# --- Our own files


def test_our_own_files_are_clean() -> None:
    require_clean_files(read_catalogue(Path("fixtures")), [])


def test_flagged_file_of_ours_is_an_error_naming_file_and_place() -> None:
    catalogue = read_catalogue(Path("fixtures"))
    point = catalogue.documents[0].points[0]
    point.values["summary"] = {"en": f"Ask {SECRET}, what the plan lacks."}
    with pytest.raises(CatalogueError) as caught:
        require_clean_files(Catalogue(catalogue.documents, catalogue.organisations), [])
    document = catalogue.documents[0]
    assert (caught.value.file, caught.value.point) == (document.file, f"{document.code} {point.reference}")
    assert "Zawadi" not in str(caught.value)
