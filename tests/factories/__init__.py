"""Factories give defaults only. Every record is stored through an act, so that the history covers test data too."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import factory

from tracker import models
from tracker.actions.history import Act
from tracker.choices import (
    Addressee,
    Area,
    DocumentKind,
    EvidenceKind,
    Layer,
    OrganisationKind,
    RecommendationKind,
    RelationKind,
    Role,
)
from tracker.lib.text import reference_slug
from tracker.permissions import SYSTEM

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
PASSWORD = "a long demo password"


def texts(en: str, ru: str = "") -> dict[str, str]:
    """Return a text in both languages."""
    return {"en": en, "ru": ru or f"{en} (по-русски)"}


_together: list[Act] = []


@contextmanager
def together() -> Iterator[None]:
    """Store everything that factories make inside in one act: a world of forty rows is made four times as fast."""
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        _together.append(act)
        try:
            yield
        finally:
            _together.pop()


class RecordFactory(factory.django.DjangoModelFactory[Any]):
    """Stores through an act instead of `save()`."""

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        many = {field.name for field in model_class._meta.many_to_many}
        members = {name: kwargs.pop(name) for name in list(kwargs) if name in many}
        password = kwargs.pop("password", None)
        record = model_class(**kwargs)
        if password is not None:
            record.set_password(password)
        if _together:
            return _together[-1].add(record, **members)
        with Act("test_setup", actor=SYSTEM, at=NOW) as act:
            return act.add(record, **members)


class UserFactory(RecordFactory):
    class Meta:
        model = models.User

    username = factory.Sequence(lambda n: f"user{n}")
    first_name = "Person"
    last_name = factory.Sequence(str)
    is_staff = True
    password = PASSWORD


class OrganisationFactory(RecordFactory):
    class Meta:
        model = models.Organisation

    code = factory.Sequence(lambda n: f"organisation-{n}")
    kind = OrganisationKind.NGO
    name = factory.LazyAttribute(lambda o: texts(f"Organisation {o.code}"))


class AllianceFactory(RecordFactory):
    class Meta:
        model = models.Alliance

    slug = factory.Sequence(lambda n: f"alliance-{n}")
    name = factory.LazyAttribute(lambda o: texts(f"Alliance {o.slug}"))
    country_name = factory.LazyFunction(lambda: texts("Freedonia", "Фридония"))
    time_zone = "Europe/Moscow"


class MembershipFactory(RecordFactory):
    class Meta:
        model = models.Membership

    alliance = factory.SubFactory(AllianceFactory)
    user = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    role = Role.COORDINATOR


class DocumentFactory(RecordFactory):
    class Meta:
        model = models.Document

    code = factory.Sequence(lambda n: f"document-{n}")
    kind = DocumentKind.DECLARATION
    title = factory.LazyAttribute(lambda o: texts(f"The whole title of {o.code}"))
    short_title = factory.LazyAttribute(lambda o: texts(f"Short {o.code}"))
    publisher = factory.LazyFunction(lambda: texts("A publisher"))
    published_on = "2008-11-28"
    source_language = "en"


class SectionFactory(RecordFactory):
    class Meta:
        model = models.Section

    document = factory.SubFactory(DocumentFactory)
    code = factory.Sequence(lambda n: f"S{n}")
    source_title = "A heading"
    title = factory.LazyAttribute(lambda o: texts(f"Heading {o.code}"))
    position = factory.Sequence(int)


class RecommendationFactory(RecordFactory):
    class Meta:
        model = models.Recommendation

    section = factory.SubFactory(SectionFactory)
    document = factory.SelfAttribute("section.document")
    reference = factory.Sequence(lambda n: f"R-{n}")
    slug = factory.LazyAttribute(lambda o: reference_slug(o.reference))
    kind = RecommendationKind.COMMITMENT
    area = Area.PREVENTION
    addressee = Addressee.STATES
    title = factory.LazyAttribute(lambda o: texts(f"Title of {o.reference}"))
    summary = factory.LazyAttribute(lambda o: texts(f"Summary of {o.reference}."))
    position = factory.Sequence(int)


class ComponentFactory(RecordFactory):
    class Meta:
        model = models.Component

    recommendation = factory.SubFactory(RecommendationFactory)
    letter = factory.Sequence(lambda n: chr(ord("a") + n % 26))
    layer = Layer.PROCESS
    text = factory.LazyAttribute(lambda o: texts(f"Part {o.letter}"))


class RelationFactory(RecordFactory):
    class Meta:
        model = models.Relation

    source = factory.SubFactory(RecommendationFactory)
    target = factory.SubFactory(RecommendationFactory)
    kind = RelationKind.SAME
    reason = factory.LazyAttribute(lambda o: texts(f"Why {o.kind}"))


class ItemFactory(RecordFactory):
    class Meta:
        model = models.Item

    alliance = factory.SubFactory(AllianceFactory)
    recommendation = factory.SubFactory(RecommendationFactory)


class EvidenceFactory(RecordFactory):
    class Meta:
        model = models.Evidence

    alliance = factory.SubFactory(AllianceFactory)
    kind = EvidenceKind.LAW
    title = factory.Sequence(lambda n: f"Law No. {n}")
    publisher = "Official gazette"
    address = factory.Sequence(lambda n: f"https://example.org/{n}")
