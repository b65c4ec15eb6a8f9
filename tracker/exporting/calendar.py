"""Days as a calendar file (RFC 5545), for the calendars that people keep anyway."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import icalendar

CONTENT_TYPE = "text/calendar; charset=utf-8"


@dataclass(frozen=True)
class Day:
    """One whole day in a calendar; `key` stays the same when the day moves, so that calendars move it too."""

    key: str
    on: dt.date
    title: str
    note: str
    address: str


def calendar(name: str, days: Iterable[Day], *, at: dt.datetime) -> bytes:
    """Return the file of `days`, which says that it was made `at`, an aware moment."""
    made = icalendar.Calendar()
    made.add("prodid", "-//Recommendation tracker//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", name)
    for day in days:
        event = icalendar.Event()
        event.add("uid", day.key)
        event.add("dtstamp", at)
        event.add("dtstart", day.on)
        event.add("summary", day.title)
        event.add("description", day.note)
        event.add("url", day.address)
        # Nobody is busy on that day.
        event.add("transp", "TRANSPARENT")
        made.add_component(event)
    return bytes(made.to_ical())
