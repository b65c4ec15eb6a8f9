"""Updates: dated word of one perspective on one item, and the review they pass."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tracker.choices import (
    ComponentVerdict,
    Level,
    Origin,
    Perspective,
    ReviewRule,
    Translation,
    UpdateState,
)
from tracker.models.base import LocalisedText, PartialDate, Record, one_of

OPEN_DRAFTS = (UpdateState.DRAFT.value, UpdateState.RETURNED.value)


class Update(Record):
    """What was done in a period and by whom, what remains, what is asked next, and the level that this bears."""

    KIND = "update"
    TRACKED = (
        "item",
        "author",
        "writers",
        "organisation",
        "perspective",
        "origin",
        "period_from",
        "period_to",
        "done",
        "remains",
        "ask_next",
        "level",
        "closes_item",
        "search_note",
        "verify_by",
        "place_document",
        "place",
        "translation",
        "state",
        "submitted_at",
        "publisher",
        "publisher_organisation",
        "second_publisher",
        "second_publisher_organisation",
        "review_rule",
        "independence_note",
        "evidence_grade",
        "published_at",
        "return_reason",
        "corrects",
        "source_key",
        "evidence",
        "requests",
        "unfinished",
        "withheld",
    )

    alliance = models.ForeignKey("tracker.Alliance", models.PROTECT, related_name="updates")
    item = models.ForeignKey("tracker.Item", models.PROTECT, related_name="updates", verbose_name=_("item"))
    author = models.ForeignKey(
        "tracker.User", models.PROTECT, null=True, blank=True, related_name="updates", verbose_name=_("author")
    )
    # Everyone who began, changed or submitted it: it is their own, whoever its author is.
    writers = models.ManyToManyField("tracker.User", related_name="+", blank=True, verbose_name=_("written by"))
    organisation = models.ForeignKey(
        "tracker.Organisation", models.PROTECT, related_name="updates", verbose_name=_("organisation")
    )
    perspective = models.CharField(
        _("perspective"), max_length=20, choices=Perspective.choices, default=Perspective.ALLIANCE
    )
    origin = models.CharField(_("origin"), max_length=10, choices=Origin.choices, default=Origin.RECORDED)
    period_from = PartialDate(_("period from"), blank=True, default="")
    # A draft may lack it still.
    period_to = PartialDate(_("period to"), blank=True, default="")
    done = LocalisedText(_("what was done, and by whom"), blank=True, default="")
    remains = LocalisedText(_("what remains to be done"), blank=True, default="")
    ask_next = LocalisedText(_("what we ask next"), blank=True, default="")
    level = models.CharField(_("proposed level"), max_length=20, choices=Level.choices, blank=True, default="")
    closes_item = models.BooleanField(_("closes the item"), default=False)
    search_note = LocalisedText(_("where we searched and whom we asked"), blank=True, default="")
    verify_by = models.DateField(_("verify by"), null=True, blank=True)
    place_document = models.ForeignKey(
        "tracker.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("source")
    )
    place = models.CharField(_("place in the source"), max_length=300, blank=True)
    translation = models.CharField(
        _("translation"), max_length=10, choices=Translation.choices, default=Translation.DRAFT
    )
    state = models.CharField(_("state"), max_length=20, choices=UpdateState.choices, default=UpdateState.DRAFT)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    publisher = models.ForeignKey(
        "tracker.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("published by")
    )
    publisher_organisation = models.ForeignKey(
        "tracker.Organisation", models.PROTECT, null=True, blank=True, related_name="+"
    )
    second_publisher = models.ForeignKey(
        "tracker.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("confirmed by")
    )
    second_publisher_organisation = models.ForeignKey(
        "tracker.Organisation", models.PROTECT, null=True, blank=True, related_name="+"
    )
    review_rule = models.CharField(
        _("review rule"), max_length=24, choices=ReviewRule.choices, default=ReviewRule.ANOTHER_ORGANISATION
    )
    independence_note = models.TextField(_("why the sources are independent"), blank=True, default="")
    evidence_grade = models.PositiveSmallIntegerField(_("evidence grade"), null=True, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    return_reason = models.TextField(_("why it was returned"), blank=True, default="")
    corrects = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="corrections", verbose_name=_("corrects")
    )
    # The natural key of an update that a workspace file records.
    source_key = models.CharField(max_length=80, blank=True, default="", editable=False)
    evidence = models.ManyToManyField(
        "tracker.Evidence", related_name="updates", blank=True, verbose_name=_("evidence")
    )
    requests = models.ManyToManyField("tracker.Request", related_name="updates", blank=True, verbose_name=_("letters"))
    # What a draft holds and no column can yet: {name of the form's field: what was typed}.
    unfinished = models.JSONField(_("not finished"), default=dict, blank=True)
    withheld = models.BooleanField(_("withheld from the public"), default=False)

    class Meta:
        verbose_name = _("update")
        verbose_name_plural = _("updates")
        ordering = ("-published_at", "-id")
        constraints = (
            one_of("state", UpdateState.values, "update_state_known"),
            one_of("perspective", Perspective.values, "update_perspective_known"),
            one_of("level", ["", *Level.values], "update_level_known"),
            models.UniqueConstraint(
                fields=("item", "organisation"),
                condition=models.Q(state__in=OPEN_DRAFTS),
                name="update_one_open_draft",
                violation_error_message=_(
                    "Your organisation already has an open draft on this item. Finish or discard it first."
                ),
            ),
            models.UniqueConstraint(
                fields=("alliance", "source_key"),
                condition=~models.Q(source_key=""),
                name="update_source_key_unique",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=UpdateState.PUBLISHED)
                | (
                    models.Q(published_at__isnull=False)
                    & (models.Q(origin=Origin.SOURCE) | models.Q(publisher__isnull=False))
                ),
                name="update_published_has_publisher",
                violation_error_message=_("A published update names who published it and when."),
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=(*OPEN_DRAFTS, UpdateState.DISCARDED)) | ~models.Q(period_to=""),
                name="update_has_period",
                violation_error_message=_("Say up to when this is known."),
            ),
            models.CheckConstraint(
                condition=models.Q(origin=Origin.RECORDED) | models.Q(level="", closes_item=False),
                name="update_source_sets_no_level",
                violation_error_message=_("An update from the source proposes no level."),
            ),
            models.CheckConstraint(
                condition=models.Q(origin=Origin.SOURCE) | models.Q(author__isnull=False),
                name="update_recorded_has_author",
            ),
            models.CheckConstraint(
                condition=models.Q(publisher__isnull=True) | ~models.Q(publisher=models.F("author")),
                name="update_author_is_not_publisher",
                violation_error_message=_("Nobody publishes their own update."),
            ),
            models.CheckConstraint(
                condition=models.Q(second_publisher__isnull=True)
                | (
                    ~models.Q(second_publisher=models.F("author"))
                    & ~models.Q(second_publisher=models.F("publisher"))
                    & models.Q(publisher__isnull=False)
                ),
                name="update_second_publisher_is_a_third_person",
                violation_error_message=_("The second reviewer is neither the author nor the first reviewer."),
            ),
            models.CheckConstraint(
                condition=models.Q(review_rule=ReviewRule.ANOTHER_PERSON)
                | (
                    (
                        models.Q(publisher_organisation__isnull=True)
                        | ~models.Q(publisher_organisation=models.F("organisation"))
                    )
                    & (
                        models.Q(second_publisher_organisation__isnull=True)
                        | ~models.Q(second_publisher_organisation=models.F("organisation"))
                    )
                ),
                name="update_organisations_differ",
                violation_error_message=_("Another organisation than the author's publishes an update."),
            ),
        )
        indexes = (
            # Serves queries.progress.published.
            models.Index(fields=("item", "state", "published_at"), name="update_timeline"),
            # Serves queries.progress.latest and the desk's list of what waits.
            models.Index(fields=("alliance", "state", "published_at"), name="update_latest"),
        )

    def __str__(self) -> str:
        return f"{self.item} · {self.get_perspective_display()} · {self.period_to}"


class ComponentAssessment(Record):
    """How an update judges one component."""

    KIND = "assessment"
    TRACKED = ("update", "component", "verdict")

    alliance = models.ForeignKey("tracker.Alliance", models.PROTECT, related_name="+")
    update = models.ForeignKey("tracker.Update", models.PROTECT, related_name="assessments")
    component = models.ForeignKey("tracker.Component", models.PROTECT, related_name="+")
    verdict = models.CharField(
        _("verdict"), max_length=15, choices=ComponentVerdict.choices, default=ComponentVerdict.NOT_ASSESSED
    )

    class Meta:
        verbose_name = _("component assessment")
        verbose_name_plural = _("component assessments")
        constraints = (
            models.UniqueConstraint(fields=("update", "component"), name="assessment_unique"),
            one_of("verdict", ComponentVerdict.values, "assessment_verdict_known"),
        )

    def __str__(self) -> str:
        return f"{self.component} · {self.get_verdict_display()}"


class Bearing(Record):
    """Another item that an update says something about, and why."""

    KIND = "bearing"
    TRACKED = ("update", "item", "reason", "archived_on")

    alliance = models.ForeignKey("tracker.Alliance", models.PROTECT, related_name="+")
    update = models.ForeignKey("tracker.Update", models.PROTECT, related_name="bears_on")
    item = models.ForeignKey("tracker.Item", models.PROTECT, related_name="borne_on_by")
    reason = LocalisedText(_("reason"))
    archived_on = models.DateField(_("archived on"), null=True, blank=True)

    class Meta:
        verbose_name = _("bearing")
        verbose_name_plural = _("bearings")
        constraints = (models.UniqueConstraint(fields=("update", "item"), name="bearing_unique"),)

    def __str__(self) -> str:
        return f"{self.update} → {self.item}"


class Quotation(Record):
    """The official wording of a source's statement, beside the update that sums it up.

    A row of its own, as a published update is never edited. `line` is its place in the scanned text. What the public
    sees of it is `Document.text_rights`' to say.
    """

    KIND = "quotation"
    TRACKED = ("update", "text", "line")

    alliance = models.ForeignKey("tracker.Alliance", models.PROTECT, related_name="quotations")
    update = models.OneToOneField("tracker.Update", models.PROTECT, related_name="quotation", verbose_name=_("update"))
    text = models.TextField(_("official wording"))
    line = models.PositiveIntegerField(_("line"), null=True, blank=True)

    class Meta:
        verbose_name = _("quotation")
        verbose_name_plural = _("quotations")

    def __str__(self) -> str:
        return str(self.update)
