"""One file per noun; import models from here."""

from tracker.models.base import Record
from tracker.models.catalogue import Component, Document, Recommendation, Section, Treaty
from tracker.models.checkpoints import Checkpoint
from tracker.models.evidence import Evidence, TreatyEvent
from tracker.models.history import HistoryEntry, HistoryValue
from tracker.models.imports import DocumentImport
from tracker.models.items import Item, ItemComponent, ItemState
from tracker.models.mail import Mail
from tracker.models.organisations import Alliance, Invitation, Membership, Organisation, User
from tracker.models.progress import Bearing, ComponentAssessment, Quotation, Update
from tracker.models.redactions import Redaction
from tracker.models.relations import Relation
from tracker.models.requests import Request
from tracker.models.restores import Restore
from tracker.models.safeguarding import Hold
from tracker.models.search import SearchText

# Every tracked table, each after those it points to.
TRACKED_MODELS: tuple[type[Record], ...] = (
    User,
    Organisation,
    Document,
    Section,
    Recommendation,
    Component,
    Relation,
    Treaty,
    Alliance,
    Membership,
    Invitation,
    Item,
    ItemComponent,
    Evidence,
    Request,
    Update,
    ComponentAssessment,
    Bearing,
    Quotation,
    TreatyEvent,
    DocumentImport,
    Hold,
    Redaction,
    Restore,
)

__all__ = [
    "TRACKED_MODELS",
    "Alliance",
    "Bearing",
    "Checkpoint",
    "Component",
    "ComponentAssessment",
    "Document",
    "DocumentImport",
    "Evidence",
    "HistoryEntry",
    "HistoryValue",
    "Hold",
    "Invitation",
    "Item",
    "ItemComponent",
    "ItemState",
    "Mail",
    "Membership",
    "Organisation",
    "Quotation",
    "Recommendation",
    "Record",
    "Redaction",
    "Relation",
    "Request",
    "Restore",
    "SearchText",
    "Section",
    "Treaty",
    "TreatyEvent",
    "Update",
    "User",
]
