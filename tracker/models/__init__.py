"""One file per noun; import models from here."""

from tracker.models.base import Record
from tracker.models.catalogue import Component, Document, Recommendation, Section, Treaty
from tracker.models.evidence import Evidence, TreatyEvent
from tracker.models.history import HistoryEntry, HistoryValue
from tracker.models.items import Item, ItemComponent, ItemState
from tracker.models.organisations import Alliance, Membership, Organisation, User
from tracker.models.progress import Bearing, ComponentAssessment, Update

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
    TreatyEvent,
)

__all__ = [
    "TRACKED_MODELS",
    "Alliance",
    "Bearing",
    "Component",
    "ComponentAssessment",
    "Document",
    "Evidence",
    "HistoryEntry",
    "HistoryValue",
    "Item",
    "ItemComponent",
    "ItemState",
    "Membership",
    "Organisation",
    "Recommendation",
    "Record",
    "Section",
    "Treaty",
    "TreatyEvent",
    "Update",
    "User",
]
