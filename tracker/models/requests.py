"""Requests: letters to duty bearers and what came back."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tracker.choices import ReplyQuality
from tracker.models.base import Record, one_of

ANSWERS = [quality for quality in ReplyQuality.values if quality != ReplyQuality.NONE]


class Request(Record):
    """A letter to a duty bearer about one item. Without `sent_on` it is a draft.

    `quality` "none" says that the alliance waits no longer; any other goes with the day of the answer.
    """

    KIND = "request"
    TRACKED = (
        "item",
        "organisation",
        "author",
        "duty_bearer",
        "language",
        "subject",
        "letter",
        "sent_on",
        "due_on",
        "reminded_on",
        "reminders",
        "answered_on",
        "quality",
        "reply",
        "withdrawn_on",
    )

    alliance = models.ForeignKey("tracker.Alliance", models.PROTECT, related_name="requests")
    item = models.ForeignKey("tracker.Item", models.PROTECT, related_name="requests", verbose_name=_("item"))
    organisation = models.ForeignKey(
        "tracker.Organisation", models.PROTECT, related_name="requests", verbose_name=_("organisation")
    )
    author = models.ForeignKey("tracker.User", models.PROTECT, related_name="+", verbose_name=_("author"))
    duty_bearer = models.ForeignKey(
        "tracker.Organisation", models.PROTECT, related_name="asked_in", verbose_name=_("duty bearer")
    )
    language = models.CharField(_("language"), max_length=10)
    subject = models.CharField(_("subject"), max_length=200)
    letter = models.TextField(_("letter"))
    sent_on = models.DateField(_("sent on"), null=True, blank=True)
    due_on = models.DateField(_("answer due on"), null=True, blank=True)
    reminded_on = models.DateField(_("last reminded on"), null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(_("reminders"), default=0)
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    quality = models.CharField(
        _("quality of the reply"), max_length=10, choices=ReplyQuality.choices, blank=True, default=""
    )
    reply = models.TextField(_("what the reply says"), blank=True, default="")
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ("-pk",)
        constraints = (
            one_of("quality", ["", *ReplyQuality.values], "request_quality_known"),
            models.CheckConstraint(
                condition=models.Q(sent_on__isnull=False)
                | models.Q(due_on__isnull=True, reminded_on__isnull=True, answered_on__isnull=True, quality=""),
                name="request_sent_first",
                violation_error_message=_("Note first when the letter was sent."),
            ),
            models.CheckConstraint(
                condition=models.Q(answered_on__isnull=False, quality__in=ANSWERS)
                | models.Q(answered_on__isnull=True, quality__in=["", ReplyQuality.NONE.value]),
                name="request_answer_has_quality",
                violation_error_message=_("An answer has its day and its quality."),
            ),
            models.CheckConstraint(
                condition=models.Q(due_on__isnull=True) | models.Q(due_on__gte=models.F("sent_on")),
                name="request_due_after_sent",
                violation_error_message=_("An answer is due no earlier than the letter was sent."),
            ),
            models.CheckConstraint(
                condition=models.Q(answered_on__isnull=True) | models.Q(answered_on__gte=models.F("sent_on")),
                name="request_answered_after_sent",
                violation_error_message=_("An answer comes no earlier than the letter was sent."),
            ),
        )
        # Serves the desk's lists of letters.
        indexes = (models.Index(fields=("alliance", "sent_on", "due_on"), name="request_waiting"),)

    def __str__(self) -> str:
        return f"{self.item} · {self.duty_bearer} · {self.sent_on or _('draft')}"
