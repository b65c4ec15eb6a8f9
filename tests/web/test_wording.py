"""A document's own words: the public reads them only where the document's rights allow, whatever way it asks."""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import translation
from django.views import defaults

from tests import factories as make
from tests.conftest import NOW, World
from tests.importer.texts import QUESTIONNAIRE, REPORT
from tests.web.conftest import Lone, Reader
from tests.web.test_items import listed
from tracker.actions.catalogue import set_text_rights
from tracker.actions.history import Act
from tracker.actions.sources import import_document
from tracker.actions.statements import add_bearing, state_from_source
from tracker.choices import EvidenceKind, ImportState, Perspective, TextRights
from tracker.exporting.formats import FORMATS
from tracker.importer.source import read_bytes
from tracker.models import (
    Alliance,
    Document,
    DocumentImport,
    Evidence,
    Item,
    Organisation,
    Quotation,
    Recommendation,
    Record,
)
from tracker.permissions import SYSTEM
from tracker.queries.addresses import Addresses
from tracker.queries.history import lines

ITEM = "/home/items/doc/c-1/"
WORDING = "States shall teach the wordingfinch:\na) in every school\nb) in every village"
HIDDEN = "The document's own words are on record and may not be shown here"
# One word for each place where a text of the source is kept. The first three follow the document's rights.
RIGHTS = ("wordingfinch", "replyfinch", "barefinch")
NEVER = ("filefinch", "namefinch", "editfinch", "doubtfinch", "notefinch")
SHOWN = [TextRights.FREE, TextRights.PERMISSION_GRANTED]


@dataclass
class Sown:
    """An installation that keeps official wording of a document whose wording may not be shown, wherever it can."""

    document: Document
    item: Item
    records: list[Record]

    def allow(self, rights: str) -> None:
        set_text_rights(self.document, rights, reason="The publisher wrote so.", actor=SYSTEM, at=NOW)


def reword(point: Recommendation, wording: str = WORDING) -> Recommendation:
    """Attach official wording to a point as an import does."""
    with Act("import_document", actor=SYSTEM, at=NOW) as act:
        held = act.lock(point)
        act.change(held, wording=wording)
    return held


def reply(item: Item, quoted: str, done: dict[str, str], *, document: Document, number: int = 1) -> Quotation:
    """Record the State's reply as an import does, with a text of ours where somebody has written one."""
    with Act("import_document", actor=SYSTEM, at=NOW) as act:
        update = state_from_source(
            act,
            item,
            organisation=Organisation.objects.get(code="the-state"),
            perspective=Perspective.STATE,
            dated="2017-10-24",
            document=document,
            place="l. 120",
            source_key=f"import:{number}",
            done=done,
        )
        quotation: Quotation = act.add(Quotation(alliance=item.alliance, update=update, text=quoted, line=120))
    return quotation


def sow(item: Item, other: Item | None = None) -> Sown:
    point = reword(item.recommendation)
    told = reply(item, "We replied at once: replyfinch.", make.texts("A law was adopted."), document=point.document)
    bare = reply(item, "We replied later: barefinch.", {}, document=point.document, number=2)
    if other is not None:
        for update in (told.update, bare.update):
            add_bearing(update, other, reason=make.texts("The same law."), actor=SYSTEM, at=NOW)
    file = {"size": 1, "sha256": "0" * 64, "layout": "country_report", "document_code": point.document.code}
    with Act("upload_document", actor=SYSTEM, at=NOW) as act:
        waiting = act.add(
            DocumentImport(
                **file, file_name="namefinch.txt", file=b"filefinch", edits={f"{point}": "editfinch is better."}
            )
        )
        accepted = act.add(
            DocumentImport(
                **file,
                file_name="namefinch.txt",
                state=ImportState.ACCEPTED,
                documents=[point.document.code],
                points=1,
                doubts=[[str(point), "loose_text", 3, "doubtfinch"]],
                decided_on=NOW.date(),
            )
        )
        cited = act.add(
            Evidence(
                alliance=item.alliance,
                kind=EvidenceKind.RESEARCH,
                title="A study of the notefinch",
                publisher="University",
                document=point.document,
                page="note 7",
                cited_in=point.document,
                note=7,
            )
        )
    return Sown(point.document, item, [point, told, bare, waiting, accepted, cited, point.document])


@pytest.fixture
def sown(world: World) -> Sown:
    return sow(world.items[0], world.items[1])


@pytest.fixture
def lone_sown(lone: Lone) -> Sown:
    make.OrganisationFactory(code="the-state", kind="state_body")
    return sow(lone.item)


# --- Every address of the site


# What stands in an address. A page that takes anything else has to be given values here, or no test below passes.
VALUES: dict[str, tuple[str, ...]] = {
    "alliance": ("home", "abroad", "only"),
    "document": ("doc", "nothing"),
    "slug": ("c-1", "c-2", "nothing"),
    "area": ("prevention", "nothing"),
    "code": ("the-state", "first", "member", "nothing"),
    "format": (*FORMATS, "nothing"),
    "section": ("site", "home", "nothing"),
    # Of pages that only their own person opens.
    "token": ("nothing",),
    "uidb36": ("1", "nothing"),
    "key": ("set-password", "nothing"),
}
QUERIES = ("items/?words=summary", "items.csv?words=summary", "items/?level=done", "items.csv?level=done")


def routes(
    entries: Iterable[URLPattern | URLResolver],
    spaces: tuple[str, ...] = (),
    parts: tuple[str, ...] = (),
    above: str = "",
) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Yield (name, parts of the address, the address as a pattern) of every page outside the workspace."""
    for entry in entries:
        known, pattern = (*parts, *entry.pattern.regex.groupindex), f"{above}{entry.pattern}"
        if isinstance(entry, URLResolver):
            if entry.namespace != "admin":
                yield from routes(entry.url_patterns, (*spaces, *filter(None, [entry.namespace])), known, pattern)
        else:
            assert entry.name, f"an address without a name: {pattern}"
            yield ":".join((*spaces, entry.name)), known, pattern


EVERY = list(routes(get_resolver().url_patterns))
# What everyone reads, and the pages on which people sign in, join and leave the mailing.
PAGES = {name: parts for name, parts, pattern in EVERY if not pattern.startswith("account/")}
ACCOUNT = {name: parts for name, parts, pattern in EVERY if pattern.startswith("account/")}


def reversed_of(pages: dict[str, tuple[str, ...]]) -> dict[str, set[str]]:
    """Return {address: names of its page} of `pages`, in the active language."""
    found: dict[str, set[str]] = {}
    for name, parts in pages.items():
        assert set(parts) <= set(VALUES), f"say in VALUES what stands in the addresses of “{name}”"
        for values in product(*(VALUES[part] for part in parts)):
            address = reverse(name, kwargs=dict(zip(parts, values, strict=True)))
            found.setdefault(address, set()).add(name)
    return found


def account_addresses() -> set[str]:
    """Return every address below /account/, in every language."""
    found: set[str] = set()
    for language in ("en", "ru"):
        with translation.override(language):
            found |= set(reversed_of(ACCOUNT))
    return found


def addresses() -> dict[str, set[str]]:
    """Return {address: names of its page} of the site in every language, those that lead nowhere included."""
    found: dict[str, set[str]] = {}
    for language in ("en", "ru"):
        with translation.override(language):
            found |= reversed_of(PAGES)
        prefix = "" if language == "en" else f"/{language}"
        for below in (*QUERIES, "nothing/at/all/"):
            found |= {f"{prefix}/home/{below}": set(), f"{prefix}/{below}": set()}
    return found


def there() -> list[str]:
    """Return those of `addresses` that can lead somewhere. Below an alliance that is not there, and without its name
    where there are several, a page answers before it reads any record: test_canary.py asks for all of them.
    """
    known = set(Alliance.objects.values_list("slug", flat=True))
    missing, single = set(VALUES["alliance"]) - known, len(known) == 1
    found = []
    for address, names in addresses().items():
        first = address.removeprefix("/ru").split("/")[1]
        without = all(name.startswith("single:") for name in names) and first not in known
        if first not in missing and (single or not without):
            found.append(address)
    return found


def told(response: Any) -> str:
    """Return everything that an answer tells: its headers and its body, a workbook unpacked."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return f"{response.status_code} {dict(response.headers)} {unpacked(body)}"


def unpacked(body: bytes) -> str:
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as parts:
            body = b"".join(parts.read(name) for name in parts.namelist())
    return unescape(body.decode()).casefold()


def heard(client: Client, words: Iterable[str] = (*RIGHTS, *NEVER), more: Iterable[str] = ()) -> dict[str, set[str]]:
    """Return {word of a source: the addresses that tell it} over the whole site and `more` addresses of it."""
    return heard_at({*there(), *more}, client, words)


def heard_at(where: Iterable[str], client: Client, words: Iterable[str]) -> dict[str, set[str]]:
    """Return {word: those of the addresses `where` that tell it}."""
    found: dict[str, set[str]] = {}
    for address in where:
        text = told(client.get(address))
        for word in words:
            if word in text:
                found.setdefault(word, set()).add(address)
    return found


def sentences(text: str) -> set[str]:
    """Return the lines of a text that are long enough to stand nowhere by chance."""
    return {line for line in text.casefold().splitlines() if len(line) > 20}


def both(*paths: str) -> set[str]:
    return {f"{prefix}{path}" for prefix in ("", "/ru") for path in paths}


@pytest.mark.parametrize(("where", "others"), [("world", "single:"), ("lone", "alliance:")])
def test_walk_reaches_every_page(request: pytest.FixtureRequest, reader: Reader, where: str, others: str) -> None:
    """Else the tests below would find nothing because they see nothing."""
    request.getfixturevalue(where)

    reached = {name for address, names in addresses().items() if reader.status(address) == 200 for name in names}

    empty = {"card", "replies", "concern", "organisation_feed"}
    missing = {name for name in PAGES if not name.startswith(others)} - reached
    assert {name.rpartition(":")[2] for name in missing} - empty == set()
    # All that there is today: more may come, and less is a page that the tests below no longer see.
    own = {"front", "items", "download", "item", "document", "organisation", "treaties"}
    assert {name.rpartition(":")[2] for name in reached} >= {"alliances", "method", "about", *own}


def test_public_reads_official_wording_only_where_the_rights_allow(sown: Sown, reader: Reader) -> None:
    downloads = [f"/{alliance}/items.{form}" for alliance in ("home", "abroad") for form in FORMATS]
    catalogue = [f"/{alliance}/history/installation.jsonl" for alliance in ("home", "abroad")]
    pages = {
        "wordingfinch": both(ITEM, "/abroad/items/doc/c-1/", *downloads, *catalogue, "/home/items.csv?words=summary"),
        "replyfinch": both(ITEM, "/home/history/log.jsonl"),
        "barefinch": both(ITEM, "/home/history/log.jsonl"),
    }

    assert heard(reader.client) == {}
    for rights, where in zip(SHOWN, (there(), set().union(*pages.values())), strict=True):
        sown.allow(rights)
        assert heard_at(where, reader.client, (*RIGHTS, *NEVER)) == pages
        sown.allow(TextRights.PARAPHRASE_ONLY)
        assert heard_at(where, reader.client, (*RIGHTS, *NEVER)) == {}


def test_public_of_the_only_alliance_reads_it_only_where_the_rights_allow(lone_sown: Sown, reader: Reader) -> None:
    assert heard(reader.client) == {}
    lone_sown.allow(TextRights.FREE)
    assert heard(reader.client) == {
        "wordingfinch": both(
            "/items/doc/c-1/",
            "/history/installation.jsonl",
            *(f"/items.{form}" for form in FORMATS),
            "/items.csv?words=summary",
        ),
        "replyfinch": both("/items/doc/c-1/", "/history/log.jsonl"),
        "barefinch": both("/items/doc/c-1/", "/history/log.jsonl"),
    }


def test_public_reads_nothing_of_an_imported_document_before_it_may(world: World, reader: Reader) -> None:
    for number, text in enumerate((REPORT, QUESTIONNAIRE)):
        import_document(read_bytes(text.encode(), f"{number}.txt"), alliance="home", actor=SYSTEM, at=NOW)
    at, points = Addresses(world.alliance), Recommendation.objects.exclude(wording="").select_related("document")
    documents = {point.document for point in points}
    wordings = {at.point(point): sentences(point.wording) for point in points}
    replies = sentences("\n".join(row.text for row in Quotation.objects.all()))
    notes = sentences("\n".join(row.title for row in Evidence.objects.all()))
    own = replies.union(*wordings.values())
    more = both(*wordings, *(at.page("document", document=row.code) for row in documents))
    assert len(documents) >= 2
    assert replies
    assert notes

    assert heard(reader.client, own | notes, more) == {}
    for document in documents:
        set_text_rights(document, TextRights.FREE, reason="The publisher wrote so.", actor=SYSTEM, at=NOW)
    shown = heard(reader.client, own | notes, more)

    assert set(shown) == own
    for address, lines_of in wordings.items():
        for line in lines_of:
            assert shown[line] >= both(address), line


def test_whoever_is_signed_in_reads_on_public_pages_what_everyone_reads(
    world: World, sown: Sown, reader: Reader
) -> None:
    members = {name: Client() for name in ("anna", "root")}
    for name, member in members.items():
        member.force_login(world.users[name])

    for address in there():
        anyone = told(reader.client.get(address)).partition("}")[2]
        for name, member in members.items():
            assert told(member.get(address)).partition("}")[2] == anyone, (address, name)


def test_broken_and_forbidden_pages_give_no_wording_away(
    sown: Sown, reader: Reader, rf: RequestFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError(WORDING)

    monkeypatch.setattr("tracker.web.items.item_story", fail)
    reader.client.raise_request_exception = False

    answers = {
        500: reader.client.get(ITEM),
        405: reader.client.post(ITEM),
        403: defaults.permission_denied(rf.get("/"), PermissionDenied(WORDING)),
    }

    for status, answer in answers.items():
        assert answer.status_code == status
        assert "wordingfinch" not in told(answer)


# --- Searching


def search(reader: Reader, words: str) -> tuple[list[str], int]:
    """Return what a search lists, and how many rows its download has below the head."""
    query = f"words={words}"
    rows = told(reader.client.get(f"/home/items.csv?{query}")).count("\r\nhome,")
    return listed(reader.html(f"/home/items/?{query}")), rows


@pytest.mark.parametrize("rights", SHOWN)
def test_search_finds_official_wording_only_where_the_rights_allow(sown: Sown, reader: Reader, rights: str) -> None:
    questions = ("wordingfinch", "VILLAGE+WordingFinch", "title+wordingfinch")

    assert [search(reader, words) for words in questions] == [([], 0)] * 3
    sown.allow(rights)
    assert [search(reader, words) for words in questions] == [(["C(1)"], 1)] * 3
    sown.allow(TextRights.PARAPHRASE_ONLY)
    assert [search(reader, words) for words in questions] == [([], 0)] * 3


@pytest.mark.parametrize(("word", "items"), [("replyfinch", ["C(1)"]), ("barefinch", ["C(1)"])])
def test_search_finds_a_reply_in_its_own_words_only_where_the_rights_allow(
    sown: Sown, reader: Reader, word: str, items: list[str]
) -> None:
    assert search(reader, word) == ([], 0)
    sown.allow(TextRights.FREE)
    assert search(reader, word) == (items, 1)
    sown.allow(TextRights.PARAPHRASE_ONLY)
    assert search(reader, word) == ([], 0)


@pytest.mark.parametrize("word", NEVER)
def test_search_never_looks_into_anything_else(sown: Sown, reader: Reader, word: str) -> None:
    sown.allow(TextRights.FREE)

    assert search(reader, word) == ([], 0)


# --- The command and the history


@pytest.mark.parametrize("form", FORMATS)
def test_public_export_has_wording_only_where_the_rights_allow(
    sown: Sown, present: None, tmp_path: Path, form: str
) -> None:
    def exported(**options: Any) -> set[str]:
        target = tmp_path / f"summary.{form}"
        call_command("export_summary", alliance="home", format=form, output=target, stderr=io.StringIO(), **options)
        return {word for word in (*RIGHTS, *NEVER) if word in unpacked(target.read_bytes())}

    assert (exported(public=True), exported()) == (set(), {"wordingfinch"})
    sown.allow(TextRights.PERMISSION_GRANTED)
    assert (exported(public=True), exported()) == ({"wordingfinch"}, {"wordingfinch"})
    sown.allow(TextRights.PARAPHRASE_ONLY)
    assert exported(public=True) == set()


def test_public_history_has_nothing_of_a_source(sown: Sown) -> None:
    for rights in (*SHOWN, TextRights.PARAPHRASE_ONLY):
        sown.allow(rights)

        assert [lines([record], public=True) for record in sown.records] == [[]] * len(sown.records)
        history = str(lines([sown.item, *sown.item.updates.all()], public=True))
        assert "Imported from the document" in history
        assert [word for word in (*RIGHTS, *NEVER) if word in history.casefold()] == []


def test_cited_source_is_shown_once_an_update_rests_on_it(world: World, sown: Sown, reader: Reader) -> None:
    assert "notefinch" not in reader.html(ITEM)

    world.published(new_evidence=(), evidence=[Evidence.objects.get(note=7)], level="announced")

    assert "A study of the notefinch" in reader.html(ITEM)


# --- How an item shows it


def test_item_shows_wording_line_by_line_in_its_language_with_credit_and_ground(world: World, reader: Reader) -> None:
    document, point = world.document, reword(world.items[0].recommendation)
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(document, source_language="fr")
        act.change(point, page="42", line=1668)
    set_text_rights(document, TextRights.FREE, reason="Published for everyone.", actor=SYSTEM, at=NOW)

    html, text = reader.html("/ru" + ITEM), reader.text(ITEM)

    quoted = re.findall(r'<blockquote lang="fr">(.*?)</blockquote>', html, re.DOTALL)
    assert quoted == ["<p>States shall teach the wordingfinch:<br>a) in every school<br>b) in every village</p>"]
    assert "In the document's own words States shall teach" in text
    assert (
        "b) in every village The whole title of doc, A publisher, 2008 · C(1) · "
        "page 42, line 1668 of the scanned text · Shown here on this ground: Free to show" in text
    )
    assert "may not be shown" not in text


def test_item_names_permission_as_the_ground(world: World, reader: Reader) -> None:
    reword(world.items[0].recommendation)
    set_text_rights(world.document, TextRights.PERMISSION_GRANTED, reason="A letter.", actor=SYSTEM, at=NOW)

    text = reader.text(ITEM)

    assert "2008 · C(1) · Shown here on this ground: Permission granted" in text
    assert "A letter." not in text


def test_item_escapes_wording(world: World, reader: Reader) -> None:
    reword(world.items[0].recommendation, "<script>alert(1)</script>\n<b>bold</b>")
    reply(world.items[0], "<script>alert(2)</script>", {}, document=world.document)
    set_text_rights(world.document, TextRights.FREE, reason="Published for everyone.", actor=SYSTEM, at=NOW)

    html = reader.html(ITEM)

    assert html.count("&lt;script&gt;") == 2
    assert "<script" not in html
    assert "<b>bold" not in html


def test_item_says_that_wording_may_not_be_shown(world: World, reader: Reader) -> None:
    reword(world.items[0].recommendation)

    html, text = reader.html(ITEM), reader.text(ITEM)

    assert f"Summary of C(1). {HIDDEN}; this summary stands in their place." in text
    assert "<blockquote" not in html
    assert "own words are on record" not in reader.text("/home/items/doc/c-2/")


def test_item_without_stored_wording_speaks_of_none(world: World, reader: Reader) -> None:
    for rights in (TextRights.FREE, TextRights.PARAPHRASE_ONLY):
        set_text_rights(world.document, rights, reason="It is so.", actor=SYSTEM, at=NOW)
        html = reader.html(ITEM)
        assert "<blockquote" not in html
        assert "own words are" not in html


def test_item_that_nobody_has_summed_up_says_so(world: World, reader: Reader) -> None:
    point = reword(world.items[0].recommendation)
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(point, summary={})

    for address in (ITEM, "/ru" + ITEM):
        html = reader.html(address)
        assert "<p></p>" not in html
        assert "translation-note" not in html
    html, text = reader.html(ITEM), reader.text(ITEM)
    nobody = "Nobody has summed this point up in our own words yet."
    assert f'<meta name="description" content="{nobody}">' in html
    assert f"What was asked {nobody} {HIDDEN}. Asked of States" in text
    assert "Title and summary" not in text
    assert "Title and summary are this catalogue's own words" in reader.text("/home/items/doc/c-2/")

    set_text_rights(world.document, TextRights.FREE, reason="Published for everyone.", actor=SYSTEM, at=NOW)
    assert f"{nobody} In the document's own words States shall teach" in reader.text(ITEM)


# --- How an update shows it


def articles(html: str, kind: str) -> list[str]:
    found = re.findall(rf'<article class="{kind}"[^>]*>(.*?)</article>', html, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", article).split()) for article in found]


NOBODY = "The reply is on record; nobody has summed it up in our own words yet."


def test_update_shows_the_reply_under_the_rights_of_its_own_document(world: World, reader: Reader) -> None:
    asked_by = make.DocumentFactory(code="questionnaire", title=make.texts("Questions and replies"))
    reply(world.items[0], "First line.\nSecond line.", make.texts("A law was adopted."), document=asked_by)
    set_text_rights(world.document, TextRights.FREE, reason="Published for everyone.", actor=SYSTEM, at=NOW)

    (hidden,) = articles(reader.html(ITEM), "update")
    set_text_rights(asked_by, TextRights.PERMISSION_GRANTED, reason="A letter.", actor=SYSTEM, at=NOW)
    (shown,) = articles(reader.html(ITEM), "update")

    assert hidden.endswith(f"What was done A law was adopted. {HIDDEN}; this summary stands in their place.")
    assert "<p>First line.<br>Second line.</p>" in reader.html(ITEM)
    assert shown.partition("What was done ")[2] == (
        "A law was adopted. In the document's own words First line. Second line. Questions and replies, A publisher, "
        "2008 · line 120 of the scanned text · Shown here on this ground: Permission granted"
    )


def test_reply_that_nobody_has_summed_up_says_so_wherever_it_is_listed(world: World, reader: Reader) -> None:
    bare = reply(world.items[0], "We replied.", {}, document=world.document)
    add_bearing(bare.update, world.items[1], reason={"en": "The same law."}, actor=SYSTEM, at=NOW)

    (voice,) = articles(reader.html(ITEM), "voice")
    (update,) = articles(reader.html(ITEM), "update")

    assert f"Proposes no level {NOBODY} Read it in full" in voice
    assert f"l. 120 {NOBODY} {HIDDEN}. This also says something about" in update
    for address in ("/home/", "/home/organisations/the-state/", "/home/items/doc/c-2/"):
        assert reader.text(address).count(NOBODY) == 1, address
        assert "We replied." not in reader.html(address), address
        assert "<p></p>" not in reader.html(address), address


def test_update_with_a_text_of_ours_is_never_said_to_have_none(world: World, reader: Reader) -> None:
    reply(world.items[0], "We replied.", make.texts("A law was adopted."), document=world.document)
    world.published(world.items[1])

    for address in (ITEM, "/home/", "/home/items/doc/c-2/", "/home/organisations/first/"):
        assert NOBODY not in reader.text(address), address


def test_item_with_replies_takes_as_many_queries_as_without(
    world: World, reader: Reader, django_assert_max_num_queries: Any
) -> None:
    reader.html(ITEM)
    for number in range(3):
        reply(world.items[0], "We replied.", {}, document=world.document, number=number)
    set_text_rights(world.document, TextRights.FREE, reason="Published for everyone.", actor=SYSTEM, at=NOW)

    with django_assert_max_num_queries(23):
        assert reader.html(ITEM).count("<blockquote") == 3
