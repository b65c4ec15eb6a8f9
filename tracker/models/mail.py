"""Mail: a row first, sent after the act is committed, tried again by a command."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Mail(models.Model):
    """One message to one person. `key` says what it is about, so that the same is never sent twice.

    No part of the history: it repeats what the workspace says, and its text is emptied once it is delivered.
    """

    key = models.CharField(max_length=120, unique=True)
    user = models.ForeignKey("tracker.User", models.PROTECT, null=True, blank=True, related_name="+")
    to = models.EmailField()
    language = models.CharField(max_length=10)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True, default="")
    unsubscribe = models.CharField(max_length=500, blank=True, default="")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mail")
        # Serves the command that sends what waits.
        indexes = (models.Index(fields=("sent_at", "created_at"), name="mail_waiting"),)

    def __str__(self) -> str:
        return self.key
