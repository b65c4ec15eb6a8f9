"""The base of every table: it writes nothing by itself and offers help with every field."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import RequestFactory

from tests import factories as make
from tests.conftest import NOW, World, everything
from tracker.actions.requests import draft_request
from tracker.admin.base import WorkspaceAdmin, WrittenPastActions
from tracker.forms.imports import PointForm, UploadForm
from tracker.forms.progress import UpdateForm
from tracker.models import Item

ADMINS = sorted(admin.site._registry.values(), key=str)


@pytest.mark.parametrize("table", ADMINS, ids=lambda table: table.model.__name__)
def test_table_writes_nothing_without_an_action(world: World, table: WorkspaceAdmin) -> None:
    request = RequestFactory().post("/")
    before = everything()
    item: Any = world.items[0]
    with pytest.raises(WrittenPastActions):
        table.save_model(request, item, form=None, change=True)
    with pytest.raises(WrittenPastActions):
        table.save_related(request, form=None, formsets=[], change=True)
    with pytest.raises(WrittenPastActions):
        table.delete_model(request, item)
    with pytest.raises(WrittenPastActions):
        table.delete_queryset(request, Item.objects.all())
    assert everything() == before


@pytest.mark.parametrize("table", ADMINS, ids=lambda table: table.model.__name__)
def test_table_keeps_the_common_rules(table: WorkspaceAdmin) -> None:
    assert isinstance(table, WorkspaceAdmin)
    assert table.actions is None
    assert not table.list_editable
    assert not table.inlines


def test_every_field_has_help(world: World) -> None:
    make.ComponentFactory(recommendation=world.items[0].recommendation, letter="a")
    update = world.submitted()
    letter = {"subject": "A question", "letter": "What was done?", "language": "en"}
    draft_request(world.items[0], world.organisations[4], **letter, actor=world.actor("anna"), at=NOW)
    forms: list[Any] = [UpdateForm(actor=world.actor("anna"), item=world.items[0])]
    forms += [UploadForm(actor=world.actor("root")), PointForm(actor=world.actor("root"), record=update)]
    for table in ADMINS:
        for step in table.steps:
            record = table.model._base_manager.first() or update
            forms.append(step.form(actor=world.actor("staff"), record=record))
        if hasattr(table, "add_form"):
            forms.append(table.add_form(actor=world.actor("staff")))
    assert len(forms) > 30
    for form in forms:
        for field in form.plain_fields:
            assert field.help_text, f"{type(form).__name__}.{field.name}"
        for group in form.text_groups.values():
            assert group["help"], group
            assert all(field.label for field in group["fields"])
    assert all(field.help_text for field in forms[0].sources[0])
