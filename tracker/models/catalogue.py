"""Documents and what they ask: the installation's catalogue, edited by its staff only."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tracker.choices import (
    REFERENCE_KINDS,
    SHOWN_RIGHTS,
    Addressee,
    Area,
    DocumentKind,
    Layer,
    RecommendationKind,
    TextRights,
    Translation,
)
from tracker.models.base import LocalisedText, PartialDate, Record, one_of, web_address


class Document(Record):
    """Where recommendations come from."""

    KIND = "document"
    TRACKED = (
        "code",
        "kind",
        "title",
        "short_title",
        "publisher",
        "published_on",
        "source_language",
        "source_address",
        "source_note",
        "text_rights",
        "scan_name",
        "scan_sha256",
        "archived_on",
    )

    code = models.SlugField(_("code"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=30, choices=DocumentKind.choices)
    title = LocalisedText(_("title"))
    short_title = LocalisedText(_("short title"))
    publisher = LocalisedText(_("publisher"))
    published_on = PartialDate(_("published on"))
    source_language = models.CharField(_("language of the source"), max_length=10)
    source_address = models.CharField(_("web address"), max_length=500, blank=True)
    source_note = LocalisedText(_("note on the text used"), blank=True, default="")
    text_rights = models.CharField(
        _("what may be shown of its wording"),
        max_length=20,
        choices=TextRights.choices,
        default=TextRights.PARAPHRASE_ONLY,
    )
    scan_name = models.CharField(_("scanned text"), max_length=100, blank=True)
    scan_sha256 = models.CharField(_("SHA-256 of the scanned text"), max_length=64, blank=True)
    position = models.PositiveIntegerField(default=0, editable=False)
    archived_on = models.DateField(_("archived on"), null=True, blank=True)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ("position", "code")
        constraints = (
            one_of("kind", DocumentKind.values, "document_kind_known"),
            one_of("text_rights", TextRights.values, "document_text_rights_known"),
            web_address("source_address", "document_address_scheme"),
        )

    def __str__(self) -> str:
        return str(self.short_title)

    @property
    def shows_wording(self) -> bool:
        """Tell whether the public may read the document's own words."""
        return self.text_rights in SHOWN_RIGHTS


class Section(Record):
    """A heading of a document. `source_title` is the heading as printed, `title` ours in each language."""

    KIND = "section"
    TRACKED = ("document", "parent", "code", "source_title", "title", "position", "archived_on")

    document = models.ForeignKey(
        "tracker.Document", models.PROTECT, related_name="sections", verbose_name=_("document")
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("within")
    )
    code = models.CharField(_("code"), max_length=20)
    source_title = models.CharField(_("heading in the source"), max_length=300)
    title = LocalisedText(_("title"))
    position = models.PositiveIntegerField(_("position"))
    archived_on = models.DateField(_("archived on"), null=True, blank=True)

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ("document", "position")
        constraints = (models.UniqueConstraint(fields=("document", "code"), name="section_code_unique"),)

    def __str__(self) -> str:
        return str(self.title)


class Recommendation(Record):
    """One numbered or bulleted point of a document, in our own words, with its exact place in the source."""

    KIND = "recommendation"
    TRACKED = (
        "document",
        "section",
        "reference",
        "kind",
        "area",
        "addressee",
        "themes",
        "line",
        "page",
        "deadline",
        "recurs_months",
        "legal_act_only",
        "title",
        "summary",
        "wording",
        "translation",
        "position",
        "archived_on",
    )

    document = models.ForeignKey(
        "tracker.Document", models.PROTECT, related_name="recommendations", verbose_name=_("document")
    )
    section = models.ForeignKey(
        "tracker.Section", models.PROTECT, related_name="recommendations", verbose_name=_("section")
    )
    reference = models.CharField(_("reference"), max_length=40)
    # Derived from the reference, for addresses; unique beside it.
    slug = models.CharField(max_length=40, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=RecommendationKind.choices)
    area = models.CharField(_("area"), max_length=20, choices=Area.choices)
    addressee = models.CharField(_("addressee"), max_length=30, choices=Addressee.choices)
    themes = models.JSONField(_("themes"), default=list, blank=True)
    line = models.PositiveIntegerField(_("line"), null=True, blank=True)
    page = models.CharField(_("page"), max_length=20, blank=True)
    deadline = PartialDate(_("deadline"), blank=True)
    # Derived: the last day that the deadline can mean, so that the database can compare.
    deadline_last_day = models.DateField(null=True, blank=True, editable=False)
    recurs_months = models.PositiveIntegerField(_("recurs every (months)"), null=True, blank=True)
    legal_act_only = models.BooleanField(_("asks for a legal act only"), default=False)
    title = LocalisedText(_("title"))
    # Empty for a point that was imported and that nobody has summed up yet.
    summary = LocalisedText(_("summary"), blank=True)
    # The document's own words, in its language. What the public sees of them is `Document.text_rights`' to say.
    wording = models.TextField(_("official wording"), blank=True, default="")
    translation = models.CharField(
        _("translation"), max_length=10, choices=Translation.choices, default=Translation.DRAFT
    )
    position = models.PositiveIntegerField(_("position"))
    archived_on = models.DateField(_("archived on"), null=True, blank=True)

    class Meta:
        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")
        ordering = ("document__position", "position")
        constraints = (
            models.UniqueConstraint(
                fields=("document", "reference"),
                name="recommendation_reference_unique",
                violation_error_message=_("This document already has a point with this reference."),
            ),
            models.UniqueConstraint(fields=("document", "slug"), name="recommendation_slug_unique"),
            one_of("kind", RecommendationKind.values, "recommendation_kind_known"),
            one_of("area", Area.values, "recommendation_area_known"),
            one_of("addressee", Addressee.values, "recommendation_addressee_known"),
        )

    def __str__(self) -> str:
        return f"{self.document.code} {self.reference}"

    @property
    def is_reference(self) -> bool:
        """Tell whether the point is there for others to be related to, and carries no level."""
        return self.kind in REFERENCE_KINDS


class Component(Record):
    """One assessable part of a recommendation that bundles several duties."""

    KIND = "component"
    TRACKED = ("recommendation", "letter", "layer", "required", "text", "archived_on")

    recommendation = models.ForeignKey(
        "tracker.Recommendation", models.PROTECT, related_name="components", verbose_name=_("recommendation")
    )
    letter = models.CharField(_("letter"), max_length=4)
    layer = models.CharField(_("layer"), max_length=10, choices=Layer.choices)
    required = models.BooleanField(_("required"), default=True)
    text = LocalisedText(_("text"))
    position = models.PositiveIntegerField(default=0, editable=False)
    archived_on = models.DateField(_("archived on"), null=True, blank=True)

    class Meta:
        verbose_name = _("component")
        verbose_name_plural = _("components")
        ordering = ("recommendation", "position")
        constraints = (
            models.UniqueConstraint(fields=("recommendation", "letter"), name="component_letter_unique"),
            one_of("layer", Layer.values, "component_layer_known"),
        )

    def __str__(self) -> str:
        return f"{self.letter}) {self.text}"


class Treaty(Record):
    """A treaty whose status the alliances follow."""

    KIND = "treaty"
    TRACKED = ("code", "title", "short_title", "depositary", "address")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    title = LocalisedText(_("title"))
    short_title = LocalisedText(_("short title"))
    depositary = LocalisedText(_("depositary"))
    address = models.CharField(_("depositary's page"), max_length=500, blank=True)
    position = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("treaty")
        verbose_name_plural = _("treaties")
        ordering = ("position", "code")
        constraints = (web_address("address", "treaty_address_scheme"),)

    def __str__(self) -> str:
        return str(self.short_title)
