"""Nothing private leaks: a mark in every field that is not public, and none of them on any public surface.

What is public is decided here, column by column: a new column fails until somebody has decided.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import models
from i18nfield.fields import I18nTextField

from tests import factories as make
from tests.conftest import LAW, NOW, STUDY, World, new_world
from tests.factories.kept import kept
from tests.web.conftest import Reader
from tests.web.crawling import crawl
from tests.web.test_wording import account_addresses, addresses, told
from tracker.actions.evidence import NewEvidence
from tracker.actions.history import Act
from tracker.actions.items import archive_item, assign_item, exclude_component, set_lifecycle
from tracker.actions.progress import discard_update, publish_update, return_update
from tracker.actions.requests import draft_request, send_request
from tracker.actions.safeguarding import release_hold, take_down
from tracker.actions.statements import add_bearing, state_from_source
from tracker.choices import (
    EvidenceKind,
    Level,
    Perspective,
    RedactionGround,
    RedactionState,
    RelationKind,
    ReplyQuality,
    Role,
    Visibility,
)
from tracker.models import (
    TRACKED_MODELS,
    DocumentImport,
    Evidence,
    HistoryEntry,
    Hold,
    Invitation,
    Item,
    Mail,
    Organisation,
    Quotation,
    Record,
    Redaction,
    Request,
    Restore,
    Treaty,
    TreatyEvent,
    Update,
)
from tracker.models.base import PartialDate
from tracker.permissions import SYSTEM

MODELS: tuple[type[models.Model], ...] = (*TRACKED_MODELS, Mail)

# What the public may read, in a row that is public itself. Which rows are not, the sowing below says.
SHOWN = {
    "User": "",
    "Organisation": "code kind name country address",
    "Document": (
        "code kind title short_title publisher published_on source_language source_address source_note text_rights"
    ),
    "Section": "document parent code source_title title position",
    "Recommendation": (
        "document section reference slug kind area addressee themes line page deadline deadline_last_day recurs_months "
        "legal_act_only title summary translation position"
    ),
    "Component": "recommendation letter layer required text position",
    "Relation": "source target kind reason",
    "Treaty": "code title short_title depositary address position",
    "Alliance": "slug name country country_name time_zone about is_demo review_rule duty_bearer",
    "Membership": "",
    "Invitation": "",
    "Item": (
        "recommendation level level_since headline owner duty_bearer contributors lifecycle lifecycle_reason verify_by "
        "last_update_on disputed state_level state_level_on dispute_point dispute_note withheld"
    ),
    "ItemComponent": "item component reason",
    "Evidence": (
        "kind title publisher published_on accessed_on language address document page archived_address dead_since "
        "withheld"
    ),
    "Request": "item organisation duty_bearer sent_on due_on reminded_on reminders answered_on quality withdrawn_on",
    "Update": (
        "item organisation perspective origin period_from period_to done remains ask_next level closes_item "
        "search_note verify_by place_document place translation state publisher_organisation "
        "second_publisher_organisation review_rule evidence_grade published_at corrects evidence requests withheld"
    ),
    "ComponentAssessment": "update component verdict",
    "Bearing": "update item reason",
    "Quotation": "update line",
    "TreatyEvent": "treaty event on note evidence",
    "DocumentImport": "",
    "Hold": "",
    "Redaction": "log object_kind object_uuid field ground state places",
    "Restore": "kept_size kept_head lost_log lost_epoch lost_size lost_head",
    "Mail": "",
}
# What no public surface tells of any row. The document's own words are told where its rights allow: test_wording.py.
INSIDE = {
    "User": (
        "username first_name last_name email password last_login date_joined is_active is_staff is_superuser "
        "visibility language digests_paused session_version groups user_permissions"
    ),
    "Organisation": "visibility archived_on",
    "Document": "scan_name scan_sha256 position archived_on",
    "Section": "archived_on",
    "Recommendation": "wording archived_on",
    "Component": "archived_on",
    "Relation": "archived_on",
    "Treaty": "",
    "Alliance": "members",
    "Membership": "user organisation role active keeps_checkpoints",
    "Invitation": (
        "organisation roles email language token_hash invited_by expires_at accepted_at accepted_by withdrawn_at"
    ),
    "Item": "update_due_on update_asked_on update_asked_note visibility archived_on",
    "ItemComponent": "archived_on",
    "Evidence": "cited_in note",
    "Request": "author language subject letter reply",
    "Update": (
        "author writers submitted_at publisher second_publisher independence_note return_reason source_key unfinished"
    ),
    "ComponentAssessment": "",
    "Bearing": "archived_on",
    "Quotation": "text",
    "TreatyEvent": "source_key archived_on",
    "DocumentImport": (
        "file_name size sha256 layout document_code follower state edits documents points doubts decided_on "
        "released_by released_digest file"
    ),
    "Hold": (
        "update evidence item cause risks digest reason state opened_by opened_at released_by confirmed_by decision"
    ),
    "Redaction": ("note proposed_by proposed_organisation proposed_at decided_by decided_organisation decided_at"),
    "Restore": "",
    "Mail": "key user to language subject text html unsubscribe created_at sent_at attempts error",
}
# What stays of an update and of a source that are withheld.
STAYS = {
    "Update": "item organisation perspective origin period_from period_to level closes_item verify_by published_at",
    "Evidence": "kind published_on accessed_on dead_since",
}
# In every row: numbers and keys that say nothing, and the alliance whose pages these are.
NOTHING = {"id", "uuid", "version", "alliance"}


def columns(model: type[models.Model]) -> dict[str, Any]:
    """Return {name: field} of every column and every set of a table."""
    return {each.name: each for each in (*model._meta.fields, *model._meta.many_to_many) if each.name not in NOTHING}


@pytest.mark.parametrize("model", MODELS)
def test_every_column_is_decided_to_be_public_or_not(model: type[models.Model]) -> None:
    shown, inside = SHOWN[model.__name__].split(), INSIDE[model.__name__].split()

    assert sorted([*shown, *inside]) == sorted(columns(model))


def test_no_other_table_is_decided_on() -> None:
    names = {model.__name__ for model in MODELS}

    assert set(SHOWN) == set(INSIDE) == names


# --- Sowing


def holds_words(column: Any) -> bool:
    """Tell whether a column can hold a mark: a text that is long enough and no closed list, a date, a structure."""
    if isinstance(column, models.CharField) and not isinstance(column, PartialDate):
        return not column.choices and (column.max_length or 0) >= len("canary0000bird@example.org")
    kinds = (models.TextField, models.DateField, models.JSONField, models.BinaryField, PartialDate, I18nTextField)
    return isinstance(column, kinds)


@dataclass
class Sown:
    """Where each mark is. Words are one token each, dates a year that stands nowhere else."""

    world: World
    places: dict[str, str] = field(default_factory=dict)
    fields: set[tuple[str, str]] = field(default_factory=set)
    years: Iterator[int] = field(default_factory=lambda: iter(range(7001, 9999)))

    def word(self, place: str) -> str:
        found = f"canary{len(self.places):04d}bird"
        self.places[found] = place
        return found

    def day(self, place: str) -> dt.date:
        found = dt.date(next(self.years), 1, 17)
        # As a workbook counts days, too.
        self.places |= {str(found.year): place, str((found - dt.date(1899, 12, 30)).days): place}
        return found

    def value(self, column: Any, place: str) -> Any:
        """Return a value for `column` that holds a mark of its own."""
        if isinstance(column, models.DateTimeField):
            return dt.datetime.combine(self.day(place), dt.time(12), dt.UTC)
        if isinstance(column, PartialDate):
            return self.day(place).isoformat()
        if isinstance(column, models.DateField):
            return self.day(place)
        word = self.word(place)
        if isinstance(column, I18nTextField):
            return {"en": word, "ru": word}
        if isinstance(column, models.JSONField):
            return [word] if column.get_default() == [] else {"name": word}
        if isinstance(column, models.BinaryField):
            return word.encode()
        if isinstance(column, models.EmailField):
            return f"{word}@example.org"
        return f"https://{word}.example.org/" if "address" in column.name else word

    def mark(self, row: Any, names: Iterable[str] = ()) -> Any:
        """Put a mark into every column of `row` that is never public, and into `names` besides."""
        model, known = type(row), columns(type(row))
        wanted = [*INSIDE[model.__name__].split(), *names]
        values = {
            name: self.value(known[name], f"{model.__name__}.{name} of {row.pk}")
            for name in wanted
            if holds_words(known[name]) and name != "archived_on"
        }
        self.fields |= {(model.__name__, name) for name in values}
        if isinstance(row, Record):
            with Act("test_setup", actor=SYSTEM, at=NOW) as act:
                act.change(act.lock(row), **{name: value for name, value in values.items() if name in row.TRACKED})
        model._base_manager.filter(pk=row.pk).update(
            **{name: value for name, value in values.items() if name not in getattr(row, "TRACKED", ())}
        )
        row.refresh_from_db()
        return row

    def hide(self, row: Any, *, keep: str = "") -> Any:
        """Put a mark into every column of a row of which nothing is public but `keep`."""
        kept = keep.split()
        return self.mark(row, [name for name in SHOWN[type(row).__name__].split() if name not in kept])

    def archive(self, row: Any) -> Any:
        """Mark a row that was taken out of use, and the day of it."""
        day = self.day(f"{type(row).__name__}.archived_on of {row.pk}")
        self.fields.add((type(row).__name__, "archived_on"))
        with Act("test_setup", actor=SYSTEM, at=NOW) as act:
            act.change(act.lock(row), archived_on=day)
        row.refresh_from_db()
        return self.hide(row)


def add(row: Any) -> Any:
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        return act.add(row)


def source(title: str, **values: Any) -> NewEvidence:
    number = title.replace(" ", "-")
    return NewEvidence(
        EvidenceKind.RESEARCH, title, "University", **({"address": f"https://{number}.example.org/"} | values)
    )


def sow_people(sown: Sown) -> None:
    """Mark everyone, and every organisation that is not to be named, before anybody does anything."""
    world = sown.world
    first, second, third = world.organisations[:3]
    lead = make.UserFactory(username="lead")
    world.users["lead"] = lead
    make.MembershipFactory(alliance=world.alliance, user=lead, organisation=second, role=Role.SAFEGUARDING)
    for name, user in world.users.items():
        sown.mark(user)
        with Act("test_setup", actor=SYSTEM, at=NOW) as act:
            act.change(act.lock(user), visibility=Visibility.NAMED if name == "anna" else Visibility.HIDDEN)
    for row, visibility in ((first, Visibility.HIDDEN), (second, Visibility.ROLE_ONLY), (third, Visibility.HIDDEN)):
        with Act("test_setup", actor=SYSTEM, at=NOW) as act:
            act.change(act.lock(row), visibility=visibility)
        sown.hide(row)
    for membership in world.alliance.memberships.all():
        sown.mark(membership)
    token = {
        "roles": ["coordinator"],
        "token_hash": "0" * 64,
        "email": "x@example.org",
        "invited_by": lead,
        "expires_at": NOW,
    }
    sown.mark(add(Invitation(alliance=world.alliance, organisation=first, **token)))
    # One that is named and no longer there: its name stays, the day says nothing to the public.
    sown.archive(make.OrganisationFactory(visibility=Visibility.HIDDEN))
    sown.mark(world.organisations[4])


def sow_catalogue(sown: Sown) -> None:
    """Mark what the catalogue keeps to itself, and what was taken out of it."""
    world = sown.world
    section = world.items[0].recommendation.section
    for row in (world.document, section, *(item.recommendation for item in world.items)):
        sown.mark(row)
    sown.mark(make.ComponentFactory(recommendation=world.items[0].recommendation, letter="a"))
    sown.archive(make.ComponentFactory(recommendation=world.items[0].recommendation, letter="b"))
    ends = {"source": world.items[0].recommendation, "target": world.items[1].recommendation}
    sown.mark(make.RelationFactory(**ends))
    sown.archive(make.RelationFactory(**ends, kind=RelationKind.NARROWER))
    gone = make.RecommendationFactory(section=section, reference="gone", position=90)
    make.ItemFactory(alliance=world.alliance, recommendation=gone)
    sown.archive(gone)
    sown.archive(make.SectionFactory(document=world.document))
    document = make.DocumentFactory(code="withdrawn")
    point = make.RecommendationFactory(section=make.SectionFactory(document=document), reference="W")
    archived = make.ItemFactory(alliance=world.alliance, recommendation=point)
    archive_item(archived, reason=sown.word("reason of archive_item"), actor=world.actor("staff"), at=NOW)
    sown.fields.add(("Item", "archived_on"))
    sown.archive(document)
    file = {"size": 1, "layout": "country_report", "sha256": "0" * 64, "file_name": "x"}
    sown.mark(add(DocumentImport(**file)))
    treaty = add(
        Treaty(code="opsc", title=make.texts("T"), short_title=make.texts("T"), depositary=make.texts("The UN"))
    )
    for key in ("kept", "taken"):
        evidence = make.EvidenceFactory(alliance=world.alliance)
        event = {"event": "signed", "on": "2012", "evidence": evidence, "source_key": key}
        row = add(TreatyEvent(alliance=world.alliance, treaty=treaty, **event))
        if key == "kept":
            sown.mark(row)
            _withhold(sown, evidence)
        else:
            sown.archive(row)
            sown.hide(evidence)


def _withhold(sown: Sown, thing: Any) -> None:
    """Take a thing down as a member does, release it half-way, and mark what is withheld of it."""
    world, name = sown.world, type(thing).__name__
    thing.refresh_from_db()
    hold = take_down(thing, reason=sown.word("reason of take_down"), actor=world.actor("clara"), at=NOW)
    release_hold(hold, reason=sown.word("reason of release_hold"), actor=world.actor("lead"), at=NOW)
    sown.mark(Hold.objects.get(pk=hold.pk))
    thing.refresh_from_db()
    if isinstance(thing, Item):
        sown.mark(thing, ["lifecycle_reason", "dispute_note"])
    else:
        sown.hide(thing, keep=STAYS[name])


def sow_items(sown: Sown) -> None:
    """Give items an owner, dates and notes that stay inside, and withhold the texts of one."""
    world = sown.world
    first, second, third = world.organisations[:3]
    staff = world.actor("staff")
    section = world.items[0].recommendation.section
    point = make.RecommendationFactory(section=section, reference="silent", position=91)
    component = make.ComponentFactory(recommendation=point, letter="a")
    silent = make.ItemFactory(alliance=world.alliance, recommendation=point)
    reason = sown.word("reason of exclude_component")
    excluded = exclude_component(silent, component, reason={"en": reason}, actor=staff, at=NOW)
    sown.mark(excluded)
    gone = make.ComponentFactory(recommendation=world.items[0].recommendation, letter="c")
    excluded = exclude_component(world.items[0], gone, reason={"en": "Of another region."}, actor=staff, at=NOW)
    sown.archive(excluded)
    reason = sown.word("reason of set_lifecycle")
    set_lifecycle(silent, "not_applicable", reason={"en": reason, "ru": reason}, actor=staff, at=NOW)
    _withhold(sown, silent)
    for item in world.items:
        item.refresh_from_db()
        assign_item(
            item,
            owner=first,
            contributors=[second, third],
            reason=sown.word("reason of assign_item"),
            actor=staff,
            at=NOW,
        )
        sown.mark(item)


def sow_updates(sown: Sown) -> list[Update]:
    """Publish on every item, withhold one update and one source, and leave an update in every other state."""
    world = sown.world
    one, two, three = world.items
    shown, withheld, kept = (
        world.published(item, new_evidence=(LAW, source(f"study {item.pk}"))) for item in world.items
    )
    for update in (withheld, kept):
        sown.mark(add_bearing(update, one, reason=make.texts("The same law."), actor=SYSTEM, at=NOW))
    bearing = add_bearing(shown, two, reason=make.texts("Taken back."), actor=SYSTEM, at=NOW)
    sown.archive(bearing)
    sown.hide(withheld.bears_on.get())
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        said = state_from_source(
            act,
            two,
            organisation=world.organisations[4],
            perspective=Perspective.STATE,
            dated="2017",
            document=world.document,
            place="l. 120",
            source_key="said",
            done=make.texts("A law."),
        )
    for update in (shown, said):
        sown.mark(add(Quotation(alliance=world.alliance, update=update, text="We replied.")))
    for evidence in withheld.evidence.all():
        sown.hide(evidence)
    _withhold(sown, withheld)
    _withhold(sown, said)
    _withhold(sown, kept.evidence.order_by("pk")[1])
    boris, anna = world.actor("boris"), world.actor("anna")
    draft = world.draft(one, by="boris", new_evidence=(source("draft"),))
    waiting = world.submitted(one, new_evidence=(LAW, source("waiting")))
    returned = world.submitted(two, new_evidence=(LAW, source("returned")))
    return_update(returned, reason=sown.word("reason of return_update"), actor=boris, at=NOW)
    discarded = world.draft(three, new_evidence=(source("discarded"),))
    discard_update(discarded, reason=sown.word("reason of discard_update"), actor=anna, at=NOW)
    halfway = world.submitted(three, by="boris", level=Level.IMPLEMENTED, new_evidence=(LAW, STUDY))
    publish_update(halfway, independence_note="Apart.", actor=world.actor("clara"), at=NOW)
    for update in (draft, waiting, returned, discarded, halfway):
        update.refresh_from_db()
        for evidence in update.evidence.all():
            sown.hide(evidence)
        sown.hide(update)
    sown.hide(make.EvidenceFactory(alliance=world.alliance, cited_in=world.document, note=7))
    for update in (shown, kept):
        update.refresh_from_db()
        sown.mark(update)
    return [shown, withheld]


def sow_letters(sown: Sown, updates: list[Update]) -> None:
    """Write a letter that is a draft, one that waits, and one under each update; and a mail."""
    world = sown.world
    boris, state = world.actor("boris"), world.organisations[4]
    letters = [
        draft_request(world.items[0], duty_bearer=state, language="en", subject="S", letter="L", actor=boris, at=NOW)
        for _n in range(4)
    ]
    for letter in letters[1:]:
        send_request(letter, sent_on=dt.date(2026, 2, 1), due_on=dt.date(2026, 3, 1), actor=boris, at=NOW)
        letter.refresh_from_db()
        with Act("test_setup", actor=SYSTEM, at=NOW) as act:
            act.change(act.lock(letter), answered_on=dt.date(2026, 2, 20), quality=ReplyQuality.EVASIVE, reply="R")
    for letter, update in zip(letters[2:], updates, strict=True):
        with Act("test_setup", actor=SYSTEM, at=NOW) as act:
            act.change(act.lock(update), requests=[letter])
    for letter in letters:
        letter.refresh_from_db()
    keep = "sent_on due_on reminded_on answered_on withdrawn_on"
    for letter in letters[:2]:
        sown.hide(letter, keep=keep)
    for letter in letters[2:]:
        sown.mark(letter)
    sown.mark(Mail.objects.create(key="k", to="a@example.org", language="en", subject="S", text="T", created_at=NOW))


def sow_redactions(sown: Sown) -> None:
    """Redact a text that is public and one that is not, and propose a third: what is proposed stays inside."""
    log = str(sown.world.alliance.uuid)
    entries = HistoryEntry.objects.filter(log=log, action="publish_update").order_by("sequence")
    for entry, state in zip(entries, ("done", "proposed"), strict=False):
        about = {"object_kind": Update.KIND, "object_uuid": entry.object_uuid, "field": "remains"}
        row = add(Redaction(alliance=sown.world.alliance, log=log, ground=RedactionGround.CHILD, **about))
        if state == "proposed":
            sown.hide(row, keep="log object_uuid")
            continue
        with Act("test_setup", actor=SYSTEM, at=NOW) as act:
            act.change(act.lock(row), state=RedactionState.DONE, places=[[entry.sequence, "remains"]])
        row.refresh_from_db()
        sown.mark(row)
    lost = {"lost_log": log, "lost_epoch": 1, "lost_size": 9999999, "lost_head": "0" * 64}
    add(Restore(alliance=sown.world.alliance, kept_size=1, kept_head="0" * 64, **lost))


@pytest.fixture
def sown(db: None) -> Sown:
    return kept("canaries", _sown)


def _sown() -> Sown:
    found = Sown(new_world())
    sow_people(found)
    sow_catalogue(found)
    sow_items(found)
    sow_letters(found, sow_updates(found))
    sow_redactions(found)
    return found


@pytest.mark.django_db
def test_every_field_that_is_not_public_is_sown(sown: Sown) -> None:
    wanted = {
        (model.__name__, name)
        for model in MODELS
        for name in INSIDE[model.__name__].split()
        if holds_words(columns(model)[name])
    }

    assert wanted - sown.fields == set()
    assert len(sown.places) > 300


# --- Looking for it

TOKEN = re.compile(r"canary\d{4}bird|(?<!\d)\d{4,7}(?!\d)")
# Hashes, salts, tokens of forms and identifiers hold every number by chance.
RANDOM = re.compile(r"[0-9A-Za-z]{32,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=-)[0-9a-f]{12}(?=\.)")
ALWAYS = ("/robots.txt", "/favicon.ico", "/sitemap.xml", "/.well-known/security.txt", "/ru/robots.txt", "/admin/login/")


def leaks(sown: Sown, address: str, response: Any) -> set[tuple[str, str]]:
    """Return (place of a mark, address that tells it) of one answer."""
    if "Content-Length" in response.headers:
        del response.headers["Content-Length"]
    found = set(TOKEN.findall(RANDOM.sub("", told(response)))) & set(sown.places)
    return {(sown.places[mark], address) for mark in found}


def test_no_public_surface_tells_what_is_not_public(sown: Sown, reader: Reader) -> None:
    found: set[tuple[str, str]] = set()
    reached = set()
    for address, response in crawl(reader.client, {*addresses(), *account_addresses(), *ALWAYS}):
        reached.add(address)
        found |= leaks(sown, address, response)

    assert found == set()
    assert {"/home/items/doc/silent/", "/ru/home/items/doc/c-3/", "/home/treaties/"} <= reached
    assert {"/home/history/", "/home/history/log.jsonl", "/home/history/installation.jsonl"} <= reached


def test_search_finds_nothing_that_is_not_public(sown: Sown, reader: Reader) -> None:
    words = [mark for mark in sown.places if mark.startswith("canary")]

    assert {
        sown.places[word] for word in words if "home," in told(reader.client.get(f"/home/items.csv?words={word}"))
    } == set()


def test_broken_pages_tell_nothing_that_is_not_public(
    sown: Sown, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError(" ".join(sown.places))

    for name in (
        "items.item_story",
        "front.latest",
        "documents.treaty_events",
        "organisations.part_in",
        "downloads.summary",
    ):
        monkeypatch.setattr(f"tracker.web.{name}", fail)
    reader.client.raise_request_exception = False
    asked = ["/home/items/doc/c-1/", "/home/", "/home/treaties/", "/home/organisations/the-state/", "/home/items.csv"]

    for address in asked:
        response = reader.client.get(address)
        assert response.status_code == 500
        assert leaks(sown, address, response) == set()
        assert leaks(sown, address, reader.client.post(address)) == set()


def test_a_leak_would_be_found(sown: Sown, reader: Reader) -> None:
    """Else the tests above would find nothing because they see nothing."""
    update = Update.objects.get(item=sown.world.items[2], state="published")
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(update), done={"en": sown.word("shown")})
        act.change(act.lock(sown.world.items[2]), verify_by=sown.day("day"))

    def places(address: str) -> set[str]:
        return {place for place, _address in leaks(sown, address, reader.client.get(address))}

    assert places("/home/items/doc/c-3/") == {"shown", "day"}
    assert places("/home/items.xlsx") == {"shown", "day"}
    # Not the text: it is no word of any publication.
    assert places("/home/history/log.jsonl") == {"day"}
    assert Organisation.objects.filter(visibility=Visibility.HIDDEN).exists()
    assert Evidence.objects.filter(withheld=True).exists()
    assert Request.objects.filter(sent_on=None).exists()
