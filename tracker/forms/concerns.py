"""What a reader of the public pages writes to those who keep them."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.choices import Concern
from tracker.reports.concerns import Message
from tracker.safeguarding import text_findings

WORDS = 4000


class ConcernForm(forms.Form):
    """A concern or a piece of information; refused where it may identify a child."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What is it?"), choices=Concern.choices, widget=forms.RadioSelect, initial=Concern.WRONG
    )
    words = forms.CharField(
        label=gettext_lazy("Your message"),
        max_length=WORDS,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy(
            "What is wrong or missing, and where it can be checked. Name no child and no survivor, and nothing by "
            "which one could be found: no name, address, school, telephone number or case number."
        ),
    )
    answer_to = forms.EmailField(
        label=gettext_lazy("Where an answer reaches you"),
        required=False,
        help_text=gettext_lazy("An e-mail address, only if you want an answer. It is handed on with your message."),
    )
    page = forms.RegexField(r"^/[\w/%.~?&=+-]*$", required=False, max_length=500, widget=forms.HiddenInput)
    # People do not see it; programs that fill in every field do.
    website = forms.CharField(
        label=gettext_lazy("Leave this empty"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    def clean_words(self) -> str:
        words = str(self.cleaned_data["words"])
        risks = dict.fromkeys(str(finding.risk.label) for finding in text_findings(words))
        if risks:
            raise forms.ValidationError(
                _(
                    "This was not sent and not kept, as it may identify a child: %(risks)s. Take that out and send it "
                    "again. If you know of a child in danger, this site is the wrong place: see below who helps."
                )
                % {"risks": "; ".join(risks)}
            )
        return words

    def clean(self) -> dict[str, Any]:
        # An address of ours and nothing else: it goes by mail past the check of the words.
        if "page" in self.errors or text_findings(str(self.cleaned_data.get("page", ""))):
            self.errors.pop("page", None)
            self.cleaned_data["page"] = ""
        return self.cleaned_data

    @property
    def is_by_a_program(self) -> bool:
        """Whether a field was filled in that people do not see."""
        return bool(self.cleaned_data.get("website"))

    def message(self) -> Message:
        """Return what was written, once it is valid."""
        values: dict[str, Any] = self.cleaned_data
        return Message(Concern(values["kind"]), values["page"], values["words"], values["answer_to"])
