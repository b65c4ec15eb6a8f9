"""The rows of the status summary."""

import csv
import datetime as dt
import io
import json
from typing import Any

import openpyxl
import pytest
from django.utils import translation

from tests import factories as make
from tests.conftest import LAW, NOW, STUDY, World, everything
from tracker.actions.catalogue import set_text_rights
from tracker.actions.evidence import NewEvidence
from tracker.actions.history import Act
from tracker.actions.items import archive_item, assign_item, set_lifecycle
from tracker.actions.progress import publish_update
from tracker.actions.statements import record_from_source
from tracker.choices import EvidenceKind, Level, Lifecycle, Perspective, TextRights
from tracker.exporting.formats import FORMATS
from tracker.exporting.table import Table
from tracker.models import Alliance, Organisation
from tracker.permissions import SYSTEM
from tracker.queries.items import current
from tracker.reports.summary import columns, table

TODAY = dt.date(2026, 3, 2)
# The order that other people's programs rely on: never change it, add at the end of a language group only.
COLUMNS = (
    "alliance document reference url kind section area addressee title_en title_ru level level_label_en level_label_ru "
    "level_since lifecycle flags deadline update_due_on verify_by owner duty_bearer evidence_grade evidence_count "
    "evidence_urls last_update_on last_update_en last_update_ru state_level state_level_on wording"
).split()


def summary(alliance: Alliance, *, today: dt.date = TODAY, **options: Any) -> Table:
    return table(current(alliance, today=today), alliance, today=today, **options)


def rows(alliance: Alliance, **options: Any) -> list[dict[str, Any]]:
    found = summary(alliance, **options)
    names = [column.name for column in found.columns]
    return [dict(zip(names, row, strict=True)) for row in found.rows]


def change(record: Any, **values: Any) -> None:
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(record, **values)


def test_columns_are_the_promised_ones_in_their_order() -> None:
    assert [column.name for column in columns()] == COLUMNS


def test_columns_follow_the_languages(settings: Any) -> None:
    settings.LANGUAGES = [("en", "English"), ("pt-br", "Português")]
    names = [column.name for column in columns()]
    assert [name for name in names if name.startswith(("title", "level_label", "last_update_"))] == [
        "title_en",
        "title_pt_br",
        "level_label_en",
        "level_label_pt_br",
        "last_update_on",
        "last_update_en",
        "last_update_pt_br",
    ]


def test_summary_of_an_item_that_nobody_has_judged(world: World) -> None:
    assert rows(world.alliance, base_url="https://tracker.example/")[0] == {
        "alliance": "home",
        "document": "doc",
        "reference": "C(1)",
        "url": "https://tracker.example/home/items/doc/c-1/",
        "kind": "commitment",
        "section": "I Heading I",
        "area": "prevention",
        "addressee": "states",
        "title_en": "Title of C(1)",
        "title_ru": "Title of C(1) (по-русски)",
        "level": "not_assessed",
        "level_label_en": "Not yet assessed",
        "level_label_ru": translated(Level.NOT_ASSESSED),
        "level_since": None,
        "lifecycle": "open",
        "flags": "unowned",
        "deadline": "",
        "update_due_on": None,
        "verify_by": None,
        "owner": "",
        "duty_bearer": "Organisation the-state",
        "evidence_grade": None,
        "evidence_count": 0,
        "evidence_urls": "",
        "last_update_on": None,
        "last_update_en": "",
        "last_update_ru": "",
        "state_level": "",
        "state_level_on": "",
        "wording": "",
    }


def translated(level: Level) -> str:
    with translation.override("ru"):
        return str(level.label)


def test_summary_of_an_item_with_a_published_level(world: World) -> None:
    point = world.items[0].recommendation
    change(point, deadline="2013", deadline_last_day=dt.date(2013, 12, 31))
    staff = world.actor("staff")
    assign_item(
        world.items[0],
        actor=staff,
        at=NOW,
        owner=world.organisations[0],
        update_due_on=dt.date(2026, 6, 1),
    )
    world.published(new_evidence=(LAW, STUDY))
    row = rows(world.alliance)[0]
    shown = {name: row[name] for name in COLUMNS[COLUMNS.index("level") :]}
    assert shown == {
        "level": "under_way",
        "level_label_en": "Under way",
        "level_label_ru": translated(Level.UNDER_WAY),
        "level_since": TODAY,
        "lifecycle": "open",
        "flags": "deadline_passed",
        "deadline": "2013",
        "update_due_on": None,
        "verify_by": dt.date(2027, 3, 2),
        "owner": "Organisation first",
        "duty_bearer": "Organisation the-state",
        "evidence_grade": 3,
        "evidence_count": 2,
        "evidence_urls": "https://gazette.example.org/38 https://university.example.org/study.pdf",
        "last_update_on": TODAY,
        "last_update_en": "The ministry opened three centres.",
        "last_update_ru": "Министерство открыло три центра.",
        "state_level": "",
        "state_level_on": "",
        "wording": "",
    }


def test_summary_shows_the_states_account_beside_the_level(world: World) -> None:
    world.published(perspective=Perspective.STATE, level=Level.UNDER_WAY, period_to="2025-12")
    row = rows(world.alliance)[0]
    assert (row["level"], row["state_level"], row["state_level_on"]) == ("not_assessed", "under_way", "2025-12")
    assert (row["last_update_on"], row["last_update_en"], row["evidence_count"]) == (None, "", 0)


def test_summary_takes_evidence_from_the_headline_and_words_from_the_latest_update(world: World) -> None:
    world.published()
    later = NOW + dt.timedelta(days=40)
    world.published(level="", done={"en": "Two more opened."}, new_evidence=(STUDY,), at=later)
    row = rows(world.alliance, today=dt.date(2026, 5, 1))[0]
    assert row["evidence_urls"] == "https://gazette.example.org/38"
    assert (row["last_update_on"], row["last_update_en"], row["last_update_ru"]) == (
        dt.date(2026, 4, 11),
        "Two more opened.",
        "",
    )


def test_summary_says_where_evidence_in_the_catalogue_is(world: World) -> None:
    linked = make.DocumentFactory(code="linked", source_address="https://un.example.org/report")
    bare = make.DocumentFactory(code="bare")
    found = [
        NewEvidence(EvidenceKind.LAW, "A law", "Gazette", document=document, page=page)
        for document, page in ((bare, "p. 7"), (bare, ""), (linked, "p. 8"))
    ]
    world.published(new_evidence=tuple(found))
    assert rows(world.alliance)[0]["evidence_urls"] == "bare, p. 7 bare https://un.example.org/report"


def test_summary_gives_a_question_no_level(world: World) -> None:
    section = world.items[0].recommendation.section
    question = make.RecommendationFactory(section=section, reference="Q-1", kind="question", position=9)
    make.ItemFactory(alliance=world.alliance, recommendation=question)
    row = rows(world.alliance)[-1]
    assert row["reference"] == "Q-1"
    assert [row[name] for name in ("level", "level_label_en", "level_label_ru", "level_since")] == ["", "", "", None]


def test_summary_is_in_the_order_of_the_documents(world: World) -> None:
    section = make.SectionFactory(document=make.DocumentFactory(code="another", position=1))
    first = make.RecommendationFactory(section=section, reference="Z-1", position=0)
    make.ItemFactory(alliance=world.alliance, recommendation=first)
    states = current(world.alliance, today=TODAY).order_by("-pk")
    references = [row[2] for row in table(states, world.alliance, today=TODAY).rows]
    assert references == ["C(1)", "C(2)", "C(3)", "Z-1"]


def test_summary_keeps_what_is_internal_inside(world: World) -> None:
    day = dt.date(2026, 1, 1)
    assign_item(world.items[0], actor=world.actor("staff"), at=NOW, owner=world.organisations[0], update_due_on=day)
    public, internal = rows(world.alliance)[0], rows(world.alliance, internal=True)[0]
    assert (public["update_due_on"], public["flags"]) == (None, "")
    assert (internal["update_due_on"], internal["flags"]) == (day, "update_overdue")
    assert {name for name in COLUMNS if public[name] != internal[name]} == {"update_due_on", "flags"}


@pytest.mark.parametrize("internal", [False, True])
@pytest.mark.parametrize(
    ("visibility", "shown"),
    [("role_only", ("NGO", "State body")), ("hidden", ("A member organisation", "A member organisation"))],
)
def test_summary_names_no_organisation_that_may_not_be_named(
    world: World, visibility: str, shown: tuple[str, str], internal: bool
) -> None:
    owner, state = world.organisations[0], Organisation.objects.get(code="the-state")
    assign_item(world.items[0], actor=world.actor("staff"), at=NOW, owner=owner)
    for organisation in (owner, state):
        change(organisation, visibility=visibility)
    found = rows(world.alliance, internal=internal)
    assert (found[0]["owner"], found[0]["duty_bearer"]) == shown
    assert "Organisation" not in str(found)


@pytest.mark.parametrize("internal", [False, True])
@pytest.mark.parametrize(
    ("visibility", "shown"),
    [("named", "Organisation first"), ("role_only", "NGO"), ("hidden", "A member organisation")],
)
def test_summary_names_an_owner_as_the_item_allows_and_the_duty_bearer_whatever_it_says(
    world: World, visibility: str, shown: str, internal: bool
) -> None:
    staff = world.actor("staff")
    for item in world.items[:2]:
        assign_item(item, actor=staff, at=NOW, owner=world.organisations[0])
    world.items[0].refresh_from_db()
    change(world.items[0], visibility=visibility)
    found = rows(world.alliance, internal=internal)
    assert [row["owner"] for row in found] == [shown, "Organisation first", ""]
    assert {row["duty_bearer"] for row in found} == {"Organisation the-state"}


def test_summary_holds_nothing_that_is_withheld_in_a_public_file(world: World) -> None:
    update = world.published(done={"en": "CANARY", "ru": "КАНАРЕЙКА"}, new_evidence=(LAW, STUDY))
    before, internal = rows(world.alliance)[0], rows(world.alliance, internal=True)[0]
    change(update.evidence.order_by("pk")[0], withheld=True)
    one = rows(world.alliance)[0]
    change(update, withheld=True)
    all_of_it = rows(world.alliance)[0]
    assert rows(world.alliance, internal=True)[0] == internal
    assert {name for name in COLUMNS if one[name] != before[name]} == {"evidence_urls"}
    assert (one["evidence_urls"], one["evidence_count"]) == ("https://university.example.org/study.pdf", 2)
    moved = {name: all_of_it[name] for name in COLUMNS if all_of_it[name] != before[name]}
    assert moved == {
        "evidence_urls": "",
        "last_update_en": "This text is withheld while it is checked.",
        "last_update_ru": in_russian("This text is withheld while it is checked."),
    }


def in_russian(text: str) -> str:
    with translation.override("ru"):
        return translation.gettext(text)


def test_summary_never_holds_what_is_not_published(world: World) -> None:
    canary = {"en": "CANARY", "ru": "КАНАРЕЙКА"}
    secret = (NewEvidence(EvidenceKind.LAW, "CANARY", "CANARY", address="https://canary.example/CANARY"),)
    words = {"done": canary, "remains": canary, "ask_next": canary, "search_note": canary, "new_evidence": secret}
    world.draft(world.items[0], **words)
    world.submitted(world.items[1], **words)
    # Approved by the first of the two people that this level needs.
    waiting = world.submitted(world.items[2], **words | {"level": Level.CONTRARY})
    publish_update(waiting, actor=world.actor("boris"), at=NOW, independence_note="CANARY")
    assert world.items[2].updates.get().state == "awaiting_second"
    text = str(rows(world.alliance, internal=True)).upper()
    assert "CANARY" not in text
    assert "КАНАРЕЙКА" not in text


def test_summary_holds_no_words_of_other_perspectives(world: World) -> None:
    for number, perspective in enumerate((Perspective.MONITORING_BODY, Perspective.STATE)):
        record_from_source(
            world.items[0],
            organisation=world.organisations[4],
            perspective=perspective,
            dated="2017",
            done={"en": "The source says so."},
            remains={},
            document=world.document,
            place="p. 1",
            translation="draft",
            source_key=f"key-{number}",
            actor=world.actor("staff"),
            at=NOW,
        )
    assert rows(world.alliance)[0]["last_update_en"] == ""


@pytest.mark.parametrize(
    ("rights", "public"),
    [(TextRights.FREE, True), (TextRights.PERMISSION_GRANTED, True), (TextRights.PARAPHRASE_ONLY, False)],
)
def test_summary_has_official_wording_inside_and_where_the_public_may_read_it(
    world: World, rights: str, public: bool
) -> None:
    change(world.items[0].recommendation, wording="Teach everyone:\na) here\nb) there")
    another = make.RecommendationFactory(
        section=make.SectionFactory(document=make.DocumentFactory(code="another", position=1)), wording="Kept inside."
    )
    make.ItemFactory(alliance=world.alliance, recommendation=another)
    set_text_rights(world.document, rights, reason="The publisher wrote so.", actor=SYSTEM, at=NOW)

    inside = [row["wording"] for row in rows(world.alliance, internal=True)]
    outside = [row["wording"] for row in rows(world.alliance)]

    assert inside == ["Teach everyone:\na) here\nb) there", "", "", "Kept inside."]
    assert outside == [inside[0] if public else "", "", "", ""]


def test_summary_wording_passes_the_guards_of_each_format(world: World) -> None:
    change(world.items[0].recommendation, wording="=1+1\n- a list")
    change(world.items[1].recommendation, wording="ж" * 40_000)

    def written(form: str) -> bytes:
        return b"".join(FORMATS[form].chunks(summary(world.alliance, internal=True)))

    in_csv = list(csv.DictReader(io.StringIO(written("csv").decode("utf-8-sig"), newline="")))
    in_json = json.loads(written("json"))["items"]
    sheet = openpyxl.load_workbook(io.BytesIO(written("xlsx"))).active
    assert sheet is not None
    in_xlsx = [row[-1] for row in sheet.iter_rows(min_row=2)]
    assert [row["wording"] for row in in_csv] == ["'=1+1\n'- a list", "ж" * 40_000, ""]
    assert [row["wording"] for row in in_json] == ["=1+1\n- a list", "ж" * 40_000, ""]
    assert (in_xlsx[0].value, in_xlsx[0].data_type, in_xlsx[0].quotePrefix) == ("=1+1\n- a list", "s", True)
    assert in_xlsx[1].value == "ж" * (32_767 - 4) + " […]"


def test_summary_holds_no_other_alliance(world: World) -> None:
    assert {row["alliance"] for row in rows(world.alliance)} == {"home"}
    assert [row["url"] for row in rows(world.other_alliance)] == ["/abroad/items/doc/c-1/"]


def test_summary_of_the_only_alliance_has_short_addresses(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Alliance.objects, "count", lambda: 1)
    assert rows(world.alliance)[0]["url"] == "/items/doc/c-1/"


def test_summary_leads_to_pages_in_the_language_asked_for(world: World) -> None:
    assert rows(world.alliance, language="ru")[0]["url"] == "/ru/home/items/doc/c-1/"
    with translation.override("ru"):
        assert rows(world.alliance)[0]["url"] == "/home/items/doc/c-1/"


def test_summary_is_the_same_in_every_active_language(world: World) -> None:
    world.published()
    change(world.organisations[4], visibility="hidden")
    with translation.override("ru"):
        in_russian = rows(world.alliance)
    assert in_russian == rows(world.alliance)


def test_summary_leaves_out_archived_items_and_keeps_those_not_applicable(world: World) -> None:
    staff = world.actor("staff")
    archive_item(world.items[0], actor=staff, at=NOW, reason="Entered twice.")
    set_lifecycle(world.items[1], Lifecycle.NOT_APPLICABLE, reason={"en": "Another region."}, actor=staff, at=NOW)
    assert [(row["reference"], row["lifecycle"]) for row in rows(world.alliance)] == [
        ("C(2)", "not_applicable"),
        ("C(3)", "open"),
    ]


def test_summary_begun_before_an_act_shows_what_was(world: World) -> None:
    found = summary(world.alliance)
    world.published()
    assert next(iter(found.rows))[COLUMNS.index("level")] == "not_assessed"


def test_summary_asks_as_little_for_three_items_as_for_one(world: World, django_assert_num_queries: Any) -> None:
    for item in world.items:
        world.published(item)
    states = current(world.alliance, today=TODAY)
    # The keys, whether the alliance is the only one, the states, their evidence, where the two logs end.
    for some in (states.filter(item=world.items[0]), states):
        with django_assert_num_queries(6):
            found = list(table(some, world.alliance, today=TODAY).rows)
    assert len(found) == 3


def test_summary_tells_how_far_it_is(world: World) -> None:
    told: list[tuple[int, int]] = []
    rows(world.alliance, progress=lambda done, of: told.append((done, of)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_summary_writes_nothing(world: World) -> None:
    world.published()
    before = everything()
    rows(world.alliance, internal=True)
    assert everything() == before
