"""Reads one mapping of a file field by field and says exactly what is wrong with which."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, NoReturn

from tracker.errors import CatalogueError
from tracker.lib.dates import last_day

LANGUAGES = ("en", "ru")
KEY_MOST = 75
# What a column for whole numbers holds on every database.
LARGEST = 2**31 - 1


@dataclass(frozen=True)
class Point:
    """Which point an entry speaks of."""

    document: str
    reference: str


@dataclass
class Fields:
    """A mapping with its place: `file` and `point` go into every message. `done()` refuses keys nobody asked for."""

    file: str
    point: str
    data: dict[str, Any]
    _asked: set[str] = field(default_factory=set)

    def wrong(self, reason: str) -> NoReturn:
        """Raise CatalogueError with the place and `reason`."""
        raise CatalogueError(self.file, self.point, reason)

    def _get(self, name: str, default: Any) -> Any:
        self._asked.add(name)
        value = self.data.get(name)
        if value is None:
            if default is None:
                self.wrong(f"“{name}” is missing")
            return default
        return value

    def value(self, name: str) -> Any:
        """Return whatever is given, unchecked."""
        return self._get(name, None)

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text. A number or date is refused: it must be quoted, or 1.10 becomes 1.1."""
        value = self._get(name, default)
        if not isinstance(value, str):
            self.wrong(f"“{name}” is {value!r}: write it in quotes, as text")
        return value.strip()

    def choice(self, name: str, allowed: Collection[str], default: str | None = None) -> str:
        """Return one of the known values."""
        value = self.text(name, default)
        if value not in allowed:
            self.wrong(f"“{name}” is “{value}”: use one of {', '.join(sorted(allowed))}")
        return value

    def choices(self, name: str, allowed: Collection[str]) -> list[str]:
        """Return a list of known values, in order; missing is empty."""
        values = self.texts_list(name)
        for value in values:
            if value not in allowed:
                self.wrong(f"“{name}” has “{value}”: use {', '.join(sorted(allowed))}")
        return values

    def texts_list(self, name: str) -> list[str]:
        """Return a list of texts; missing is empty."""
        values = self._get(name, [])
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            self.wrong(f"“{name}” is no list of texts")
        return list(values)

    def flag(self, name: str, default: bool) -> bool:
        """Return true or false."""
        value = self._get(name, default)
        if not isinstance(value, bool):
            self.wrong(f"“{name}” is {value!r}: write true or false")
        return value

    def address(self, name: str, default: str | None = None) -> str:
        """Return a web address. Anything else, `javascript:` above all, would become a link on a page."""
        value = self.text(name, default)
        if value and not value.startswith(("https://", "http://")):
            self.wrong(f"“{name}” is no web address: start it with https:// or leave it empty")
        return value

    def key(self, name: str) -> str:
        """Return a key of our own, under which the record knows the entry again."""
        value = self.text(name)
        if not value or "#" in value:
            self.wrong(f"“{name}” is empty or has a “#”, with which corrections are numbered")
        if len(value) > KEY_MOST:
            self.wrong(f"“{name}” has {len(value)} characters; {KEY_MOST} are allowed")
        return value

    def number(self, name: str, *, least: int = -LARGEST) -> int:
        """Return a whole number, not below `least`."""
        value = self._get(name, None)
        if not isinstance(value, int) or isinstance(value, bool):
            self.wrong(f"“{name}” is {value!r}: write a whole number")
        if not least <= value <= LARGEST:
            self.wrong(f"“{name}” is {value}: write a number from {least} to {LARGEST}")
        return value

    def optional_number(self, name: str, *, least: int = -LARGEST) -> int | None:
        """Return a whole number, or None where it is not given."""
        if self.data.get(name) is None:
            self._asked.add(name)
            return None
        return self.number(name, least=least)

    def date(self, name: str, default: str | None = None) -> str:
        """Return a partial date as text, "2012", "2012-05" or "2012-05-31"."""
        value = self.text(name, default)
        if value:
            try:
                last_day(value)
            except ValueError as error:
                self.wrong(f"“{name}”: {error}")
        return value

    def localised(self, name: str, *, required: bool = True, most: int | None = None) -> dict[str, str]:
        """Return {language: text}, complete in every language, or {} where it is optional and not given."""
        value = self._get(name, None if required else {})
        if value == {} and not required:
            return {}
        if not isinstance(value, dict):
            self.wrong(f"“{name}” needs a text in each of {', '.join(LANGUAGES)}")
        for language in LANGUAGES:
            entry = value.get(language)
            if not isinstance(entry, str) or not entry.strip():
                self.wrong(f"“{name}” has no {language} text")
            if most is not None and len(entry.strip()) > most:
                self.wrong(f"“{name}” in {language} has {len(entry.strip())} characters; {most} are allowed")
        extra = set(value) - set(LANGUAGES)
        if extra:
            self.wrong(f"“{name}” has the unknown language {', '.join(map(str, sorted(extra)))}")
        return {language: " ".join(value[language].split()) for language in LANGUAGES}

    def at(self) -> Point:
        """Return which point `document` and `reference` name."""
        return Point(self.text("document"), self.text("reference"))

    def one(self, name: str, *, required: bool = True) -> "Fields | None":
        """Return a nested mapping."""
        value = self._get(name, None if required else False)
        if value is False:
            return None
        if not isinstance(value, dict):
            self.wrong(f"“{name}” is no mapping")
        return Fields(self.file, self.point or name, value)

    def many(self, name: str, label: str = "") -> Iterable["Fields"]:
        """Yield each mapping of a list; `label` names the key that says which one it is."""
        values = self._get(name, [])
        if not isinstance(values, list):
            self.wrong(f"“{name}” is no list")
        for index, value in enumerate(values, start=1):
            if not isinstance(value, dict):
                self.wrong(f"“{name}” entry {index} is no mapping")
            own = str(value.get(label) or f"{name} {index}")
            yield Fields(self.file, f"{self.point} {own}".strip(), value)

    def done(self) -> None:
        """Refuse keys that were not asked for: a misspelt key would be lost in silence."""
        unknown = set(self.data) - self._asked
        if unknown:
            self.wrong(f"unknown key {', '.join(sorted(map(str, unknown)))}; see docs/catalogue.md")
