"""What each person sees of a workspace, and what waits for them."""

import datetime as dt

import pytest
from django.db import transaction

from tests import factories as make
from tests.conftest import LAW, NOW, STUDY, World, content
from tracker.actions.items import assign_item, assign_items, set_lifecycle
from tracker.actions.progress import edit_draft, publish_update, return_update
from tracker.actions.requests import answer_request, draft_request, send_request, withdraw_request
from tracker.actions.safeguarding import release_hold, take_down
from tracker.choices import Flag, Level, ReviewRule, Visibility
from tracker.errors import NotAllowed, WrongState
from tracker.models import (
    ComponentAssessment,
    Document,
    DocumentImport,
    Evidence,
    HistoryEntry,
    Item,
    Request,
    Section,
    Update,
)
from tracker.queries.access import evidence_for, visible_to
from tracker.queries.desk import Desk
from tracker.queries.items import today
from tracker.queries.progress import is_level_changed


def desk(world: World, name: str) -> Desk:
    return Desk(world.actor(name), world.alliance, today(world.alliance, NOW))


def test_members_see_their_own_alliance_only(world: World) -> None:
    assert list(visible_to(world.actor("anna"), Item)) == world.items
    assert list(visible_to(world.actor("eve", world.other_alliance), Item)) == [world.other_item]
    assert list(visible_to(world.actor("eve"), Item)) == []
    assert list(visible_to(world.actor("root"), Item)) == []
    assert list(visible_to(world.actor("root"), Document)) == [world.document]


def test_table_that_the_workspace_does_not_show_has_no_rule(world: World) -> None:
    with pytest.raises(KeyError):
        visible_to(world.actor("root"), Section)


def test_draft_and_its_evidence_are_seen_by_its_own_organisation(world: World) -> None:
    make.ComponentFactory(recommendation=world.items[0].recommendation, letter="a")
    update = world.draft(components={"a": "met"})
    assert list(visible_to(world.actor("olga"), Update)) == [update]
    assert list(visible_to(world.actor("olga"), Evidence)) == list(update.evidence.all())
    for name in ("boris", "staff", "eve", "root"):
        assert not visible_to(world.actor(name), Update).exists()
        assert not visible_to(world.actor(name), Evidence).exists()
        assert not evidence_for(world.items[0], world.actor(name)).exists()
    told = visible_to(world.actor("staff"), HistoryEntry).values_list("object_uuid", flat=True)
    assert world.items[0].uuid in told
    hidden = {update.uuid, update.evidence.get().uuid, ComponentAssessment.objects.get().uuid}
    assert not hidden & set(told)


def test_evidence_taken_off_a_draft_is_in_nobodys_sight(world: World) -> None:
    update = world.draft()
    taken = update.evidence.get()
    edit_draft(update, content(new_evidence=()), actor=world.actor("anna"), at=NOW)

    for name in ("anna", "boris", "staff", "eve", "root"):
        assert not visible_to(world.actor(name), Evidence).exists()
    assert taken.uuid not in visible_to(world.actor("staff"), HistoryEntry).values_list("object_uuid", flat=True)


def test_returned_update_stays_in_sight_of_its_reviewers(world: World) -> None:
    update = world.submitted()
    return_update(update, reason="Link to the law.", actor=world.actor("boris"), at=NOW)
    assert list(visible_to(world.actor("clara"), Update)) == [update]


def test_organisations_are_those_of_the_alliance_and_those_named_by_everyone(world: World) -> None:
    make.OrganisationFactory(code="ministry", kind="state_body")
    make.OrganisationFactory(code="secret", visibility=Visibility.HIDDEN)
    seen = {row.code for row in visible_to(world.actor("anna"), type(world.organisations[0]))}
    assert seen == {"first", "second", "third", "the-state", "ministry"}


def test_history_is_for_staff_of_the_alliance_and_of_the_installation(world: World) -> None:
    assert {entry.log for entry in visible_to(world.actor("staff"), HistoryEntry)} == {str(world.alliance.uuid)}
    assert {entry.log for entry in visible_to(world.actor("root"), HistoryEntry)} == {"installation"}
    assert not visible_to(world.actor("anna"), HistoryEntry).exists()


def test_our_lists_hold_what_our_organisation_owns(world: World) -> None:
    day = dt.date(2026, 3, 2)
    staff = world.actor("staff")
    dues = [day - dt.timedelta(days=1), day + dt.timedelta(days=30), day + dt.timedelta(days=31)]
    for item, due in zip(world.items, dues, strict=True):
        assign_item(item, owner=world.organisations[0], update_due_on=due, actor=staff, at=NOW)
    mine, theirs = desk(world, "anna"), desk(world, "boris")
    assert list(mine.overdue()) == [world.items[0]]
    assert list(mine.due_soon()) == [world.items[1]]
    assert not theirs.overdue().exists()
    assert not theirs.due_soon().exists()


def test_stale_and_unowned_are_the_flags_of_today(world: World) -> None:
    world.published()
    first = world.items[0]
    staff = world.actor("staff")
    assign_item(first, owner=world.organisations[0], verify_by=dt.date(2026, 3, 1), actor=staff, at=NOW)
    assert list(desk(world, "anna").stale()) == [first]
    assert list(desk(world, "staff").unowned()) == world.items[1:]
    assert list(desk(world, "staff").flagged(Flag.STALE)) == [first]


def test_asked_for_are_our_own_open_items_and_unanswered_all_of_the_alliance(world: World) -> None:
    staff = world.actor("staff")
    asked, theirs, gone = world.items
    for item, owner in ((asked, 0), (theirs, 1), (gone, 0)):
        assign_items([(item, 1)], owner=world.organisations[owner], ask="News?", actor=staff, at=NOW)
    set_lifecycle(gone, "not_applicable", reason={"en": "Elsewhere."}, actor=staff, at=NOW)
    assert list(desk(world, "anna").asked()) == [asked]
    assert list(desk(world, "boris").asked()) == [theirs]
    assert list(desk(world, "staff").asked()) == []
    assert list(desk(world, "staff").unanswered()) == [asked, theirs]


def test_letters_are_due_until_an_answer_comes_or_nobody_waits(world: World) -> None:
    anna, day = world.actor("anna"), NOW.date()
    state = world.organisations[4]

    def sent(due: dt.date) -> Request:
        text = {"subject": "A question", "letter": "Please say.", "language": "en"}
        letter = draft_request(world.items[0], state, actor=anna, at=NOW, **text)
        return send_request(letter, sent_on=dt.date(2026, 1, 1), due_on=due, actor=anna, at=NOW)

    late, older, answered, given_up, put_aside = (sent(day - dt.timedelta(days=n)) for n in (1, 2, 3, 4, 5))
    sent(day)
    answer_request(answered, quality="partial", answered_on=day, actor=anna, at=NOW)
    answer_request(given_up, quality="none", answered_on=None, actor=anna, at=NOW)
    withdraw_request(put_aside, reason="Sent in error.", actor=anna, at=NOW)
    assert list(desk(world, "olga").letters_due()) == [older, late]
    assert list(desk(world, "boris").letters_due()) == []


def test_held_waits_for_a_lead_then_for_a_second_person_and_never_for_the_author(world: World) -> None:
    world.users["lena"] = make.UserFactory(username="lena")
    for name, organisation in (("anna", 0), ("lena", 1)):
        make.MembershipFactory(
            alliance=world.alliance,
            user=world.users[name],
            organisation=world.organisations[organisation],
            role="safeguarding",
        )
    hold = take_down(world.published(), reason="Look.", actor=world.actor("staff"), at=NOW)

    def waits() -> list[str]:
        return [name for name in ("anna", "olga", "boris", "staff", "lena", "eve") if desk(world, name).held().exists()]

    assert waits() == ["lena"]
    hold = release_hold(hold, reason="Fine.", actor=world.actor("lena"), at=NOW)
    assert waits() == ["olga", "boris", "staff"]
    release_hold(hold, reason="Fine.", actor=world.actor("boris"), at=NOW)
    assert waits() == []


def test_drafts_and_returned_are_our_own(world: World) -> None:
    draft = world.draft()
    returned = world.submitted(world.items[1])
    return_update(returned, reason="Link to the law.", actor=world.actor("boris"), at=NOW)
    world.draft(world.items[2], by="boris")
    assert list(desk(world, "olga").drafts()) == [draft]
    assert list(desk(world, "olga").returned()) == [returned]


def test_latest_comes_first(world: World) -> None:
    older = world.published()
    newer = world.published(world.items[1], at=NOW + dt.timedelta(hours=1))
    assert list(desk(world, "clara").latest()) == [newer, older]


@pytest.mark.parametrize("rule", ReviewRule.values)
@pytest.mark.parametrize(
    "values",
    [
        {"level": Level.UNDER_WAY},
        {"level": ""},
        {"level": Level.NOT_ASSESSED},
        {"level": Level.UNDER_WAY, "perspective": "state"},
        {"level": "", "closes_item": True},
        {"level": Level.IMPLEMENTED, "new_evidence": (LAW, STUDY)},
    ],
    ids=["level", "no level", "same level", "other perspective", "closing", "implemented"],
)
def test_review_list_agrees_with_who_may_publish(world: World, rule: str, values: dict[str, object]) -> None:
    type(world.alliance).objects.filter(pk=world.alliance.pk).update(review_rule=rule)
    world.alliance.refresh_from_db()
    update = world.submitted(type(world.items[0]).objects.get(pk=world.items[0].pk), **values)
    for reviewer in ("boris", "clara"):
        update.refresh_from_db()
        for name in ("anna", "olga", "boris", "clara", "staff", "root"):
            assert desk(world, name).may_publish(update) == publishes(world, update, name), name
        if update.state != "published":
            publish_update(update, actor=world.actor(reviewer), at=NOW, independence_note="They differ.")


@pytest.mark.parametrize(
    ("values", "moves"),
    [
        ({"level": Level.UNDER_WAY}, True),
        ({"level": Level.NOT_ASSESSED}, False),
        ({"level": ""}, False),
        ({"level": "", "closes_item": True}, True),
        ({"level": Level.UNDER_WAY, "perspective": "state"}, True),
        ({"level": "", "perspective": "state"}, False),
    ],
)
def test_what_changes_a_level_or_closes_is_listed_apart(world: World, values: dict[str, object], moves: bool) -> None:
    update = world.submitted(**values)
    mine = desk(world, "clara")
    assert (is_level_changed(update, update.item) or update.closes_item) == moves
    assert list(mine.review_levels()) == [update] * moves
    assert list(mine.review_others()) == [update] * (not moves)


def publishes(world: World, update: Update, name: str) -> bool:
    """Tell whether the action lets `name` publish, without keeping what it wrote."""
    point = transaction.savepoint()
    try:
        publish_update(update, actor=world.actor(name), at=NOW, independence_note="They differ.")
    except (NotAllowed, WrongState):
        return False
    finally:
        transaction.savepoint_rollback(point)
    return True


def test_level_changes_by_the_alliances_own_new_word_or_another_perspective(world: World) -> None:
    update = world.draft()
    assert is_level_changed(update, update.item)
    update.level = Level.NOT_ASSESSED
    assert not is_level_changed(update, update.item)
    update.perspective = "state"
    assert is_level_changed(update, update.item)
    update.level = ""
    assert not is_level_changed(update, update.item)


def test_source_that_a_document_cites_is_seen_with_its_history_in_its_own_alliance(world: World) -> None:
    source = make.EvidenceFactory(alliance=world.alliance, cited_in=world.document, note=1)
    plain = make.EvidenceFactory(alliance=world.alliance)

    for name in ("anna", "boris", "staff"):
        assert list(visible_to(world.actor(name), Evidence)) == [source]
    for actor in (world.actor("eve", world.other_alliance), world.actor("eve"), world.actor("root")):
        assert not visible_to(actor, Evidence).exists()
    told = set(visible_to(world.actor("staff"), HistoryEntry).values_list("object_uuid", flat=True))
    assert {source.uuid, plain.uuid} & told == {source.uuid}
    assert not visible_to(world.actor("anna"), HistoryEntry).exists()


def test_imports_are_the_installations_staffs_alone(world: World) -> None:
    batch = make.RecordFactory._create(DocumentImport, file_name="a.txt", size=1, sha256="0" * 64, layout="x")

    assert list(visible_to(world.actor("root"), DocumentImport)) == [batch]
    for name in ("anna", "staff", "eve"):
        assert not visible_to(world.actor(name), DocumentImport).exists()
