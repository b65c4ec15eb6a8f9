"""Organisations, alliances, the people in them."""

import functools
import zoneinfo

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from tracker.choices import OrganisationKind, ReviewRule, Role, Visibility
from tracker.models.base import LocalisedText, Record, one_of, web_address


class User(AbstractUser, Record):
    """Someone who can sign in. Users are deactivated, never deleted: the history speaks of them."""

    KIND = "user"
    TRACKED = (
        "username",
        "first_name",
        "last_name",
        "is_active",
        "is_staff",
        "is_superuser",
        "visibility",
        "language",
        "digests_paused",
    )

    visibility = models.CharField(
        _("visibility"), max_length=10, choices=Visibility.choices, default=Visibility.ROLE_ONLY
    )
    language = models.CharField(_("language of mail"), max_length=10, blank=True, default="")
    digests_paused = models.BooleanField(_("no weekly mail"), default=False)
    # Raised whenever a role changes: every sign-in of before ends with it.
    session_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.get_full_name() or self.get_username()

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Bind sessions to the roles too, not to the password alone."""
        bound: str = super()._get_session_auth_hash(secret=secret)  # type: ignore[misc]
        return salted_hmac(
            "tracker.session", f"{bound}:{self.session_version}", secret=secret, algorithm="sha256"
        ).hexdigest()


class Organisation(Record):
    """An NGO, a State body, a UN body, a company: a member of an alliance or merely named."""

    KIND = "organisation"
    TRACKED = ("code", "kind", "name", "country", "address", "visibility", "archived_on")

    code = models.SlugField(_("code"), max_length=60, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=OrganisationKind.choices)
    name = LocalisedText(_("name"))
    country = models.CharField(_("country"), max_length=2, blank=True)
    address = models.CharField(_("web address"), max_length=500, blank=True)
    visibility = models.CharField(_("visibility"), max_length=10, choices=Visibility.choices, default=Visibility.NAMED)
    archived_on = models.DateField(_("archived on"), null=True, blank=True)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ("code",)
        constraints = (
            one_of("kind", OrganisationKind.values, "organisation_kind_known"),
            one_of("visibility", Visibility.values, "organisation_visibility_known"),
            web_address("address", "organisation_address_scheme"),
        )

    def __str__(self) -> str:
        return str(self.name)


# Addresses of pages stand beside those of alliances.
RESERVED_SLUGS = frozenset(
    "about accessibility account accounts admin alliances api areas card changes concern data documents embed en feeds "
    "glossary healthz history items method organisations readyz reports ru site static treaties".split()
)


def validate_slug_is_free(slug: str) -> None:
    """Refuse an address that a page of the site has."""
    if slug in RESERVED_SLUGS:
        raise ValidationError(_("“%(slug)s” is the address of a page here; choose another.") % {"slug": slug})


@functools.cache
def _time_zones() -> frozenset[str]:
    """Return the names that this machine knows; asking walks its disk."""
    return frozenset(zoneinfo.available_timezones())


def validate_time_zone(zone: str) -> None:
    """Refuse a time zone that does not exist: no page of the alliance could say what day it is."""
    if zone not in _time_zones():
        raise ValidationError(_("There is no time zone “%(zone)s”: write it as Europe/Moscow.") % {"zone": zone})


class Alliance(Record):
    """A coalition and the country it follows: one workspace with a history of its own."""

    KIND = "alliance"
    TRACKED = (
        "slug",
        "name",
        "country",
        "country_name",
        "time_zone",
        "about",
        "is_demo",
        "review_rule",
        "duty_bearer",
        "members",
    )

    slug = models.SlugField(_("address"), max_length=40, unique=True, validators=[validate_slug_is_free])
    name = LocalisedText(_("name"))
    country = models.CharField(_("country code"), max_length=2, blank=True)
    country_name = LocalisedText(_("country"))
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC", validators=[validate_time_zone])
    about = LocalisedText(_("about"), blank=True, default="")
    is_demo = models.BooleanField(_("invented, for showing"), default=False)
    review_rule = models.CharField(
        _("who publishes"),
        max_length=24,
        choices=ReviewRule.choices,
        default=ReviewRule.ANOTHER_ORGANISATION,
    )
    duty_bearer = models.ForeignKey(
        "tracker.Organisation", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("the State")
    )
    members = models.ManyToManyField(
        "tracker.Organisation", related_name="alliances", verbose_name=_("member organisations"), blank=True
    )

    class Meta:
        verbose_name = _("alliance")
        verbose_name_plural = _("alliances")
        ordering = ("is_demo", "slug")
        constraints = (one_of("review_rule", ReviewRule.values, "alliance_review_rule_known"),)

    def __str__(self) -> str:
        return str(self.name)


class Membership(Record):
    """A user in an organisation of an alliance, in one role. Someone with two roles has two memberships."""

    KIND = "membership"
    TRACKED = ("user", "organisation", "role", "active", "keeps_checkpoints")

    alliance = models.ForeignKey(
        "tracker.Alliance", models.PROTECT, related_name="memberships", verbose_name=_("alliance")
    )
    user = models.ForeignKey("tracker.User", models.PROTECT, related_name="memberships", verbose_name=_("user"))
    organisation = models.ForeignKey(
        "tracker.Organisation", models.PROTECT, related_name="memberships", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    active = models.BooleanField(_("active"), default=True)
    # Each member organisation names one person: a copy outside the house is what makes the history hard to rewrite.
    keeps_checkpoints = models.BooleanField(_("keeps the checkpoints"), default=False)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ("alliance", "organisation", "user", "role")
        constraints = (
            models.UniqueConstraint(
                fields=("alliance", "user", "role"),
                name="membership_unique",
                violation_error_message=_("This person already has this role in this alliance."),
            ),
            models.UniqueConstraint(
                fields=("alliance", "organisation"),
                condition=models.Q(active=True, keeps_checkpoints=True),
                name="membership_one_keeper",
                violation_error_message=_("Another person of this organisation keeps the checkpoints already."),
            ),
            one_of("role", Role.values, "membership_role_known"),
        )

    def __str__(self) -> str:
        return f"{self.user} · {self.organisation} · {self.get_role_display()}"


class Invitation(Record):
    """A mailed invitation to act for a member organisation, until somebody takes it up, takes it back or it lapses.

    The address and the secret of the link are no part of the history; of the secret only a digest is kept.
    """

    KIND = "invitation"
    TRACKED = ("organisation", "roles", "invited_by", "expires_at", "accepted_at", "accepted_by", "withdrawn_at")

    alliance = models.ForeignKey(
        "tracker.Alliance", models.PROTECT, related_name="invitations", verbose_name=_("alliance")
    )
    organisation = models.ForeignKey(
        "tracker.Organisation", models.PROTECT, related_name="invitations", verbose_name=_("organisation")
    )
    roles = models.JSONField(_("roles"), default=list)
    email = models.EmailField(_("e-mail address"))
    language = models.CharField(_("language of mail"), max_length=10, blank=True, default="")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey("tracker.User", models.PROTECT, related_name="+", verbose_name=_("invited by"))
    expires_at = models.DateTimeField(_("valid until"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        "tracker.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("accepted by")
    )
    withdrawn_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.organisation} · {', '.join(self.roles)}"
