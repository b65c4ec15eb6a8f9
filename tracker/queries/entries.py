"""What one entry of the history must be by itself: the form of its payload and of its openings (docs/history.md)."""

import datetime as dt
import hmac
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from tracker.lib.canonical import SALT_BYTES
from tracker.models import HistoryValue
from tracker.models.history import INSTALLATION


def _refuse(text: str) -> Any:
    raise ValueError(text)


# Made once: whole histories go through them.
_DECODE = json.JSONDecoder(parse_float=_refuse, parse_constant=_refuse).decode
_ENCODE = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False, check_circular=False).encode


def read(text: str) -> Any:
    """Return what stored JSON says. Raises ValueError, TypeError or RecursionError where it cannot be read."""
    return _DECODE(text)


def is_canonical(text: str, value: Any) -> bool:
    """Tell whether `text` is the one way to write `value`. Raises like `read`."""
    return _ENCODE(value) == text


def is_number(value: Any, least: int = 1) -> bool:
    """Tell whether `value` is a whole number, true and false not counted as such."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _matches(pattern: str) -> Callable[[Any], bool]:
    found = re.compile(pattern).fullmatch
    return lambda value: isinstance(value, str) and found(value) is not None


def _is_time(value: Any) -> bool:
    if not isinstance(value, str) or len(value) != 27:
        return False
    try:
        return dt.datetime.fromisoformat(value[:-1]).isoformat(timespec="microseconds") + "Z" == value
    except ValueError:
        return False


def _is_commitments(value: Any) -> bool:
    return isinstance(value, dict) and all(_is_word(name) and _is_hash(seal) for name, seal in value.items())


def _is_object(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and _is_word(value[0]) and _is_uuid(value[1])


_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_is_hash, _is_word, _is_uuid = map(_matches, ("[0-9a-f]{64}", "@?[a-z][a-z0-9_]{0,39}", _UUID))
_FORM: dict[str, Callable[[Any], bool]] = {
    "action": _is_word,
    "commitments": _is_commitments,
    "epoch": is_number,
    "log": _matches(f"{INSTALLATION}|{_UUID}"),
    "object": _is_object,
    "previous": _is_hash,
    "request": _is_uuid,
    "sequence": is_number,
    "time": _is_time,
    "version": lambda value: is_number(value) and value == 1,
}


def form_faults(text: str, payload: dict[str, Any]) -> Iterator[str]:
    """Say where a payload, the text and what it says, is not of the form of the history."""
    if not is_canonical(text, payload):
        yield "the payload is not canonical JSON"
    if payload.keys() != _FORM.keys():
        yield f"the payload does not have exactly the keys {', '.join(_FORM)}"
    for name, fits in _FORM.items():
        if name in payload and not fits(payload[name]):
            yield f"the payload: its {name} is not of its form"


def committed(opening: HistoryValue, old: Any, new: Any) -> str | None:
    """Return the commitment to an opening, whose values say `old` and `new`; None where it is not in its form.

    Raises like `read`.
    """
    salt = bytes(opening.salt)
    if len(salt) != SALT_BYTES or not (is_canonical(opening.old, old) and is_canonical(opening.new, new)):
        return None
    message = f"[{_ENCODE(opening.field)},{opening.old},{opening.new}]"
    return hmac.digest(salt, message.encode("ascii"), "sha256").hex()
