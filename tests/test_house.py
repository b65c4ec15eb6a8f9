"""The rules of the house that no linter knows: who writes, what every model declares, what every function says."""

import ast
import importlib
import inspect
import pkgutil
import re
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django.db.models import signals

import tracker
from tracker.models import (
    TRACKED_MODELS,
    Alliance,
    Checkpoint,
    HistoryEntry,
    HistoryValue,
    Record,
    Redaction,
    Restore,
    SearchText,
)

ROOT = Path(tracker.__file__).parent
SOURCES = sorted(ROOT.rglob("*.py"))

# --- Rows are written by actions only

# The only places that write: acts, and what makes or guards the tables.
WRITERS = ("actions/", "migrations/", "models/guards.py", "models/search.py")
WRITES = {
    *"save delete create get_or_create update_or_create bulk_create bulk_update".split(),
    *"save_base raw_delete save_m2m delete_model delete_queryset".split(),
    *"asave adelete acreate aget_or_create aupdate_or_create abulk_create abulk_update aupdate".split(),
}
SQL = re.compile(
    r"\b(INSERT\s+(OR\s+\w+\s+)?INTO|REPLACE\s+INTO|DELETE\s+FROM|UPDATE\s+\S+\s+SET|MERGE\s+INTO|TRUNCATE|DROP\s+T)",
    re.I,
)
# What is no row of ours: the receiver as it is written, and why.
HARMLESS: dict[str, str] = {
    "workbook": "a spreadsheet in memory",
    "request.session": "Django's own sessions",
    "cache": "Django's cache",
    "self.initial": "what a form shows first",
}


def writes(source: str) -> list[tuple[int, str]]:
    """Return (line, code) of everything in `source` that writes rows by the ORM or by SQL."""
    tree = ast.parse(source)
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            receiver = ast.unparse(node.func.value)
            if receiver not in HARMLESS and _is_write(node, node.func.attr):
                found.append((node.lineno, f"{receiver}.{node.func.attr}"))
        elif id(node) not in prose and (match := SQL.search(_text(node))):
            found.append((node.lineno, match[0]))
    return sorted(set(found))


def _text(node: ast.AST) -> str:
    """Return the text of a string, with x for what is put into it; "" for anything else."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _is_write(call: ast.Call, name: str) -> bool:
    # QuerySet.update takes named values only, which tells it from the update of dictionaries, sets and digests.
    return name in WRITES or (name == "update" and not call.args and bool(call.keywords))


def test_rows_are_written_by_actions_only() -> None:
    found = {
        f"{path.relative_to(ROOT)}:{line}": code
        for path in SOURCES
        if not path.relative_to(ROOT).as_posix().startswith(WRITERS)
        for line, code in writes(path.read_text(encoding="utf-8"))
    }

    assert found == {}


@pytest.mark.parametrize(
    "code",
    [
        "item.save()",
        "form.save(commit=False)",
        "item.owner.delete()",
        "Item.objects.create(level='x')",
        "Item.objects.filter(pk=1).update(level='x')",
        "Item.objects.update(**values)",
        "Item.objects.bulk_create(items)",
        "Item.objects.bulk_update(items, ['level'])",
        "Item.objects.get_or_create(pk=1)",
        "await Item.objects.aupdate_or_create(pk=1)",
        "cursor.execute('INSERT INTO tracker_item VALUES (1)')",
        "cursor.execute(f'update {table} set level = 1')",
        "cursor.execute('DELETE FROM tracker_item')",
        "cursor.execute('REPLACE INTO tracker_item VALUES (1)')",
        "cursor.execute('TRUNCATE tracker_item')",
    ],
)
def test_writes_are_recognised(code: str) -> None:
    assert writes(code if "await" not in code else f"async def f():\n    {code}")


@pytest.mark.parametrize(
    "code",
    [
        "known.update(other)",
        "digest.update(b'x')",
        "'''We never delete from a list.'''",
        "Item.objects.filter(level='x').values()",
        "print('The update was saved.')",
        "workbook.save('x')",
    ],
)
def test_what_is_no_write_is_left_alone(code: str) -> None:
    assert writes(code) == []


def test_no_model_and_no_form_overrides_save_or_delete() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{method.lineno} {owner.name}.{method.name}"
        for path in SOURCES
        for owner in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(owner, ast.ClassDef)
        for method in owner.body
        if isinstance(method, ast.FunctionDef) and method.name in ("save", "delete", "save_base", "asave", "adelete")
    ]

    assert found == []


# --- Signals


def test_the_only_receiver_is_the_one_that_restores_the_guards() -> None:
    ours = {
        f"{name}: {receiver.__module__}.{receiver.__qualname__}"
        for name, signal in vars(signals).items()
        if isinstance(signal, signals.ModelSignal) or name in ("pre_migrate", "post_migrate")
        for receiver in _receivers(signal)
        if receiver.__module__.startswith("tracker")
    }

    assert ours == {"post_migrate: tracker.apps.restore_guards"}


def _receivers(signal: signals.ModelSignal) -> Iterator[object]:
    for entry in signal.receivers:
        receiver = entry[1]
        yield receiver() if isinstance(receiver, weakref.ReferenceType) else receiver


def test_signals_are_connected_in_one_place() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {ast.unparse(node.func)}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in ("connect", "receiver", "Signal")
    } - {f"{path.relative_to(ROOT)}: sqlite3.connect" for path in SOURCES}

    assert found == {"apps.py: post_migrate.connect"}


# --- Models

OURS = list(apps.get_app_config("tracker").get_models())
RECORDS = [model for model in OURS if issubclass(model, Record)]
# They name a log instead: an alliance's, or the installation's.
HISTORY = (HistoryEntry, HistoryValue, Checkpoint)
# They speak about one log, which may be the installation's.
EITHER = (Redaction, Restore, SearchText)
# The installation's own tables: the catalogue, organisations, people. Everything else belongs to an alliance.
# Tables of the installation; mail is to a person, who may work in several alliances.
CATALOGUE = (
    "User Organisation Document Section Recommendation Component Relation Treaty Alliance DocumentImport Mail".split()
)


def test_every_record_is_tracked() -> None:
    assert set(TRACKED_MODELS) == set(RECORDS)
    assert len({model.KIND for model in RECORDS}) == len(RECORDS)


@pytest.mark.parametrize("model", RECORDS)
def test_record_names_its_kind_and_fields_that_are_there(model: type[Record]) -> None:
    assert re.fullmatch(r"[a-z_]{2,30}", model.KIND)
    assert model.TRACKED
    assert len(set(model.TRACKED)) == len(model.TRACKED)
    for name in model.TRACKED:
        assert model._meta.get_field(name).name == name
        # Openings of the history begin with “@” where they are no fields.
        assert not name.startswith("@")
    assert not {"uuid", "version", "id", "password", "last_login"} & set(model.TRACKED)


# Derived from tracked fields, set once with the row, or Django's own for signing in.
UNTRACKED = {
    "User": {"password", "last_login", "email", "date_joined", "groups", "user_permissions", "session_version"},
    "Invitation": {"email", "language", "token_hash"},
    "Document": {"position"},
    "Recommendation": {"slug", "deadline_last_day"},
    "Component": {"position"},
    "Treaty": {"position"},
    "DocumentImport": {"file"},
    "Redaction": {"log"},
}


@pytest.mark.parametrize("model", RECORDS)
def test_every_column_is_tracked_or_known_not_to_be(model: type[Record]) -> None:
    columns = {field.name for field in (*model._meta.fields, *model._meta.many_to_many)}
    belongs = set() if model is Alliance else {"alliance"}

    untracked = columns - set(model.TRACKED) - {"id", "uuid", "version"} - belongs

    assert untracked == UNTRACKED.get(model.__name__, set())


def test_tracked_models_come_after_those_they_point_to() -> None:
    # Item and its headline, points and their corrections: a circle is allowed where the field may be empty.
    for place, model in enumerate(TRACKED_MODELS):
        for field in model._meta.fields:
            if isinstance(field, models.ForeignKey) and not field.null and field.related_model in TRACKED_MODELS:
                assert TRACKED_MODELS.index(field.related_model) <= place, f"{model.__name__}.{field.name}"


@pytest.mark.parametrize("model", OURS)
def test_every_workspace_table_carries_its_alliance(model: type[models.Model]) -> None:
    if model in HISTORY:
        assert model is HistoryValue or model._meta.get_field("log")
        return
    has = any(field.name == "alliance" and field.null is (model in EITHER) for field in model._meta.fields)

    assert has is (model.__name__ not in CATALOGUE)


@pytest.mark.parametrize("model", OURS)
def test_nothing_cascades(model: type[models.Model]) -> None:
    for field in model._meta.fields:
        if isinstance(field, models.ForeignKey):
            assert field.remote_field.on_delete is models.PROTECT, field.name


# --- Words


def _modules() -> Iterator[str]:
    for room in ("actions", "queries", "lib"):
        package = importlib.import_module(f"tracker.{room}")
        for module in pkgutil.walk_packages(package.__path__, f"tracker.{room}."):
            yield module.name
    yield from ("tracker.workflow", "tracker.permissions")


@pytest.mark.parametrize("name", list(_modules()))
def test_every_public_thing_says_what_it_does(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__doc__
    public = [
        (thing_name, thing)
        for thing_name, thing in vars(module).items()
        if not thing_name.startswith("_")
        and (inspect.isfunction(thing) or inspect.isclass(thing))
        and thing.__module__ == name
    ]
    methods = [
        (f"{thing_name}.{method_name}", method)
        for thing_name, thing in public
        if inspect.isclass(thing)
        for method_name, method in vars(thing).items()
        if not method_name.startswith("_") and inspect.isfunction(method)
    ]

    assert [thing_name for thing_name, thing in public + methods if not _said(thing)] == []


def _said(thing: object) -> bool:
    # What dataclasses write themselves says nothing.
    words = thing.__doc__ or ""
    return bool(words) and not words.startswith(f"{getattr(thing, '__name__', '')}(")


def test_files_and_functions_stay_short() -> None:
    long_files = {
        str(path.relative_to(ROOT)): length
        for path in SOURCES
        if "migrations" not in path.parts and (length := len(path.read_text(encoding="utf-8").splitlines())) > 420
    }

    long_functions = {
        f"{path.relative_to(ROOT)}: {node.name}": length
        for path in SOURCES
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and (length := (node.end_lineno or 0) - node.lineno + 1) > 45
    }

    assert long_files == {}
    assert long_functions == {}
