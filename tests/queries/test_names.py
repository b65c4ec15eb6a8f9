"""How organisations are named in public."""

import datetime as dt

import pytest

from tests import factories as make
from tracker.choices import OrganisationKind, Visibility
from tracker.queries.names import has_page, shown_name


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("visibility", "name", "page"),
    [
        (Visibility.NAMED, "Safe House", True),
        (Visibility.ROLE_ONLY, "State body", False),
        (Visibility.HIDDEN, "A member organisation", False),
    ],
)
def test_organisation_is_named_as_its_visibility_allows(visibility: Visibility, name: str, page: bool) -> None:
    organisation = make.OrganisationFactory(
        name=make.texts("Safe House"), kind=OrganisationKind.STATE_BODY, visibility=visibility
    )

    assert (shown_name(organisation), has_page(organisation)) == (name, page)


@pytest.mark.django_db
def test_archived_organisation_keeps_its_name_and_has_no_page() -> None:
    organisation = make.OrganisationFactory(name=make.texts("Safe House"), archived_on=dt.date(2026, 1, 1))

    assert (shown_name(organisation), has_page(organisation)) == ("Safe House", False)
