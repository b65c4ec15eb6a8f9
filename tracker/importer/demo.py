"""The people and the scripted history of an invented alliance: what was done so many days ago, by whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tracker.choices import ComponentVerdict, EvidenceKind, Level, Perspective, PointAtIssue, ReplyQuality, Role
from tracker.importer.fields import LANGUAGES, Fields

# Reserved by RFC 2606: no mail box can be there.
_NOBODYS = "@example.org"
TEXTS = ("done", "remains", "ask_next", "search_note")


@dataclass(frozen=True)
class Step:
    """One scripted act. `kind` is one of assign, ask, lifecycle and dispute; of an update draft, edit, submit, return,
    publish, discard and dead_link; of a letter letter, send, remind, answer and withdraw.
    """

    kind: str
    days_ago: int
    by: str
    key: str
    values: Mapping[str, Any]


def read_people(top: Fields) -> list[dict[str, Any]]:
    """Return the people of an invented alliance with address, organisation code and roles."""
    people = []
    for entry in top.many("people", "username"):
        people.append(
            {
                "username": entry.text("username"),
                "first_name": entry.text("first_name"),
                "last_name": entry.text("last_name"),
                "email": _invented(entry),
                "organisation": entry.text("organisation"),
                "roles": entry.choices("roles", Role.values),
            }
        )
        entry.done()
    return people


def _invented(entry: Fields) -> str:
    """Return an address that is nobody's: mail to invented people must reach nobody real, however it is sent."""
    address = entry.text("email", "")
    if address and not address.endswith(_NOBODYS):
        entry.wrong(f"“email” is “{address}”; the addresses of invented people end in {_NOBODYS}")
    return address


def read_script(top: Fields) -> list[Step]:
    """Return every step, the oldest first; steps of one day stay in the order of the file."""
    steps: list[Step] = []
    readers = {
        "assign": _assign,
        "ask": _ask,
        "lifecycle": _lifecycle,
        "dispute": _dispute,
        "letter": _letter,
        "update": _update,
    }
    for number, entry in enumerate(top.many("script"), start=1):
        for kind, reader in readers.items():
            nested = entry.one(kind, required=False)
            if nested is not None:
                nested.point = f"{kind} {nested.data.get('key') or nested.data.get('reference') or number}"
                steps += reader(nested)
                nested.done()
        entry.done()
    return sorted(steps, key=lambda step: -step.days_ago)


def _assign(entry: Fields) -> list[Step]:
    values = {
        "references": entry.texts_list("references"),
        "owner": entry.text("owner", ""),
        "contributors": entry.texts_list("contributors"),
        "update_due_in_days": entry.optional_number("update_due_in_days"),
        "reason": entry.text("reason", ""),
    }
    return [Step("assign", entry.number("days_ago"), entry.text("by"), "", values)]


def _ask(entry: Fields) -> list[Step]:
    values = {"references": entry.texts_list("references"), "note": entry.text("note")}
    return [Step("ask", entry.number("days_ago"), entry.text("by"), "", values)]


def _dispute(entry: Fields) -> list[Step]:
    values = {
        "reference": entry.text("reference"),
        "point": entry.choice("point", PointAtIssue.values),
        "note": entry.localised("note"),
    }
    return [Step("dispute", entry.number("days_ago"), entry.text("by"), "", values)]


def _letter(entry: Fields) -> list[Step]:
    key, author = entry.text("key"), entry.text("by")
    values = {
        "reference": entry.text("reference"),
        "to": entry.text("to"),
        "language": entry.choice("language", LANGUAGES),
    }
    steps = [Step("letter", entry.number("days_ago"), author, key, values)]
    for step in entry.many("steps"):
        steps.append(_letter_step(step, key, author))
        step.done()
    return steps


def _letter_step(step: Fields, key: str, author: str) -> Step:
    kind = next((name for name in ("send", "remind", "answer", "withdraw") if name in step.data), "")
    values: dict[str, Any] = {}
    if kind in ("send", "remind"):
        values["due_days_ago"] = step.number("due_days_ago")
    elif kind == "answer":
        values["quality"] = step.choice("quality", ReplyQuality.values)
        values["reply"] = step.text("reply", "")
    elif kind == "withdraw":
        values["reason"] = step.text("reason")
    else:
        step.wrong("a letter's step is one of send, remind, answer, withdraw")
    return Step(kind, step.number(kind), step.text("by", author), key, values)


def _lifecycle(entry: Fields) -> list[Step]:
    values = {
        "reference": entry.text("reference"),
        "to": entry.text("to"),
        "reason": entry.localised("reason"),
    }
    return [Step("lifecycle", entry.number("days_ago"), entry.text("by"), "", values)]


def _update(entry: Fields) -> list[Step]:
    key, author = entry.text("key"), entry.text("by")
    values = {
        "reference": entry.text("reference"),
        "perspective": entry.choice("perspective", Perspective.values, Perspective.ALLIANCE),
        "corrects": entry.text("corrects", ""),
        "closes_item": entry.flag("closes_item", False),
        **_said(entry),
    }
    steps = [Step("draft", entry.number("days_ago"), author, key, values)]
    for step in entry.many("steps"):
        steps.append(_step(step, key, author))
        step.done()
    return steps + [
        Step("dead_link", source["dead_days_ago"], author, key, {"title": source["title"]})
        for step in steps
        for source in step.values.get("evidence", ())
        if source["dead_days_ago"] is not None
    ]


def _step(step: Fields, key: str, author: str) -> Step:
    kind = next((name for name in ("submit", "return", "edit", "publish", "discard") if name in step.data), "")
    if not kind:
        step.wrong("a step is one of submit, return, edit, publish, discard")
    values: dict[str, Any] = {
        "reason": step.text("reason", ""),
        "independence_note": step.text("independence_note", ""),
    }
    change = step.one("change", required=False)
    if change is not None:
        values = _said(change)
        change.done()
    return Step(kind, step.number(kind), step.text("by", author), key, values)


def _said(entry: Fields) -> dict[str, Any]:
    """Return what an update says, only the keys that are given, so that an edit replaces no others."""
    said: dict[str, Any] = {name: entry.localised(name, required=False) for name in TEXTS if name in entry.data}
    if "level" in entry.data:
        said["level"] = entry.choice("level", ["", *Level.values], "")
    if "period_days_ago" in entry.data:
        period = entry.value("period_days_ago")
        if not isinstance(period, list) or len(period) != 2:
            entry.wrong("“period_days_ago” is a pair of numbers, [from, to]")
        said["period_days_ago"] = tuple(period)
    if "components" in entry.data:
        components = entry.one("components")
        assert components is not None  # noqa: S101  (required)
        said["components"] = {letter: components.choice(letter, ComponentVerdict.values) for letter in components.data}
    if "letters" in entry.data:
        said["letters"] = entry.texts_list("letters")
    if "evidence" in entry.data:
        said["evidence"] = [_source(source) for source in entry.many("evidence", "title")]
    return said


def _source(source: Fields) -> dict[str, Any]:
    found = {
        "kind": source.choice("kind", EvidenceKind.values),
        "title": source.text("title"),
        "publisher": source.text("publisher"),
        "address": source.address("address"),
        "archived_address": source.address("archived_address", ""),
        "language": source.text("language", ""),
        "page": source.text("page", ""),
        "published_days_ago": source.optional_number("published_days_ago"),
        "accessed_days_ago": source.optional_number("accessed_days_ago"),
        "dead_days_ago": source.optional_number("dead_days_ago"),
    }
    source.done()
    return found
