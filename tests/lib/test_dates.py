"""Partial dates and calendar arithmetic."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.lib.dates import add_months, day_in, last_day

DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2200, 12, 31))


@pytest.mark.parametrize(
    ("partial", "day"),
    [
        ("2013", dt.date(2013, 12, 31)),
        ("2012-02", dt.date(2012, 2, 29)),
        ("2013-02", dt.date(2013, 2, 28)),
        ("2012-12", dt.date(2012, 12, 31)),
        ("2017-10-24", dt.date(2017, 10, 24)),
        ("0001", dt.date(1, 12, 31)),
    ],
)
def test_last_day_is_the_last_that_can_be_meant(partial: str, day: dt.date) -> None:
    assert last_day(partial) == day


@pytest.mark.parametrize(
    "partial",
    [
        "",
        "13",
        "20133",
        "2013-1",
        "2013-13",
        "2013-00",
        "2013-02-29",
        "2013-02-00",
        "2013-2-3",
        "2013/02/03",
        " 2013",
        "2013 ",
        "2013\n",
        "0000",
        "by 2013",
        "-2013",
        "2013-",
        "2013-02-",
        "٢٠١٣",
        "２０１３",
    ],
)
def test_last_day_refuses_what_is_no_partial_date(partial: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        last_day(partial)


@given(DAYS)
def test_last_day_of_a_day_is_the_day_and_months_and_years_contain_it(day: dt.date) -> None:
    text = day.isoformat()

    assert last_day(text) == day
    assert day <= last_day(text[:7]) <= last_day(text[:4])
    assert last_day(text[:7]).month == day.month


@pytest.mark.parametrize(
    ("day", "months", "moved"),
    [
        (dt.date(2026, 1, 31), 1, dt.date(2026, 2, 28)),
        (dt.date(2024, 1, 31), 1, dt.date(2024, 2, 29)),
        (dt.date(2024, 2, 29), 12, dt.date(2025, 2, 28)),
        (dt.date(2024, 2, 29), -24, dt.date(2022, 2, 28)),
        (dt.date(2026, 12, 15), 1, dt.date(2027, 1, 15)),
        (dt.date(2026, 1, 15), -1, dt.date(2025, 12, 15)),
        (dt.date(2026, 3, 31), 0, dt.date(2026, 3, 31)),
    ],
)
def test_add_months_keeps_the_day_where_the_month_has_it(day: dt.date, months: int, moved: dt.date) -> None:
    assert add_months(day, months) == moved


@given(DAYS, st.integers(-600, 600))
def test_add_months_moves_by_exactly_that_many_months(day: dt.date, months: int) -> None:
    moved = add_months(day, months)

    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day <= day.day
    assert moved.day == day.day or moved == last_day(f"{moved.year:04}-{moved.month:02}")


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Europe/Moscow", 2), ("UTC", 1), ("Pacific/Kiritimati", 2), ("Pacific/Honolulu", 1)],
)
def test_day_in_is_the_calendar_day_of_the_zone(zone: str, day: int) -> None:
    assert day_in(zone, dt.datetime(2026, 3, 1, 22, 30, tzinfo=dt.UTC)) == dt.date(2026, 3, day)
