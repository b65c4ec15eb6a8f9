"""Documents imported from their text: uploaded, looked at, corrected, accepted or put aside."""

import copy
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from tracker.actions.sources import (
    accept_import,
    discard_import,
    edit_point,
    preview_of,
    release_import,
    upload_document,
)
from tracker.admin import access, previews
from tracker.admin.base import WRITING, Step, WorkspaceAdmin, by_name
from tracker.admin.facts import Fact, facts_of
from tracker.admin.stop import stop_response
from tracker.choices import ImportState
from tracker.errors import Refusal, UnsafeMaterial
from tracker.forms.base import ReasonForm, StepForm
from tracker.forms.imports import PointForm, UploadForm
from tracker.importer.layouts import LAYOUTS
from tracker.importer.verdicts import Judged, key
from tracker.models import Document, DocumentImport
from tracker.permissions import Actor, may_edit_catalogue, may_release_import
from tracker.queries.imports import Preview
from tracker.queries.screening_imports import screen_import


def _accepted(batch: DocumentImport) -> str:
    return _("Accepted. What was written: %(written)s.") % {"written": previews.written(batch)}


def _decides(actor: Actor, batch: DocumentImport) -> bool:
    return may_edit_catalogue(actor)


def _releases(actor: Actor, batch: DocumentImport) -> bool:
    return may_release_import(actor)


def _waits(batch: DocumentImport) -> bool:
    return batch.state == ImportState.PREVIEW


class DocumentImportAdmin(WorkspaceAdmin):
    of_installation = True
    page_template = "admin/import.html"
    upload_template = "admin/import_upload.html"
    point_template = "admin/import_point.html"
    facts = ("file_name", "sha256", "document_code", "follower", "state", "decided_on")
    steps = (
        Step(
            "accept",
            pgettext_lazy("import", "Accept"),
            gettext_lazy("Accept all of it"),
            _accepted,
            StepForm,
            _decides,
            by_name(accept_import),
            _waits,
            fresh=True,
        ),
        Step(
            "release",
            gettext_lazy("Release for import"),
            gettext_lazy("Release these texts as they are"),
            gettext_lazy("Released. Somebody else may accept the import now."),
            ReasonForm,
            _releases,
            by_name(release_import),
            _waits,
            fresh=True,
        ),
        Step(
            "discard",
            pgettext_lazy("import", "Discard"),
            gettext_lazy("Discard this import"),
            gettext_lazy("The import is discarded. Nothing of the file was kept."),
            StepForm,
            _decides,
            by_name(discard_import),
            _waits,
        ),
    )
    list_display = (
        "file_name",
        "state",
        "layout_label",
        "document_codes",
        "follower",
        "decided_on",
        "number_of_points",
        "number_of_doubts",
    )
    list_filter = ("state",)
    ordering = ("-pk",)

    @admin.display(description=gettext_lazy("Layout"), ordering="layout")
    def layout_label(self, batch: DocumentImport) -> str:
        """Return the layout as people call it."""
        return str(LAYOUTS[batch.layout].label) if batch.layout in LAYOUTS else batch.layout

    @admin.display(description=gettext_lazy("Documents"))
    def document_codes(self, batch: DocumentImport) -> str:
        """Return the codes of what was accepted."""
        return ", ".join(batch.documents)

    @admin.display(description=gettext_lazy("Points"), ordering="points")
    def number_of_points(self, batch: DocumentImport) -> int | None:
        """Return how many points were accepted; only the page of a waiting import reads its file."""
        return batch.points if batch.state == ImportState.ACCEPTED else None

    @admin.display(description=gettext_lazy("Doubts"))
    def number_of_doubts(self, batch: DocumentImport) -> int | None:
        """Return how many doubts the accepted import had."""
        return len(batch.doubts) if batch.state == ImportState.ACCEPTED else None

    # --- Who

    def offered(self, actor: Actor) -> bool:
        return may_edit_catalogue(actor) or may_release_import(actor)

    def adds(self, actor: Actor) -> bool:
        return may_edit_catalogue(actor)

    def offers(self, request: HttpRequest, record: DocumentImport, step: Step) -> bool:
        """Offer accepting only what can be read still and may be accepted, releasing only what is flagged."""
        if not super().offers(request, record, step):
            return False
        if step.name == "discard":
            return True
        found = self.read(record)
        if isinstance(found, Refusal):
            return False
        screening = screen_import(found)
        released = record.released_digest == screening.digest
        if step.name == "release":
            return bool(screening.found) and not released
        return not screening.found or (released and record.released_by_id != access.actor_of(request).user_id)

    # --- Uploading

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"add_label": _("Import a document")} | (extra_context or {}))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Ask for a file, read it, and keep it to be looked at."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method not in WRITING:
            return HttpResponseNotAllowed(WRITING)
        actor, posted = access.actor_of(request), request.method == "POST"
        form = UploadForm(request.POST, files=request.FILES, actor=actor) if posted else UploadForm(actor=actor)
        unsafe = posted and form.unsafe
        if posted and form.is_valid():
            try:
                batch = self.upload(form, actor)
            except UnsafeMaterial:
                unsafe = True
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, _("The file is read. Look at what was found, then accept or discard it."))
                return HttpResponseRedirect(self.address(batch))
        if unsafe:
            return stop_response(request, {"form": form}, below="admin/parts/upload.html")
        return self.respond(request, self.upload_template, {"title": _("Import a document"), "form": form})

    def upload(self, form: UploadForm, actor: Actor) -> DocumentImport:
        """Call the action with what was typed."""
        typed = form.cleaned_data
        file, alliance = typed["file"], typed["alliance"]
        return upload_document(
            file.read(),
            file.name,
            document=typed["document"],
            layout=typed["layout"],
            alliance=alliance.slug if alliance else "",
            actor=actor,
            at=timezone.now(),
        )

    # --- Looking

    def read(self, record: DocumentImport) -> Preview | Refusal:
        """Return what accepting `record` would do now, read once for a page, or why that cannot be told any more."""
        held = vars(record)
        if "_read" not in held:
            try:
                held["_read"] = preview_of(record)
            except Refusal as refusal:
                held["_read"] = refusal
        found: Preview | Refusal = held["_read"]
        return found

    def page(self, request: HttpRequest, record: Any, *, tried: Any = None) -> HttpResponse:
        """Show an import; where its file cannot be read any more, the page says so itself and accepting is gone."""
        if tried and tried[0].name == "accept" and _waits(record) and isinstance(self.read(record), Refusal):
            tried = None
        return super().page(request, record, tried=tried)

    def page_context(self, request: HttpRequest, record: DocumentImport) -> dict[str, Any]:
        context: dict[str, Any] = {
            "facts": self.facts_in_words(record),
        }
        if not _waits(record):
            return context | self.accepted_context(record)
        found = self.read(record)
        if isinstance(found, Refusal):
            return context | {"refused": str(found)}
        rows, screening = previews.rows(found, record.edits), screen_import(found)
        return context | {
            "risky": previews.risky(screening, rows),
            "released": bool(screening.found) and record.released_digest == screening.digest,
            "corrects": may_edit_catalogue(access.actor_of(request)),
            "found": found,
            "sentences": previews.sentences(found),
            "rows": rows,
            "look_first": previews.to_look_at(rows),
            "whole": [*found.reading.doubts, *found.doubts],
            "language": found.reading.parts[0].language,
            "point_address": self.point_address(record),
        }

    def facts_in_words(self, record: DocumentImport) -> list[Fact]:
        """Return the facts with the size as people read it and the layout as they call it."""
        name, *others = facts_of(record, self.facts)
        return [
            name,
            Fact(_("Size"), filesizeformat(record.size)),
            Fact(_("Layout"), self.layout_label(record)),
            *others,
        ]

    def accepted_context(self, record: DocumentImport) -> dict[str, Any]:
        """Return what became of a decided import."""
        points = {str(point): point for point in previews.written_points(record)}
        return {
            "accepted": record.state == ImportState.ACCEPTED,
            "written": previews.written(record),
            "documents": Document.objects.filter(code__in=record.documents),
            "points": points.values(),
            "doubts": [(name, points.get(name), words) for name, words in previews.stored_doubts(record)],
        }

    # --- Correcting one point

    def get_urls(self) -> list[URLPattern]:
        point = path("<path:object_id>/point/", self.admin_site.admin_view(self.point_view), name=self.name_of("point"))
        return [point, *super().get_urls()]

    def point_address(self, record: DocumentImport) -> str:
        """Return the address at which a point is corrected, up to the point's name."""
        return f"{self.address(record, 'point')}?point="

    def point_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Correct the text of the point of `?point=`."""
        batch = self.fetch(request, object_id)
        if not may_edit_catalogue(access.actor_of(request)):
            raise PermissionDenied
        if request.method not in WRITING:
            return HttpResponseNotAllowed(WRITING)
        if not _waits(batch):
            messages.warning(request, _("This import was decided already. Upload the file again to start anew."))
            return HttpResponseRedirect(self.address(batch))
        # As scanned, without what was corrected before.
        scanned = copy.copy(batch)
        scanned.edits = {}
        found = self.read(scanned)
        if isinstance(found, Refusal):
            return HttpResponseRedirect(self.address(batch))
        name = request.GET.get("point", "")
        judged = next((entry for entry in found.judged if key(entry.point) == name), None)
        if judged is None:
            raise Http404
        return self.write(request, batch, found, judged)

    def write(self, request: HttpRequest, batch: DocumentImport, found: Preview, judged: Judged) -> HttpResponse:
        """Show the page on which a point is corrected, or store what was typed on it."""
        name = key(judged.point)
        begun = {"words": batch.edits.get(name, judged.point.text)}
        form = PointForm(
            request.POST if request.method == "POST" else None,
            actor=access.actor_of(request),
            record=batch,
            initial=begun,
        )
        since: list[Any] = []
        if request.method == "POST" and form.is_valid():
            typed = form.cleaned_data
            try:
                edit_point(
                    batch,
                    name,
                    # Saved as it was scanned, a text is not corrected.
                    "" if typed["words"].split() == judged.point.text.split() else typed["words"],
                    actor=access.actor_of(request),
                    at=timezone.now(),
                    version=typed["version"],
                )
            except Refusal as refusal:
                form.refuse(refusal)
                batch = self.fetch(request, str(batch.pk))
                since = self.changed_since(request, batch, form)
            else:
                messages.success(request, _("Saved."))
                return HttpResponseRedirect(f"{self.address(batch)}#point-{found.judged.index(judged) + 1}")
        language = next(part.language for part in found.reading.parts if part.code == judged.point.document_code)
        context = {"batch": batch, "judged": judged, "form": form, "since": since, "language": language}
        return self.respond(request, self.point_template, context | {"title": _("Correct %(point)s") % {"point": name}})
