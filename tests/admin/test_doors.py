"""Every address of the workspace × every role × reading and writing. A new address without a row fails."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse
from django.utils.http import urlencode

from tests.conftest import NOW, World, everything
from tests.importer.texts import REPORT
from tracker.actions.sources import preview_of, upload_document
from tracker.importer.verdicts import key
from tracker.models import HistoryEntry, Item

# In the order of the letters below: reviewer is of the third organisation, eve of another alliance, root of none.
ROLES = (None, "nobody", "anna", "clara", "staff", "eve", "root")

# What each role gets: L sent to sign in, R sent elsewhere, 2 a page, F forbidden, N not found, M not that way.
ANSWERS = {"R": 302, "2": 200, "F": 403, "N": 404, "M": 405}
WRITES_NOTHING = "LFNM"

# {address: (GET, POST)}
TABLE = {
    "index": ("LL22222", "LLMMMMM"),
    "login": ("22RRRRR", "2222222"),
    "logout": ("RRMMMMM", "RR22222"),
    "password_change": ("LL22222", "LL22222"),
    "password_change_done": ("LL22222", "LLMMMMM"),
    "autocomplete": ("LLFFFFF", "LLMMMMM"),
    "jsi18n": ("LL22222", "LLMMMMM"),
    "view_on_site": ("LLNNNNN", "LLNNNNN"),
    "app_list": ("LLRRRRR", "LLRRRRR"),
    "^(?P<url>.*)$": ("LLNNNNN", "LLNNNNN"),
    "item <path:object_id>/": ("LLRRRRR", "LLRRRRR"),
    "tracker_item_changelist": ("LL2222F", "LLMMMMM"),
    "tracker_item_add": ("LLFFFFF", "LLFFFFF"),
    "tracker_item_change": ("LL222NF", "LLMMMNF"),
    "tracker_item_history": ("LL222NF", "LL222NF"),
    "tracker_item_delete": ("LLFFFFF", "LLFFFFF"),
    "tracker_item_assign": ("LLFFMNF", "LLFFRNF"),
    "tracker_item_lifecycle": ("LLFFMNF", "LLFFRNF"),
    "tracker_item_archive": ("LLFFMNF", "LLFFRNF"),
    "update <path:object_id>/": ("LLRRRRR", "LLRRRRR"),
    "tracker_update_changelist": ("LL2222F", "LLMMMMM"),
    "tracker_update_add": ("LL2FFNF", "LLRFFNF"),
    "tracker_update_change": ("LL222NF", "LL2FFNF"),
    "tracker_update_history": ("LL222NF", "LL222NF"),
    "tracker_update_delete": ("LLFFFFF", "LLFFFFF"),
    "tracker_update_correct": ("LL2FFNF", "LL2FFNF"),
    "tracker_update_publish": ("LLFMFNF", "LLFRFNF"),
    "tracker_update_return": ("LLFMFNF", "LLFRFNF"),
    "tracker_update_discard": ("LLMFFNF", "LL2FFNF"),
    "evidence <path:object_id>/": ("LLRRRRR", "LLRRRRR"),
    "tracker_evidence_changelist": ("LL2222F", "LLMMMMM"),
    "tracker_evidence_add": ("LLFFFFF", "LLFFFFF"),
    "tracker_evidence_change": ("LL222NF", "LLMMMNF"),
    "tracker_evidence_history": ("LL222NF", "LL222NF"),
    "tracker_evidence_delete": ("LLFFFFF", "LLFFFFF"),
    "tracker_evidence_link": ("LLMFMNF", "LLRFRNF"),
    "organisation <path:object_id>/": ("LLRRRRR", "LLRRRRR"),
    "tracker_organisation_changelist": ("LL22222", "LLMMMMM"),
    "tracker_organisation_add": ("LLFFFFF", "LLFFFFF"),
    "tracker_organisation_change": ("LL222N2", "LLMMMNM"),
    "tracker_organisation_history": ("LL222N2", "LL222N2"),
    "tracker_organisation_delete": ("LLFFFFF", "LLFFFFF"),
    "document <path:object_id>/": ("LLRRRRR", "LLRRRRR"),
    "tracker_document_changelist": ("LL22222", "LLMMMMM"),
    "tracker_document_add": ("LLFFFFF", "LLFFFFF"),
    "tracker_document_change": ("LL22222", "LLMMMMM"),
    "tracker_document_history": ("LL22222", "LL22222"),
    "tracker_document_delete": ("LLFFFFF", "LLFFFFF"),
    "tracker_document_text_rights": ("LLFFFFM", "LLFFFFR"),
    "recommendation <path:object_id>/": ("LLRRRRR", "LLRRRRR"),
    "tracker_recommendation_changelist": ("LL22222", "LLMMMMM"),
    "tracker_recommendation_add": ("LLFFFFF", "LLFFFFF"),
    "tracker_recommendation_change": ("LL22222", "LLMMMMM"),
    "tracker_recommendation_history": ("LL22222", "LL22222"),
    "tracker_recommendation_delete": ("LLFFFFF", "LLFFFFF"),
    "documentimport <path:object_id>/": ("LLRRRRR", "LLRRRRR"),
    "tracker_documentimport_changelist": ("LLFFFF2", "LLMMMMM"),
    "tracker_documentimport_add": ("LLFFFF2", "LLFFFFR"),
    "tracker_documentimport_change": ("LLFFFF2", "LLFFFFM"),
    "tracker_documentimport_history": ("LLFFFF2", "LLFFFF2"),
    "tracker_documentimport_delete": ("LLFFFFF", "LLFFFFF"),
    "tracker_documentimport_point": ("LLFFFF2", "LLFFFFR"),
    "tracker_documentimport_accept": ("LLFFFFM", "LLFFFFR"),
    "tracker_documentimport_discard": ("LLFFFFM", "LLFFFFR"),
    "alliance <path:object_id>/": ("LLRRRRR", "LLRRRRR"),
    "tracker_alliance_changelist": ("LL22222", "LLMMMMM"),
    "tracker_alliance_add": ("LLFFFFF", "LLFFFFF"),
    "tracker_alliance_change": ("LL222N2", "LLMMMNM"),
    "tracker_alliance_history": ("LL222N2", "LL222N2"),
    "tracker_alliance_delete": ("LLFFFFF", "LLFFFFF"),
    "membership <path:object_id>/": ("LLRRRRR", "LLRRRRR"),
    "tracker_membership_changelist": ("LLFF222", "LLMMMMM"),
    "tracker_membership_add": ("LLFF222", "LLFFR2R"),
    "tracker_membership_change": ("LLFF2N2", "LLFFMNM"),
    "tracker_membership_history": ("LLFF2N2", "LLFF2N2"),
    "tracker_membership_delete": ("LLFFFFF", "LLFFFFF"),
    "tracker_membership_end": ("LLFFMNF", "LLFFRNF"),
    "user <path:object_id>/": ("LLRRRRR", "LLRRRRR"),
    "tracker_user_changelist": ("LLFFFF2", "LLMMMMM"),
    "tracker_user_add": ("LLFFFF2", "LLFFFFR"),
    "tracker_user_change": ("LLFFFF2", "LLFFFFM"),
    "tracker_user_history": ("LLFFFF2", "LLFFFF2"),
    "tracker_user_delete": ("LLFFFFF", "LLFFFFF"),
    "historyentry <path:object_id>/": ("LLRRRRR", "LLRRRRR"),
    "tracker_historyentry_changelist": ("LLFF222", "LLMMMMM"),
    "tracker_historyentry_add": ("LLFFFFF", "LLFFFFF"),
    "tracker_historyentry_change": ("LLFF2NN", "LLFFMNN"),
    "tracker_historyentry_history": ("LLFFNNN", "LLFFNNN"),
    "tracker_historyentry_delete": ("LLFFFFF", "LLFFFFF"),
}


def patterns() -> Iterator[tuple[str, str]]:
    """Yield (name in the table, table it belongs to) of every address that the site answers."""
    for entry in admin.site.get_urls():
        if isinstance(entry, URLResolver):
            table = str(entry.pattern).split("/")[-2]
            for inner in entry.url_patterns:
                assert isinstance(inner, URLPattern)
                yield inner.name or f"{table} {inner.pattern}", table
        else:
            yield entry.name or f"^{entry.pattern}", ""


FOUND = dict(patterns())


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert set(FOUND) == set(TABLE)


def address(name: str, objects: dict[str, Any]) -> str:
    """Return the address of a row, for the record of the first alliance that it is about."""
    table = FOUND[name]
    if name == "view_on_site":
        return reverse("admin:view_on_site", args=[ContentType.objects.get_for_model(Item).pk, objects["item"].pk])
    if name == "app_list":
        return reverse("admin:app_list", args=["tracker"])
    if name.startswith("^"):
        return reverse("admin:index") + "nothing/here/"
    if name.endswith("<path:object_id>/"):
        return f"{reverse(f'admin:tracker_{table}_changelist')}{objects[table].pk}/"
    if not table or name.endswith(("_changelist", "_add")):
        query = f"?item={objects['item'].pk}" if name == "tracker_update_add" else ""
        return reverse(f"admin:{name}") + query
    query = f"?{urlencode({'point': objects['point']})}" if name == "tracker_documentimport_point" else ""
    return reverse(f"admin:{name}", args=[objects[table].pk]) + query


@pytest.fixture
def objects(world: World) -> dict[str, Any]:
    """One record per table, all of the first alliance where they belong to one."""
    update = world.submitted()
    batch = upload_document(REPORT.encode(), "report.txt", actor=world.actor("root"), at=NOW)
    return {
        "item": world.items[0],
        "update": update,
        "evidence": update.evidence.get(),
        "organisation": world.organisations[1],
        "document": world.document,
        "recommendation": world.items[0].recommendation,
        "documentimport": batch,
        "point": key(preview_of(batch).judged[0].point),
        "alliance": world.alliance,
        "membership": world.alliance.memberships.get(user=world.users["anna"]),
        "user": world.users["anna"],
        "historyentry": HistoryEntry.objects.filter(log=str(world.alliance.uuid)).latest("sequence"),
    }


@pytest.fixture
def typed(world: World) -> dict[str, Any]:
    """What would be stored at every door that let its caller in."""
    return {
        "act": "save",
        "reason": "A reason.",
        "reason_en": "A reason.",
        "lifecycle": "not_applicable",
        "perspective": "alliance",
        "period_to": "2026-02",
        "done_en": "Something was done.",
        "since": "2026-02-01",
        "alliance": world.alliance.pk,
        "organisation": world.organisations[0].pk,
        "role": "reviewer",
        "username": "nobody",
        "visibility": "named",
        "password": "a long new password",
        "text_rights": "free",
        "words": "Another text.",
    }


@pytest.mark.parametrize("name", sorted(TABLE))
def test_address_answers_each_role_as_the_table_says(
    name: str, objects: dict[str, Any], typed: dict[str, Any], sign_in: Callable[[str], Client]
) -> None:
    where = address(name, objects)
    if name == "tracker_user_add":
        typed = typed | {"username": "newcomer"}
    if name == "tracker_documentimport_add":
        typed = {}
    before = everything()
    for verb, letters in zip(("get", "post"), TABLE[name], strict=True):
        for role, letter in zip(ROLES, letters, strict=True):
            client = sign_in(role) if role else Client()
            point = transaction.savepoint()
            if name == "tracker_documentimport_add":
                # A file is read once; the one that waits already may come again.
                typed["file"] = SimpleUploadedFile("report.txt", REPORT.encode())
            answer = getattr(client, verb)(where, typed if verb == "post" else None)
            # Looking at every table is slow; what reading may have written is looked at once, below.
            unchanged = verb == "get" or letter not in WRITES_NOTHING or everything() == before
            if verb == "post":
                transaction.savepoint_rollback(point)
            asked = f"{verb} {where} as {role or 'anonymous'}"
            signed_out = answer.status_code == 302 and "/admin/login/" in answer["Location"]
            assert signed_out == (letter == "L"), asked
            assert letter == "L" or answer.status_code == ANSWERS[letter], asked
            assert unchanged, asked
        assert everything() == before, f"{verb} {where}"
