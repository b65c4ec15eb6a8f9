"""The words of the field: today's terms beside those that older sources use.

After the Terminology Guidelines for the Protection of Children from Sexual Exploitation and Sexual Abuse (Luxembourg
Guidelines, 2016); the explanations are ours.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class Term(NamedTuple):
    """A term, what it means here, and the older words for it that sources use, "" where there are none."""

    code: str
    term: "StrPromise"
    meaning: "StrPromise"
    older: "StrPromise | str" = ""


GLOSSARY: Sequence[Term] = (
    Term(
        "child",
        _("Child"),
        _("Everyone under 18, whatever the age at which the law of a country lets people marry or consent."),
    ),
    Term(
        "exploitation",
        _("Sexual exploitation of children"),
        _(
            "Sexual abuse of a child in which something is given, promised or gained in exchange, by whomever and to "
            "whomever. The child never agrees to it in any sense that counts."
        ),
        _("commercial sexual exploitation of children (CSEC)"),
    ),
    Term(
        "prostitution",
        _("Exploitation of children in prostitution"),
        _("A sexual act with a child for money, goods, shelter or a promise, to the child or to someone else."),
        _("child prostitution"),
    ),
    Term(
        "material",
        _("Child sexual abuse material"),
        _("Pictures, recordings and texts that show a child being abused or reduce a child to a sexual object."),
        _("child pornography"),
    ),
    Term(
        "streaming",
        _("Live streaming of child sexual abuse"),
        _("Abuse of a child that others watch over a network while it happens, and often pay for."),
    ),
    Term(
        "grooming",
        _("Solicitation of children for sexual purposes (grooming)"),
        _("Winning a child's trust, often online, in order to abuse the child there or in person."),
    ),
    Term(
        "travel",
        _("Sexual exploitation of children in travel and tourism"),
        _("Exploitation of a child by someone who travels, within a country or abroad."),
        _("child sex tourism"),
    ),
    Term(
        "trafficking",
        _("Trafficking of children"),
        _(
            "Recruiting, moving, housing or receiving a child in order to exploit the child; whether there was force "
            "or deceit does not matter."
        ),
    ),
    Term(
        "sale",
        _("Sale of children"),
        _("Handing a child over to someone else for payment or any other gain, whatever the purpose."),
    ),
    Term(
        "marriage",
        _("Child, early and forced marriage"),
        _("A marriage in which at least one is under 18, or to which one has not freely agreed."),
    ),
    Term(
        "survivor",
        _("Child victim, survivor"),
        _(
            "A child to whom it was done. “Victim” is the word of law, and opens rights; many who lived through it say "
            "“survivor”."
        ),
        _("child prostitute"),
    ),
    Term(
        "offender",
        _("Person who exploits a child; offender"),
        _(
            "Whoever abuses, pays, arranges or profits. Words such as “client” or “customer” make an offence sound "
            "like trade."
        ),
        _("client, customer"),
    ),
    Term(
        "recovery",
        _("Recovery and reintegration"),
        _("What gives a child back safety, health, schooling and a place among others, for as long as it takes."),
        _("rehabilitation"),
    ),
)
