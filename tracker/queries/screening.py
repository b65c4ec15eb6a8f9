"""What of a record may identify a child: the texts that would go public, screened, and whether they were released."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tracker.choices import HoldState, Risk
from tracker.errors import InvalidValue
from tracker.lib.canonical import canonical, digest
from tracker.models import Evidence, Hold, Update
from tracker.models.base import texts
from tracker.safeguarding import text_findings

UPDATE_TEXTS = ("done", "remains", "ask_next", "search_note")
EVIDENCE_TEXTS = ("title", "publisher", "page", "address", "archived_address")


@dataclass(frozen=True)
class Screening:
    """What was found, as (name of the field in words, risk), and a digest of the very texts it was found in."""

    found: tuple[tuple[str, Risk], ...]
    digest: str

    @property
    def risks(self) -> list[str]:
        """The codes of what was found, each once, in order."""
        return sorted({risk.value for _field, risk in self.found})


def screen(named: Mapping[str, str]) -> Screening:
    """Screen {name of a field in words: text}."""
    found, flagged = [], []
    for name, text in named.items():
        risks = sorted({finding.risk for finding in text_findings(text)})
        if risks:
            found += [(name, risk) for risk in risks]
            flagged.append(text)
    return Screening(tuple(found), digest(canonical(sorted(flagged))) if flagged else "")


def screen_update(update: Update) -> Screening:
    """Screen everything of a stored update that its publication would show, its sources too."""
    named = {}
    for name in UPDATE_TEXTS:
        for language, text in texts(getattr(update, name)).items():
            named[f"{_label(update, name)} ({language})"] = text
    for number, source in enumerate(update.evidence.order_by("pk"), start=1):
        for name in EVIDENCE_TEXTS:
            if value := getattr(source, name):
                named[f"{source._meta.verbose_name} {number}: {_label(source, name)}"] = value
    return screen(named)


def screen_text(label: str, value: Any) -> Screening:
    """Screen one localised text, or a plain one."""
    known = {"": value} if isinstance(value, str) else texts(value)
    return screen({f"{label} {language}".strip(): text for language, text in known.items()})


def require_clean(label: str, value: Any) -> None:
    """Refuse a text that goes public by one person's word where it may identify a child. Raises InvalidValue."""
    screening = screen_text(label, value)
    if screening.found:
        raise InvalidValue(
            _("This text may identify a child: %(found)s. Take that out and save again.")
            % {"found": in_words(screening)}
        )


def in_words(screening: Screening) -> str:
    """Return what was found as one line for a message; never the text itself."""
    return ", ".join(str(Risk(code).label) for code in screening.risks)


def release_of(update: Update, screening: Screening) -> Hold | None:
    """Return the latest hold on the very texts that `screening` found fault with, or None."""
    return update.holds.filter(digest=screening.digest).exclude(state=HoldState.LAPSED).order_by("-pk").first()


def is_released(update: Update, screening: Screening) -> bool:
    """Tell whether nothing in the texts of `update` that `screening` read keeps them back: two people released them."""
    hold = release_of(update, screening) if screening.found else None
    return not screening.found or (hold is not None and hold.state == HoldState.RELEASED)


def hold_on(update: Update) -> Hold | None:
    """Return the hold on `update` as it reads now: what it was taken down by, or what became of its flagged texts."""
    if update.withheld:
        return update.holds.exclude(state__in=(HoldState.RELEASED, HoldState.LAPSED)).order_by("-pk").first()
    screening = screen_update(update)
    return release_of(update, screening) if screening.found else None


def author_of(hold: Hold) -> int | None:
    """Return the key of who wrote what is held back, None where it is nobody's alone."""
    return hold.update.author_id if hold.update else None


def _label(record: Update | Evidence, name: str) -> str:
    return str(record._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
