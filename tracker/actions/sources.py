"""Source documents: a file uploaded, looked at, corrected, and accepted into the record in one act."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tracker.actions.history import Act, lock_log
from tracker.actions.readings import Progress, write_reading
from tracker.choices import ImportState
from tracker.errors import InvalidValue, NotAllowed, UnsafeMaterial, WrongState
from tracker.importer import verdicts
from tracker.importer.reading import Source
from tracker.importer.source import read_bytes
from tracker.models import Alliance, DocumentImport, HistoryEntry
from tracker.models.history import INSTALLATION
from tracker.permissions import Actor, may_edit_catalogue, may_release_import
from tracker.queries.imports import Preview, accepted_before, preview
from tracker.queries.screening import Screening, require_clean
from tracker.queries.screening_imports import by_place, screen_import
from tracker.safeguarding import file_risks

ACTION = "import_document"


@dataclass(frozen=True)
class Accepted:
    """What an import did: how many entries it wrote, and what it had read. `batch` is None where nothing was new."""

    entries: int
    preview: Preview
    batch: DocumentImport | None = None


def import_document(
    source: Source,
    *,
    document: str = "",
    layout: str = "",
    alliance: str = "",
    actor: Actor,
    at: dt.datetime,
    progress: Progress = lambda done, of: None,
) -> Accepted:
    """Read `source` and accept everything in it, all or nothing. What the record has already is not written again.

    `document` is the code of the document that the file is about, `alliance` the slug of the one that follows it; both
    may be left to the file and the record. Raises NotAllowed for anyone but the installation's staff, SourceRefused for
    a file that is no such document, InvalidValue for what the record cannot hold.
    """
    _require_staff(actor)
    _require_document(source.name, "\n".join(source.lines).encode())
    with transaction.atomic():
        _hold(alliance)
        found = preview(source, document=document, layout=layout, alliance=alliance)
        if not found.writes:
            return Accepted(0, found)
        require_clean_reading(found)
        before = HistoryEntry.objects.count()
        with Act(ACTION, actor=actor, at=at) as act:
            batch = act.add(_batch(found, document, layout, found.follower))
            _accept(act, batch, found, progress)
        return Accepted(HistoryEntry.objects.count() - before, found, batch)


def upload_document(
    data: bytes, name: str, *, document: str = "", layout: str = "", alliance: str = "", actor: Actor, at: dt.datetime
) -> DocumentImport:
    """Keep a file to be looked at before it is accepted. Refuses what could not be accepted, and what is in already."""
    _require_staff(actor)
    _require_document(name, data)
    source = read_bytes(data, name)
    found = preview(source, document=document, layout=layout, alliance=alliance)
    if not found.writes:
        raise InvalidValue(nothing_new(found))
    with Act("upload_document", actor=actor, at=at) as act:
        batch = _batch(found, document, layout, found.follower if alliance else None)
        batch.file = data
        return act.add(batch)


def edit_point(
    batch: DocumentImport, point: str, text: str, *, actor: Actor, at: dt.datetime, version: int | None = None
) -> DocumentImport:
    """Correct the text of one point, named "document reference", before it is accepted; an empty text undoes that."""
    with Act("edit_import", actor=actor, at=at) as act:
        held = _waiting(act, batch, actor, version)
        known = {verdicts.key(entry.point) for entry in preview_of(held).judged}
        if point not in known:
            raise InvalidValue(_("This import has no point “%(point)s”.") % {"point": point})
        edits = {name: edit for name, edit in held.edits.items() if name != point}
        words = " ".join(text.split())
        act.change(held, edits=edits | ({point: words} if words else {}))
    return held


def accept_import(
    batch: DocumentImport,
    *,
    actor: Actor,
    at: dt.datetime,
    version: int | None = None,
    progress: Progress = lambda done, of: None,
) -> DocumentImport:
    """Bring everything that an uploaded file holds, as corrected, into the record, all or nothing."""
    with transaction.atomic():
        _hold(batch.follower.slug if batch.follower else "")
        with Act(ACTION, actor=actor, at=at) as act:
            held = _waiting(act, batch, actor, version)
            found = preview_of(held)
            if not found.writes:
                raise InvalidValue(nothing_new(found))
            _require_all_corrections(held, found)
            _require_released(held, found, actor)
            _accept(act, held, found, progress)
    return held


def release_import(
    batch: DocumentImport, *, reason: str, actor: Actor, at: dt.datetime, version: int | None = None
) -> DocumentImport:
    """Release the flagged text of an import that waits; somebody else may then accept it, as long as it stays so.

    Raises NotAllowed for anyone but a safeguarding lead, InvalidValue without a reason, WrongState where nothing is
    flagged or the import was decided already.
    """
    if not may_release_import(actor):
        raise NotAllowed(_("Only a safeguarding lead may release this."))
    if not reason.strip():
        raise InvalidValue(_("Say why you decide so; do not repeat what must not be seen."))
    require_clean(_("Reason"), reason)
    with Act("release_import", actor=actor, at=at, reason=reason.strip()) as act:
        held = act.lock(batch, version=version)
        _require_waiting(held)
        screening = screen_import(preview_of(held))
        if not screening.found:
            raise WrongState(_("Nothing in this import is flagged: it needs no release."))
        act.change(held, released_by_id=actor.user_id, released_digest=screening.digest)
    return held


def discard_import(
    batch: DocumentImport, *, actor: Actor, at: dt.datetime, version: int | None = None
) -> DocumentImport:
    """Put an uploaded file aside for good; its bytes are not kept."""
    with Act("discard_import", actor=actor, at=at) as act:
        held = _waiting(act, batch, actor, version)
        act.change(held, state=ImportState.DISCARDED, decided_on=timezone.localdate(act.at))
        act.derive(held, file=b"")
    return held


def preview_of(batch: DocumentImport) -> Preview:
    """Return what accepting a waiting import would do now."""
    return preview(
        read_bytes(bytes(batch.file), batch.file_name),
        document=batch.document_code,
        layout=batch.layout,
        alliance=batch.follower.slug if batch.follower else "",
        edits=batch.edits,
    )


def flagged_places(screening: Screening) -> str:
    """Return what was found where as one line for a message: points and kinds, never the text itself."""
    return "; ".join(
        f"{place or _('the whole document')}: {', '.join(str(risk.label) for risk in risks)}"
        for place, risks in by_place(screening).items()
    )


def nothing_new(found: Preview) -> str:
    """Return the sentence for a file that the record has already."""
    before = accepted_before(found.source)
    if before is None:
        return _("Everything in “%(name)s” is in the record already: there is nothing to import.") % {
            "name": found.source.name
        }
    return _("“%(name)s” was imported on %(day)s, and nothing in it is new: there is nothing to import.") % {
        "name": found.source.name,
        "day": date_format(before.decided_on) if before.decided_on else "",
    }


def _require_staff(actor: Actor) -> None:
    if not may_edit_catalogue(actor):
        raise NotAllowed(_("Only the staff of this installation may import documents."))


def _hold(alliance: str) -> None:
    """Take the logs that the import writes, in the order of every act, before anything is compared."""
    lock_log(INSTALLATION)
    # Which alliance follows is found out only by reading: hold every one that may.
    following = Alliance.objects.filter(slug=alliance) if alliance else Alliance.objects.filter(is_demo=False)
    for log in sorted(map(str, following.values_list("uuid", flat=True))):
        lock_log(log)


def _waiting(act: Act, batch: DocumentImport, actor: Actor, version: int | None) -> DocumentImport:
    _require_staff(actor)
    held = act.lock(batch, version=version)
    _require_waiting(held)
    return held


def _require_waiting(batch: DocumentImport) -> None:
    if batch.state != ImportState.PREVIEW:
        raise WrongState(_("This import was decided already. Upload the file again to start anew."))


def _require_released(batch: DocumentImport, found: Preview, actor: Actor) -> None:
    """Refuse text that may identify a child until a lead has released it, and the lead as the one who accepts it."""
    screening = screen_import(found)
    if not screening.found:
        return
    if batch.released_digest != screening.digest:
        raise WrongState(
            _(
                "This may identify a child: %(places)s. Correct these points, or ask a safeguarding lead to release "
                "the import on its page; a second person then accepts it."
            )
            % {"places": flagged_places(screening)}
        )
    if actor.user_id is None or actor.user_id == batch.released_by_id:
        raise NotAllowed(_("Somebody else than the safeguarding lead who released this import accepts it."))


def require_clean_reading(found: Preview) -> None:
    """Refuse flagged text where nobody can release it: a command is one person. Raises WrongState."""
    screening = screen_import(found)
    if screening.found:
        raise WrongState(
            _(
                "This may identify a child: %(places)s. Upload the file in the workspace instead: there a safeguarding "
                "lead releases it and a second person accepts it, or the points are corrected."
            )
            % {"places": flagged_places(screening)}
        )


def _require_document(name: str, data: bytes) -> None:
    if file_risks(name, data):
        raise UnsafeMaterial(
            _("This file is, or holds, a picture, a recording or an archive. Import documents as plain text only.")
        )


def _require_all_corrections(batch: DocumentImport, found: Preview) -> None:
    """A corrected point that goes by another name now would be written as it was scanned."""
    lost = sorted(set(batch.edits) - {verdicts.key(entry.point) for entry in found.judged})
    if lost:
        raise WrongState(
            _("The catalogue has changed since: what was corrected in %(points)s would be lost. Upload the file again.")
            % {"points": ", ".join(lost)}
        )


def _batch(found: Preview, document: str, layout: str, follower: Alliance | None) -> DocumentImport:
    return DocumentImport(
        file_name=found.source.name[-255:],
        size=found.source.size,
        sha256=found.source.sha256,
        layout=layout or found.reading.layout,
        document_code=document,
        follower=follower,
        edits=dict(found.edits),
    )


def _accept(act: Act, batch: DocumentImport, found: Preview, progress: Progress) -> None:
    write_reading(act, found, progress)
    act.change(
        batch,
        follower=found.follower,
        state=ImportState.ACCEPTED,
        decided_on=timezone.localdate(act.at),
        documents=[part.code for part in found.reading.parts],
        points=len(found.judged),
        doubts=[[name, doubt.code, doubt.line, doubt.about] for name, doubt in found.all_doubts()],
    )
    act.derive(batch, file=b"")
