"""How organisations are named in public."""

import datetime as dt

import pytest
from i18nfield.strings import LazyI18nString

from tests import factories as make
from tracker.choices import OrganisationKind, Origin, Visibility
from tracker.models import Item, Organisation, Update
from tracker.queries.names import has_page, mail_name, shown_name, stricter, visibility_of, works_on


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


@pytest.mark.parametrize("own", Visibility)
@pytest.mark.parametrize("item", Visibility)
def test_item_and_organisation_are_shown_as_the_stricter_of_both_allows(own: Visibility, item: Visibility) -> None:
    organisation = Organisation(name=LazyI18nString({"en": "Safe House"}), kind=OrganisationKind.NGO, visibility=own)
    on = Item(visibility=item)
    order = [Visibility.NAMED, Visibility.ROLE_ONLY, Visibility.HIDDEN]
    strict = order[max(order.index(own), order.index(item))]
    name = {"named": "Safe House", "role_only": "NGO", "hidden": "A member organisation"}[strict]

    assert (stricter(own, item), visibility_of(organisation, on)) == (strict, strict)
    assert (shown_name(organisation, on), mail_name(organisation, on)) == (name, name)
    assert has_page(organisation, on) == (strict == Visibility.NAMED)
    assert visibility_of(organisation, None) == own


def test_author_works_on_the_item_and_a_source_does_not() -> None:
    item = Item()

    assert works_on(Update(item=item, origin=Origin.RECORDED)) is item
    assert works_on(Update(item=item, origin=Origin.SOURCE)) is None
