"""How the record is kept, and what this site is. Everything about levels comes from the tables of the rules."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from tracker.actions.progress import VERIFY_AFTER_MONTHS
from tracker.choices import (
    COUNTED_KINDS,
    REFERENCE_KINDS,
    EvidenceKind,
    Flag,
    Level,
    Lifecycle,
    RecommendationKind,
)
from tracker.models import Alliance
from tracker.queries import meanings
from tracker.queries.glossary import GLOSSARY
from tracker.queries.readiness import VERIFY_WITHIN_MONTHS
from tracker.web.workspace import around, installation_page
from tracker.workflow import INDEPENDENT_KINDS, LEVELS, PRIMARY_KINDS, least_grade


@dataclass(frozen=True)
class LevelRow:
    """A level with what it means and what it takes."""

    code: str
    meaning: str
    grade: int
    legal_grade: int
    needs_search_note: bool
    two_publishers: bool


def level_rows() -> list[LevelRow]:
    """Return what each level means and needs, in the order of the levels."""
    return [
        LevelRow(
            code.value,
            str(meanings.LEVELS[code]),
            least_grade(code, legal_act_only=False),
            least_grade(code, legal_act_only=True),
            LEVELS[code].needs_search_note,
            LEVELS[code].two_publishers,
        )
        for code in Level
    ]


@installation_page
def method(request: HttpRequest) -> HttpResponse:
    """Definitions of levels, evidence grades, flags and lifecycles, and how things are counted and published."""
    kinds = {kind: str(kind.label) for kind in EvidenceKind}
    return render(
        request,
        "public/method.html",
        around(at=timezone.now())
        | {
            "levels": level_rows(),
            "grades": meanings.GRADES.items(),
            "primary": [label for kind, label in kinds.items() if kind in PRIMARY_KINDS],
            "independent": [label for kind, label in kinds.items() if kind in INDEPENDENT_KINDS],
            "flags": [(flag.value, flag.label, meanings.FLAGS[flag]) for flag in Flag],
            "lifecycles": [(row.label, meanings.LIFECYCLES[row]) for row in Lifecycle],
            "counted": [kind.label for kind in RecommendationKind if kind in COUNTED_KINDS],
            "replied": [RecommendationKind.QUESTION.label],
            "reference": [kind.label for kind in RecommendationKind if kind in REFERENCE_KINDS],
            "verify_after": VERIFY_AFTER_MONTHS,
            "verify_within": VERIFY_WITHIN_MONTHS,
        },
    )


@installation_page
def about(request: HttpRequest) -> HttpResponse:
    """What this site is, who keeps it, and where to turn with a concern about a child."""
    return render(request, "public/about.html", around(at=timezone.now()) | {"alliances": Alliance.objects.all()})


@installation_page
def glossary(request: HttpRequest) -> HttpResponse:
    """Today's terms beside those of older sources."""
    return render(request, "public/glossary.html", around(at=timezone.now()) | {"glossary": GLOSSARY})


@installation_page
def accessibility(request: HttpRequest) -> HttpResponse:
    """How far everyone can read these pages."""
    return render(request, "public/accessibility.html", around(at=timezone.now()))
