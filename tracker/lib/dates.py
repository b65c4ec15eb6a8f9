"""Partial dates (`2012`, `2012-05`, `2017-10-24`) and the calendar arithmetic that the rules need."""

import calendar
import datetime as dt
import re
import zoneinfo

from django.utils.formats import date_format
from django.utils.translation import get_language

_PARTIAL = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


def last_day(partial: str) -> dt.date:
    """Return the last day that a partial date can mean: `2013` is over after 31 December 2013.

    Raises ValueError where the text is no partial date.
    """
    match = _PARTIAL.fullmatch(partial)
    if match is None:
        raise ValueError(f"“{partial}” is no date: write 2012, 2012-05 or 2012-05-31")
    year, month, day = match.groups()
    if month is None:
        return dt.date(int(year), 12, 31)
    if day is None:
        return dt.date(int(year), int(month), _days_in(int(year), int(month)))
    return dt.date(int(year), int(month), int(day))


def parse_day(text: str) -> dt.date | None:
    """Return the day that `text` writes as 2024-06-30, or None where it writes none."""
    match = _PARTIAL.fullmatch(text)
    if match is None or match[3] is None:
        return None
    try:
        return dt.date(*map(int, match.groups()))
    except ValueError:
        return None


def in_words(partial: str) -> str:
    """Return a partial date in the active language: `2012`, “May 2012”, “31 May 2012”."""
    if len(partial) == 4:
        return partial
    if len(partial) == 7:
        month = date_format(dt.date.fromisoformat(f"{partial}-01"), "F Y")
        # English writes a month with a capital; in Russian only Django does.
        return month if get_language() == "en" else month.lower()
    return date_format(dt.date.fromisoformat(partial), "j E Y")


def day_in(zone: str, moment: dt.datetime) -> dt.date:
    """Return the calendar day of an aware `moment` in the time zone named `zone`."""
    return moment.astimezone(zoneinfo.ZoneInfo(zone)).date()


def add_months(day: dt.date, months: int) -> dt.date:
    """Return `day` moved by whole months; 31 January plus one month is the last day of February."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return dt.date(year, month, min(day.day, _days_in(year, month)))


def _days_in(year: int, month: int) -> int:
    if not 1 <= month <= 12:
        raise ValueError(f"{month} is no month")
    return calendar.monthrange(year, month)[1]
