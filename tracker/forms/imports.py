"""Documents to be imported: the file and what is known about it, and the corrected text of one point."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from tracker.errors import UnsafeMaterial
from tracker.forms.base import StepForm
from tracker.forms.evidence import leads_to_no_document
from tracker.importer.layouts import LAYOUTS
from tracker.importer.source import MOST_BYTES
from tracker.models import Alliance
from tracker.queries.access import alliances
from tracker.safeguarding import file_risks

MOST_MB = MOST_BYTES // 1024 // 1024
TEXT_FILES = ".txt,.md,text/plain,text/markdown"


class UploadForm(StepForm):
    """A document as plain text."""

    file = forms.FileField(
        label=_("File"),
        # Told by the reader of documents, as for every other file that is none.
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": TEXT_FILES}),
        help_text=format_lazy(
            _("The document as plain text in UTF-8, at most {most} MB. Nothing is imported before you accept it."),
            most=MOST_MB,
        ),
    )
    document = forms.SlugField(
        label=_("Code of the document"),
        max_length=40,
        required=False,
        help_text=_(
            "As in its address, for example rio-2008. Leave empty to let the file say; give a document that the "
            "catalogue does not have yet a code of its own."
        ),
    )
    alliance = forms.ModelChoiceField(
        Alliance.objects.none(),
        label=_("Alliance that follows it"),
        required=False,
        empty_label=_("The one that follows it already, if any"),
        help_text=_("It takes the notes as evidence and the State's replies, and follows every point of the document."),
    )
    layout = forms.ChoiceField(
        label=_("Layout"),
        required=False,
        help_text=_("How the document is set. Choose one only where the file was taken for another kind of document."),
    )

    def prepare(self) -> None:
        self.offer("alliance", alliances(self.actor))
        labels = [(name, layout.label) for name, layout in LAYOUTS.items()]
        self.offer("layout", [("", _("Find out by itself")), *labels])

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                _("“%(name)s” is larger than %(most)s MB, the most that is read. A report as text has less than 1 MB.")
                % {"name": file.name, "most": MOST_MB}
            )
        if file_risks(file.name, file.read()):
            # Not a word of the file, nor its name: the stop page answers.
            raise forms.ValidationError(_("This is no document.")) from UnsafeMaterial()
        file.seek(0)
        return file

    @property
    def unsafe(self) -> bool:
        """Whether the file is a picture, a recording or an archive, or holds one."""
        return leads_to_no_document(self, "file")


class PointForm(StepForm):
    """The text of one point as a person reads it in the source."""

    words = forms.CharField(
        label=_("Corrected text"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("The words of the source, letter by letter. Leave empty to take the scanned text after all."),
    )
