"""Imports of source documents: uploaded, looked at, accepted."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tracker.choices import ImportState
from tracker.models.base import Record, one_of


class DocumentImport(Record):
    """One file that was imported or waits to be: the batch that every entry of its acceptance belongs to.

    `file`, the bytes as uploaded, is kept only while the import waits; afterwards `sha256` is what remains of it.
    """

    KIND = "document_import"
    TRACKED = (
        "file_name",
        "size",
        "sha256",
        "layout",
        "document_code",
        "follower",
        "state",
        "edits",
        "documents",
        "points",
        "doubts",
        "decided_on",
        "released_by",
        "released_digest",
    )

    file_name = models.CharField(_("file"), max_length=255)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    layout = models.CharField(_("layout"), max_length=40)
    # The code that the uploader gave; empty leaves it to the file.
    document_code = models.CharField(_("code of the document"), max_length=40, blank=True, default="")
    # Not called "alliance": the import is the installation's, and so is its history.
    follower = models.ForeignKey(
        "tracker.Alliance",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("alliance that follows it"),
    )
    state = models.CharField(_("state"), max_length=20, choices=ImportState.choices, default=ImportState.PREVIEW)
    # {"document reference": text} as corrected by a person.
    edits = models.JSONField(_("corrected points"), default=dict, blank=True)
    # What was accepted: codes, number of points, and what was doubtful as (point, code, line, about).
    documents = models.JSONField(_("documents"), default=list, blank=True)
    points = models.PositiveIntegerField(_("points"), default=0)
    doubts = models.JSONField(_("doubts"), default=list, blank=True)
    decided_on = models.DateField(_("accepted or discarded on"), null=True, blank=True)
    # Text that may identify a child waits for a safeguarding lead; whoever accepts is the second person.
    released_by = models.ForeignKey(
        "tracker.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("released by")
    )
    # Binds the release to the very text that was looked at.
    released_digest = models.CharField(max_length=64, blank=True, default="", editable=False)
    file = models.BinaryField(default=b"", editable=False)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ("-id",)
        constraints = (one_of("state", ImportState.values, "import_state_known"),)

    def __str__(self) -> str:
        return self.file_name
