"""Redactions: which fields hold words, what stands in their place, and the list that outlives the database."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from json import loads
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import CharField, JSONField, SlugField, TextField
from django.utils import translation
from django.utils.translation import gettext as _

from tracker.choices import RedactionState, ReviewRule
from tracker.errors import ReadOnly
from tracker.lib.canonical import canonical, parse_time
from tracker.models import (
    TRACKED_MODELS,
    Alliance,
    Bearing,
    Component,
    ComponentAssessment,
    Document,
    Evidence,
    HistoryEntry,
    HistoryValue,
    Item,
    ItemComponent,
    Membership,
    Quotation,
    Recommendation,
    Record,
    Redaction,
    Relation,
    Section,
    Treaty,
    TreatyEvent,
    Update,
    User,
)
from tracker.models.base import LocalisedText, PartialDate
from tracker.models.history import INSTALLATION
from tracker.permissions import Actor, may_carry_out_redaction
from tracker.queries.access import visible_to
from tracker.queries.snapshots import value_of

ABOUT = ("@actor", "@label", "@reason")
BLANK, BLANK_ADDRESS = "[redacted]", "https://redacted.invalid/"
NAMES = ("first_name", "last_name")
# Texts by their type that hold codes, digests and names of columns, and lists that hold keys.
_NO_TEXT = frozenset(
    "component.letter code reference country time_zone language source_language scan_name scan_sha256 sha256 layout "
    "document_code source_key digest released_digest object_kind field log kept_head lost_log lost_head themes roles "
    "risks documents places".split()
)
_MODELS = {model.KIND: model for model in TRACKED_MODELS}


def text_fields(model: type[Record]) -> tuple[str, ...]:
    """Return the tracked fields of `model` that people write words in."""
    known = (name for name in model.TRACKED if not {name, f"{model.KIND}.{name}"} & _NO_TEXT)
    return tuple(name for name in known if _is_text(model, name))


def _is_text(model: type[Record], name: str) -> bool:
    column = model._meta.get_field(name)
    if isinstance(column, SlugField | PartialDate) or getattr(column, "choices", None):
        return False
    return isinstance(column, LocalisedText | TextField | CharField | JSONField)


def columns_of(model: type[Record], name: str) -> tuple[str, ...]:
    """Return the fields that go together with `name`: half of a person's name tells the other."""
    return NAMES if model is User and name in NAMES else (name,)


def field_label(kind: str, name: str) -> str:
    """Return what a page calls a field or an opening."""
    about = {"@actor": _("who acted"), "@label": _("what the record was called"), "@reason": _("reason")}
    return str(about.get(name) or _MODELS[kind]._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def record_of(kind: str, key: Any, *, using: str = "default") -> Record | None:
    """Return the record that the history calls so, or None."""
    model = _MODELS.get(kind)
    try:
        return model._base_manager.using(using).filter(uuid=uuid.UUID(str(key))).first() if model else None
    except ValueError:
        return None


def alliance_of(record: Record) -> Alliance | None:
    """Return the alliance whose log tells of `record`; None for the installation's."""
    return record if isinstance(record, Alliance) else getattr(record, "alliance", None)


def part_of(record: Record) -> Record:
    """Return what a page shows of which `record` is a part; itself where it is none."""
    if isinstance(record, Bearing | Quotation | ComponentAssessment):
        return record.update
    if isinstance(record, Component):
        return record.recommendation
    if isinstance(record, Relation):
        return record.source
    if isinstance(record, Section):
        return record.document
    if isinstance(record, TreatyEvent):
        return record.evidence
    return record.item if isinstance(record, ItemComponent) else record


def parts_of(record: Record) -> list[Record]:
    """Return the records of their own that the page of `record` shows words of."""
    if isinstance(record, Update):
        return [*Quotation.objects.filter(update=record), *record.bears_on.order_by("pk")]
    if isinstance(record, Item):
        return list(record.components_not_applicable.order_by("pk"))
    if isinstance(record, Recommendation):
        return [*record.components.order_by("pk"), *record.relations_from.order_by("pk")]
    if isinstance(record, Evidence):
        return list(TreatyEvent.objects.filter(evidence=record).order_by("pk"))
    return list(record.sections.order_by("pk")) if isinstance(record, Document) else []


def sees(actor: Actor, record: Record) -> bool:
    """Tell whether `actor` may see `record`, or what it is a part of."""
    if isinstance(record, Treaty):
        return True  # the catalogue is everyone's
    record = part_of(record)
    if isinstance(record, User) and visible_to(actor, Membership).filter(user=record).exists():
        return True
    return visible_to(actor, type(record)).filter(pk=record.pk).exists()


def is_second(actor: Actor, redaction: Redaction) -> bool:
    """Tell whether `actor` may be the second person, who carries out what another proposed."""
    alliance = redaction.alliance
    one = alliance is not None and alliance.review_rule == ReviewRule.ANOTHER_PERSON
    who = (redaction.alliance_id, redaction.proposed_by_id, redaction.proposed_organisation_id)
    return may_carry_out_redaction(actor, *who, one_organisation=one)


# --- What stands in its place


def strings(value: Any) -> Iterator[str]:
    """Yield the texts in a value of the history, without those that stand where something was redacted."""
    if isinstance(value, str):
        if value.strip() and value not in _blanks():
            yield value
    elif isinstance(value, dict | list):
        for entry in value.values() if isinstance(value, dict) else value:
            yield from strings(entry)


def _blanks() -> set[str]:
    return {BLANK, BLANK_ADDRESS, *(sentence(code) for code, _language in settings.LANGUAGES)}


def sentence(language: str) -> str:
    """Return what stands where a text in `language` was redacted."""
    with translation.override(language):
        return _("This text was redacted.")


def blanked(record: Record, name: str, holds: Callable[[str], bool] = bool) -> Any:
    """Return what a field of `record` becomes as every text in it for which `holds` is true goes."""
    column: Any = record._meta.get_field(name)
    value = value_of(record, name)
    if isinstance(column, JSONField):
        return _without(value, holds)
    if isinstance(column, LocalisedText):
        return {code: sentence(code) if holds(text) else text for code, text in value.items()}
    if name == "username":
        return f"redacted-{record.uuid.hex[:12]}"
    if name == "first_name":
        return ""
    if name.endswith("address"):
        return "" if column.blank and getattr(record, "document_id", True) else BLANK_ADDRESS
    return BLANK[: column.max_length]


def _without(value: Any, holds: Callable[[str], bool]) -> Any:
    if isinstance(value, dict):
        return {key: _without(entry, holds) for key, entry in value.items()}
    if isinstance(value, list):
        return [_without(entry, holds) for entry in value]
    return BLANK if isinstance(value, str) and holds(value) else value


# --- The list beside the database


@dataclass(frozen=True)
class Listed:
    """A redaction as the list tells it: no value, and nobody's name.

    `entries` are the hashes of the entries at `places`, by which they are known again in whatever is restored; epoch,
    size and head are where the log stood when it was carried out.
    """

    log: str
    object: tuple[str, str]
    field: str
    places: tuple[tuple[int, str], ...]
    entries: tuple[str, ...]
    ground: str
    decided_at: str
    epoch: int
    size: int
    head: str

    def __str__(self) -> str:
        return canonical(vars(self))

    @property
    def about(self) -> tuple[tuple[str, str], str, str]:
        """What one decision shares over several logs."""
        return self.object, self.field, self.decided_at

    @property
    def moment(self) -> dt.datetime:
        """When it was decided."""
        return parse_time(self.decided_at)


def redactions_file() -> Path | None:
    """Return where the list is kept outside the database; None where the database is in memory."""
    return settings.KEPT_FOLDER and settings.KEPT_FOLDER / "redactions.txt"


def listed() -> list[Listed]:
    """Return the redactions in the list, oldest first; none where there is no list yet.

    Raises ReadOnly where it cannot be read: nobody could tell then what must not be shown.
    """
    path = redactions_file()
    if path is None or not path.exists():
        return []
    try:
        return [_listed(loads(line)) for line in path.read_text(encoding="ascii").splitlines() if line.strip()]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ReadOnly(
            _("The list of redactions cannot be read (%(path)s): %(problem)s.") % {"path": path, "problem": error}
        ) from error


def _listed(told: dict[str, Any]) -> Listed:
    kind, key = told["object"]
    places = tuple((int(sequence), str(name)) for sequence, name in told["places"])
    rest = {name: told[name] for name in ("log", "field", "ground", "decided_at", "epoch", "size", "head")}
    found = Listed(object=(str(kind), str(uuid.UUID(key))), places=places, entries=tuple(told["entries"]), **rest)
    if len(found.entries) != len(places) or found.moment is None:
        raise ValueError("a place without its entry")
    return found


def pending_redactions(*, using: str = "default") -> list[Listed]:
    """Return the lines of the list whose values this database holds again: it was put back to before the redaction."""
    return [line for line in listed() if not is_carried_out(line, using=using) and _is_left(line, using)]


def is_carried_out(line: Listed, *, using: str = "default") -> bool:
    """Tell whether this database tells of the redaction, as of the day it was decided or again after a restore."""
    done = Redaction.objects.using(using).filter(state=RedactionState.DONE, decided_at=line.moment, log=line.log)
    return done.filter(object_kind=line.object[0], object_uuid=line.object[1], field=line.field).exists()


def left_of(line: Listed, *, using: str = "default") -> list[tuple[HistoryEntry, HistoryValue]]:
    """Return the openings named by a line that are there: known by the hash of their entry, not by a number alone."""
    found = HistoryEntry.objects.using(using).filter(log=line.log, hash__in=set(line.entries)).in_bulk()
    known = {(entry.sequence, entry.hash): entry for entry in found.values()}
    wanted = {
        (known[sequence, hashed].pk, name)
        for (sequence, name), hashed in zip(line.places, line.entries, strict=True)
        if (sequence, hashed) in known
    }
    values = HistoryValue.objects.using(using).filter(entry__in={key for key, _name in wanted})
    return [(found[value.entry], value) for value in values if (value.entry, value.field) in wanted]


def _is_left(line: Listed, using: str) -> bool:
    if line.log != INSTALLATION and not Alliance.objects.using(using).filter(uuid=line.log).exists():
        return False  # Put back to before that alliance: nothing of its log is here.
    if left_of(line, using=using):
        return True
    record = None if line.field.startswith("@") else record_of(*line.object, using=using)
    return record is not None and any(
        any(strings(value_of(record, name))) for name in columns_of(type(record), line.field)
    )
