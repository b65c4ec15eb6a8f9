"""Evidence: created with the update that first rests on it, and kept up to date."""

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from tracker.actions.history import Act
from tracker.errors import InvalidValue, NotAllowed, UnsafeMaterial
from tracker.models import Alliance, Document, Evidence
from tracker.permissions import Actor, may_keep_evidence
from tracker.queries.screening import require_clean
from tracker.safeguarding import link_risks


@dataclass(frozen=True)
class NewEvidence:
    """One source as someone enters it. Exactly one of `address` and `document` is given."""

    kind: str
    title: str
    publisher: str
    address: str = ""
    document: Document | None = None
    page: str = ""
    published_on: str = ""
    accessed_on: dt.date | None = None
    language: str = ""
    archived_address: str = ""


def add_evidence(act: Act, alliance: Alliance, new: NewEvidence) -> Evidence:
    """Store one source as part of the running act. Raises InvalidValue where it may not be evidence."""
    for address in filter(None, (new.address, new.archived_address)):
        check_address(address)
    return act.add(
        Evidence(
            alliance=alliance,
            kind=new.kind,
            title=new.title,
            publisher=new.publisher,
            address=new.address,
            document=new.document,
            page=new.page,
            published_on=new.published_on,
            accessed_on=new.accessed_on,
            language=new.language,
            archived_address=new.archived_address,
        )
    )


def check_address(address: str) -> None:
    """Refuse an address that is no plain link to a document. Raises InvalidValue saying what to enter instead."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        host = None
        parts = urlsplit("")
    # In small letters, as the database's own constraint has it.
    if (
        not address.startswith(("http://", "https://"))
        or not host
        or any(ch.isspace() or ord(ch) < 32 for ch in address)
    ):
        raise InvalidValue(_("Enter a full web address that starts with https:// or http://."))
    if parts.username or parts.password:
        raise InvalidValue(_("Enter the web address without a name or password in it."))
    if link_risks(address):
        raise UnsafeMaterial(
            _("Pictures, recordings and archives are never evidence here. Link to a document or a page instead.")
        )


def record_dead_link(
    evidence: Evidence,
    *,
    since: dt.date | None,
    archived_address: str | None = None,
    actor: Actor,
    at: dt.datetime,
    version: int | None = None,
) -> Evidence:
    """Note since when a link is dead (None: it answers again) and where an archived copy is.

    `archived_address` empty takes a wrong copy away, None leaves what there is. Raises Conflict where someone else
    changed the evidence since `version`.
    """
    if not may_keep_evidence(actor, evidence.alliance_id):
        raise NotAllowed(_("Only members of this alliance may do this."))
    if archived_address:
        check_address(archived_address)
        # Shown at once, by one person's word, wherever the source is.
        require_clean(_("Archived copy"), archived_address)
    with Act("record_dead_link", actor=actor, at=at) as act:
        held = act.lock(evidence, version=version)
        copy = held.archived_address if archived_address is None else archived_address
        act.change(held, dead_since=since, archived_address=copy)
    return held
