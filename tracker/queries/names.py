"""How organisations are named in public: some are at risk for their work."""

from django.utils.translation import gettext as _

from tracker.choices import Origin, Visibility
from tracker.models import Item, Organisation, Update


def visibility_of(organisation: Organisation, on: Item | None) -> Visibility:
    """Return how much of `organisation` is public: the stricter of what it allows itself and of what the item allows.

    `on` is the item on which it works, as owner, contributor, author or reviewer; None where it only bears a duty, or
    where no item is spoken of.
    """
    return stricter(organisation.visibility, on.visibility if on else Visibility.NAMED)


def stricter(*given: str) -> Visibility:
    """Return the visibility of `given` that tells least."""
    return max(map(Visibility, given), key=list(Visibility).index)


def shown_name(organisation: Organisation, on: Item | None = None) -> str:
    """Return what the public reads for `organisation`, in the active language; `on` as for `visibility_of`.

    Of who is hidden not even the kind is told.
    """
    visibility = visibility_of(organisation, on)
    if visibility == Visibility.NAMED:
        return str(organisation.name)
    if visibility == Visibility.ROLE_ONLY:
        return str(organisation.get_kind_display())
    return hidden_name()


def hidden_name() -> str:
    """Return what stands for an organisation that is hidden, in the active language."""
    return _("A member organisation")


def mail_name(organisation: Organisation, on: Item | None = None) -> str:
    """Return what a mail calls `organisation`, in the active language: mail leaves the house, and tells no more than
    the public pages do.
    """
    return shown_name(organisation, on)


def has_page(organisation: Organisation, on: Item | None = None) -> bool:
    """Tell whether `organisation` has a public page to lead to from `on`.

    Its code stands in the address, so only who is named has one.
    """
    return visibility_of(organisation, on) == Visibility.NAMED and organisation.archived_on is None


def works_on(update: Update) -> Item | None:
    """Return the item on which the organisation of `update` works by it; None where a source speaks for itself, as its
    name stands in the source.
    """
    return None if update.origin == Origin.SOURCE else update.item
