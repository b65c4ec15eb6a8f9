"""What levels, grades, flags, lifecycles and roles mean, in words. Figures in them come from the rules themselves."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tracker import workflow
from tracker.choices import Flag, Level, Lifecycle, Role
from tracker.models import Item
from tracker.queries.items import STALLED_AFTER_MONTHS

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

LEVELS: Mapping[str, "StrPromise"] = {
    Level.NOT_ASSESSED: _("Nobody has judged it yet. Every item starts here."),
    Level.NO_INFORMATION: _("Someone searched or asked, and what came back allows no judgement."),
    Level.NO_ACTION: _("Enough is known, and no step was taken."),
    Level.ANNOUNCED: _("There is a plan, a draft or a promise; nothing has been carried out."),
    Level.UNDER_WAY: _("At least one measure is being carried out."),
    Level.PARTLY_IMPLEMENTED: _(
        "Some of the required parts are met and verified, or they are met for only part of the territory or of the "
        "children concerned."
    ),
    Level.IMPLEMENTED: _("Every required part is met, and practice is shown where the text asks for practice."),
    Level.CONTRARY: _("Law or practice moved away from what was asked, or undid a step."),
}

GRADES: Mapping[int, "StrPromise"] = {
    0: _("An assertion without a source."),
    1: _("One secondary source, or the State's own report about its practice."),
    2: _(
        "A primary document, such as a law, a court decision or official statistics, or two independent secondary "
        "sources."
    ),
    3: _("A primary document and an independent confirmation of the practice."),
}

FLAGS: Mapping[str, "StrPromise"] = {
    Flag.DEADLINE_PASSED: _("The source gives a deadline, it is over, and the item is not implemented."),
    Flag.UPDATE_OVERDUE: _("The alliance planned an update by a day that is over."),
    Flag.STALE: _("The level should have been verified again by now."),
    Flag.STALLED: format_lazy(
        _("Announced or under way, and the alliance has published no update for {months} months."),
        months=STALLED_AFTER_MONTHS,
    ),
    Flag.UNOWNED: _("No member organisation follows this duty yet."),
    Flag.DISPUTED: _("Two perspectives give levels that differ by a step or more."),
    Flag.EVIDENCE_LOST: _("A link that the level rests on no longer works, and there is no archived copy."),
}

LIFECYCLES: Mapping[str, "StrPromise"] = {
    Lifecycle.OPEN: _("The alliance follows it."),
    Lifecycle.NOT_APPLICABLE: _("It does not concern this country; the item gives the reason."),
    Lifecycle.SUPERSEDED: _("Something newer has taken its place; the item says what."),
    Lifecycle.CLOSED: _("The alliance has stopped following it, by an update that two people confirmed."),
    Lifecycle.REOPENED: _("It was closed or set aside, and is followed again."),
}

# What each role is for, in a sentence; told when it is given and when it is offered.
ROLES: Mapping[str, "StrPromise"] = {
    Role.COORDINATOR: _("Records updates for the organisation and answers those that come back."),
    Role.REVIEWER: _("Checks what others recorded, and publishes it or returns it with a reason."),
    Role.STAFF: _("Assigns points, follows what is due, and gives roles."),
    Role.SAFEGUARDING: _("Releases or blocks what may harm a child if it were read."),
}


def duties(roles: Iterable[str]) -> list[tuple[str, Any]]:
    """Return (name, what it is for) of each role."""
    return [(str(Role(role).label), ROLES[role]) for role in roles if role in ROLES]


def needs(level: str) -> list[str]:
    """Return the least that a level takes, wherever it is proposed."""
    grade, legal = (workflow.least_grade(level, legal_act_only=only) for only in (False, True))
    found = [gettext("Evidence of grade %(grade)s.") % {"grade": grade}] if grade else []
    if legal != grade:
        found.append(gettext("Grade %(grade)s where only a legal act is asked for.") % {"grade": legal})
    found += _search_note(level)
    if level == Level.NO_INFORMATION:
        found.append(gettext("Or a letter that nobody answered, or that was answered without saying anything."))
    return found + _two_reviewers(level)


def on_item(level: str, item: Item) -> dict[str, Any]:
    """Return what a level means and the least that it takes on this item, where another may stand now."""
    if not level:
        return {"meaning": gettext("The update tells what happened and leaves the level as it is."), "needs": ""}
    grade = workflow.least_grade(level, legal_act_only=item.recommendation.legal_act_only)
    told = {"grade": grade, "meaning": GRADES[grade]}
    found = [gettext("Evidence of grade %(grade)s: %(meaning)s") % told] if grade else []
    found += [*_search_note(level), *(_two_reviewers(level) or _two_reviewers(item.level))]
    return {"meaning": LEVELS[level], "needs": " ".join(found)}


def _search_note(level: str) -> list[str]:
    wanted = workflow.LEVELS[level].needs_search_note
    return [gettext("A note of where you searched and whom you asked.")] if wanted else []


def _two_reviewers(level: str) -> list[str]:
    return [gettext("Two reviewers.")] if workflow.LEVELS[level].two_publishers else []
