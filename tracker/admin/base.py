"""What every table of the workspace shares: who sees which row, and that rows are written by actions only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from tracker.admin import access
from tracker.admin.facts import facts_of
from tracker.admin.fresh import ask_to_confirm, is_fresh
from tracker.errors import Conflict, Refusal
from tracker.forms.base import StepForm
from tracker.models import Record
from tracker.permissions import Actor, may_edit_catalogue, may_see_workspace
from tracker.queries import history
from tracker.queries.access import editable_by, visible_to
from tracker.queries.search import points_holding, problem_of
from tracker.queries.stories import inside_story

Words = str | Promise
READING = ("GET", "HEAD")
WRITING = (*READING, "POST")


class WrittenPastActions(RuntimeError):
    """Something tried to write a row without naming the action that does."""


@dataclass(frozen=True)
class Step:
    """One thing that somebody can do with a record: its form, whose it is, and the action that does it.

    `run(record, form, actor=…, at=…)` calls the action and returns what it returns; `done` says so in words, and may
    depend on that. `fits` tells in which state of the record the step is offered; whoever takes it later, from a page
    that has become old, is told by the action itself.
    """

    name: str
    title: Words
    button: Words
    done: Words | Callable[[Any], Words]
    form: type[StepForm]
    allowed: Callable[[Actor, Any], bool]
    run: Callable[..., Any]
    fits: Callable[[Any], bool] = lambda record: True
    # Whether the person must have said lately who they are.
    fresh: bool = False


def by_name(action: Callable[..., Any]) -> Callable[..., Any]:
    """Return the `run` of a step whose form asks for what `action` takes, each field called as the parameter is."""

    def run(record: Any, form: StepForm, **who: Any) -> Any:
        return action(record, **form.cleaned_data, **who)

    return run


class WorkspaceAdmin(admin.ModelAdmin):
    """One table: a list, a page per record with its steps, its history. Nothing is deleted, nothing edited in place."""

    actions = None
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    page_template: ClassVar[str] = "admin/record.html"
    # The fields that the page of a record shows.
    facts: ClassVar[Sequence[str]] = ()
    steps: ClassVar[Sequence[Step]] = ()
    # Whether the table is the installation's, and so its staff's too.
    of_installation: ClassVar[bool] = False
    # What the menu calls the table, where the model has no better word.
    plural: ClassVar[Words] = ""

    # --- Who sees what

    def offered(self, actor: Actor) -> bool:
        """Tell whether `actor` is shown this table at all."""
        return may_see_workspace(actor, actor.alliance_id) or (self.of_installation and may_edit_catalogue(actor))

    def sees(self, actor: Actor, record: Any) -> bool:
        """Tell whether `actor` may see `record`; what belongs to an alliance, its members."""
        alliance_id = getattr(record, "alliance_id", None)
        return alliance_id is None or may_see_workspace(actor, alliance_id)

    def offers(self, request: HttpRequest, record: Any, step: Step) -> bool:
        """Tell whether the page of `record` offers `step` to the person asking."""
        return step.allowed(access.actor_of(request), record) and step.fits(record)

    def adds(self, actor: Actor) -> bool:
        """Tell whether `actor` may add a row."""
        return False

    def edits(self, request: HttpRequest, record: Any) -> bool:
        """Tell whether `record` is one on which the person asking may take some step, whatever its state allows."""
        return editable_by(access.actor_of(request), self.model).filter(pk=record.pk).exists()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.admin_site.has_permission(request) and self.offered(access.actor_of(request))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not self.has_module_permission(request):
            return False
        return obj is None or self.sees(access.actor_of(request), obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether any step is open to the person asking; a list offers none."""
        if obj is None or not self.edits(request, obj):
            return False
        return any(self.offers(request, obj, step) for step in self.steps)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request) and self.adds(access.actor_of(request))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        found = visible_to(access.actor_of(request), self.model)
        ordering = self.get_ordering(request)
        return found.order_by(*ordering) if ordering else found

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Allow what the filters beside the list ask, and no other question about a column."""
        for entry in self.get_list_filter(request):
            if isinstance(entry, str) and lookup in (f"{entry}__exact", f"{entry}__isnull"):
                return True
            if lookup == getattr(entry, "parameter_name", None):
                return True
        return False

    # --- Nothing is written here

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        raise WrittenPastActions("Records are stored by an action; give the page a Step.")

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        raise WrittenPastActions("Records are stored by an action; give the page a Step.")

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        raise WrittenPastActions("Nothing is deleted here.")

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        raise WrittenPastActions("Nothing is deleted here.")

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        """Django's own log is off."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        """Django's own log is off."""

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:  # type: ignore[override]
        """Django's own log is off."""

    # --- Pages

    def get_urls(self) -> list[URLPattern]:
        """Put one address per step before Django's own, whose last one takes everything."""

        def step_view(step: Step) -> Any:
            def view(request: HttpRequest, object_id: str) -> HttpResponse:
                return self.take(request, object_id, step)

            return self.admin_site.admin_view(view)

        own = [
            path(f"<path:object_id>/{step.name}/", step_view(step), name=self.name_of(step.name)) for step in self.steps
        ]
        return own + super().get_urls()

    def name_of(self, page: str) -> str:
        """Return what the address of a page of this table is called."""
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    def fetch(self, request: HttpRequest, object_id: str) -> Any:
        """Return the record at an address. Raises Http404 where there is none in sight, PermissionDenied elsewhere."""
        record = access.wherever(request, lambda: self.get_object(request, unquote(object_id)))
        if not self.has_module_permission(request):
            raise PermissionDenied
        if record is None:
            raise Http404
        if not self.has_view_permission(request, record):
            raise PermissionDenied
        return record

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if request.method not in READING:
            return HttpResponseNotAllowed(READING)
        return super().changelist_view(
            request, {"title": self.heading, "heading": self.heading} | (extra_context or {})
        )

    @property
    def heading(self) -> str:
        """What the menu calls the table."""
        return capfirst(str(self.plural or self.opts.verbose_name_plural))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show one record and what can be done with it."""
        record = self.fetch(request, object_id)
        if request.method not in READING:
            return HttpResponseNotAllowed(READING)
        return self.page(request, record)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        raise PermissionDenied

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        raise PermissionDenied

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Tell in words what happened to one record."""
        record = self.fetch(request, object_id)
        if not isinstance(record, Record):
            raise Http404
        if request.method not in READING:
            return HttpResponseNotAllowed(READING)
        context = {"title": _("History of %(record)s") % {"record": record}, "record": record}
        return self.respond(
            request,
            "admin/object_history.html",
            context | {"lines": self.story(request, self.told(record))},
        )

    def lines(self, request: HttpRequest, records: Sequence[Record]) -> list[history.Line]:
        """Return the history of `records` as the person asking may read it."""
        return history.lines(records, public=False, organisation_id=access.actor_of(request).organisation_id)

    def story(self, request: HttpRequest, records: Sequence[Record]) -> list[history.Line]:
        """Return the history of `records` as the person asking may read it, with what was redacted of them."""
        return inside_story(records, access.actor_of(request).organisation_id)

    def told(self, record: Any) -> list[Record]:
        """Return the records whose history the page of `record` tells."""
        return [record]

    def take(self, request: HttpRequest, object_id: str, step: Step) -> HttpResponse:
        """Take one step with a record; a refusal shows the page again with what was typed."""
        record = self.fetch(request, object_id)
        if not (step.allowed(access.actor_of(request), record) and self.edits(request, record)):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form = self.step_form(request, step, record, request.POST)
        if step.fresh and not is_fresh(request):
            ask_to_confirm(request, self.address(record))
        elif form.is_valid():
            try:
                result = step.run(record, form, actor=access.actor_of(request), at=timezone.now())
            except Refusal as refusal:
                form.refuse(refusal)
                return self.page(request, self.fetch(request, object_id), tried=(step, form))
            messages.success(request, str(step.done(result) if callable(step.done) else step.done))
            return HttpResponseRedirect(self.after(request, record, step))
        return self.page(request, record, tried=(step, form))

    def after(self, request: HttpRequest, record: Any, step: Step) -> str:
        """Return where a step leads: back to the record, or to the list where it is out of sight now."""
        if self.get_queryset(request).filter(pk=record.pk).exists():
            return self.address(record)
        return self.list_address

    @property
    def list_address(self) -> str:
        """The address of the table's list."""
        return reverse(f"admin:{self.name_of('changelist')}")

    def address(self, record: Any, page: str = "change") -> str:
        """Return the address of a page of `record`."""
        return reverse(f"admin:{self.name_of(page)}", args=[record.pk])

    def step_form(self, request: HttpRequest, step: Step, record: Any, data: Any = None) -> StepForm:
        """Return the form of a step, its fields named apart from those of the other forms on the page."""
        return step.form(data, actor=access.actor_of(request), record=record, auto_id=f"{step.name}_%s")

    def shown(self, request: HttpRequest, step: Step, record: Any, form: StepForm | None = None) -> dict[str, Any]:
        """Return a step as the pages show it, with `form` or an empty one."""
        return {
            "step": step,
            "form": form or self.step_form(request, step, record),
            "address": self.address(record, step.name),
        }

    def page(self, request: HttpRequest, record: Any, *, tried: tuple[Step, StepForm] | None = None) -> HttpResponse:
        """Return the page of a record, with the form that was refused in place of an empty one."""
        edits = self.edits(request, record)
        open_steps = [
            self.shown(request, step, record, tried[1] if tried and tried[0] is step else None)
            for step in self.steps
            if (tried and tried[0] is step) or (self.offers(request, record, step) and edits)
        ]
        context = {
            "title": str(record),
            "record": record,
            "facts": facts_of(record, self.facts),
            "steps": open_steps,
            "history_address": self.address(record, "history") if isinstance(record, Record) else "",
            "since": self.changed_since(request, record, tried[1]) if tried else [],
        }
        return self.respond(request, self.page_template, context | self.page_context(request, record))

    def changed_since(self, request: HttpRequest, record: Any, form: StepForm) -> list[history.Line]:
        """Return what others did with `record` since `form` was opened, where it was refused for that.

        The next try starts from there.
        """
        if not isinstance(form.refusal, Conflict):
            return []
        known = form.cleaned_data.get("version") or record.version
        form.retype({"version": str(record.version)})
        lines = self.lines(request, self.told(record))
        # Every version is one act, of however many entries.
        acts = list(dict.fromkeys(line.act for line in lines))[: max(record.version - known, 0)]
        return [line for line in lines if line.act in acts]

    def page_context(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        """Return what the page of this table's records shows beside its facts and steps."""
        return {}

    def respond(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        """Return a page of this table."""
        request.current_app = self.admin_site.name
        base = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "heading": self.heading,
            "list_address": self.list_address,
        }
        return TemplateResponse(request, template, base | context)


class FoundByWords(WorkspaceAdmin):
    """A table searched by the words of a point, to which the one of `search_fields` leads."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find every word in any of its forms, as the public list does; say why where nothing can be looked for."""
        problem = problem_of(search_term) if search_term else ""
        if problem:
            self.message_user(request, problem, messages.WARNING)
            return queryset.none(), False
        return self.holding(request, queryset, search_term), False

    def holding(self, request: HttpRequest, queryset: QuerySet[Any], question: str) -> QuerySet[Any]:
        """Return the rows that hold what is asked for."""
        return points_holding(queryset, self.search_fields[0], question)
