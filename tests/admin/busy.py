"""A workspace in which something waits on every list of the desk, for the tests of lists, numbers and rights."""

import datetime as dt

from tests import factories as make
from tests.conftest import LAW, NOW, World, content
from tests.importer.texts import REPORT
from tracker.actions.evidence import record_dead_link
from tracker.actions.items import assign_item, assign_items
from tracker.actions.progress import draft_update, publish_update, return_update, submit_update
from tracker.actions.requests import draft_request, send_request
from tracker.actions.safeguarding import take_down
from tracker.actions.sources import upload_document
from tracker.choices import Level, Role
from tracker.models import Item

TODAY = NOW.date()
DAY = dt.timedelta(days=1)
ASKED = "Is the register open yet?"
RETURNED = "Link to the law itself."


def make_busy(world: World) -> None:
    """Put one row and more on every list of the first organisation, of its reviewers, of a lead and of the staff.

    lena leads safeguarding; sam holds every role and is of the installation's staff too.
    """
    people = {"lena": (world.organisations[1], [Role.SAFEGUARDING]), "sam": (world.organisations[0], list(Role))}
    for name, (organisation, roles) in people.items():
        world.users[name] = make.UserFactory(username=name, first_name=name.title(), is_superuser=name == "sam")
        for role in roles:
            make.MembershipFactory(
                alliance=world.alliance, user=world.users[name], organisation=organisation, role=role
            )
    _our_own(world)
    _of_others(world)
    upload_document(REPORT.encode(), "report.txt", actor=world.actor("root"), at=NOW)


def another_item(world: World) -> Item:
    """Return one more item of the first alliance, of a point of its own."""
    section = world.items[0].recommendation.section
    point = make.RecommendationFactory(section=section)
    item: Item = make.ItemFactory(alliance=world.alliance, recommendation=point, duty_bearer=world.alliance.duty_bearer)
    return item


def _our_own(world: World) -> None:
    """Give the first organisation items and updates that are late, lost, asked for, returned and begun."""
    staff, anna, first = world.actor("staff"), world.actor("anna"), world.organisations[0]
    late, soon, asked = world.items
    assign_item(late, owner=first, update_due_on=TODAY - DAY, actor=staff, at=NOW)
    assign_item(soon, owner=first, update_due_on=TODAY + DAY, actor=staff, at=NOW)
    assign_items([(asked, asked.version)], owner=first, ask=ASKED, actor=staff, at=NOW)
    world.draft(fresh(late))
    back = world.submitted(fresh(soon))
    return_update(back, reason=RETURNED, actor=world.actor("boris"), at=NOW)
    disputed = another_item(world)
    lost = world.published(disputed).evidence.get()
    state = content(perspective="state", level=Level.IMPLEMENTED, evidence=(lost,), new_evidence=())
    claim = submit_update(draft_update(fresh(disputed), state, actor=anna, at=NOW), actor=anna, at=NOW)
    publish_update(claim, actor=world.actor("boris"), at=NOW)
    assign_item(fresh(disputed), owner=first, verify_by=TODAY - DAY, actor=staff, at=NOW)
    record_dead_link(lost, since=TODAY, archived_address="", actor=anna, at=NOW)
    letter = draft_request(
        late, world.organisations[4], subject="A question", letter="Please say.", language="en", actor=anna, at=NOW
    )
    send_request(letter, sent_on=TODAY - 40 * DAY, due_on=TODAY - DAY, actor=anna, at=NOW)


def _of_others(world: World) -> None:
    """Let two updates of the second organisation wait for review, and one published be taken down."""
    world.submitted(another_item(world), by="boris")
    world.submitted(another_item(world), by="boris", level="", new_evidence=(LAW,))
    seen = world.published(another_item(world), by="boris", reviewer="clara")
    take_down(seen, reason="Look at this again.", actor=world.actor("staff"), at=NOW)


def fresh(record: Item) -> Item:
    """Return the item as it is stored now."""
    return Item.objects.get(pk=record.pk)
