"""Holds: text that stays out of sight until the safeguarding lead and a second person have looked at it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tracker.choices import OPEN_HOLDS, HoldCause, HoldState
from tracker.models.base import Record, one_of

TARGETS = ("update", "evidence", "item")


class Hold(Record):
    """Something that may identify a child, or that a member has taken down: one update, one source or an item's texts.

    It names the risk and never repeats the text. `digest` binds a release to the very text that was looked at.
    """

    KIND = "hold"
    TRACKED = (
        "update",
        "evidence",
        "item",
        "cause",
        "risks",
        "digest",
        "reason",
        "state",
        "opened_by",
        "opened_at",
        "released_by",
        "confirmed_by",
        "decision",
    )

    alliance = models.ForeignKey("tracker.Alliance", models.PROTECT, related_name="holds")
    update = models.ForeignKey(
        "tracker.Update", models.PROTECT, null=True, blank=True, related_name="holds", verbose_name=_("update")
    )
    evidence = models.ForeignKey(
        "tracker.Evidence", models.PROTECT, null=True, blank=True, related_name="holds", verbose_name=_("evidence")
    )
    item = models.ForeignKey(
        "tracker.Item", models.PROTECT, null=True, blank=True, related_name="holds", verbose_name=_("item")
    )
    cause = models.CharField(_("cause"), max_length=12, choices=HoldCause.choices)
    risks = models.JSONField(_("what was found"), default=list, blank=True)
    digest = models.CharField(max_length=64, blank=True, default="", editable=False)
    reason = models.TextField(_("why"), blank=True, default="")
    state = models.CharField(_("state"), max_length=12, choices=HoldState.choices, default=HoldState.WAITING)
    opened_by = models.ForeignKey(
        "tracker.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reported by")
    )
    opened_at = models.DateTimeField(_("since"))
    released_by = models.ForeignKey(
        "tracker.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("released by")
    )
    confirmed_by = models.ForeignKey(
        "tracker.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("confirmed by")
    )
    decision = models.TextField(_("why it was decided so"), blank=True, default="")

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("safeguarding")
        ordering = ("-pk",)
        constraints = (
            one_of("cause", HoldCause.values, "hold_cause_known"),
            one_of("state", HoldState.values, "hold_state_known"),
            models.CheckConstraint(
                condition=models.Q(update__isnull=False, evidence__isnull=True, item__isnull=True)
                | models.Q(update__isnull=True, evidence__isnull=False, item__isnull=True)
                | models.Q(update__isnull=True, evidence__isnull=True, item__isnull=False),
                name="hold_one_target",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=HoldState.RELEASED)
                | models.Q(released_by__isnull=False, confirmed_by__isnull=False),
                name="hold_released_by_two",
                violation_error_message=_("The safeguarding lead and a second person release what was held back."),
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_by__isnull=True) | ~models.Q(confirmed_by=models.F("released_by")),
                name="hold_second_person",
                violation_error_message=_("You have released this already; another person confirms it."),
            ),
            *(
                models.UniqueConstraint(
                    fields=(target,),
                    condition=models.Q(state__in=OPEN_HOLDS),
                    name=f"hold_one_open_{target}",
                    violation_error_message=_("This is held back already."),
                )
                for target in TARGETS
            ),
        )

    def __str__(self) -> str:
        return str(self.target)

    @property
    def target(self) -> Record:
        """What is held back."""
        return next(filter(None, (self.update, self.evidence, self.item)))
