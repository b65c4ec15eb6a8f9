"""One file per noun; import models from here."""

from tracker.models.base import Record
from tracker.models.catalogue import Component, Document, Recommendation, Section, Treaty
from tracker.models.evidence import Evidence, TreatyEvent
from tracker.models.history import HistoryEntry, HistoryValue
from tracker.models.imports import DocumentImport
from tracker.models.items import Item, ItemComponent, ItemState
from tracker.models.organisations import Alliance, Membership, Organisation, User
from tracker.models.progress import Bearing, ComponentAssessment, Quotation, Update

# Every tracked table, each after those it points to.
TRACKED_MODELS: tuple[type[Record], ...] = (
    User,
    Organisation,
    Document,
    Section,
    Recommendation,
    Component,
    Treaty,
    Alliance,
    Membership,
    Item,
    ItemComponent,
    Evidence,
    Update,
    ComponentAssessment,
    Bearing,
    Quotation,
    TreatyEvent,
    DocumentImport,
)

__all__ = [
    "TRACKED_MODELS",
    "Alliance",
    "Bearing",
    "Component",
    "ComponentAssessment",
    "Document",
    "DocumentImport",
    "Evidence",
    "HistoryEntry",
    "HistoryValue",
    "Item",
    "ItemComponent",
    "ItemState",
    "Membership",
    "Organisation",
    "Quotation",
    "Recommendation",
    "Record",
    "Section",
    "Treaty",
    "TreatyEvent",
    "Update",
    "User",
]
