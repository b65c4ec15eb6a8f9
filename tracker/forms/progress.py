"""Updates as someone writes them. What no column can hold yet is kept as it was typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.actions.progress import Content
from tracker.choices import UNLEVELLED_KINDS, ComponentVerdict, Level, Perspective
from tracker.forms.base import DateField, PartialDateField, StepForm, initial_texts
from tracker.forms.evidence import EvidenceForm
from tracker.forms.ticks import EvidenceTicks, LetterTicks, Ticks, is_key
from tracker.models import Evidence, Item, Request, Update
from tracker.queries import meanings
from tracker.queries.access import evidence, evidence_for, requests
from tracker.queries.progress import applicable_components
from tracker.queries.relations import evidence_nearby
from tracker.queries.sources import Found

NEW_SOURCES = 3
_PLAIN = ("perspective", "period_from", "period_to", "level", "closes_item", "verify_by")


@dataclass(frozen=True)
class Fault:
    """One thing that a page lists above its form: where it is mended, what the field is called, what is wrong."""

    anchor: str
    label: str
    words: str


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
        required=False,
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
    evidence = EvidenceTicks(
        Evidence.objects.none(),
        label=gettext_lazy("Sources that the alliance has already"),
        required=False,
        help_text=gettext_lazy("Tick those that this update rests on."),
    )
    requests = LetterTicks(
        Request.objects.none(),
        label=gettext_lazy("Letters sent about this item"),
        required=False,
        help_text=gettext_lazy(
            "Tick those that this update rests on. A letter that nobody answered supports “No information”."
        ),
    )
    find = forms.CharField(
        label=gettext_lazy("Find other sources of the alliance"),
        required=False,
        help_text=gettext_lazy(
            "Words of the title, the publisher or the address, or the number of a note. What you typed stays."
        ),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        item: Item,
        unfinished: Mapping[str, str] | None = None,
        found: Found | None = None,
        checked: bool = True,
        **kwargs: Any,
    ) -> None:
        """`unfinished` is what a stored draft keeps beside its columns; `found`, what someone looked for before they go
        on writing. Nothing is checked then, nor where `checked` says so: what was typed is only shown again.
        """
        self.item, self.found, self.kept = item, found, dict(unfinished or {})
        self.components = applicable_components(item)
        super().__init__(data, **kwargs)
        self.initial.update({name: self.kept[name] for name in self._kept_fields() if not self._is_ticks(name)})
        self.sources = [self._row(f"new{n}") for n in range(1, NEW_SOURCES + 1)]
        if found is not None or not checked:
            for form in (self, *self.sources):
                form._errors, form.cleaned_data = ErrorDict(), {}  # type: ignore[attr-defined]

    def prepare(self) -> None:
        self._offer_sources()
        letters = requests(self.actor).filter(item=self.item, withdrawn_on=None).exclude(sent_on=None)
        self.offer("requests", letters.order_by("sent_on", "pk"))
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

    def _offer_sources(self) -> None:
        """Take every source in sight, and offer those ticked, those used before on the item or a related one and those
        just found. A source may serve again; what level it led to elsewhere says nothing here.
        """
        field: Any = self.fields["evidence"]
        field.queryset = evidence(self.actor)
        ticked = {str(getattr(value, "pk", value)) for value in self["evidence"].value() or ()}
        used = list(evidence_for(self.item, self.actor))
        nearby = list(evidence_nearby(self.item, self.actor))
        self.nearby = {source.pk for source in nearby if str(source.pk) not in ticked} - {row.pk for row in used}
        near = [*used, *nearby, *(self.found.sources if self.found else ())]
        offered = {source.pk: source for source in near}
        others = {int(key) for key in ticked if is_key(key)} - set(offered)
        field.offer([*field.queryset.filter(pk__in=others), *offered.values()])

    def _row(self, prefix: str) -> EvidenceForm:
        """Return the form of one new source, with what the draft keeps of it."""
        kept = {name: raw for name, raw in self.kept.items() if name.startswith(f"{prefix}-")}
        data = self.data if self.is_bound else kept or None
        return EvidenceForm(data, prefix=prefix, empty_permitted=True, use_required_attribute=False, label_suffix="")

    def _is_ticks(self, name: str) -> bool:
        return isinstance(self.fields[name], Ticks)

    def _kept_fields(self) -> list[str]:
        return [name for name in self.kept if name in self.fields]

    def full_clean(self) -> None:
        """Check what was typed; of a stored draft, what it keeps unfinished."""
        super().full_clean()
        if not self.is_bound:
            for name in self._kept_fields():
                raw = self.kept[name]
                try:
                    self.fields[name].clean(raw.split(",") if self._is_ticks(name) else raw)
                except forms.ValidationError as error:
                    self._errors[name] = self.error_class(error.messages, renderer=self.renderer)  # type: ignore[attr-defined]

    # --- What was typed

    @property
    def seen(self) -> int | None:
        """Return the version that the page was opened with; one that cannot be read is none that ever was."""
        return 0 if "version" in self.errors else self.cleaned_data.get("version")

    @property
    def unsafe(self) -> bool:
        """Whether a new source is a link to what is no document. Nothing of such a page is stored."""
        return any(source.unsafe for source in self.sources)

    def forget_unsafe(self) -> None:
        """Empty the links that lead to what is no document; everything else that was typed stays."""
        self.retype({source.add_prefix("address"): "" for source in self.sources if source.unsafe})
        self.sources = [self._row(source.prefix or "") for source in self.sources]

    def content(self) -> Content:
        """Return what was typed as the actions take it, each value in its column or among what is unfinished."""
        wrong = [name for name in self.errors if name in self.fields and name not in ("version", "find")]
        typed = self.cleaned_data
        columns: dict[str, Any] = {name: typed[name] for name in _PLAIN if typed.get(name) is not None}
        columns |= {name: self.text(name) for name in self.LOCALISED}
        columns |= {name: typed[name] if name in typed else self._known(name) for name in ("evidence", "requests")}
        begun = [source for source in self.sources if source.has_changed()]
        unfinished = {name: self._raw(name) for name in wrong}
        for source in begun:
            unfinished |= {} if source.is_valid() else _raw_row(source)
        return Content(
            **columns | {name: list(columns[name]) for name in ("evidence", "requests")},
            components={
                component.letter: typed.get(f"component_{component.letter}") or ComponentVerdict.NOT_ASSESSED
                for component in self.components
            },
            new_evidence=[source.new_evidence() for source in begun if source.is_valid()],
            unfinished={name: raw for name, raw in unfinished.items() if raw},
        )

    def _ticked(self, name: str) -> list[str]:
        return [str(value) for value in self.fields[name].widget.value_from_datadict(self.data, self.files, name) or ()]

    def _known(self, name: str) -> list[Any]:
        """Return the ticked records that are there, where others of the ticks are not."""
        ticked = [int(key) for key in self._ticked(name) if is_key(key)]
        return list(self.fields[name].queryset.filter(pk__in=ticked))  # type: ignore[attr-defined]

    def _raw(self, name: str) -> str:
        if self._is_ticks(name):
            known = {str(record.pk) for record in self._known(name)}
            return ",".join(value for value in self._ticked(name) if value not in known)
        return str(self.fields[name].widget.value_from_datadict(self.data, self.files, name) or "")

    # --- For the page

    @property
    def faults(self) -> list[Fault]:
        """Return what cannot be read or is not complete, field by field."""
        found = [
            Fault(self.anchor(name), self._label(name), str(error))
            for name, errors in self.errors.items()
            if name in self.fields
            for error in errors
        ]
        for number, source in enumerate(self.sources, start=1):
            row = _("New source %(number)s") % {"number": number}
            for name, errors in source.errors.items():
                if name in source.fields:
                    label = f"{row}: {source.fields[name].label}"
                    found += [Fault(source[name].id_for_label, label, str(error)) for error in errors]
        return found

    def _label(self, name: str) -> str:
        group = next((group for group in self.text_groups.values() if self[name] in group["fields"]), None)
        return f"{group['legend']} · {self.fields[name].label}" if group else str(self.fields[name].label)

    def anchor(self, name: str) -> str:
        """Return the id of where `name` is filled in: a field, a localised text or the parts; "" for none."""
        if name == "components":
            return next((field.id_for_label for field in self.component_fields), "")
        if name in self.LOCALISED:
            return self.text_fields(name)[0].id_for_label
        if name not in self.fields:
            return ""
        if name == "evidence" and not self["evidence"].subwidgets:
            return self.sources[0]["kind"].id_for_label
        if name in ("evidence", "requests", "level"):
            return f"{self[name].auto_id}_0"
        return self[name].id_for_label

    @property
    def source_boxes(self) -> list[dict[str, Any]]:
        """Return the sources to tick in groups: those at hand, those of related items, and those just found."""
        fresh = {source.pk for source in self.found.sources} if self.found else set()
        boxes = [(getattr(box.data["value"], "value", box.data["value"]), box) for box in self["evidence"].subwidgets]
        at_hand = [box for key, box in boxes if key not in fresh | self.nearby]
        groups = [
            {"title": _("Used on this item before, or ticked already"), "boxes": at_hand},
            {
                "title": _("Used on related items"),
                "boxes": [box for key, box in boxes if key in self.nearby - fresh],
            },
            {"title": _("Found"), "boxes": [box for key, box in boxes if key in fresh]},
        ]
        return [group for group in groups if group["boxes"]]

    @property
    def component_fields(self) -> list[Any]:
        """Return the field of each component, for the page."""
        return [self[f"component_{component.letter}"] for component in self.components]

    @property
    def level_rows(self) -> list[dict[str, Any]]:
        """Return each choice of a level with what it means and what it needs, for the page."""
        if "level" not in self.fields:
            return []
        return [{"radio": radio, **meanings.on_item(radio.data["value"], self.item)} for radio in self["level"]]


def _raw_row(source: EvidenceForm) -> dict[str, str]:
    """Return the fields of a new source that is not complete, as they were typed."""
    return {source.add_prefix(name): str(source[name].value() or "") for name in source.fields}


def typed_before(update: Update) -> dict[str, Any]:
    """Return an update as the initial values of a form, to go on from."""
    found: dict[str, Any] = {name: getattr(update, name) for name in _PLAIN}
    for name in UpdateForm.LOCALISED:
        found |= initial_texts(name, getattr(update, name))
    found["evidence"] = list(update.evidence.all())
    found["requests"] = list(update.requests.all())
    for assessment in update.assessments.select_related("component"):
        found[f"component_{assessment.component.letter}"] = assessment.verdict
    return found
