"""Letters to duty bearers: the draft that an item gives, and where a letter stands on a day."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, QuerySet, TextChoices
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy

from tracker import workflow
from tracker.choices import ComponentVerdict, Level, OrganisationKind, ReplyQuality
from tracker.lib.dates import in_words
from tracker.models import Item, Organisation, Request
from tracker.queries.components import parts_of

ANSWER_DAYS = 30
# In Russia, Federal Law No. 59-FZ gives State bodies these 30 days; a draft in Russian says so there.
_LAW_OF_30_DAYS = "RU"
_SUBJECT_MOST = Request._meta.get_field("subject").max_length


class Standing(TextChoices):
    """Where a letter stands; computed, never stored."""

    DRAFT = "draft", pgettext_lazy("letter", "Draft")
    WAITING = "waiting", pgettext_lazy("letter", "Waits for an answer")
    OVERDUE = "overdue", pgettext_lazy("letter", "Answer overdue")
    ANSWERED = "answered", pgettext_lazy("letter", "Answered")
    GIVEN_UP = "given_up", pgettext_lazy("letter", "No answer; nobody waits any longer")
    WITHDRAWN = "withdrawn", pgettext_lazy("letter", "Put aside")


def standing_of(letter: Request, today: dt.date) -> Standing:
    """Return where `letter` stands on the day."""
    if letter.withdrawn_on is not None:
        return Standing.WITHDRAWN
    if letter.sent_on is None:
        return Standing.DRAFT
    if letter.answered_on is not None:
        return Standing.ANSWERED
    if letter.quality == ReplyQuality.NONE:
        return Standing.GIVEN_UP
    return Standing.OVERDUE if letter.due_on is not None and letter.due_on < today else Standing.WAITING


def in_standing(letters: QuerySet[Request], standing: Standing, today: dt.date) -> QuerySet[Request]:
    """Keep the letters that stand so on the day: the rule of `standing_of`, asked of the whole table at once."""
    sent = Q(withdrawn_on=None, sent_on__isnull=False)
    silent, overdue = sent & Q(answered_on=None), Q(due_on__lt=today)
    return letters.filter(
        {
            Standing.WITHDRAWN: Q(withdrawn_on__isnull=False),
            Standing.DRAFT: Q(withdrawn_on=None, sent_on=None),
            Standing.ANSWERED: sent & Q(answered_on__isnull=False),
            Standing.GIVEN_UP: silent & Q(quality=ReplyQuality.NONE),
            Standing.OVERDUE: silent & Q(quality="") & overdue,
            Standing.WAITING: silent & Q(quality="") & ~overdue,
        }[standing]
    )


def supports_no_information(letter: Request, today: dt.date) -> bool:
    """Tell whether an update can rest “No information” on `letter`."""
    return letter.withdrawn_on is None and workflow.supports_no_information(
        sent_on=letter.sent_on,
        due_on=letter.due_on,
        answered_on=letter.answered_on,
        quality=letter.quality,
        today=today,
    )


def supports_since(letter: Request, today: dt.date) -> dt.date | None:
    """Return since when `letter` supports “No information”: an answer that says nothing, or the day after the last for
    one; None where it does not, or where someone gave up earlier, on a day that the letter does not keep.
    """
    if not supports_no_information(letter, today):
        return None
    if letter.answered_on is not None:
        return letter.answered_on
    over = letter.due_on + dt.timedelta(days=1) if letter.due_on is not None else None
    return over if over is not None and over <= today else None


@dataclass(frozen=True)
class Draft:
    """A letter as the record gives it, for people to edit."""

    subject: str
    letter: str


def draft_letter(
    item: Item, duty_bearer: Organisation | None, organisation: Organisation, *, language: str, address: str = ""
) -> Draft:
    """Return a letter of `organisation` about `item` in `language`, whatever the language now active.

    It says what was asked and where it stands, and puts a question for each required part that is not met. `address` is
    that of the item's public page, which the letter names. Four queries at most.
    """
    with translation.override(language):
        point = item.recommendation
        subject = _("Request for information: %(document)s, %(reference)s") % {
            "document": point.document,
            "reference": point.reference,
        }
        paragraphs = [
            str(duty_bearer or ""),
            # Whoever knows the name of the head of the office puts it in.
            pgettext("letter", "Dear Sir or Madam,"),
            _who_writes(item, organisation),
            _what_was_asked(item),
            _where_it_stands(item, address),
            _questions(item),
            _answer_by(item, duty_bearer, language),
            _("Please send no details of any single child: we ask about law and practice, not about cases."),
            _(
                "Where we publish what came of this, the public record says when we asked, by when an answer was due, "
                "and whether one came and how full it was; the text of your answer is not published."
            ),
            "\n".join(filter(None, [pgettext("letter", "Yours faithfully,"), str(organisation), organisation.address])),
        ]
        return Draft(subject[:_SUBJECT_MOST], "\n\n".join(filter(None, paragraphs)))


def _who_writes(item: Item, organisation: Organisation) -> str:
    document = item.recommendation.document
    return _(
        "We write as %(organisation)s, a member of %(alliance)s. The alliance follows what is done in %(country)s to "
        "carry out this document: “%(document)s”, %(publisher)s, %(day)s."
    ) % {
        "organisation": organisation,
        "alliance": item.alliance,
        "country": item.alliance.country_name,
        "document": document.title,
        "publisher": document.publisher,
        "day": in_words(document.published_on),
    }


def _what_was_asked(item: Item) -> str:
    point = item.recommendation
    place = [str(point.section), point.reference]
    if point.page:
        place.append(_("page %(page)s") % {"page": point.page})
    lines = [
        _("This is what point %(reference)s asks, in our own summary (%(place)s):")
        % {"reference": point.reference, "place": ", ".join(place)},
        str(point.summary) or str(point.title),
    ]
    if point.deadline:
        lines.append(_("Deadline in the document: %(day)s.") % {"day": in_words(point.deadline)})
    return "\n".join(lines)


def _where_it_stands(item: Item, address: str) -> str:
    if item.level == Level.NOT_ASSESSED:
        said = _("We have not assessed yet how far this is carried out; your answer will count.")
    elif item.level_since is None:
        said = _("By our assessment it stands at: %(level)s.") % {"level": Level(item.level).label}
    else:
        said = _("By our assessment it stands at: %(level)s, since %(day)s.") % {
            "level": Level(item.level).label,
            "day": in_words(item.level_since.isoformat()),
        }
    if address:
        said += " " + _("What we know is public: %(address)s") % {"address": address}
    return said


def _questions(item: Item) -> str:
    """Ask about each required part that applies and is not met; about the whole point where it has no such part."""
    parts = [
        part.component
        for part in parts_of(item, item.headline)
        if part.component.required and not part.not_applicable and part.verdict != ComponentVerdict.MET
    ]
    if not parts:
        return _(
            "Please tell us what has been done to carry this out, by whom and since when; what is planned, and by "
            "when; and which public documents show it."
        )
    lead = _(
        "Please tell us, for each of the following parts, what has been done, by whom and since when; what is planned, "
        "and by when; and which public documents show it:"
    )
    return "\n".join([lead, *(f"{number}. {component.text}" for number, component in enumerate(parts, start=1))])


def _answer_by(item: Item, duty_bearer: Organisation | None, language: str) -> str:
    state = duty_bearer is not None and duty_bearer.kind == OrganisationKind.STATE_BODY
    if language == "ru" and state and item.alliance.country == _LAW_OF_30_DAYS:
        return _(
            "Please answer in writing within 30 days of the registration of this letter, as part 1 of article 12 of "
            "Federal Law No. 59-FZ of 2 May 2006 provides."
        )
    return ngettext(
        "Please answer in writing within %(days)s day of receiving this letter.",
        "Please answer in writing within %(days)s days of receiving this letter.",
        ANSWER_DAYS,
    ) % {"days": ANSWER_DAYS}
