"""The append-only log. Written by raw SQL in actions/history.py and by nothing else; docs/history.md has the format.

No foreign keys: nothing may cascade to a row of the history.
"""

from django.db import models

INSTALLATION = "installation"


class HistoryEntry(models.Model):
    """One change of one object. `payload` is chained; the other columns repeat it, for queries."""

    log = models.CharField(max_length=36)
    epoch = models.PositiveIntegerField()
    sequence = models.PositiveBigIntegerField()
    time = models.CharField(max_length=27)
    action = models.CharField(max_length=40)
    object_kind = models.CharField(max_length=30)
    object_uuid = models.UUIDField()
    request_id = models.UUIDField()
    payload = models.TextField()
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("log", "epoch", "sequence"), name="history_sequence_unique"),)
        indexes = (
            # Serves queries.history.lines.
            models.Index(fields=("object_kind", "object_uuid", "sequence"), name="history_of_object"),
            # Serves queries.asof.end_of: the last entry of a log by the end of a day.
            models.Index(fields=("log", "time", "sequence"), name="history_by_time"),
        )

    def __str__(self) -> str:
        return f"{self.log} {self.epoch}.{self.sequence} {self.action}"


class HistoryValue(models.Model):
    """The opening of one commitment: salt, old and new value as canonical JSON. `entry` is an entry's id."""

    entry = models.BigIntegerField()
    field = models.CharField(max_length=40)
    salt = models.BinaryField(max_length=32)
    old = models.TextField()
    new = models.TextField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("entry", "field"), name="history_value_unique"),)

    def __str__(self) -> str:
        return f"{self.entry} {self.field}"
