"""Records of every table, with their owners: an organisation's own, another organisation's, another alliance's."""

from typing import Any

from tests import factories as make
from tests.conftest import NOW, World, content
from tests.importer.texts import REPORT
from tracker.actions.evidence import NewEvidence
from tracker.actions.invitations import invite
from tracker.actions.progress import draft_update, edit_draft, publish_update, return_update, submit_update
from tracker.actions.redactions import propose_redaction
from tracker.actions.requests import draft_request, send_request
from tracker.actions.safeguarding import take_down
from tracker.actions.sources import preview_of, upload_document
from tracker.choices import Role
from tracker.importer.verdicts import key
from tracker.models import HistoryEntry, Hold, Request, Update
from tracker.queries.digests import pause_token

MARK = "CANARY"
FLAGGED = {"en": "Write to the family of the girl at her.mother@example.com."}


def add_leads(world: World) -> None:
    """Let lena lead safeguarding at home, and eve do so abroad beside all else that she does there."""
    world.users["lena"] = make.UserFactory(username="lena", first_name="Lena")
    for name, alliance, organisation in (("lena", world.alliance, 2), ("eve", world.other_alliance, 3)):
        make.MembershipFactory(
            alliance=alliance,
            user=world.users[name],
            organisation=world.organisations[organisation],
            role=Role.SAFEGUARDING,
        )


def letter(world: World, *, by: str, sent: bool = False, subject: str = "Schools") -> Request:
    """Return a letter of somebody's organisation, sent or still a draft."""
    alliance, item = (world.other_alliance, world.other_item) if by == "eve" else (world.alliance, world.items[0])
    who: dict[str, Any] = {"actor": world.actor(by, alliance), "at": NOW}
    draft = draft_request(
        item, world.organisations[4], subject=subject, letter=f"{subject}: what was done?", language="en", **who
    )
    return send_request(draft, sent_on=NOW.date(), due_on=NOW.date(), **who) if sent else draft


def last_entry(log: Any, **about: Any) -> HistoryEntry:
    """Return the entry that a log got last, about a record where one is named."""
    return HistoryEntry.objects.filter(log=str(log.uuid), **about).latest("sequence")


def ours(world: World) -> dict[str, Any]:
    """Return one record per table of the first alliance, of the first organisation where it belongs to one."""
    update = world.submitted()
    batch = upload_document(REPORT.encode(), "report.txt", actor=world.actor("root"), at=NOW)
    sent = invite(
        "new@example.org",
        world.organisations[0],
        [Role.COORDINATOR],
        alliance=world.alliance,
        actor=world.actor("staff"),
        at=NOW,
    )
    return {
        "item": world.items[0],
        "update": update,
        "evidence": update.evidence.get(),
        "hold": take_down(world.items[1], reason="Look at it.", actor=world.actor("anna"), at=NOW),
        "redaction": propose_redaction(update, "done", ground="child", actor=world.actor("anna"), at=NOW),
        "request": letter(world, by="anna", sent=True),
        "organisation": world.organisations[1],
        "document": world.document,
        "recommendation": world.items[0].recommendation,
        "documentimport": batch,
        "point": key(preview_of(batch).judged[0].point),
        "alliance": world.alliance,
        "membership": world.alliance.memberships.get(user=world.users["anna"]),
        "user": world.users["anna"],
        "invitation": sent.invitation,
        "token": sent.token,
        "pause": pause_token(world.users["anna"]),
        "historyentry": last_entry(world.alliance),
    }


def theirs(world: World) -> dict[str, Any]:
    """Return what the second organisation keeps to itself: a draft with its source and its hold, a letter not yet sent,
    a role, an invitation, and the entry of the draft.
    """
    boris, source = world.actor("boris"), NewEvidence("law", MARK, MARK, f"https://example.org/{MARK}")
    written = content(done=FLAGGED, remains={"en": MARK}, new_evidence=(source,))
    update = submit_update(draft_update(world.items[1], written, actor=boris, at=NOW), actor=boris, at=NOW)
    hold = Hold.objects.get(update=update)
    back = return_update(update, reason="Name nobody.", actor=world.actor("clara"), at=NOW)
    draft = edit_draft(back, written_again(back), actor=boris, at=NOW)
    sent = invite(
        f"{MARK}@example.org",
        world.organisations[1],
        [Role.COORDINATOR],
        alliance=world.alliance,
        actor=world.actor("staff"),
        at=NOW,
    )
    return {
        "update": draft,
        "evidence": draft.evidence.get(),
        "hold": hold,
        "request": letter(world, by="boris", subject=MARK),
        "membership": world.alliance.memberships.get(user=world.users["boris"], role=Role.COORDINATOR),
        "invitation": sent.invitation,
        "historyentry": last_entry(world.alliance, object_kind=Update.KIND, object_uuid=draft.uuid),
    }


def written_again(update: Update) -> Any:
    """Return the content of a returned update as its author leaves it, still flagged."""
    return content(done=FLAGGED, remains={"en": MARK}, new_evidence=(), evidence=tuple(update.evidence.all()))


def abroad(world: World) -> dict[str, Any]:
    """Return one record per table of the other alliance, marked; the update is published, its other one waits."""
    alliance, place, item = world.other_alliance, world.organisations[3], world.other_item
    eve = world.actor("eve", alliance)
    adam = make.UserFactory(username=f"{MARK}-adam", first_name=MARK)
    make.MembershipFactory(alliance=alliance, user=adam, organisation=place, role=Role.REVIEWER)
    world.users["adam"] = adam
    spring = make.OrganisationFactory(code="canary", name={"en": MARK}, visibility="hidden")
    alliance.members.add(spring)
    make.MembershipFactory(alliance=alliance, user=make.UserFactory(), organisation=spring, role=Role.REVIEWER)
    source = NewEvidence("law", MARK, MARK, f"https://example.org/{MARK}")
    written = content(done={"en": MARK}, new_evidence=(source,))
    waiting = submit_update(draft_update(item, written, actor=eve, at=NOW), actor=eve, at=NOW)
    sent = invite(f"{MARK}@example.net", place, [Role.COORDINATOR], alliance=alliance, actor=eve, at=NOW)
    return {
        "item": item,
        "update": waiting,
        "evidence": waiting.evidence.get(),
        "hold": take_down(item, reason=MARK, actor=eve, at=NOW),
        "redaction": propose_redaction(waiting, "done", ground="law", note="Look.", actor=eve, at=NOW),
        "request": letter(world, by="eve", sent=True, subject=MARK),
        "organisation": spring,
        "alliance": alliance,
        "membership": alliance.memberships.get(user=adam),
        "user": adam,
        "invitation": sent.invitation,
        "historyentry": last_entry(alliance),
    }


def published_abroad(world: World) -> Update:
    """Return a marked update of the other alliance that everyone may read on that alliance's pages."""
    place, alliance = make.OrganisationFactory(code="second-abroad"), world.other_alliance
    alliance.members.add(place)
    rita = make.UserFactory(username="rita")
    make.MembershipFactory(alliance=alliance, user=rita, organisation=place, role=Role.REVIEWER)
    world.users["rita"] = rita
    eve, written = world.actor("eve", alliance), content(done={"en": MARK})
    waiting = submit_update(draft_update(world.other_item, written, actor=eve, at=NOW), actor=eve, at=NOW)
    return publish_update(waiting, actor=world.actor("rita", alliance), at=NOW)
