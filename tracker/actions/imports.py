"""Imports: what the files under `fixtures/` say, brought into the record. A second run writes nothing at all."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from tracker.actions import demo
from tracker.actions.catalogue import (
    ACTION,
    archive_missing,
    load_catalogue,
    load_organisations,
    placed,
    put,
    revise,
)
from tracker.actions.history import Act, lock_log
from tracker.actions.items import exclude_component, open_items, set_lifecycle
from tracker.actions.organisations import create_alliance
from tracker.actions.readings import KEY_PREFIX
from tracker.actions.relations import load_relations
from tracker.actions.screening import require_clean_files
from tracker.actions.statements import record_from_source
from tracker.choices import Lifecycle
from tracker.errors import CatalogueError, NotAllowed
from tracker.importer.catalogue import Catalogue
from tracker.importer.fields import Point
from tracker.importer.workspace import NotApplicable, Statement, TreatyEventEntry, Workspace
from tracker.models import (
    Alliance,
    Bearing,
    Component,
    Document,
    Evidence,
    HistoryEntry,
    Item,
    ItemComponent,
    Organisation,
    Relation,
    Treaty,
    TreatyEvent,
    Update,
)
from tracker.models.base import texts
from tracker.models.history import INSTALLATION
from tracker.permissions import Actor, may_edit_catalogue

Progress = Callable[[str], None]


@dataclass
class Imported:
    """What an import did: entries written to the history, and how many rows of each kind there are now."""

    entries: int = 0
    totals: dict[str, int] = field(default_factory=dict)


def import_catalogue(
    catalogue: Catalogue,
    workspaces: list[Workspace],
    *,
    actor: Actor,
    at: dt.datetime,
    dry_run: bool = False,
    password: str = "",
    progress: Progress = lambda message: None,
) -> Imported:
    """Bring the catalogue and the workspaces to what the files say, all or nothing.

    The people of an invented alliance get `password`; without one they cannot sign in. With `dry_run` everything is
    done and taken back. Raises NotAllowed for anyone but the installation's staff, and CatalogueError with file, point
    and reason for what the record cannot hold.
    """
    if not may_edit_catalogue(actor):
        raise NotAllowed(_("Only the staff of this installation may import the catalogue."))
    with transaction.atomic():
        _hold(workspaces)
        require_clean_files(catalogue, workspaces)
        before = HistoryEntry.objects.count()
        progress("catalogue")
        load_catalogue(catalogue, actor=actor, at=at)
        load_relations(catalogue.relations, actor=actor, at=at)
        for workspace in workspaces:
            progress(f"workspace {workspace.slug}")
            _load_workspace(workspace, actor=actor, at=at, password=password)
        counted = (Document, Relation, Organisation, Alliance, Item, Update, TreatyEvent)
        imported = Imported(
            HistoryEntry.objects.count() - before,
            {str(model._meta.verbose_name_plural): model._base_manager.count() for model in counted},
        )
        if dry_run:
            transaction.set_rollback(True)
    return imported


def _hold(workspaces: list[Workspace]) -> None:
    """Take the logs that the import may write, in the order of every act, before anything is read.

    What is compared with the files is then still so when it is changed, and an import and an editor never wait for each
    other.
    """
    lock_log(INSTALLATION)
    slugs = [workspace.slug for workspace in workspaces]
    for log in sorted(map(str, Alliance.objects.filter(slug__in=slugs).values_list("uuid", flat=True))):
        lock_log(log)


def _load_workspace(workspace: Workspace, *, actor: Actor, at: dt.datetime, password: str) -> None:
    new = not Alliance.objects.filter(slug=workspace.slug).exists()
    # An invented history begins when its first act was done.
    start = demo.begin(workspace, at) if new and workspace.is_demo else at
    alliance = _load_alliance(workspace, actor=actor, at=start)
    for document in Document.objects.filter(code__in=workspace.follows):
        open_items(alliance, document, actor=actor, at=start)
    _load_not_applicable(workspace, alliance, actor=actor, at=start)
    _load_statements(workspace, alliance, actor=actor, at=at)
    _load_treaties(workspace, alliance, actor=actor, at=at)
    if new and workspace.is_demo:
        demo.perform(workspace, alliance, actor=actor, at=at, password=password)


def _load_alliance(workspace: Workspace, *, actor: Actor, at: dt.datetime) -> Alliance:
    with Act(ACTION, actor=actor, at=at) as act:
        load_organisations(act, workspace.organisations, workspace.file)
    codes = {*workspace.members, workspace.duty_bearer}
    organisations = {row.code: row for row in Organisation.objects.filter(code__in=codes)}
    alliance = Alliance.objects.filter(slug=workspace.slug).first()
    values = workspace.values | {"duty_bearer": organisations[workspace.duty_bearer]}
    members = [organisations[code] for code in workspace.members]
    with placed(workspace.file, workspace.slug):
        if alliance is None:
            return create_alliance(slug=workspace.slug, members=members, actor=actor, at=at, **values)
        with Act(ACTION, actor=actor, at=at) as act:
            # Members that joined since stay.
            return revise(act, alliance, **values, members=[*alliance.members.all(), *members])


def _items(alliance: Alliance) -> dict[Point, Item]:
    found = alliance.items.select_related("alliance", "recommendation__document")
    return {Point(item.recommendation.document.code, item.recommendation.reference): item for item in found}


def _load_not_applicable(workspace: Workspace, alliance: Alliance, *, actor: Actor, at: dt.datetime) -> None:
    """Mark what does not apply. What staff have reopened since stays reopened."""
    items = _items(alliance)
    excluded = {
        (row.item_id, row.component.letter): row
        for row in ItemComponent.objects.filter(alliance=alliance).select_related("alliance", "item", "component")
    }
    for entry in workspace.not_applicable:
        item = items[entry.point]
        with placed(workspace.file, f"{entry.point.document} {entry.point.reference}"):
            _mark_not_applicable(item, entry, excluded.get((item.pk, entry.component)), actor=actor, at=at)


def _mark_not_applicable(
    item: Item, entry: NotApplicable, known: ItemComponent | None, *, actor: Actor, at: dt.datetime
) -> None:
    if entry.component and known is None:
        component = Component.objects.get(recommendation=item.recommendation, letter=entry.component)
        exclude_component(item, component, reason=entry.reason, actor=actor, at=at)
    elif not entry.component and item.lifecycle == Lifecycle.OPEN:
        set_lifecycle(item, Lifecycle.NOT_APPLICABLE, reason=entry.reason, actor=actor, at=at)
    else:
        with Act(ACTION, actor=actor, at=at) as act:
            if known is not None:
                revise(act, known, reason=entry.reason)
            elif item.lifecycle == Lifecycle.NOT_APPLICABLE:
                revise(act, item, lifecycle_reason=entry.reason)


def _load_statements(workspace: Workspace, alliance: Alliance, *, actor: Actor, at: dt.datetime) -> None:
    items = _items(alliance)
    organisations = {row.code: row for row in Organisation.objects.all()}
    documents = {row.code: row for row in Document.objects.all()}
    latest: dict[str, Update] = {}
    # What came with a document itself is none of the workspace file's.
    stated = Update.objects.filter(alliance=alliance).exclude(source_key="")
    known = stated.exclude(source_key__startswith=KEY_PREFIX).order_by("pk")
    for row in known.select_related("organisation", "place_document", "item__recommendation"):
        latest[row.source_key.split("#")[0]] = row
    _refuse_gone(workspace, latest)
    for statement in workspace.statements:
        item, stored = items[statement.point], latest.get(statement.key)
        with placed(workspace.file, statement.key):
            if stored is not None and not _differs(stored, statement, item):
                _load_bearings(stored, statement, items, None, actor=actor, at=at)
                continue
            update = record_from_source(
                item,
                organisation=organisations[statement.organisation],
                document=documents[statement.place_document],
                source_key=_next_key(statement.key, stored),
                corrects=stored,
                actor=actor,
                at=at,
                **statement.values,
            )
            _load_bearings(update, statement, items, stored, actor=actor, at=at)


def _refuse_gone(workspace: Workspace, latest: dict[str, Update]) -> None:
    """A published statement is never withdrawn in silence. It may go with its point: one in no file is not shown."""
    kept = {statement.key for statement in workspace.statements}
    for key, update in latest.items():
        if key not in kept and update.item.recommendation.archived_on is None:
            raise CatalogueError(
                workspace.file,
                key,
                "this statement is published, but no longer in the file: put it back under this very key (a renamed "
                "one counts as gone); where it is wrong, change its text: a correction that points back is published",
            )


def _differs(update: Update, statement: Statement, item: Item) -> bool:
    """A published statement is never edited: where the file says something else now, a correction points back.

    So too where the file has it on another item now: it is recorded there.
    """
    says = {
        "perspective": update.perspective,
        "dated": update.period_to,
        "done": texts(update.done),
        "remains": texts(update.remains),
        "translation": update.translation,
        "place": update.place,
    }
    place_document = update.place_document.code if update.place_document else ""
    return (
        update.item_id != item.pk
        or says != statement.values
        or update.organisation.code != statement.organisation
        or place_document != statement.place_document
    )


def _next_key(key: str, update: Update | None) -> str:
    if update is None:
        return key
    number = update.source_key.rpartition("#")[2] if "#" in update.source_key else "1"
    return f"{key}#{int(number) + 1}"


def _load_bearings(
    update: Update,
    statement: Statement,
    items: dict[Point, Item],
    corrected: Update | None,
    *,
    actor: Actor,
    at: dt.datetime,
) -> None:
    """Link `update` to what the statement bears on; of the statement it corrects no link is current any longer."""
    known = _bearings(update)
    with Act(ACTION, actor=actor, at=at) as act:
        if corrected is not None:
            archive_missing(act, _bearings(corrected), set())
        for point, reason in statement.bears_on:
            item = items[point]
            identity = {"alliance": item.alliance, "update": update, "item": item}
            put(act, Bearing, known, item.pk, identity, {"reason": reason, "archived_on": None})
        archive_missing(act, known, {items[point].pk for point, _reason in statement.bears_on})


def _bearings(update: Update) -> dict[int, Bearing]:
    found = update.bears_on.select_related("alliance", "update", "item__recommendation__document")
    return {row.item_id: row for row in found}


def _load_treaties(workspace: Workspace, alliance: Alliance, *, actor: Actor, at: dt.datetime) -> None:
    treaties = {row.code: row for row in Treaty.objects.all()}
    related = ("alliance", "treaty", "evidence__alliance", "evidence__document")
    events = {row.source_key: row for row in alliance.treaty_events.select_related(*related)}
    with Act(ACTION, actor=actor, at=at) as act:
        for position, entry in enumerate(workspace.treaties, start=1):
            with placed(workspace.file, entry.code):
                treaty = put(act, Treaty, treaties, entry.code, {"code": entry.code}, entry.values)
            act.derive(treaty, position=position)
            for event in entry.events:
                with placed(workspace.file, f"{entry.code} {event.key}"):
                    evidence = _treaty_evidence(act, alliance, event, events.get(event.key))
                    identity = {"alliance": alliance, "source_key": event.key}
                    values = event.values | {"treaty": treaty, "evidence": evidence, "archived_on": None}
                    put(act, TreatyEvent, events, event.key, identity, values)
        archive_missing(act, events, {event.key for entry in workspace.treaties for event in entry.events})


def _treaty_evidence(act: Act, alliance: Alliance, event: TreatyEventEntry, known: TreatyEvent | None) -> Evidence:
    # Both kinds of evidence name every column that the other has, so that one can take the other's place.
    values = {"document": None, "address": "", "page": "", "published_on": "", **event.evidence}
    if event.evidence_document:
        document = Document.objects.get(code=event.evidence_document)
        values |= {
            "document": document,
            "title": texts(document.title).get(document.source_language) or str(document.title),
            "publisher": texts(document.publisher).get(document.source_language) or str(document.publisher),
            "published_on": document.published_on,
            "language": document.source_language,
        }
    if known is None:
        return act.add(Evidence(alliance=alliance, **values))
    return revise(act, known.evidence, **values)
