"""The history in the workspace: one entry in words above what the chain holds, and what was redacted of a record."""

from django.test import Client
from django.urls import reverse

from tests.conftest import NOW, World
from tests.doors.asking import SignIn
from tracker.actions.items import assign_item
from tracker.actions.redactions import carry_out_redaction, propose_redaction
from tracker.models import HistoryEntry


def page(client: Client, name: str, key: int) -> str:
    answer = client.get(reverse(f"admin:tracker_{name}", args=[key]))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_page_of_an_entry_tells_in_words_what_changed(world: World, sign_in: SignIn) -> None:
    assign_item(world.items[0], owner=world.organisations[0], reason="Closest.", actor=world.actor("staff"), at=NOW)
    entry = HistoryEntry.objects.filter(object_kind="item").latest("pk")

    html = page(sign_in("staff"), "historyentry_change", entry.pk)

    assert html.index("What changed") < html.index("What the chain holds")
    assert "(Organisation third, secretariat staff)" in html
    assert "Reason: Closest." in html
    assert "<ins>Organisation first</ins>" in html


def test_history_of_a_record_tells_what_was_redacted_of_it(world: World, sign_in: SignIn) -> None:
    update = world.published(done={"en": "The girl from the village of Ferns."})
    proposed = propose_redaction(update, "done", ground="child", actor=world.actor("anna"), at=NOW)
    carry_out_redaction(proposed, actor=world.actor("staff"), at=NOW)

    html = page(sign_in("anna"), "update_history", update.pk)

    assert "Redacted: what was done, and by whom" in html
    assert "Reason: It may identify a child" in html
    assert "Ferns" not in html
