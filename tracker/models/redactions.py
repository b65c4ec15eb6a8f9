"""Redactions: what had to be taken out of the history, who asked for it and who agreed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tracker.choices import RedactionGround, RedactionState
from tracker.models.base import Record, one_of


class Redaction(Record):
    """Openings of one log that go, and the field whose value they tell; the entries stay.

    It never repeats the value. `places` are [sequence, name of the opening], counted when it is carried out: the
    database itself then takes these openings away (tracker/models/guards.py), and no others can be taken away. One
    redaction speaks of one log: `alliance` is null for the installation's.
    """

    KIND = "redaction"
    TRACKED = (
        "object_kind",
        "object_uuid",
        "field",
        "ground",
        "note",
        "state",
        "proposed_by",
        "proposed_organisation",
        "proposed_at",
        "decided_by",
        "decided_organisation",
        "decided_at",
        "places",
    )

    alliance = models.ForeignKey(
        "tracker.Alliance", models.PROTECT, null=True, blank=True, related_name="redactions", verbose_name=_("alliance")
    )
    # What log_of() says of it, for the trigger.
    log = models.CharField(max_length=36)
    object_kind = models.CharField(_("table"), max_length=30)
    object_uuid = models.UUIDField(_("record"))
    field = models.CharField(_("field"), max_length=40)
    ground = models.CharField(_("ground"), max_length=20, choices=RedactionGround.choices)
    note = models.TextField(_("note for the alliance"), blank=True, default="")
    state = models.CharField(_("state"), max_length=10, choices=RedactionState.choices, default=RedactionState.PROPOSED)
    proposed_by = models.ForeignKey(
        "tracker.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("proposed by")
    )
    proposed_organisation = models.ForeignKey(
        "tracker.Organisation", models.PROTECT, null=True, blank=True, related_name="+"
    )
    proposed_at = models.DateTimeField(_("proposed"), null=True, blank=True)
    decided_by = models.ForeignKey(
        "tracker.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_organisation = models.ForeignKey(
        "tracker.Organisation", models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    places = models.JSONField(_("places in the history"), default=list, blank=True)

    class Meta:
        verbose_name = _("redaction")
        verbose_name_plural = _("redactions")
        ordering = ("-pk",)
        constraints = (
            one_of("state", RedactionState.values, "redaction_state_known"),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("proposed_by")),
                name="redaction_two_people",
                violation_error_message=_("A second person decides about a redaction."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.object_kind} {self.object_uuid} · {self.field}"
