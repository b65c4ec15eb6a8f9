"""Checkpoints: how far a log reached at a moment, and its last hash. What is published of them vouches for the rest."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Checkpoint(models.Model):
    """Size and head of a log at a moment. The same lines stand outside the database, or they would vouch for nothing.

    No part of the history: it speaks about it. `size` is the sequence of the last entry, `head` its hash, `time` the
    moment at which the checkpoint was taken, written as the history writes moments.
    """

    log = models.CharField(_("log"), max_length=36)
    epoch = models.PositiveIntegerField(_("epoch"))
    size = models.PositiveBigIntegerField(_("entries"))
    head = models.CharField(_("last hash"), max_length=64)
    time = models.CharField(_("taken"), max_length=27)

    class Meta:
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")
        ordering = ("log", "epoch", "size")
        constraints = (models.UniqueConstraint(fields=("log", "epoch", "size"), name="checkpoint_unique"),)

    def __str__(self) -> str:
        return f"{self.log} {self.epoch}.{self.size}"
