"""The stop page: a picture, a recording or an archive is refused, nothing of it is kept, and what to do is said."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests import factories as make
from tests.conftest import NOW, World, everything
from tests.importer.texts import REPORT
from tracker.actions.sources import release_import, upload_document
from tracker.choices import Role
from tracker.models import DocumentImport
from tracker.queries.people import actor_for

SignIn = Callable[[str], Client]
ADVICE = ("Do not download it", "https://inhope.org/", "the police", "safeguarding lead")
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
FLAGGED = REPORT.replace("Name one office that answers for the plan.", "Ask Zawadi Okello, aged 9, what it lacks.")


def test_stop_page_is_there_to_be_read(world: World, sign_in: SignIn) -> None:
    answer = sign_in("anna").get(reverse("admin:stop"))
    assert answer.status_code == 200
    for words in ADVICE:
        assert words in answer.content.decode()
    assert "It was not stored" not in answer.content.decode()
    assert sign_in("anna").post(reverse("admin:stop")).status_code == 405


@pytest.mark.parametrize(
    ("name", "data"),
    [("secret.txt", PNG), ("secret.jpg", REPORT.encode()), ("secret.txt", b"PK\x03\x04")],
    ids=["picture", "name", "archive"],
)
def test_uploaded_picture_or_archive_is_answered_with_the_stop_page(
    world: World, sign_in: SignIn, name: str, data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    root, before = sign_in("root"), everything()
    with caplog.at_level(logging.DEBUG):
        answer = root.post(
            reverse("admin:tracker_documentimport_add"),
            {"file": SimpleUploadedFile(name, data), "document": "rio-2031", "alliance": world.alliance.pk},
        )
    shown = answer.content.decode()
    assert answer.status_code == 422
    for words in (*ADVICE, "It was not stored", 'value="rio-2031"', f'<option value="{world.alliance.pk}" selected>'):
        assert words in shown
    assert "secret" not in shown + caplog.text
    assert everything() == before


def test_archived_copy_that_is_a_picture_is_answered_with_the_stop_page(
    world: World, sign_in: SignIn, caplog: pytest.LogCaptureFixture
) -> None:
    source = world.published().evidence.first()
    assert source is not None
    anna, before = sign_in("anna"), everything()
    with caplog.at_level(logging.DEBUG):
        answer = anna.post(
            reverse("admin:tracker_evidence_link", args=[source.pk]),
            {"version": source.version, "since": "2031-01-02", "archived_address": "https://hidden.example/a.jpg"},
        )
    shown = answer.content.decode()
    assert answer.status_code == 422
    for words in (*ADVICE, 'value="2031-01-02"'):
        assert words in shown
    assert "hidden.example" not in shown + caplog.text
    assert everything() == before


# --- The import that waits for a lead


@pytest.fixture
def lena(world: World) -> Any:
    user = make.UserFactory(username="lena", first_name="Lena")
    make.MembershipFactory(
        alliance=world.other_alliance, user=user, organisation=world.organisations[3], role=Role.SAFEGUARDING
    )
    return user


def waiting(world: World) -> DocumentImport:
    return upload_document(FLAGGED.encode(), "report.txt", actor=world.actor("root"), at=NOW)


def page(batch: DocumentImport, name: str = "change") -> str:
    return reverse(f"admin:tracker_documentimport_{name}", args=[batch.pk])


def test_preview_shows_what_was_found_and_offers_no_acceptance(world: World, sign_in: SignIn) -> None:
    batch, root = waiting(world), sign_in("root")
    shown = root.get(page(batch)).content.decode()
    assert "Some of this may identify a child" in shown
    assert '<a href="#point-2">ecpat-freedonia-2031 NPA-2</a>: <b>a name together with an age</b>' in shown
    assert f'action="{page(batch, "accept")}"' not in shown
    assert f'action="{page(batch, "release")}"' not in shown
    before = everything()
    answer = root.post(page(batch, "accept"), {"version": batch.version})
    assert "may identify a child" in answer.content.decode()
    assert everything() == before


def test_lead_sees_waiting_imports_and_releases_them(world: World, lena: Any) -> None:
    batch, client = waiting(world), Client()
    client.force_login(lena)
    assert "report.txt" in client.get(reverse("admin:tracker_documentimport_changelist")).content.decode()
    shown = client.get(page(batch)).content.decode()
    assert f'action="{page(batch, "release")}"' in shown
    for name in ("accept", "discard", "point"):
        assert page(batch, name) not in shown
        assert client.post(page(batch, name), {"version": batch.version}).status_code == 403
    assert client.get(reverse("admin:tracker_documentimport_add")).status_code == 403
    client.post(page(batch, "release"), {"version": batch.version, "reason": "A pseudonym of the source."})
    batch.refresh_from_db()
    assert batch.released_by == lena


def test_lead_sees_no_decided_import(world: World, lena: Any, sign_in: SignIn) -> None:
    batch, client = waiting(world), Client()
    client.force_login(lena)
    release_import(batch, reason="A pseudonym.", actor=actor_for(lena, world.other_alliance), at=NOW)
    batch.refresh_from_db()
    root = sign_in("root")
    assert "has released these texts" in root.get(page(batch)).content.decode()
    root.post(page(batch, "accept"), {"version": batch.version})
    batch.refresh_from_db()
    assert batch.state == "accepted"
    assert client.get(page(batch)).status_code == 404
