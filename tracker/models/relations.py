"""Relations: the crosswalk between points of different documents."""

from django.db import models
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _

from tracker.choices import RelationKind
from tracker.models.base import LocalisedText, Record, one_of


class Relation(Record):
    """How one point of the catalogue relates to another, and why a careful reader says so.

    `kind` reads from `source` to `target`: the source is narrower than the target, or supersedes it. A broader point is
    the target of a narrower one; the kinds in MUTUAL_RELATIONS read the same from both ends. Levels never travel along
    a relation.
    """

    KIND = "relation"
    TRACKED = ("source", "target", "kind", "reason", "archived_on")

    source = models.ForeignKey(
        "tracker.Recommendation", models.PROTECT, related_name="relations_from", verbose_name=_("point")
    )
    target = models.ForeignKey(
        "tracker.Recommendation", models.PROTECT, related_name="relations_to", verbose_name=_("related point")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=RelationKind.choices)
    reason = LocalisedText(_("reason"))
    archived_on = models.DateField(_("archived on"), null=True, blank=True)

    class Meta:
        verbose_name = _("relation")
        verbose_name_plural = _("relations")
        ordering = ("source__document__position", "source__position", "pk")
        constraints = (
            one_of("kind", RelationKind.values, "relation_kind_known"),
            models.CheckConstraint(
                condition=~models.Q(source=models.F("target")),
                name="relation_two_points",
                violation_error_message=_("A point does not relate to itself."),
            ),
            # Whichever end it was written from: two points are narrower than each other in one direction at most.
            models.UniqueConstraint(
                Least("source", "target"),
                Greatest("source", "target"),
                "kind",
                name="relation_unique",
                violation_error_message=_("These two points are related in this way already."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.source} – {self.target}"
