"""Run as a program on a database of its own (DATABASE_URL): plant a word in many places, redact it, tell what is left.

Arguments: a word, a folder for what is exported. Prints one line of JSON; test_redaction_bytes.py looks for the word in
the files.
"""

import json
import sys
from pathlib import Path
from typing import Any

import django


def main(word: str, folder: Path) -> dict[str, Any]:
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    update = plant(word)
    found = redact(update)
    return found | {"pages": pages(folder), "verified": verified(), "scrubbed_again": scrub_again()}


def plant(word: str) -> Any:
    """Return a published update with `word` in its text; drafts, labels, reasons, a source and a mail repeat it."""
    from tests import conftest
    from tests import factories as make
    from tests.conftest import NOW
    from tracker.actions.evidence import NewEvidence
    from tracker.actions.history import Act
    from tracker.actions.mail import queue_mail
    from tracker.actions.progress import publish_update, return_update, submit_update
    from tracker.permissions import SYSTEM

    with make.together():
        world = conftest._world()
    source = NewEvidence("law", word, "School", f"https://school.example.org/{word}")
    for number in range(60):
        # Rows around it, rewritten: what they leave in the pages of the file is part of the question.
        with Act("edit_draft", actor=SYSTEM, at=NOW) as act:
            act.change(world.items[1], update_asked_note=f"{word} " * (number % 7 * 40 + 1))
    with Act("edit_draft", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(world.items[1]), update_asked_note=word)
    draft = world.draft(done={"en": word}, remains={"en": "x" * 9000 + word}, new_evidence=(source,))
    for unfinished in ({"source-note": word}, {}):
        with Act("edit_draft", actor=SYSTEM, at=NOW) as act:
            act.change(act.lock(draft), unfinished=unfinished)
    submitted = submit_update(draft, actor=world.actor("anna"), at=NOW)
    back = return_update(submitted, reason=f"Say who {word} is.", actor=world.actor("boris"), at=NOW)
    queue_mail(key="1", to="a@example.org", language="en", subject=word, text=word, html=word, at=NOW)
    again = submit_update(back, actor=world.actor("anna"), at=NOW)
    return publish_update(again, actor=world.actor("boris"), at=NOW, independence_note=word)


def redact(update: Any) -> dict[str, Any]:
    """Redact its text; return what the act said."""
    from tests.conftest import NOW
    from tracker.actions.redactions import carry_out_redaction, propose_redaction
    from tracker.models import Alliance, User
    from tracker.queries.people import actor_for

    alliance = Alliance.objects.get(slug="home")
    who = {name: actor_for(User.objects.get(username=name), alliance) for name in ("anna", "staff")}
    redaction = propose_redaction(update, "done", ground="child", actor=who["anna"], at=NOW)
    result = carry_out_redaction(redaction, actor=who["staff"], at=NOW)
    return {"scrubbed": result.scrubbed.done, "listed": result.is_listed, "places": len(result.redaction.places)}


def pages(folder: Path) -> list[int]:
    """Keep what the public pages and exports say; return how they answered."""
    from django.test import Client

    item = "/home/items/doc/c-1/"
    asked = ["/home/", "/home/items/", item, f"{item}", *(f"/home/items.{kind}" for kind in ("csv", "json", "xlsx"))]
    codes = []
    for number, address in enumerate(asked):
        answer = Client(HTTP_HOST="127.0.0.1").get(address)
        body = b"".join(answer) if answer.streaming else answer.content
        (folder / f"page-{number}").write_bytes(body)
        codes.append(answer.status_code)
    return codes


def verified() -> list[Any]:
    from tracker.queries.verify import verify

    verdict = verify()
    return [len(verdict.faults), verdict.withdrawn]


def scrub_again() -> int:
    """Return how manage.py scrub ends."""
    from django.core.management import CommandError, call_command

    try:
        call_command("scrub")
    except CommandError:
        return 1
    return 0


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1], Path(sys.argv[2]))) + "\n")
