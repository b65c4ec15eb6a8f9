"""Evidence: documents and links that updates rest on. Never images, video or archives."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tracker.choices import EvidenceKind, TreatyEventKind
from tracker.models.base import LocalisedText, PartialDate, Record, one_of, web_address


class Evidence(Record):
    """One source: a link, or a place in a document of the catalogue."""

    KIND = "evidence"
    TRACKED = (
        "kind",
        "title",
        "publisher",
        "published_on",
        "accessed_on",
        "language",
        "address",
        "document",
        "page",
        "archived_address",
        "dead_since",
        "cited_in",
        "note",
        "withheld",
    )

    alliance = models.ForeignKey("tracker.Alliance", models.PROTECT, related_name="evidence")
    kind = models.CharField(_("kind"), max_length=20, choices=EvidenceKind.choices)
    title = models.CharField(_("title"), max_length=300)
    publisher = models.CharField(_("publisher"), max_length=200)
    published_on = PartialDate(_("published on"), blank=True, default="")
    accessed_on = models.DateField(_("accessed on"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True, default="")
    address = models.CharField(_("web address"), max_length=1000, blank=True, default="")
    document = models.ForeignKey(
        "tracker.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("document")
    )
    page = models.CharField(_("page or place"), max_length=100, blank=True, default="")
    archived_address = models.CharField(_("archived copy"), max_length=1000, blank=True, default="")
    dead_since = models.DateField(_("link dead since"), null=True, blank=True)
    # Where a document cites it: evidence that was imported from a document's notes.
    cited_in = models.ForeignKey(
        "tracker.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("cited in")
    )
    note = models.PositiveIntegerField(_("number of the note"), null=True, blank=True)
    withheld = models.BooleanField(_("withheld from the public"), default=False)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ("id",)
        constraints = (
            one_of("kind", EvidenceKind.values, "evidence_kind_known"),
            models.CheckConstraint(
                condition=models.Q(address="", document__isnull=False)
                | (~models.Q(address="") & models.Q(document__isnull=True)),
                name="evidence_address_or_document",
                violation_error_message=_("Give either a web address or a document of the catalogue, not both."),
            ),
            web_address("address", "evidence_address_scheme"),
            web_address("archived_address", "evidence_archived_scheme"),
            models.UniqueConstraint(fields=("alliance", "cited_in", "note"), name="evidence_note_unique"),
        )

    def __str__(self) -> str:
        return self.title


class TreatyEvent(Record):
    """One dated act of the alliance's State towards a treaty, with its evidence."""

    KIND = "treaty_event"
    TRACKED = ("treaty", "event", "on", "note", "evidence", "source_key", "archived_on")

    alliance = models.ForeignKey("tracker.Alliance", models.PROTECT, related_name="treaty_events")
    treaty = models.ForeignKey("tracker.Treaty", models.PROTECT, related_name="events")
    event = models.CharField(_("event"), max_length=20, choices=TreatyEventKind.choices)
    on = PartialDate(_("date"))
    note = LocalisedText(_("note"), blank=True, default="")
    evidence = models.ForeignKey("tracker.Evidence", models.PROTECT, related_name="+")
    source_key = models.CharField(max_length=80)
    archived_on = models.DateField(_("archived on"), null=True, blank=True)

    class Meta:
        verbose_name = _("treaty event")
        verbose_name_plural = _("treaty events")
        ordering = ("treaty__position", "on", "id")
        constraints = (
            models.UniqueConstraint(fields=("alliance", "source_key"), name="treaty_event_key_unique"),
            one_of("event", TreatyEventKind.values, "treaty_event_known"),
        )

    def __str__(self) -> str:
        return f"{self.treaty} · {self.get_event_display()} · {self.on}"
