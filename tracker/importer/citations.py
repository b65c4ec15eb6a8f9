"""What one citation says: its web address, mended where the scan broke it, the day of access, the kind of evidence."""

import datetime as dt
import re
from dataclasses import dataclass

from tracker.choices import EvidenceKind

_START = re.compile(r"https?:\s?//|www\.", re.I)
_EXTENSION = r"(?:pdf|s?html?|php\d?|aspx?|docx?|xlsx?|pptx?|jsp|cfm|xml|ece|txt)"
# An address that ends like a file is whole.
_FILE = re.compile(rf"\.{_EXTENSION}$", re.I)
# A narrow column breaks an address after one of these and loses nothing.
_BREAKS = tuple("/_-=&?#%:~")
_DOMAIN = re.compile(r"(?:com|org|net|info|edu|gov|int|mil|[a-z]{2})(?:[/:].*)?$|[a-z][\w-]*\.\w", re.I)
_AFTER_DOT = re.compile(rf"{_EXTENSION}(?:[?#].*)?$|[a-z0-9][^\s.]*[/_=?&#%-]", re.I)
_PLAIN = re.compile(r"[\w%~,-]*[\w%~]")
_CLOSING = re.compile(rf"[\w.,%~-]*(?:\w\.{_EXTENSION}|\w/\S*)", re.I)
_PROSE = frozenset("accessed also and at available cited from in: on: see visited".split())
# A lost sign makes several words of one name, but no more than this; and no address has a longer word.
_MOST_WORDS = 6
_LONGEST_WORD = 1000


@dataclass(frozen=True)
class Address:
    """A web address, or an empty text. `guessed` is the place in print where a lost sign was taken to be “_”."""

    text: str = ""
    guessed: str = ""

    @property
    def unfinished(self) -> bool:
        """Tell whether the address ends where an address does not."""
        return self.text.endswith(("-", "_"))


def address_in(text: str) -> Address:
    """Return the first web address of a tidied citation as one word.

    A blank after “/”, “-” and the like is where a line ended. One between two words is where “_” was lost, which an
    underlined address hides; as another sign may be meant, that is told.
    """
    start = _START.search(text)
    if start is None:
        return Address()
    words = re.sub(r"^(https?:)\s?//", r"\1//", text[start.start() :], flags=re.I).split(" ")
    found, guessed = words[0][:_LONGEST_WORD], ""
    for position in range(1, len(words)):
        joint = _joint(found, words[position:])
        if joint is None:
            break
        if joint and not guessed:
            guessed = f"{re.split('[/=?]', found)[-1]} {words[position]}"
        found = f"{found}{joint}{words[position]}"
    found = _stripped(found)
    host = re.match(r"(?:https?://)?([^/?#\s]+)", found, re.I)
    if host is None or not re.search(r"\w\.\w", host[1]):
        return Address()
    return Address(found if "://" in found else f"http://{found}", guessed.rstrip(".,;)"))


def _joint(found: str, rest: list[str]) -> str | None:
    """Return what joins `found` with the first word of `rest`; None where the address ends before it."""
    word, last = rest[0], len(rest) == 1 or rest[1][:1] in "[("
    if found.lower().endswith(("://", "//www.")):
        return ""
    if (
        not word
        or len(found) + len(word) > _LONGEST_WORD
        or word[0] in "[(\"'“‘"
        or word.lower().rstrip(",:;.") in _PROSE
        or _START.match(word)
    ):
        return None
    if found.endswith("."):
        return "" if _goes_on(found, word.rstrip(").,;]")) else None
    if re.search(r"[^\w/=&?#%~:-]$", found):
        return None
    if _FILE.search(found):
        return "" if word[0] in "?#&" else None
    if re.match(r"[/?&=#_]\w|\.\w", word):
        return ""
    if found.endswith(_BREAKS):
        sure = last or (found[-1] in "_=&%" and word[0].islower())
        return "" if sure or _closes(rest) else None
    return "_" if _closes(rest) and "/" in _path(found) else None


def _path(found: str) -> str:
    return found.split("://", 1)[-1]


def _goes_on(found: str, word: str) -> bool:
    pattern = _AFTER_DOT if "/" in _path(found) else _DOMAIN
    return word[:1] == word[:1].lower() and pattern.match(word) is not None


def _closes(rest: list[str]) -> bool:
    """Tell whether, after a few plain words, one follows that ends like an address."""
    for word in rest[:_MOST_WORDS]:
        if _CLOSING.fullmatch(word.rstrip(".,;)]")):
            return True
        if not _PLAIN.fullmatch(word) or word.lower() in _PROSE:
            return False
    return False


def _stripped(found: str) -> str:
    while found and (found[-1] in ".,;:'\"”’>" or (found[-1] in ")]" and found.count("(") <= found.count(")") - 1)):
        found = found[:-1]
    return found


def spelling(address: str) -> str:
    """Return an address without the signs that scanning loses: two with the same one are one address."""
    return re.sub(r"[-_]", "", address)


# --- The day of access

_MONTHS = "january february march april may june july august september october november december".split()
_ACCESSED = re.compile(r"\baccessed\b(?:\s+on\b)?[\s:]*", re.I)
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s.,]*(?P<month>[A-Za-z]{3,9})[\s.,]*(?P<year>\d{4})\b")
_MONTH_FIRST = re.compile(r"(?P<month>[A-Za-z]{3,9})[\s.,]*(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s.,]+(?P<year>\d{4})\b")


def accessed_in(text: str) -> tuple[str, str]:
    """Return the day of access as an ISO date, and the words that should have said it where they could not be read."""
    said = _ACCESSED.search(text)
    if said is None:
        return "", ""
    rest = text[said.end() :]
    match = _DAY_FIRST.match(rest) or _MONTH_FIRST.match(rest)
    day = _day(match) if match else None
    if match and day:
        return day.isoformat(), ""
    words = match[0] if match else re.split(r"\s*\b(?:from|https?)\b", rest[:40])[0]
    return "", words.strip(" :") or said[0].strip()


def _day(match: re.Match[str]) -> dt.date | None:
    named = match["month"].lower()
    month = next((number for number, name in enumerate(_MONTHS, 1) if name.startswith(named)), 9 * (named == "sept"))
    try:
        return dt.date(int(match["year"]), month, int(match["day"]))
    except ValueError:
        return None


# --- The kind of evidence

# The first that fits. A law weighs most as evidence, so a text must cite an article of a code, or the treaty series.
# The name of an author counts where authors stand, at the beginning. What is left is taken for media.
_KINDS = (
    (EvidenceKind.LAW, r"(?i:(?:the )?(?:\d{4} )?(?:\w+ ){0,2}code\b[^.:]{0,60}[.,]? art(?:icle|\.)s? ?\d)"),
    (EvidenceKind.LAW, r"(?:\d{4} )?(?:\w+ ){0,2}(?:Convention|Protocol|Covenant|Treaty)\b.*\d UNTS \d"),
    (EvidenceKind.STATE_REPORT, r".*\bNational Report of\b"),
    (EvidenceKind.MONITORING_REPORT, r".*(?:Trafficking in Persons Report|Country Reports? on Human Rights)"),
    (EvidenceKind.NGO_REPORT, r"(?:The )?(?:ECPAT|Angel Coalition|World Vision|Terre des Hommes|Save the Children)\b"),
    (EvidenceKind.NGO_REPORT, r"Survey of the ECPAT\b|Human Rights Watch|Amnesty International|.*, NGO \w+, \d{4}"),
    (
        EvidenceKind.UN_REPORT,
        r"(?:UN|UNICEF|Unicef|UNDP|UNESCO|UNODC|ILO|OHCHR|(?:The )?United Nations)\b|.*\bUN/IOM\b",
    ),
    (EvidenceKind.RESEARCH, r".*\b(?:Working Paper|Institute of|Institute for|University|ISPI Analysis)\b"),
)


def kind_of(text: str) -> str:
    """Return the kind of evidence that a citation names for certain, or media."""
    own = re.split(r"https?:|Also see\b|See also\b", text)[0]
    return next((kind.value for kind, pattern in _KINDS if re.match(pattern, own)), EvidenceKind.MEDIA.value)
