"""The list of items and the page of one: what is public, all of it, and nothing else."""

import datetime as dt
import re
from typing import Any

import pytest
from django.http import QueryDict

from tests import factories as make
from tests.conftest import LAW, NOW, STUDY, World, content
from tests.web.conftest import Reader
from tracker.actions.evidence import NewEvidence, record_dead_link
from tracker.actions.history import Act
from tracker.actions.items import archive_item, assign_item, exclude_component, set_lifecycle
from tracker.actions.progress import correct_update, publish_update, submit_update
from tracker.actions.statements import add_bearing, record_from_source
from tracker.choices import (
    ComponentVerdict,
    EvidenceKind,
    Level,
    Lifecycle,
    Perspective,
    RecommendationKind,
    Visibility,
)
from tracker.filters import filter_states
from tracker.models import Bearing, Item, Update
from tracker.permissions import SYSTEM
from tracker.web.items import PER_PAGE

ITEMS = "/home/items/"
ITEM = "/home/items/doc/c-1/"


def listed(html: str) -> list[str]:
    """Return the references in the table of a list."""
    return re.findall(r'<th scope="row"[^>]*>\s*<span class="reference">([^<]*)</span>', html)


def from_source(world: World, item: Item, **values: Any) -> Update:
    defaults: dict[str, Any] = {
        "organisation": world.organisations[4],
        "perspective": Perspective.STATE,
        "dated": "2017-10-24",
        "done": {"en": "The State says a law was adopted.", "ru": "Государство сообщает о законе."},
        "remains": {},
        "document": world.document,
        "place": "question 5, line 120",
        "translation": "draft",
        "source_key": f"key-{item.pk}",
        "actor": SYSTEM,
        "at": NOW,
    }
    return record_from_source(item, **(defaults | values))


def follow(world: World, number: int, **values: Any) -> Item:
    point = make.RecommendationFactory(
        section=world.items[0].recommendation.section, position=10 + number, reference=f"N-{number}", **values
    )
    item: Item = make.ItemFactory(alliance=world.alliance, recommendation=point)
    return item


# --- The list


def test_list_shows_items_in_order_with_level_owner_and_flags(world: World, reader: Reader) -> None:
    assign_item(world.items[0], actor=world.actor("staff"), at=NOW, owner=world.organisations[0])
    world.published(world.items[0], verify_by=dt.date(2026, 3, 1))

    html, text = reader.html(ITEMS), reader.text(ITEMS)

    assert listed(html) == ["C(1)", "C(2)", "C(3)"]
    assert "3 items" in text
    assert (
        "C(1) Title of C(1) Short doc Prevention Under way since 2 March 2026 "
        "Organisation first Past its verification date" in text
    )
    assert "C(2) Title of C(2) Short doc Prevention Not yet assessed Nobody yet None" in text


def test_list_is_in_russian_below_ru(world: World, reader: Reader) -> None:
    text = reader.text("/ru/home/items/")

    assert "Title of C(1) (по-русски)" in text


def test_list_of_one_alliance_shows_nothing_of_another(world: World, reader: Reader) -> None:
    world.published(world.items[0])

    assert listed(reader.html("/abroad/items/")) == ["C(1)"]
    assert "Under way since" not in reader.text("/abroad/items/")


def test_list_leaves_archived_items_out(world: World, reader: Reader) -> None:
    archive_item(world.items[0], actor=world.actor("staff"), at=NOW, reason="Entered twice.")

    assert listed(reader.html(ITEMS)) == ["C(2)", "C(3)"]
    assert reader.status(ITEM) == 404


def test_list_keeps_to_its_filters_and_hands_them_to_the_downloads(world: World, reader: Reader) -> None:
    world.published(world.items[0])

    html = reader.html(f"{ITEMS}?level=under_way&document=doc&page=1")

    assert listed(html) == ["C(1)"]
    for form in ("csv", "xlsx", "json"):
        assert f'href="/home/items.{form}?level=under_way&amp;document=doc"' in html
    assert re.search(r'value="under_way"[^>]*checked', html)
    assert '<option value="doc" selected>' in html


def test_list_finds_cyrillic_words_in_any_case(world: World, reader: Reader) -> None:
    follow(world, 1, title={"ru": "Дети, пострадавшие от торговли"})

    assert listed(reader.html(f"{ITEMS}?words=ПОСТРАДАВШИЕ+дети")) == ["N-1"]


def test_list_says_what_is_wrong_with_a_filter_and_shows_no_list(world: World, reader: Reader) -> None:
    wrong = f"{ITEMS}?level=done"
    html, text = reader.html(wrong, status=400), reader.text(wrong, status=400)

    assert listed(html) == []
    assert "Level: Select a valid choice. done is not one of the available choices." in text
    assert "0 items" not in text
    assert ".csv" not in html


def test_list_says_so_where_nothing_fits(world: World, reader: Reader) -> None:
    text = reader.text(f"{ITEMS}?words=absent")

    assert "0 items" in text
    assert "No item fits all of these filters." in text


def test_list_escapes_what_it_is_asked(world: World, reader: Reader) -> None:
    html = reader.html(f"{ITEMS}?words=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&level=%3Cscript%3E", status=400)

    assert "<script" not in html


def test_list_comes_in_pages_that_keep_the_filters(world: World, reader: Reader) -> None:
    for number in range(PER_PAGE):
        follow(world, number)

    first, second = reader.html(f"{ITEMS}?area=prevention"), reader.html(f"{ITEMS}?area=prevention&page=2")

    assert (len(listed(first)), len(listed(second))) == (PER_PAGE, 3)
    assert 'rel="next" href="?area=prevention&amp;page=2"' in first
    assert 'rel="prev" href="?area=prevention&amp;page=1"' in second
    assert "Page 2 of 2" in second
    assert listed(reader.html(f"{ITEMS}?page=99&area=prevention")) == listed(second)


@pytest.mark.parametrize("more", [0, 2])
def test_list_takes_the_same_queries_whatever_the_number_of_items(
    world: World, reader: Reader, more: int, django_assert_num_queries: Any
) -> None:
    for number in range(more):
        item = follow(world, number)
        assign_item(item, actor=world.actor("staff"), at=NOW, owner=world.organisations[number])
        world.published(item)

    # The alliances, this one, sections, owners, how many, the items.
    with django_assert_num_queries(7):
        assert len(listed(reader.html(ITEMS))) == 3 + more


def test_list_shows_what_the_filters_leave(world: World, reader: Reader) -> None:
    world.published(world.items[1])
    for query in ("", "level=not_assessed", "flag=unowned", "words=summary+3", "section=doc.I&level=under_way"):
        _found, states = filter_states(world.alliance, QueryDict(query), dt.date(2026, 3, 2))
        expected = [state.item.recommendation.reference for state in states]
        assert listed(reader.html(f"{ITEMS}?{query}")) == expected


@pytest.mark.parametrize("visibility", [Visibility.ROLE_ONLY, Visibility.HIDDEN])
def test_list_hides_an_owner_that_must_not_be_named(world: World, reader: Reader, visibility: Visibility) -> None:
    shelter = make.OrganisationFactory(code="canary", name=make.texts("Canary Shelter"), visibility=visibility)
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(world.items[0]), owner=shelter)

    for address in (ITEMS, ITEM, "/home/", "/home/documents/doc/", "/ru/home/items/doc/c-1/"):
        assert "canary" not in reader.html(address).lower(), address
    assert ("NGO" if visibility == Visibility.ROLE_ONLY else "A member organisation") in reader.text(ITEMS)


# --- One item


def test_item_says_what_was_asked_and_where(world: World, reader: Reader) -> None:
    item = follow(world, 1, line=668, page="42", deadline="2013", deadline_last_day=dt.date(2013, 12, 31))

    text = reader.text(f"/home/items/doc/{item.recommendation.slug}/")

    assert "N-1 Title of N-1" in text
    assert "Summary of N-1." in text
    assert "page 42, line 668 of the scanned text" in text
    assert "Heading in the source A heading" in text
    assert "Deadline in the source 2013" in text
    assert "Deadline passed" in text
    assert "28 November 2008" in text


def test_item_says_that_a_translation_is_a_draft_where_it_is_one(world: World, reader: Reader) -> None:
    reviewed = follow(world, 1, translation="reviewed")

    notice = "translation-note"
    assert notice in reader.html("/ru" + ITEM)
    assert notice not in reader.html(ITEM)
    assert notice not in reader.html(f"/ru/home/items/doc/{reviewed.recommendation.slug}/")


def test_item_shows_its_level_with_what_it_rests_on(world: World, reader: Reader) -> None:
    accessed = NewEvidence(
        kind=EvidenceKind.LAW,
        title="Law No. 38",
        publisher="Official gazette",
        address="https://www.gazette.example.org/38",
        page="article 4",
        published_on="2025-05",
        accessed_on=dt.date(2026, 2, 1),
        archived_address="https://archive.example.org/38",
    )
    update = world.published(world.items[0], new_evidence=(accessed,))

    html, text = reader.html(ITEM), reader.text(ITEM)

    assert "At this level since 2 March 2026" in text
    assert "Verify again by 2 March 2027" in text
    assert "What “Under way” means At least one measure is being carried out." in text
    assert 'href="/method/#under_way"' in html
    assert "Grade 2." in text
    assert "Law or other legal act · Official gazette · article 4 · published May 2025 · read 1 February 2026" in text
    assert '<a href="https://www.gazette.example.org/38" rel="noopener nofollow external">Law No. 38</a>' in html
    assert '<a href="https://archive.example.org/38" rel="noopener nofollow external">archived copy</a>' in html
    assert f'id="update-{update.pk}"' in html


def test_item_says_since_when_a_link_is_dead(world: World, reader: Reader) -> None:
    update = world.published(world.items[0])
    record_dead_link(update.evidence.get(), since=dt.date(2026, 2, 3), actor=world.actor("anna"), at=NOW)

    text = reader.text(ITEM)

    assert "the link has not worked since 3 February 2026" in text
    assert "Evidence lost" in text


def test_item_without_a_word_of_the_alliance_says_so(world: World, reader: Reader) -> None:
    text = reader.text(ITEM)

    assert "The alliance has published no assessment of this item yet." in text
    assert "Nothing has been published on this item yet." in text
    assert "No member organisation yet" in text


def test_item_shows_nothing_that_is_not_published(world: World, reader: Reader) -> None:
    world.draft(world.items[0], done={"en": "CANARY draft"}, search_note={"en": "CANARY note"})
    world.submitted(world.items[0], by="boris", done={"en": "CANARY submitted"}, ask_next={"en": "CANARY next"})
    assign_item(
        world.items[0], actor=world.actor("staff"), at=NOW, update_due_on=dt.date(2031, 7, 9), reason="CANARY why"
    )

    for address in (ITEM, "/ru" + ITEM, ITEMS, "/home/", "/home/organisations/first/", "/home/documents/doc/"):
        html = reader.html(address)
        assert "CANARY" not in html, address
        assert "2031" not in html, address
        assert "Update overdue" not in html, address


def test_item_never_names_people(world: World, reader: Reader) -> None:
    world.published(world.items[0])

    html = reader.html(ITEM)

    for user in world.users.values():
        assert user.get_full_name() not in html


def test_item_shows_each_perspectives_latest_word(world: World, reader: Reader) -> None:
    world.published(world.items[0], done={"en": "First word."})
    world.published(world.items[0], done={"en": "Latest word."}, at=NOW + dt.timedelta(days=1))
    from_source(world, world.items[0])

    voices = re.findall(r'<article class="voice">(.*?)</article>', reader.html(ITEM), re.DOTALL)

    assert len(voices) == 2
    assert "Latest word." in voices[0]
    assert "First word." not in voices[0]
    assert "The State says a law was adopted." in voices[1]
    assert "Proposes no level" in voices[1]


def test_item_labels_what_comes_from_a_source_with_its_date_and_place(world: World, reader: Reader) -> None:
    from_source(world, world.items[0])

    text = reader.text(ITEM)

    assert "Source of 24 October 2017, recorded here 2 March 2026 From the source" in text
    assert "Place in the source Short doc, question 5, line 120" in text
    assert "State · Organisation the-state" in text


def test_item_says_who_recorded_another_perspective(world: World, reader: Reader) -> None:
    world.published(world.items[0], perspective=Perspective.STATE)

    assert "State · recorded by Organisation first" in reader.text(ITEM)


def test_item_lists_its_timeline_latest_first_with_who_and_what(world: World, reader: Reader) -> None:
    world.published(
        world.items[0],
        period_from="2025-09",
        remains={"en": "Two centres are missing."},
        ask_next={"en": "Fund them."},
    )
    world.published(world.items[0], at=NOW + dt.timedelta(days=3), done={"en": "A fourth centre opened."})

    text = reader.text(ITEM)
    timeline = text[text.index("Timeline") :]

    assert timeline.index("A fourth centre opened.") < timeline.index("The ministry opened three centres.")
    assert "Period September 2025 – February 2026" in timeline
    assert "Reviewed by Organisation second" in timeline
    assert "What remains Two centres are missing." in timeline
    assert "What we ask next Fund them." in timeline


def test_item_points_from_a_correction_and_back(world: World, reader: Reader) -> None:
    first = world.published(world.items[0])
    draft = correct_update(
        first, content(done={"en": "It was two centres."}), actor=world.actor("anna"), at=NOW + dt.timedelta(days=1)
    )
    submit_update(draft, actor=world.actor("anna"), at=NOW + dt.timedelta(days=1))
    assert "Corrected by" not in reader.text(ITEM)

    second = publish_update(draft, actor=world.actor("boris"), at=NOW + dt.timedelta(days=2))

    html = reader.html(ITEM)
    assert f'<a href="#update-{second.pk}">Corrected by the update of' in html
    assert f'<a href="#update-{first.pk}">This corrects an earlier update' in html


def test_item_lists_its_parts_with_verdicts_and_reasons(world: World, reader: Reader) -> None:
    item = world.items[0]
    for letter in "ab":
        make.ComponentFactory(recommendation=item.recommendation, letter=letter, required=letter == "a")
    excluded = item.recommendation.components.get(letter="b")
    exclude_component(item, excluded, reason={"en": "Another region."}, actor=world.actor("staff"), at=NOW)
    world.published(item, level=Level.PARTLY_IMPLEMENTED, components={"a": ComponentVerdict.PARTLY_MET})

    text = reader.text(ITEM)

    assert "a) Part a Process (practice) Partly met" in text
    assert "b) Part b encouraged, not required Process (practice) Not applicable Another region." in text


def test_item_shows_what_other_items_say_about_it(world: World, reader: Reader) -> None:
    update = from_source(world, world.items[1])
    add_bearing(update, world.items[0], reason={"en": "It names the same law."}, actor=SYSTEM, at=NOW)
    draft = world.draft(world.items[2], done={"en": "CANARY"})
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:  # past the act that would refuse it
        reason = {"en": "CANARY reason"}
        act.add(Bearing(alliance=world.alliance, update=draft, item=world.items[0], reason=reason))

    here, there = reader.html(ITEM), reader.text("/home/items/doc/c-2/")

    assert f'href="/home/items/doc/c-2/#update-{update.pk}"' in here
    assert "Why it bears on this: It names the same law." in reader.text(ITEM)
    assert "CANARY" not in here
    assert "This also says something about Short doc, C(1): Title of C(1). It names the same law." in there


def test_item_names_owner_contributors_and_duty_bearer(world: World, reader: Reader) -> None:
    first, second = world.organisations[:2]
    assign_item(world.items[0], actor=world.actor("staff"), at=NOW, owner=first, contributors=[second])

    html = reader.html(ITEM)

    for code in ("first", "second", "the-state"):
        assert f'<a href="/home/organisations/{code}/">Organisation {code}</a>' in html


def test_item_that_does_not_apply_gives_the_reason(world: World, reader: Reader) -> None:
    set_lifecycle(
        world.items[0],
        Lifecycle.NOT_APPLICABLE,
        reason=make.texts("A treaty of another region."),
        actor=world.actor("staff"),
        at=NOW,
    )

    assert "Not applicable: A treaty of another region." in reader.text(ITEM)
    assert "C(1) Title of C(1) Short doc Prevention Not applicable" in reader.text(ITEMS)


def test_item_of_an_ngos_duty_is_a_self_assessment(world: World, reader: Reader) -> None:
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(world.items[0]), duty_bearer=world.organisations[0])

    assert "Self-assessment" in reader.text(ITEM)
    assert "Self-assessment" not in reader.text("/home/items/doc/c-2/")


def test_question_holds_replies_and_shows_no_level(world: World, reader: Reader) -> None:
    item = follow(world, 1, kind=RecommendationKind.QUESTION)
    from_source(world, item)

    text = reader.text(f"/home/items/doc/{item.recommendation.slug}/")

    assert "They never carry a level and are never counted." in text
    assert "Not yet assessed" not in text
    assert "The State says a law was adopted." in text
    assert "Replies only, no level" in reader.text(ITEMS)


def test_item_gives_its_history_in_words(world: World, reader: Reader) -> None:
    assign_item(world.items[0], actor=world.actor("staff"), at=NOW, owner=world.organisations[0])
    world.published(world.items[0])

    text = reader.text(ITEM)
    history = text[text.index("History of this record") :]

    assert "Update published" in history
    assert "level: Not yet assessed → Under way" in history
    assert "owner: – → Organisation first" in history


def test_item_that_needs_two_reviewers_stays_as_it_was_after_the_first(world: World, reader: Reader) -> None:
    update = world.published(world.items[0], level=Level.IMPLEMENTED, new_evidence=(LAW, STUDY), done={"en": "CANARY"})
    assert "CANARY" not in reader.html(ITEM)

    publish_update(update, actor=world.actor("clara"), at=NOW)

    assert "Implemented" in reader.text(ITEM)
    assert "Reviewed by Organisation second; Organisation third" in reader.text(ITEM)


def test_item_escapes_what_people_wrote(world: World, reader: Reader) -> None:
    world.published(world.items[0], done={"en": "<script>alert(1)</script>", "ru": "<b>жирно</b>"})

    for address in (ITEM, "/ru" + ITEM, "/home/", "/home/organisations/first/"):
        html = reader.html(address)
        assert "<script" not in html
        assert "<b>жирно" not in html


@pytest.mark.parametrize(
    "address",
    ["/home/items/doc/c-9/", "/home/items/other/c-1/", "/abroad/items/doc/c-2/", "/home/items/doc/C%281%29/"],
)
def test_item_that_is_not_there_is_not_found(world: World, reader: Reader, address: str) -> None:
    assert reader.status(address) == 404


@pytest.mark.parametrize("more", [0, 2])
def test_item_takes_the_same_queries_whatever_the_number_of_updates(
    world: World, reader: Reader, more: int, django_assert_num_queries: Any
) -> None:
    make.ComponentFactory(recommendation=world.items[0].recommendation)
    for number in range(1 + more):
        update = world.published(world.items[0], at=NOW + dt.timedelta(days=number))
        add_bearing(update, world.items[1], reason={"en": "Same law."}, actor=SYSTEM, at=NOW)
        other = from_source(world, world.items[1], source_key=f"k{number}")
        add_bearing(other, world.items[0], reason={"en": "Same law."}, actor=SYSTEM, at=NOW)

    # Alliances 2, heads, item, state, updates 8, parts 2, bearings, contributors, documents, relations, history 5.
    with django_assert_num_queries(25):
        reader.html(ITEM)


# --- What was corrected, and what left the catalogue


def test_item_says_at_the_level_that_its_update_was_corrected(world: World, reader: Reader) -> None:
    first = world.published(world.items[0])
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        later = act.add(
            Update(
                alliance=world.alliance,
                item=world.items[0],
                organisation=first.organisation,
                author=world.users["anna"],
                period_to="2026-02",
                done={"en": "It was not so."},
                state="published",
                publisher=world.users["boris"],
                publisher_organisation=world.organisations[1],
                published_at=NOW + dt.timedelta(days=3),
                corrects=first,
            )
        )

    section = re.search(r"<h2>Evidence that the level rests on</h2>(.*?)</section>", reader.html(ITEM), re.DOTALL)

    assert section is not None
    assert f'<a href="#update-{later.pk}">Corrected by the update of <time datetime="2026-03-05">' in section[1]


def test_no_page_leads_to_a_point_that_left_the_catalogue(world: World, reader: Reader) -> None:
    here, away = world.items[:2]
    update = world.published(here)
    add_bearing(update, away, reason={"en": "It speaks of both."}, actor=SYSTEM, at=NOW)
    other = world.published(away)
    add_bearing(other, here, reason={"en": "It speaks of both."}, actor=SYSTEM, at=NOW)
    gone = "/home/items/doc/c-2/"
    pages = ("/home/", ITEM, "/home/organisations/first/", ITEMS, "/home/documents/doc/")
    for page in pages[:3]:
        assert gone in reader.html(page), page

    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(away.recommendation, archived_on=NOW.date())

    assert reader.status(gone) == 404
    for page in pages:
        assert gone not in reader.html(page), page
