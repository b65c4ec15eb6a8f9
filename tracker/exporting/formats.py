"""Every format that a table can be had in."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from tracker.exporting import csv, json, xlsx
from tracker.exporting.table import Table


@dataclass(frozen=True)
class Format:
    """One format: how its files end, what they are called in HTTP, and what makes them."""

    extension: str
    content_type: str
    chunks: Callable[[Table], Iterator[bytes]]
    binary: bool = False


FORMATS: Mapping[str, Format] = {
    found.extension: found
    for found in (
        Format("csv", "text/csv; charset=utf-8", csv.chunks),
        Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx.chunks, binary=True),
        Format("json", "application/json", json.chunks),
    )
}
