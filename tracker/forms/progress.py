"""Updates as someone writes and reviews them."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker import workflow
from tracker.actions.evidence import NewEvidence
from tracker.actions.progress import Content
from tracker.choices import (
    UNLEVELLED_KINDS,
    ComponentVerdict,
    EvidenceKind,
    Level,
    Perspective,
)
from tracker.forms.base import DateField, PartialDateField, StepForm, initial_texts
from tracker.forms.evidence import EvidenceForm
from tracker.models import Evidence, Item, Update
from tracker.queries import meanings
from tracker.queries.desk import evidence_for
from tracker.queries.progress import applicable_components

NEW_SOURCES = 3
_PLAIN = ("perspective", "period_from", "period_to", "level", "closes_item", "verify_by")


class EvidenceChoices(forms.ModelMultipleChoiceField):
    """Sources that are stored already, each with its kind and publisher."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, source: Any) -> str:
        return f"{source.title} · {source.publisher} · {EvidenceKind(source.kind).label}"


class UpdateForm(StepForm):
    """Everything an update says, with its new sources; `record` is the draft, or None for a new update on `item`."""

    LOCALISED = {
        "done": (
            gettext_lazy("What was done, and by whom"),
            gettext_lazy("The steps of this period and who took them. Name sources below; never anyone's child."),
            6,
        ),
        "remains": (
            gettext_lazy("What remains to be done"),
            gettext_lazy("What the text asks for and nobody has done yet."),
            3,
        ),
        "ask_next": (gettext_lazy("What we ask next"), gettext_lazy("The next step that the alliance asks for."), 3),
        "search_note": (
            gettext_lazy("Where we searched and whom we asked"),
            gettext_lazy("Needed where you propose “No information” or “No action found”."),
            3,
        ),
    }

    perspective = forms.ChoiceField(
        label=gettext_lazy("Perspective"),
        choices=Perspective.choices,
        initial=Perspective.ALLIANCE,
        help_text=gettext_lazy("Whose word this is. Only the alliance's own word moves the level that everyone sees."),
    )
    period_from = PartialDateField(
        label=gettext_lazy("Period from"),
        required=False,
        help_text=gettext_lazy("Where the period begins: 2012, 2012-05 or 2012-05-31. You may leave it empty."),
    )
    period_to = PartialDateField(
        label=gettext_lazy("Period to"),
        help_text=gettext_lazy("Up to when this is known: 2012, 2012-05 or 2012-05-31."),
    )
    level = forms.ChoiceField(
        label=gettext_lazy("Proposed level"),
        required=False,
        choices=[("", gettext_lazy("No level proposed")), *Level.choices],
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "The level that the evidence bears. A level needs at least the evidence named beside it."
        ),
    )
    closes_item = forms.BooleanField(
        label=gettext_lazy("This update closes the item"),
        required=False,
        help_text=gettext_lazy("The item is followed no longer once two reviewers have confirmed it."),
    )
    verify_by = DateField(
        label=gettext_lazy("Verify by"),
        required=False,
        help_text=gettext_lazy("When the level is to be checked again. Left empty: 12 months after publication."),
    )
    evidence = EvidenceChoices(
        Evidence.objects.none(),
        label=gettext_lazy("Sources used on this item before"),
        required=False,
        help_text=gettext_lazy("Tick those that this update rests on."),
    )

    def __init__(self, data: Any = None, *, item: Item, **kwargs: Any) -> None:
        self.item = item
        self.components = applicable_components(item)
        super().__init__(data, **kwargs)
        self.sources = [
            EvidenceForm(data, prefix=f"new{n}", empty_permitted=True, use_required_attribute=False, label_suffix="")
            for n in range(1, NEW_SOURCES + 1)
        ]

    def prepare(self) -> None:
        self.fields["evidence"].queryset = evidence_for(self.item, self.actor)  # type: ignore[attr-defined]
        if self.item.recommendation.kind in UNLEVELLED_KINDS:
            del self.fields["level"]
        for component in self.components:
            asked = _("A required part.") if component.required else _("Not required.")
            self.fields[f"component_{component.letter}"] = forms.ChoiceField(
                label=f"{component.letter}) {component.text}",
                choices=ComponentVerdict.choices,
                required=False,
                help_text=f"{component.get_layer_display()}. {asked}",
            )

    def is_valid(self) -> bool:
        """Tell whether the update and each new source that was begun are complete enough to be stored."""
        whole = super().is_valid()
        # Each is asked, so that each says what it lacks.
        complete = [source.is_valid() for source in self.sources]
        if all(complete):
            return whole
        self.add_error(None, _("A new source is not complete. Finish it, or empty all its fields."))
        return False

    @property
    def component_fields(self) -> list[Any]:
        """Return the field of each component, for the page."""
        return [self[f"component_{component.letter}"] for component in self.components]

    @property
    def level_rows(self) -> list[dict[str, Any]]:
        """Return each choice of a level with what it means and what it needs, for the page."""
        if "level" not in self.fields:
            return []
        return [{"radio": radio, **explained(radio.data["value"], self.item)} for radio in self["level"]]

    def content(self) -> Content:
        """Return what was typed as the actions take it."""
        typed = self.cleaned_data
        columns: dict[str, Any] = {name: typed.get(name, "") for name in _PLAIN}
        columns |= {name: self.text(name) for name in self.LOCALISED}
        return Content(
            **columns,
            components={
                component.letter: typed[f"component_{component.letter}"] or ComponentVerdict.NOT_ASSESSED
                for component in self.components
            },
            evidence=list(typed["evidence"]),
            new_evidence=self._new_sources(),
        )

    def _new_sources(self) -> list[NewEvidence]:
        return [source.new_evidence() for source in self.sources if source.has_changed()]


def explained(level: str, item: Item) -> dict[str, Any]:
    """Return what a level means and the least evidence it takes on this item."""
    if not level:
        return {"meaning": _("The update tells what happened and leaves the level as it is."), "needs": ""}
    rule = workflow.LEVELS[level]
    grade = workflow.least_grade(level, legal_act_only=item.recommendation.legal_act_only)
    needs = []
    if grade:
        needs.append(
            _("Evidence of grade %(grade)s: %(meaning)s") % {"grade": grade, "meaning": meanings.GRADES[grade]}
        )
    if rule.needs_search_note:
        needs.append(_("A note of where you searched and whom you asked."))
    if rule.two_publishers or (level != item.level and workflow.LEVELS[item.level].two_publishers):
        needs.append(_("Two reviewers."))
    return {"meaning": meanings.LEVELS[level], "needs": " ".join(needs)}


def typed_before(update: Update) -> dict[str, Any]:
    """Return an update as the initial values of a form, to go on from."""
    found: dict[str, Any] = {name: getattr(update, name) for name in _PLAIN}
    for name in UpdateForm.LOCALISED:
        found |= initial_texts(name, getattr(update, name))
    found["evidence"] = list(update.evidence.all())
    for assessment in update.assessments.select_related("component"):
        found[f"component_{assessment.component.letter}"] = assessment.verdict
    return found


class PublishForm(StepForm):
    """What a reviewer confirms."""

    independence_note = forms.CharField(
        label=gettext_lazy("Why the sources are independent of each other"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Two sources count as two only where neither draws on the other. Without this note they are graded as one, "
            "and practice counts as unconfirmed."
        ),
    )

    def prepare(self) -> None:
        self.initial["independence_note"] = self.record.independence_note


class ReturnForm(StepForm):
    """Why an update goes back to its author."""

    reason = forms.CharField(
        label=gettext_lazy("What is missing"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The author reads this first. Say what to change, one point per sentence."),
    )


class DiscardForm(StepForm):
    """Why a draft is put aside."""

    reason = forms.CharField(
        label=gettext_lazy("Why you discard it"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("The draft is put aside for good; it stays in the history with this reason."),
    )
