"""Restores: the record was put back to an older state; what was lost is told for ever."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tracker.models.base import Record


class Restore(Record):
    """One log was put back to an older state. Its entry opens the next epoch of the log.

    `kept_size` and `kept_head` are where the restored log ended, `lost_*` the last checkpoint of what was there before.
    `lost_log` is another log than the restore's own only where an alliance is gone with its whole log: the
    installation's log tells of it then.
    """

    KIND = "restore"
    TRACKED = ("kept_size", "kept_head", "lost_log", "lost_epoch", "lost_size", "lost_head")

    alliance = models.ForeignKey(
        "tracker.Alliance", models.PROTECT, null=True, blank=True, related_name="restores", verbose_name=_("alliance")
    )
    kept_size = models.PositiveBigIntegerField(_("entries kept"))
    kept_head = models.CharField(_("last hash kept"), max_length=64)
    lost_log = models.CharField(_("log"), max_length=36)
    lost_epoch = models.PositiveIntegerField(_("epoch of the last checkpoint"))
    lost_size = models.PositiveBigIntegerField(_("entries at the last checkpoint"))
    lost_head = models.CharField(_("hash at the last checkpoint"), max_length=64)

    class Meta:
        verbose_name = _("restore")
        verbose_name_plural = _("restores")
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.kept_size} / {self.lost_size}"
