"""The headings of the Rio Call for Action, and the words by which it names whom it asks."""

from tracker.choices import Addressee, Area, DocumentKind
from tracker.importer.lists import Headings, Place
from tracker.importer.reading import Part

# Every report annexes the same text: its code, its headings, and the area that most points under each belong to.
CODE = "rio-2008"
PART = Part(
    code=CODE,
    kind=DocumentKind.DECLARATION.value,
    title="Rio de Janeiro Declaration and Call for Action (2008)",
    published_on="2008-11-28",
    publisher="World Congress III against Sexual Exploitation of Children and Adolescents",
    about="Rio de Janeiro Declaration",
)
_OUTLINE: dict[str, tuple[Area, dict[str, Area]]] = {
    "I International and Regional Instruments": (Area.LAW_PROTECTION, {}),
    "II Forms of Sexual Exploitation and its New Scenarios": (
        Area.LAW_PROTECTION,
        {
            "Child pornography/child abuse images": Area.LAW_PROTECTION,
            "Sexual exploitation of children and adolescents in prostitution": Area.LAW_PROTECTION,
            "Sexual exploitation of children and adolescents in travel and tourism": Area.PREVENTION,
            "Trafficking and the sexual exploitation of children and adolescents": Area.LAW_PROTECTION,
        },
    ),
    "III Legal Frameworks and Enforcement of the Law": (Area.LAW_PROTECTION, {}),
    "IV Integrated Cross-Sectoral Policies and National Plans of Action": (
        Area.NATIONAL_PLAN,
        {
            "General": Area.NATIONAL_PLAN,
            "Prevention": Area.PREVENTION,
            "Protection of the child": Area.LAW_PROTECTION,
        },
    ),
    "V International Cooperation": (Area.COORDINATION, {}),
    "VI Social Responsibility Initiatives": (Area.PREVENTION, {}),
    "VII Monitoring": (Area.COORDINATION, {}),
}
FOLLOW_UP = Place(
    ("Follow-up commitments",), Area.COORDINATION.value, Addressee.CONGRESS_PARTICIPANTS.value, prefix="C"
)
_CALL = "C. Call for Action"
_ADDRESSEES = {
    "states": Addressee.STATES,
    "private sector": Addressee.PRIVATE_SECTOR,
    "committee on the rights of the child": Addressee.CRC_COMMITTEE,
    "treaty bodies": Addressee.TREATY_BODIES,
    "human rights council": Addressee.HUMAN_RIGHTS_COUNCIL,
    "special representative": Addressee.UN_RAPPORTEURS,
    "special rapporteur": Addressee.UN_RAPPORTEURS,
    "un agencies": Addressee.UN_AGENCIES_NGOS,
    "united nations agencies": Addressee.UN_AGENCIES_NGOS,
    "financial institutions": Addressee.FINANCIAL_INSTITUTIONS,
    "religious communities": Addressee.RELIGIOUS_COMMUNITIES,
}


def _places() -> dict[str, Place]:
    places: dict[str, Place] = {}
    for title, (area, subs) in _OUTLINE.items():
        first = "General" if "General" in subs else ""
        # The scan may lose a section's numeral, and sets the name of its first sub-section behind its own.
        for name in (title, title.split(" ", 1)[1]):
            places[name] = Place((title,), area.value)
            if first:
                places[f"{name} {first}"] = Place((title, first), subs[first].value)
        for name, sub_area in subs.items():
            places[name] = Place((title, name), sub_area.value)
    return places


HEADINGS = Headings({**_places(), _CALL: FOLLOW_UP})
ORDER = list(dict.fromkeys(place.section for place in HEADINGS.known.values()))


def addressee_of(sentence: str) -> Addressee | None:
    """Return whom a sentence asks, which is whom it names first; None if it names nobody who is known."""
    text = sentence.casefold()
    named = {text.find(words): code for words, code in _ADDRESSEES.items() if words in text}
    return named[min(named)] if named else None
