"""Canonical JSON, digests and commitments, against vectors made by other means. The document has the same (below)."""

import datetime as dt
import decimal
import hashlib
import hmac
import json
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.choices import Level
from tracker.lib.canonical import canonical, commitment, digest, parse_time, plain, time_text
from tracker.models.base import texts

# What docs/history.md shows as JSON beside its canonical form.
VECTORS: list[tuple[Any, str]] = [
    (None, "null"),
    (True, "true"),
    (-7, "-7"),
    (2**70, "1180591620717411303424"),
    ("", '""'),
    ({}, "{}"),
    ([], "[]"),
    ({"b": 1, "a": [True, None, "x y"]}, '{"a":[true,null,"x y"],"b":1}'),
    ({"ru": "Да", "en": "Yes"}, '{"en":"Yes","ru":"\\u0414\\u0430"}'),
    ({"ё": 1, "z": 2, "Z": 3, "": 4}, '{"":4,"Z":3,"z":2,"\\u0451":1}'),
    ('"\\/\b\f\n\r\t', '"\\"\\\\/\\b\\f\\n\\r\\t"'),
    ("\x00\x1f\x7f", '"\\u0000\\u001f\\u007f"'),
    ("\N{WHITE SMILING FACE}\N{PARTY POPPER}", '"\\u263a\\ud83c\\udf89"'),
]
BEYOND_JSON: list[tuple[Any, str]] = [
    (dt.date(2026, 3, 2), '"2026-03-02"'),
    (dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC), '"2026-03-02T09:00:00.000000Z"'),
    (
        dt.datetime(2026, 3, 2, 1, 30, 0, 42, tzinfo=dt.timezone(dt.timedelta(hours=3))),
        '"2026-03-01T22:30:00.000042Z"',
    ),
    (uuid.UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
    ((1, "a"), '[1,"a"]'),
    (Level.UNDER_WAY, '"under_way"'),
    ({Level.UNDER_WAY: 1}, '{"under_way":1}'),
]
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(("value", "text"), VECTORS + BEYOND_JSON, ids=str)
def test_canonical_gives_the_one_text(value: Any, text: str) -> None:
    assert canonical(value) == text


@given(JSON_VALUES)
def test_canonical_is_ascii_reads_back_and_is_its_own_canonical_form(value: Any) -> None:
    text = canonical(value)

    assert text.isascii()
    assert json.loads(text) == value
    assert canonical(json.loads(text)) == text


@given(st.dictionaries(st.text(), st.integers(), min_size=2))
def test_canonical_does_not_depend_on_the_order_of_keys(value: dict[str, int]) -> None:
    assert canonical(dict(reversed(value.items()))) == canonical(value)


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        decimal.Decimal(1),
        {1, 2},
        b"bytes",
        pytest.param(object(), id="an object"),
        [1, {"a": 0.5}],
        {1: "a"},
        {None: "a"},
    ],
    ids=str,
)
def test_canonical_refuses_what_has_no_canonical_form(value: Any) -> None:
    with pytest.raises(TypeError):
        canonical(value)


def test_canonical_refuses_a_moment_without_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        canonical(dt.datetime(2026, 3, 2, 9, 0))  # noqa: DTZ001


def test_plain_gives_the_types_of_json_only() -> None:
    assert plain({"when": dt.date(2026, 3, 2), "who": (uuid.UUID(int=2),)}) == {
        "when": "2026-03-02",
        "who": ["00000000-0000-0000-0000-000000000002"],
    }


def test_digest_is_sha256_in_small_hexadecimal() -> None:
    assert digest("{}") == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@given(st.binary(min_size=32, max_size=32), st.text(), JSON_VALUES, JSON_VALUES)
def test_commitment_is_hmac_over_field_old_and_new(salt: bytes, field: str, old: Any, new: Any) -> None:
    message = json.dumps([field, old, new], sort_keys=True, separators=(",", ":")).encode()

    assert commitment(salt, field, old, new) == hmac.new(salt, message, hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    "other",
    [
        (b"\x01" * 32, "level", "announced", "under_way"),
        (b"\x00" * 32, "Level", "announced", "under_way"),
        (b"\x00" * 32, "level", None, "under_way"),
        (b"\x00" * 32, "level", "announced", "implemented"),
        (b"\x00" * 32, "level", "under_way", "announced"),
    ],
)
def test_commitment_differs_where_anything_differs(other: tuple[bytes, str, Any, Any]) -> None:
    assert commitment(*other) != commitment(b"\x00" * 32, "level", "announced", "under_way")


@given(st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(2999, 1, 1), timezones=st.timezones()))  # noqa: DTZ001
def test_time_text_reads_back_and_sorts_as_time_does(moment: dt.datetime) -> None:
    # Python never calls moments equal that a change of clocks makes ambiguous: compare in UTC.
    universal = moment.astimezone(dt.UTC)

    assert len(time_text(moment)) == 27
    assert parse_time(time_text(moment)) == universal
    assert time_text(moment) < time_text(universal + dt.timedelta(microseconds=1))


@pytest.mark.parametrize("text", ["", "2026-03-02", "2026-03-02T09:00:00Z", "2026-03-02T09:00:00.000000+00:00"])
def test_parse_time_refuses_another_form(text: str) -> None:
    with pytest.raises(ValueError, match="match"):
        parse_time(text)


def test_texts_take_mappings_only_and_drop_empty_languages() -> None:
    assert texts({"en": "Yes", "ru": ""}) == {"en": "Yes"}
    assert texts(None) == texts("") == {}
    with pytest.raises(TypeError):
        texts("1e3")
