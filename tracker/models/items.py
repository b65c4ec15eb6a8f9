"""Items: recommendations as one alliance follows them, and their states over time."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tracker.choices import OPEN_LIFECYCLES, Level, Lifecycle, PointAtIssue, Visibility
from tracker.models.base import LocalisedText, PartialDate, Record, one_of

# The columns that ItemState repeats from Item: what lists filter and show.
STATE_FIELDS = (
    "level",
    "level_since",
    "headline_id",
    "owner_id",
    "duty_bearer_id",
    "lifecycle",
    "update_due_on",
    "verify_by",
    "last_update_on",
    "disputed",
    "state_level",
    "state_level_on",
    "archived_on",
)


class Following(models.Model):
    """The columns that an item and its states share."""

    level = models.CharField(_("level"), max_length=20, choices=Level.choices, default=Level.NOT_ASSESSED)
    level_since = models.DateField(_("level since"), null=True, blank=True)
    headline = models.ForeignKey(
        "tracker.Update",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("update that the level rests on"),
    )
    owner = models.ForeignKey(
        "tracker.Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_%(class)s",
        verbose_name=_("owner"),
    )
    duty_bearer = models.ForeignKey(
        "tracker.Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="borne_%(class)s",
        verbose_name=_("duty bearer"),
    )
    lifecycle = models.CharField(_("lifecycle"), max_length=20, choices=Lifecycle.choices, default=Lifecycle.OPEN)
    update_due_on = models.DateField(_("update due on"), null=True, blank=True)
    verify_by = models.DateField(_("verify by"), null=True, blank=True)
    last_update_on = models.DateField(_("last update published on"), null=True, blank=True)
    disputed = models.BooleanField(_("disputed"), default=False)
    state_level = models.CharField(
        _("level by the State's account"), max_length=20, choices=Level.choices, blank=True, default=""
    )
    state_level_on = PartialDate(_("date of the State's account"), blank=True, default="")
    archived_on = models.DateField(_("archived on"), null=True, blank=True)

    class Meta:
        abstract = True


class Item(Following, Record):
    """A recommendation as followed by one alliance.

    `level` is the alliance's latest published level, never another perspective's. `last_update_on` is the day of the
    latest published update of the alliance's own.
    """

    KIND = "item"
    TRACKED = (
        "recommendation",
        "level",
        "level_since",
        "headline",
        "owner",
        "duty_bearer",
        "contributors",
        "lifecycle",
        "lifecycle_reason",
        "update_due_on",
        "verify_by",
        "last_update_on",
        "disputed",
        "state_level",
        "state_level_on",
        "update_asked_on",
        "update_asked_note",
        "dispute_point",
        "dispute_note",
        "visibility",
        "withheld",
        "archived_on",
    )

    alliance = models.ForeignKey("tracker.Alliance", models.PROTECT, related_name="items", verbose_name=_("alliance"))
    recommendation = models.ForeignKey(
        "tracker.Recommendation", models.PROTECT, related_name="items", verbose_name=_("recommendation")
    )
    contributors = models.ManyToManyField(
        "tracker.Organisation", related_name="contributed_items", blank=True, verbose_name=_("contributors")
    )
    lifecycle_reason = LocalisedText(_("reason of the lifecycle"), blank=True, default="")
    update_asked_on = models.DateField(_("update asked for on"), null=True, blank=True)
    update_asked_note = models.TextField(_("what the secretariat asks for"), blank=True, default="")
    dispute_point = models.CharField(
        _("point at issue"), max_length=15, choices=PointAtIssue.choices, blank=True, default=""
    )
    dispute_note = LocalisedText(_("what the disagreement is about"), blank=True, default="")
    # At most this much of who works on this item is public, however visible the organisations are elsewhere.
    visibility = models.CharField(
        _("visibility on this item"), max_length=10, choices=Visibility.choices, default=Visibility.NAMED
    )
    withheld = models.BooleanField(_("texts withheld"), default=False)

    class Meta:
        verbose_name = _("item")
        verbose_name_plural = _("items")
        ordering = ("recommendation__document__position", "recommendation__position")
        constraints = (
            models.UniqueConstraint(
                fields=("alliance", "recommendation"),
                name="item_unique",
                violation_error_message=_("This alliance already follows this point."),
            ),
            one_of("level", Level.values, "item_level_known"),
            one_of("lifecycle", Lifecycle.values, "item_lifecycle_known"),
            one_of("dispute_point", ["", *PointAtIssue.values], "item_dispute_point_known"),
            one_of("visibility", Visibility.values, "item_visibility_known"),
            models.CheckConstraint(
                condition=models.Q(lifecycle=Lifecycle.OPEN) | ~models.Q(lifecycle_reason=""),
                name="item_lifecycle_has_reason",
                violation_error_message=_("Give the reason for this lifecycle."),
            ),
        )

    def __str__(self) -> str:
        return str(self.recommendation)

    @property
    def is_open(self) -> bool:
        """Whether the item is still followed, and its point still part of the catalogue."""
        return (
            self.lifecycle in OPEN_LIFECYCLES and self.archived_on is None and self.recommendation.archived_on is None
        )


class ItemComponent(Record):
    """A component that does not apply to the alliance's country, with the reason."""

    KIND = "item_component"
    TRACKED = ("item", "component", "reason", "archived_on")

    alliance = models.ForeignKey("tracker.Alliance", models.PROTECT, related_name="+")
    item = models.ForeignKey("tracker.Item", models.PROTECT, related_name="components_not_applicable")
    component = models.ForeignKey("tracker.Component", models.PROTECT, related_name="+")
    reason = LocalisedText(_("reason"))
    archived_on = models.DateField(_("archived on"), null=True, blank=True)

    class Meta:
        verbose_name = _("component not applicable")
        verbose_name_plural = _("components not applicable")
        constraints = (models.UniqueConstraint(fields=("item", "component"), name="item_component_unique"),)

    def __str__(self) -> str:
        return str(self.component)


class ItemState(Following):
    """What an item was from one entry of its alliance's log until another; `to_sequence` is null now.

    Written only with the history and rebuildable from it. Lists, dashboard and past days read this table.
    """

    alliance = models.ForeignKey("tracker.Alliance", models.PROTECT, related_name="+")
    item = models.ForeignKey("tracker.Item", models.PROTECT, related_name="states")
    from_sequence = models.PositiveBigIntegerField()
    to_sequence = models.PositiveBigIntegerField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("item", "from_sequence"), name="item_state_from_unique"),
            models.UniqueConstraint(
                fields=("item",), condition=models.Q(to_sequence__isnull=True), name="item_state_one_now"
            ),
        )
        indexes = (
            # Serves queries.items.current: list and dashboard of one alliance.
            models.Index(fields=("alliance", "to_sequence", "level"), name="item_state_now"),
        )

    def __str__(self) -> str:
        return f"{self.item_id} {self.from_sequence}–{self.to_sequence or ''}"
