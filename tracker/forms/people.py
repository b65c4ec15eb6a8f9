"""People, their roles, and how they come to them."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tracker.choices import Role, Visibility
from tracker.forms.base import StepForm
from tracker.models import Alliance, Organisation, User
from tracker.permissions import gives_every_role, may_give_role
from tracker.queries.access import alliances, organisations_to_fill
from tracker.queries.people import person_called

_VISIBILITY_HELP = _("What the public may read of this person. Choose “Hidden” for someone at risk for their work.")


class PlaceForm(StepForm):
    """The organisation of an alliance for which somebody is to act; an organisation's coordinators have only theirs."""

    alliance = forms.ModelChoiceField(
        Alliance.objects.none(), label=_("Alliance"), help_text=_("The workspace in which the person gets the role.")
    )
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=_("Organisation"),
        help_text=_("The member organisation that the person acts for. One person acts for one organisation."),
    )

    def prepare(self) -> None:
        self.offer("organisation", organisations_to_fill(self.actor))
        self.offer("alliance", alliances(self.actor))
        self.initial["alliance"] = self.actor.alliance_id
        if not gives_every_role(self.actor):
            self.initial["organisation"] = self.actor.organisation_id

    def roles(self) -> list[tuple[str, Any]]:
        """Return the roles that the person asking may give."""
        actor = self.actor
        return [
            (role, label)
            for role, label in Role.choices
            if may_give_role(actor, actor.alliance_id, actor.organisation_id, role)
        ]


class MembershipForm(PlaceForm):
    """A role for somebody who can sign in already."""

    username = forms.CharField(
        label=_("Sign-in name"),
        max_length=150,
        help_text=_("The name the person signs in with. Whoever has none yet is invited by mail instead."),
    )
    role = forms.ChoiceField(
        label=_("Role"),
        help_text=_("Coordinators record updates, reviewers publish those of others, staff assigns and chases."),
    )

    field_order = ("alliance", "username", "organisation", "role")

    def prepare(self) -> None:
        super().prepare()
        self.offer("role", self.roles())

    def clean_username(self) -> User:
        user = person_called(self.cleaned_data["username"], self.actor)
        if user is not None:
            return user
        if gives_every_role(self.actor):
            raise forms.ValidationError(_("Nobody signs in with this name. Check it, or invite the person by mail."))
        raise forms.ValidationError(
            _("Nobody who acts for your organisation signs in with this name. Invite them by mail.")
        )


class InvitationForm(PlaceForm):
    """Roles offered by mail to somebody who may be new."""

    email = forms.EmailField(
        label=_("Email address"),
        help_text=_("The person's own address. Whoever reads this mail can take the invitation up."),
    )
    roles_offered = forms.MultipleChoiceField(
        label=_("Roles"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What the person will do. Coordinators record updates, reviewers publish those of others."),
    )
    language = forms.ChoiceField(
        label=_("Language of mail"), choices=settings.LANGUAGES, help_text=_("The person can change it later.")
    )

    field_order = ("alliance", "email", "organisation", "roles_offered", "language")

    def prepare(self) -> None:
        super().prepare()
        self.offer("roles_offered", self.roles())
        self.initial["language"] = get_language()
        if not gives_every_role(self.actor):
            self.initial["roles_offered"] = [Role.COORDINATOR.value]


class NamesForm(StepForm):
    """What a person is called and where they read mail."""

    first_name = forms.CharField(
        label=_("First name"), max_length=150, required=False, help_text=_("Shown to the other members.")
    )
    last_name = forms.CharField(
        label=_("Last name"), max_length=150, required=False, help_text=_("Shown to the other members.")
    )
    email = forms.EmailField(
        label=_("Email address"), required=False, help_text=_("For messages about this person's own work here.")
    )

    def prepare(self) -> None:
        if self.record is not None:
            self.begin_with("first_name", "last_name", "email")

    def values(self) -> dict[str, Any]:
        """Return what the action takes."""
        return {name: self.cleaned_data[name] for name in self.fields if name not in ("version", "password_again")}


class UserForm(NamesForm):
    """Somebody new who can sign in."""

    username = forms.CharField(
        label=_("Sign-in name"), max_length=150, help_text=_("Letters, digits and @ . + - _ only.")
    )
    visibility = forms.ChoiceField(
        label=_("Visibility"), choices=Visibility.choices, initial=Visibility.ROLE_ONLY, help_text=_VISIBILITY_HELP
    )
    password = forms.CharField(
        label=_("First password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters. The person changes it after the first sign-in."),
    )

    field_order = ("username", "first_name", "last_name", "email", "visibility", "password")

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if User.objects.filter(username=username).exists():
            raise forms.ValidationError(_("Somebody signs in with this name already. Choose another."))
        return username

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        known = {name: self.cleaned_data.get(name, "") for name in ("username", "first_name", "last_name", "email")}
        validate_password(password, User(**known))
        return password


class JoinForm(UserForm):
    """Somebody invited, who chooses how to sign in and what the others and the public read of them."""

    password_again = forms.CharField(
        label=_("Password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("The same once more, as you cannot see it."),
    )

    field_order = ("username", "first_name", "last_name", "visibility", "password", "password_again")

    def prepare(self) -> None:
        # The address is the one that was written to.
        del self.fields["email"]
        own_words = {
            "username": _("You sign in with it. Letters, digits and @ . + - _ only."),
            "visibility": _("What the public may read of you. Choose “Hidden” if you are at risk for your work."),
            "password": _("At least 12 characters; a few words that only you put together are best."),
        }
        for name, words in own_words.items():
            self.fields[name].help_text = words
        self.fields["username"].widget.attrs["autocomplete"] = "username"
        self.fields["password"].label = _("Password")

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        chosen = found.get("password")
        if chosen and found.get("password_again") not in (None, chosen):
            self.add_error("password_again", _("The two passwords are not the same. Type them again."))
        return found


class MyVisibilityForm(StepForm):
    """What the public may read of the person asking."""

    visibility = forms.ChoiceField(
        label=_("Visibility"),
        choices=Visibility.choices,
        help_text=_(
            "Named: your name may be told. Role only: what you do here, without your name. Hidden: nothing of you. "
            "Choose “Hidden” if you are at risk for your work. The members of your alliance see your name here."
        ),
    )

    def prepare(self) -> None:
        self.begin_with("visibility")


class MyMailForm(StepForm):
    """What the site writes to the person asking, and in which language."""

    language = forms.ChoiceField(
        label=_("Language of mail"),
        choices=settings.LANGUAGES,
        help_text=_("The pages keep the language of the switch."),
    )
    weekly = forms.BooleanField(
        label=_("Write to me once a week what is due"),
        required=False,
        help_text=_("Only in weeks in which something waits for you."),
    )

    def prepare(self) -> None:
        language = self.record.language or settings.LANGUAGE_CODE
        self.initial.update({"language": language, "weekly": not self.record.digests_paused})
