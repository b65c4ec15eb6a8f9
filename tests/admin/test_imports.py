"""Importing a document in the workspace: uploaded, looked at, one point corrected, accepted or put aside."""

import dataclasses
import hashlib
import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.http import urlencode

from tests import factories as make
from tests.conftest import NOW, World, everything
from tests.importer.texts import QUESTIONNAIRE, REPORT
from tracker.actions.sources import accept_import, upload_document
from tracker.choices import ImportState
from tracker.importer.layouts import LAYOUTS
from tracker.importer.reading import CardCell, TreatyRow
from tracker.importer.source import MOST_BYTES
from tracker.models import Document, DocumentImport, Quotation

SignIn = Callable[[str], Client]
LIST, ADD = (f"/admin/tracker/documentimport/{name}" for name in ("", "add/"))
CODE = "ecpat-freedonia-2031"
# Without its full stop the end of this point may be missing, and the reader says so.
WHOLE = "Name one office that answers for the plan."
DOUBTFUL = REPORT.replace(WHOLE, WHOLE[:-1])
POINT = f"{CODE} NPA-2"
QUESTIONS = "questionnaire-freedonia-2031"


def send(client: Client, data: str | bytes = DOUBTFUL, name: str = "report.txt", **typed: Any) -> Any:
    """Upload a file as the page does."""
    file = SimpleUploadedFile(name, data.encode() if isinstance(data, str) else data)
    return client.post(ADD, typed | {"file": file})


def waiting(world: World, data: str = DOUBTFUL, **named: str) -> DocumentImport:
    """Return an import of `data` that waits to be accepted."""
    return upload_document(data.encode(), "report.txt", actor=world.actor("root"), at=NOW, **named)


def page(batch: DocumentImport, name: str = "change", point: str = "") -> str:
    query = f"?{urlencode({'point': point})}" if point else ""
    return reverse(f"admin:tracker_documentimport_{name}", args=[batch.pk]) + query


def text_of(answer: Any) -> str:
    """Return what a page says, without its marks and line breaks."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


# --- Uploading


def test_uploaded_file_is_kept_to_be_looked_at(world: World, sign_in: SignIn) -> None:
    root = sign_in("root")
    answer = send(root, alliance=world.alliance.pk)
    batch = DocumentImport.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, page(batch))
    data = DOUBTFUL.encode()
    assert (batch.file_name, batch.size, batch.sha256, batch.state, batch.layout, batch.follower, batch.file) == (
        "report.txt",
        len(data),
        hashlib.sha256(data).hexdigest(),
        ImportState.PREVIEW,
        "country_report",
        world.alliance,
        data,
    )
    assert not Document.objects.filter(code=CODE).exists()
    assert "Document uploaded" in root.get(page(batch, "history")).content.decode()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/report.txt", "report.txt"),
        ("C:\\papers\\report.txt", "report.txt"),
        (f"{'r' * 300}.txt", f"{'r' * 89}…rrrrrr.txt"),
    ],
)
def test_only_the_bare_name_of_the_file_is_kept(world: World, sign_in: SignIn, name: str, kept: str) -> None:
    send(sign_in("root"), name=name)
    assert DocumentImport.objects.get().file_name == kept


BYTES = b"\x00\x00\x00\rABCD" + bytes(range(256))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "“report.txt” is empty"),
        (b" \n ", "“report.txt” is empty"),
        (BYTES, "“report.txt” is no text file"),
        (REPORT.encode("utf-16"), "is in UTF-16"),
        ("Доклад о стране.\n".encode("cp1251"), "is not in UTF-8 (line 1)"),
        (b"Dear diary, it rained.\n", "is no document of a kind that can be read"),
        (b"x" * 200_000, "has a line of more than 100000 characters"),
        (b"letters\n" * (MOST_BYTES // 8 + 1), "“report.txt” is larger than 5 MB"),
    ],
    ids=["nothing", "blank", "bytes", "utf-16", "cp1251", "diary", "one line", "large"],
)
def test_file_that_is_no_such_document_is_refused_in_words(
    world: World, sign_in: SignIn, data: bytes, words: str
) -> None:
    root, before = sign_in("root"), everything()
    answer = send(root, data, document="rio-2031", alliance=world.alliance.pk)
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert words in shown
    assert "Choose the file again" in shown
    assert 'value="rio-2031"' in shown
    assert f'<option value="{world.alliance.pk}" selected>' in shown
    assert everything() == before


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"document": "no such code!"}, "Enter a valid “slug”"),
        ({"document": "x" * 41}, "at most 40 characters"),
        ({"alliance": 99_999}, "Select a valid choice"),
        ({"layout": "poem"}, "Select a valid choice"),
    ],
)
def test_wrong_value_is_named(world: World, sign_in: SignIn, typed: dict[str, Any], words: str) -> None:
    root, before = sign_in("root"), everything()
    assert words in send(root, **typed).content.decode()
    assert everything() == before


def test_no_file_is_asked_for_again(world: World, sign_in: SignIn) -> None:
    root, before = sign_in("root"), everything()
    assert "This field is required" in root.post(ADD, {"document": "rio-2031"}).content.decode()
    assert everything() == before


def test_file_that_is_in_the_record_already_is_refused(world: World, sign_in: SignIn) -> None:
    accept_import(waiting(world), actor=world.actor("root"), at=NOW)
    root, before = sign_in("root"), everything()
    assert "nothing in it is new" in send(root).content.decode()
    assert everything() == before


def test_upload_without_the_token_of_the_form_is_refused(world: World) -> None:
    root = Client(enforce_csrf_checks=True)
    root.force_login(world.users["root"])
    before = everything()
    assert send(root).status_code == 403
    assert everything() == before


def test_upload_page_offers_every_alliance_and_layout(world: World, sign_in: SignIn) -> None:
    shown = sign_in("root").get(ADD).content.decode()
    assert 'enctype="multipart/form-data"' in shown
    for words in ("Alliance home", "Alliance abroad", "Find out by itself", "Country monitoring report"):
        assert words in shown


# --- Who


@pytest.mark.parametrize("name", ["change", "history", "point", "accept", "discard"])
def test_pages_are_the_installations_staffs_alone(world: World, sign_in: SignIn, name: str) -> None:
    batch = waiting(world)
    address = page(batch, name, point=POINT)
    before = everything()
    for verb in ("get", "post"):
        assert getattr(Client(), verb)(address)["Location"].startswith("/admin/login/")
        for role in ("anna", "staff", "eve"):
            assert getattr(sign_in(role), verb)(address).status_code == 403
        assert getattr(sign_in("root"), verb)(address.replace(f"/{batch.pk}/", "/99999/")).status_code == 404
    assert everything() == before


@pytest.mark.parametrize(("name", "verb"), [("add", "put"), ("point", "put"), ("accept", "get"), ("change", "delete")])
def test_other_methods_are_refused(world: World, sign_in: SignIn, name: str, verb: str) -> None:
    batch, root = waiting(world), sign_in("root")
    before = everything()
    address = ADD if name == "add" else page(batch, name, point=POINT)
    assert getattr(root, verb)(address).status_code == 405
    assert everything() == before


def test_desk_and_list_lead_to_the_upload(world: World, sign_in: SignIn) -> None:
    root = sign_in("root")
    for address in ("/admin/", LIST):
        assert f'href="{ADD}"' in root.get(address).content.decode()
    for name in ("anna", "staff"):
        shown = sign_in(name).get("/admin/").content.decode()
        assert ADD not in shown
        assert LIST not in shown


# --- The list


def test_list_shows_every_import_and_is_filtered_by_state(world: World, sign_in: SignIn) -> None:
    root = sign_in("root")
    accept_import(waiting(world), actor=world.actor("root"), at=NOW)
    waiting(world, DOUBTFUL.replace("buses", "ships"))
    shown = text_of(root.get(LIST))
    for words in ("report.txt", "Waiting to be accepted", "Accepted", "Country monitoring report", CODE):
        assert words in shown
    assert root.get(LIST, {"state__exact": "accepted"}).context["cl"].result_count == 1


def test_list_takes_as_many_queries_for_three_rows_as_for_one(world: World, sign_in: SignIn) -> None:
    root = sign_in("root")
    counts = []
    for kinds in (["buses"], ["ships", "trams"]):
        for kind in kinds:
            waiting(world, DOUBTFUL.replace("buses", kind), alliance="home")
        with CaptureQueriesContext(
            connection,
        ) as asked:
            root.get(LIST)
        counts.append(len(asked))
        assert not [query for query in asked.captured_queries if '"file",' in query["sql"] or '"file" ' in query["sql"]]
    assert counts[0] == counts[1]


# --- Looking


def test_preview_says_what_accepting_would_do(world: World, sign_in: SignIn) -> None:
    batch = waiting(world, alliance="home")
    before = everything()
    shown = text_of(sign_in("root").get(page(batch)))
    for words in (
        f"6 points of {CODE}: 5 new, 1 doubtful, 0 changed, 0 the same.",
        f"The catalogue does not have {CODE} yet",
        "Alliance home follows 6 points more.",
        "4 notes become evidence of Alliance home.",
        "Look at this one first",
        "Name one office that answers for the plan",
        "ends without a full stop",
        "Country monitoring report",
        batch.sha256,
        "National plan of action",
        "4 notes that the document cites",
        "Freedonian Penal Code, article 12.",
    ):
        assert words in shown, words
    assert everything() == before


def test_doubtful_points_are_linked_to_their_rows(world: World, sign_in: SignIn) -> None:
    shown = sign_in("root").get(page(waiting(world))).content.decode()
    assert f'<a href="#point-2">{POINT}</a>' in shown
    assert '<tr id="point-2">' in shown
    assert '<span class="tag tag-doubtful">Doubtful</span>' in shown
    assert shown.count('<span class="tag tag-new">New</span>') == 5


def test_preview_shows_sub_points_and_replies(world: World, sign_in: SignIn) -> None:
    long = "They work on them by day and by night. " * 10
    batch = waiting(world, QUESTIONNAIRE.replace("Twelve officers work on them.", long), alliance="home")
    root = sign_in("root")
    answer = root.get(page(batch))
    shown = text_of(answer)
    for words in (
        "The State's replies to 3 points are kept in its own words in Alliance home.",
        "a) pictures that children take of themselves?",
        "Reply: Yes, in every second school of Freedonia.",
    ):
        assert words in shown, words
    # A long reply is folded away, a short one is not.
    assert answer.content.decode().count("<details><summary>Reply") == 1
    assert "a) pictures that children take" in text_of(root.get(page(batch, "point", f"{QUESTIONS} 1.1")))
    root.post(page(batch, "accept"), {"version": batch.version})
    assert Quotation.objects.filter(alliance=world.alliance).count() == 3


@pytest.mark.parametrize("table", ["treaties", "card"])
def test_tables_of_the_document_are_shown_to_compare(
    world: World, sign_in: SignIn, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = waiting(world)
    read = LAYOUTS[batch.layout].read
    extra: dict[str, Any] = {
        "treaties": (TreatyRow("Convention on lakes", "2030", ("2031", "2035"), 7), TreatyRow("On rivers", "", (), 8)),
        "card": (CardCell("Stop the trade", "Schools", True, 9), CardCell("Stop the trade", "Courts", False, 10)),
    }
    layout = dataclasses.replace(
        LAYOUTS[batch.layout], read=lambda source: dataclasses.replace(read(source), **{table: extra[table]})
    )
    monkeypatch.setitem(LAYOUTS, batch.layout, layout)
    shown = text_of(sign_in("root").get(page(batch)))
    wanted = {
        "treaties": ("Convention on lakes 2030 2031; 2035 7", "On rivers not ratified – 8"),
        "card": ("Stop the trade Schools yes 9", "Stop the trade Courts no 10"),
    }
    for words in ("accepting writes nothing of it", *wanted[table]):
        assert words in shown, words


def test_preview_says_what_is_left_out_where_no_alliance_takes_it(world: World, sign_in: SignIn) -> None:
    shown = text_of(sign_in("root").get(page(waiting(world))))
    assert "Its notes and replies are left out" in shown
    assert "become evidence" not in shown


def test_preview_is_read_anew_and_offers_discarding_alone_where_it_cannot_be(world: World, sign_in: SignIn) -> None:
    batch, root = waiting(world, document="of-others"), sign_in("root")
    assert f'action="{page(batch, "accept")}"' in root.get(page(batch)).content.decode()
    section = make.SectionFactory(document=make.DocumentFactory(code="of-others", kind="monitoring_report"))
    for n in range(10):
        make.RecommendationFactory(section=section, reference=f"X-{n}")
    before = everything()
    answers = [
        root.get(page(batch)),
        root.post(page(batch, "accept"), {"version": batch.version}),
        root.get(page(batch, "point", "of-others NPA-1"), follow=True),
        root.post(page(batch, "point", "of-others NPA-1"), {"version": batch.version, "words": "x"}, follow=True),
    ]
    for answer in answers:
        shown = answer.content.decode()
        assert answer.status_code == 200
        assert "This import can no longer be accepted. Discard it." in shown
        assert "Of of-others the catalogue has 10 points, and this file only 0 of them" in text_of(answer)
        assert f'action="{page(batch, "accept")}"' not in shown
        assert f'action="{page(batch, "discard")}"' in shown
    assert everything() == before


def test_pages_hold_nothing_that_the_policy_refuses(world: World, sign_in: SignIn) -> None:
    batch, root = waiting(world, DOUBTFUL.replace("buses", '<b onclick="x">buses</b>')), sign_in("root")
    for address in (LIST, ADD, page(batch), page(batch, "point", POINT), page(batch, "point", f"{CODE} PREV-2")):
        shown = root.get(address).content.decode()
        assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|<[^>]*\son\w+=|javascript:", shown), address
