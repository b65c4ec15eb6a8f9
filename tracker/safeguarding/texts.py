"""Everything in a text that may identify a child."""

from collections.abc import Sequence
from itertools import islice

from tracker.safeguarding.ages import birth_dates, names_with_age
from tracker.safeguarding.homes import addresses, schools
from tracker.safeguarding.numbers import cases, documents, emails, phones
from tracker.safeguarding.passage import Finding, Passage
from tracker.safeguarding.people import people

# So many of them tell all that there is to tell: a text made to keep the software busy has no end of them.
_ENOUGH = 200
_RULES = (birth_dates, phones, emails, addresses, cases, documents)


def text_findings(text: str) -> Sequence[Finding]:
    """Return what in `text`, English or Russian, may identify a child, in the order of the text."""
    passage = Passage(text)
    named = list(people(passage))
    found = {finding for rule in _RULES for finding in rule(passage)}
    found.update(islice(names_with_age(passage, named), _ENOUGH), schools(passage, named))
    return sorted(found, key=lambda finding: (finding.start, finding.end, finding.risk))
