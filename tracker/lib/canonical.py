"""Canonical JSON and the digests of the history. The format is final: docs/history.md gives it to the byte."""

import datetime as dt
import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from typing import Any

SALT_BYTES = 32


def plain(value: Any) -> Any:
    """Return `value` in the types of JSON: dates as ISO text, UUIDs as text, tuples as lists. Floats are refused."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, dt.datetime):
        return time_text(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            # 1 and "1" would become the same key.
            raise TypeError("keys in the history are text")
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    raise TypeError(f"{type(value).__name__} has no canonical form")


def canonical(value: Any) -> str:
    """Return the one JSON text of `value`: keys sorted, no spaces, ASCII-escaped, no floats."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def digest(payload: str) -> str:
    """Return the SHA-256 of an entry's payload, in lower-case hexadecimal."""
    return hashlib.sha256(payload.encode("ascii")).hexdigest()


def commitment(salt: bytes, field: str, old: Any, new: Any) -> str:
    """Return HMAC-SHA-256(salt, canonical [field, old, new]) in lower-case hexadecimal."""
    return hmac.new(salt, canonical([field, old, new]).encode("ascii"), hashlib.sha256).hexdigest()


def time_text(moment: dt.datetime) -> str:
    """Return an aware moment as UTC text with microseconds, `2026-03-01T09:30:00.000000Z`."""
    if moment.tzinfo is None:
        raise ValueError("a moment in the history needs a time zone")
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_time(text: str) -> dt.datetime:
    """Return the moment that `time_text` wrote."""
    return dt.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=dt.UTC)
