"""How organisations are named in public: some are at risk for their work."""

from django.utils.translation import gettext as _

from tracker.choices import Visibility
from tracker.models import Organisation


def shown_name(organisation: Organisation) -> str:
    """Return what the public reads for `organisation`, in the active language."""
    if organisation.visibility == Visibility.NAMED:
        return str(organisation.name)
    if organisation.visibility == Visibility.ROLE_ONLY:
        return str(organisation.get_kind_display())
    return _("A member organisation")


def has_page(organisation: Organisation) -> bool:
    """Tell whether `organisation` has a public page. Its code stands in the address, so only who is named has one."""
    return organisation.visibility == Visibility.NAMED and organisation.archived_on is None
