"""Lists, filters, searches, choices, bulk acts and exports: none shows or takes what its reader may not see."""

import importlib
import io
import pkgutil
import zipfile
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from django import forms as django_forms
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.db.models import Field
from django.test import RequestFactory
from django.urls import reverse
from django.utils.http import urlencode

from tests.conftest import World, everything
from tests.doors.addresses import FOUND
from tests.doors.asking import SignIn
from tests.doors.ground import MARK, published_abroad
from tracker import forms
from tracker.exporting.formats import FORMATS
from tracker.forms.base import StepForm
from tracker.forms.bulk import BulkForm
from tracker.forms.imports import UploadForm
from tracker.forms.items import AssignForm
from tracker.forms.people import InvitationForm, MembershipForm, PlaceForm
from tracker.forms.progress import UpdateForm
from tracker.forms.requests import LetterForm
from tracker.models import Evidence, HistoryEntry, Item, Update
from tracker.permissions import PUBLIC, Actor
from tracker.queries.access import visible_to

READERS = ("anna", "clara", "staff", "lena", "root")
TABLES = {model._meta.model_name: model for model in admin.site._registry}
# What the installation's staff sees of every alliance.
OF_INSTALLATION = {"organisation", "alliance", "membership", "invitation", "user"}


def place(table: str, **asked: Any) -> str:
    return f"{reverse(f'admin:tracker_{table}_changelist')}?{urlencode(asked)}"


@pytest.fixture
def unseen(theirs: dict[str, Any], abroad: dict[str, Any]) -> Callable[[str, str], set[int]]:
    """Return the keys of a table's rows that a reader must not find anywhere."""

    def keys(name: str, table: str) -> set[int]:
        if name == "root" and table in OF_INSTALLATION:
            return set()
        hidden = {abroad[table].pk} if table in abroad else set()
        # The lead sees what is held, and the staff who has which role.
        sees = {"lena": {"hold"}, "staff": {"membership", "invitation"}}.get(name, set())
        return hidden | ({theirs[table].pk} if table in theirs and table not in sees else set())

    return keys


def offered_values(model_admin: Any, table: str, foreign: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield every (parameter, value) that the filters of a list could be sent: what they offer anyone, and by hand the
    keys of what is hidden.
    """
    for entry in model_admin.list_filter:
        if isinstance(entry, str):
            field: Any = model_admin.model._meta.get_field(entry)
            values = [value for value, _label in field.flatchoices] or ["1", "0"]
            yield from ((f"{entry}__exact", value) for value in values)
        else:
            request = RequestFactory().get("/")
            request.user, request.session = AnonymousUser(), {}  # type: ignore[assignment]
            closed = entry(request, {}, model_admin.model, model_admin).lookup_choices
            yield from ((entry.parameter_name, value) for value, _label in closed)
            about = getattr(entry, "model", None) or Item
            keys = [str(row.pk) for row in foreign.values() if isinstance(row, about)]
            yield from ((entry.parameter_name, value) for value in (*keys, "x", "²", "", "0", "9" * 30))


@pytest.mark.parametrize("table", sorted(TABLES))
def test_no_list_filter_search_or_order_shows_a_row_that_is_not_ones_own(
    world: World,
    theirs: dict[str, Any],
    abroad: dict[str, Any],
    unseen: Callable[[str, str], set[int]],
    sign_in: SignIn,
    table: str,
) -> None:
    model_admin, before = admin.site._registry[TABLES[table]], everything()
    asked = list(offered_values(model_admin, table, theirs)) + list(offered_values(model_admin, table, abroad))
    asked += [("q", MARK), ("q", "c"), ("archived", "yes"), ("all", "")]
    asked, columns = [("", ""), *dict.fromkeys(asked)], len(model_admin.list_display) + 2
    # Each question asks for another order too, so that every column is asked for by everyone.
    asked += [("all", "")] * (columns + 1 - len(asked))
    shown, seen_by = {}, 0
    for name in READERS:
        client, hidden = sign_in(name), unseen(name, table)
        for number, (parameter, value) in enumerate(asked):
            question = {parameter: value, "o": f"-{number % columns}"} if parameter else {}
            answer = client.get(place(table, **question))
            if answer.status_code != 200 or answer.context is None:
                assert answer.status_code in (302, 400, 403), (name, parameter, value)
                continue
            seen_by += 1
            page = answer.context["cl"]
            found = set(page.queryset.values_list("pk", flat=True)) | {row.pk for row in page.result_list}
            found_options = [str(choice["display"]) for spec in page.filter_specs for choice in spec.choices(page)]
            # What was looked for stands on the page again: only there may it be.
            if found & hidden or (hidden and any(MARK in option for option in found_options)):
                shown[name, parameter, value] = found & hidden
            # The installation's own log names everyone who can sign in, and the staff sees who is invited.
            told = (name, table) in (("root", "historyentry"), ("staff", "invitation"))
            if hidden and parameter != "q" and not told:
                assert MARK not in answer.content.decode(), (name, parameter, value)
    assert shown == {}
    assert seen_by
    assert everything() == before


@pytest.mark.parametrize("table", sorted({FOUND[row] for row in FOUND if FOUND[row]}))
def test_rows_of_the_other_alliance_are_there_for_its_own(
    world: World, abroad: dict[str, Any], sign_in: SignIn, table: str
) -> None:
    if table not in abroad or table == "user":
        return
    answer = sign_in("eve").get(place(table))
    assert abroad[table].pk in set(answer.context["cl"].queryset.values_list("pk", flat=True))


def test_options_of_filters_name_only_what_their_reader_sees(
    world: World, theirs: dict[str, Any], abroad: dict[str, Any], sign_in: SignIn
) -> None:
    wrong, looked_at = {}, 0
    for table, name in product(TABLES, READERS):
        answer = sign_in(name).get(place(table))
        if answer.status_code != 200:
            continue
        for spec in answer.context["cl"].filter_specs:
            model = getattr(spec, "model", None) if hasattr(spec, "path") else None
            if model is None:
                continue
            looked_at += 1
            offered = {int(value) for value, _label in spec.lookup_choices}
            seen = set(visible_to(world.actor(name), model).values_list("pk", flat=True))
            foreign = {abroad[key].pk for key in abroad if isinstance(abroad[key], model)} | {world.organisations[3].pk}
            if offered - seen or (model._meta.model_name == "organisation" and offered & foreign):
                wrong[table, name, spec.parameter_name] = offered
    assert wrong == {}
    assert looked_at


# --- Choices of forms


def every_form() -> set[type[django_forms.BaseForm]]:
    """Return the classes of all forms of the workspace that let one choose among rows."""
    modules = [
        importlib.import_module(f"{forms.__name__}.{entry.name}") for entry in pkgutil.iter_modules(forms.__path__)
    ]
    return {
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, django_forms.BaseForm)
        and any(isinstance(field, django_forms.ModelChoiceField) for field in value.base_fields.values())  # type: ignore[attr-defined]
    }


# How each is opened, about an item of the home alliance.
FORMS: dict[type[Any], Callable[[Actor, Item], StepForm]] = {
    BulkForm: lambda actor, item: BulkForm(actor=actor),
    UploadForm: lambda actor, item: UploadForm(actor=actor),
    AssignForm: lambda actor, item: AssignForm(actor=actor, record=item),
    PlaceForm: lambda actor, item: PlaceForm(actor=actor),
    MembershipForm: lambda actor, item: MembershipForm(actor=actor),
    InvitationForm: lambda actor, item: InvitationForm(actor=actor),
    LetterForm: lambda actor, item: LetterForm(actor=actor),
    UpdateForm: lambda actor, item: UpdateForm(actor=actor, item=item),
}


def test_every_form_with_choices_among_rows_is_tried() -> None:
    assert every_form() == set(FORMS)


@pytest.mark.parametrize("form", sorted(FORMS, key=lambda form: form.__name__))
def test_choices_of_forms_are_rows_that_the_reader_sees(
    world: World,
    ours: dict[str, Any],
    theirs: dict[str, Any],
    abroad: dict[str, Any],
    unseen: Callable[[str, str], set[int]],
    form: type[StepForm],
) -> None:
    wrong, offered_at_all = {}, False
    for name in READERS:
        actor = world.actor(name)
        for field_name, field in FORMS[form](actor, world.items[0]).fields.items():
            if not isinstance(field, django_forms.ModelChoiceField):
                continue
            model = field.queryset.model
            offered = set(field.queryset.values_list("pk", flat=True))
            offered_at_all |= bool(offered)
            shown = " ".join(str(label) for _value, label in field.widget.choices)
            seen = set(visible_to(actor, model).values_list("pk", flat=True))
            if offered - seen or offered & unseen(name, str(model._meta.model_name)):
                wrong[name, field_name] = offered - seen
            assert name == "root" or MARK not in shown, (name, field_name)
    assert wrong == {}
    assert offered_at_all


def test_no_table_is_written_inside_another() -> None:
    assert {table: admin.site._registry[model].inlines for table, model in TABLES.items()} == dict.fromkeys(TABLES, ())


# --- Autocomplete


def test_typing_offers_only_rows_that_the_reader_sees(
    world: World,
    ours: dict[str, Any],
    theirs: dict[str, Any],
    abroad: dict[str, Any],
    unseen: Callable[[str, str], set[int]],
    sign_in: SignIn,
) -> None:
    wrong, answers = {}, set()
    for model in TABLES.values():
        links: list[Any] = [
            field
            for field in model._meta.get_fields()
            if isinstance(field, Field) and (field.many_to_one or field.many_to_many)
        ]
        for link, name in product(links, READERS):
            question = {
                "app_label": "tracker",
                "model_name": model._meta.model_name,
                "field_name": link.name,
                "term": "",
            }
            answer = sign_in(name).get(reverse("admin:autocomplete"), question)
            answers.add(answer.status_code)
            offered = {int(row["id"]) for row in answer.json()["results"]} if answer.status_code == 200 else set()
            remote: Any = link.remote_field.model
            if not offered:
                continue
            seen = set(visible_to(world.actor(name), remote).values_list("pk", flat=True))
            if offered - seen or offered & unseen(name, remote._meta.model_name):
                wrong[model, link.name, name] = offered
    assert wrong == {}
    # Where nothing is to be searched for, there is nothing; a table that is not one's own is closed.
    assert answers == {200, 403, 404}


# --- Many at once


def test_lists_have_no_actions_of_their_own(
    world: World, ours: dict[str, Any], abroad: dict[str, Any], sign_in: SignIn
) -> None:
    before, request = everything(), RequestFactory().get("/")
    for table, model in TABLES.items():
        assert admin.site._registry[model].get_actions(request) == {}, table
        for name in ("staff", "root", "eve"):
            sent = {"action": "delete_selected", "_selected_action": [1, 2, abroad["item"].pk], "post": "yes"}
            assert sign_in(name).post(place(table), sent).status_code in (403, 405), (table, name)
    assert everything() == before


@pytest.mark.parametrize("name", ["anna", "clara", "staff", "lena", "eve", "root"])
def test_bulk_change_takes_no_row_that_is_out_of_reach(
    world: World, abroad: dict[str, Any], sign_in: SignIn, name: str
) -> None:
    own, foreign = (world.other_item, world.items[0]) if name == "eve" else (world.items[0], world.other_item)
    client, where, before = sign_in(name), reverse("admin:tracker_item_bulk"), everything()
    change = {"update_due_on": "2026-05-01", "act": "apply"}
    found = {
        client.get(f"{where}?row={foreign.pk}").status_code,
        client.get(f"{where}?row={own.pk}&row={foreign.pk}").status_code,
        client.post(where, change | {"rows": f"{foreign.pk}:{foreign.version}"}).status_code,
        client.post(where, change | {"rows": f"{own.pk}:{own.version},{foreign.pk}:{foreign.version}"}).status_code,
    }
    assert found == ({404} if name in ("staff", "eve") else {403})
    assert everything() == before


def test_all_that_match_are_ones_own(world: World, abroad: dict[str, Any], sign_in: SignIn) -> None:
    where = reverse("admin:tracker_item_bulk")
    for query in ("", "&q=c", f"&owner={abroad['organisation'].pk}", "&archived=yes", "&todo=unowned"):
        answer = sign_in("staff").get(f"{where}?all=yes{query}")
        assert answer.status_code == 302 or {item.alliance for item in answer.context["items"]} == {world.alliance}, (
            query
        )
    typed = {
        "rows": f"{world.items[0].pk}:{world.items[0].version}",
        "owner": world.organisations[3].pk,
        "act": "apply",
    }
    before = everything()
    assert "Select a valid choice" in sign_in("staff").post(where, typed).content.decode()
    assert everything() == before


def test_bearing_and_letter_name_no_item_of_another_alliance(
    world: World, abroad: dict[str, Any], sign_in: SignIn
) -> None:
    update = world.published()
    Item.objects.filter(pk=world.items[2].pk).update(alliance=world.other_alliance)
    before = everything()
    where = reverse("admin:tracker_update_bear", args=[update.pk])
    shown = sign_in("anna").post(where, {"item": "C(3)", "reason_en": "It says so.", "version": update.version})
    assert "No other item of the alliance has this reference" in shown.content.decode()
    letter = {
        "duty_bearer": abroad["organisation"].pk,
        "language": "en",
        "subject": "Schools",
        "letter": "Dear all,",
    }
    where = f"{reverse('admin:tracker_request_add')}?item={world.items[0].pk}"
    assert "Select a valid choice" in sign_in("anna").post(where, letter).content.decode()
    assert everything() == before


# --- The history and exports


def test_history_pages_tell_nothing_of_what_is_out_of_sight(
    world: World, ours: dict[str, Any], theirs: dict[str, Any], abroad: dict[str, Any], sign_in: SignIn
) -> None:
    for name, table in product(("anna", "clara", "staff", "lena"), TABLES):
        if table not in ours or table == "historyentry":
            continue
        answer = sign_in(name).get(reverse(f"admin:tracker_{table}_history", args=[ours[table].pk]))
        assert MARK not in answer.content.decode(), (name, table)
    everyones = HistoryEntry.objects.values_list("pk", flat=True)
    opened = {
        key
        for key in everyones
        if MARK in sign_in("staff").get(reverse("admin:tracker_historyentry_change", args=[key])).content.decode()
    }
    # Only that somebody was invited, by the staff itself, and whither.
    kinds = set(HistoryEntry.objects.filter(pk__in=opened).values_list("object_kind", flat=True))
    assert kinds <= {"invitation"}


@pytest.mark.parametrize("format", FORMATS)
def test_exports_hold_the_items_of_their_alliance_alone(
    world: World, theirs: dict[str, Any], sign_in: SignIn, format: str
) -> None:
    published_abroad(world)
    world.published(done={"en": "Something of our own."})
    for name in (*READERS, "eve"):
        home, other = (words_of(b"".join(sign_in(name).get(f"/{slug}/items.{format}"))) for slug in ("home", "abroad"))
        assert MARK not in home
        assert "Something of our own." in home
        assert MARK in other
        assert "Something of our own." not in other


def words_of(file: bytes) -> str:
    """Return the text of an export, of a workbook that of its parts."""
    if not file.startswith(b"PK"):
        return file.decode()
    with zipfile.ZipFile(io.BytesIO(file)) as parts:
        return "".join(parts.read(name).decode() for name in parts.namelist())


def test_public_sees_no_draft_and_nothing_that_waits(
    world: World, theirs: dict[str, Any], abroad: dict[str, Any]
) -> None:
    shown = world.published()
    seen = {model: set(visible_to(PUBLIC, model)) for model in (Update, Evidence)}
    assert seen == {Update: {shown}, Evidence: set(shown.evidence.all())}
