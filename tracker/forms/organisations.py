"""People and their roles."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from tracker.choices import Role, Visibility
from tracker.forms.base import StepForm
from tracker.models import Alliance, Organisation, User
from tracker.permissions import may_edit_catalogue
from tracker.queries.desk import alliances, members


class MembershipForm(StepForm):
    """A role for somebody who can sign in already."""

    alliance = forms.ModelChoiceField(
        Alliance.objects.none(), label=_("Alliance"), help_text=_("The workspace in which the person gets the role.")
    )
    username = forms.CharField(
        label=_("Sign-in name"),
        max_length=150,
        help_text=_("The name the person signs in with. The installation's staff adds new people."),
    )
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=_("Organisation"),
        help_text=_("The member organisation that the person acts for. One person acts for one organisation."),
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=Role.choices,
        help_text=_("Coordinators record updates, reviewers publish those of others, staff assigns and chases."),
    )

    def prepare(self) -> None:
        everywhere = may_edit_catalogue(self.actor)
        found = Organisation.objects.exclude(alliances=None).distinct() if everywhere else members(self.actor)
        self.fields["organisation"].queryset = found  # type: ignore[attr-defined]
        self.fields["alliance"].queryset = alliances(self.actor)  # type: ignore[attr-defined]
        self.initial["alliance"] = self.actor.alliance_id

    def clean_username(self) -> User:
        user = User.objects.filter(username=self.cleaned_data["username"], is_active=True).first()
        if user is None:
            raise forms.ValidationError(
                _("Nobody signs in with this name. Check it, or ask the installation's staff to add the person.")
            )
        return user


class UserForm(StepForm):
    """Somebody new who can sign in."""

    username = forms.CharField(
        label=_("Sign-in name"), max_length=150, help_text=_("Letters, digits and @ . + - _ only.")
    )
    first_name = forms.CharField(
        label=_("First name"), max_length=150, required=False, help_text=_("Shown to the other members.")
    )
    last_name = forms.CharField(
        label=_("Last name"), max_length=150, required=False, help_text=_("Shown to the other members.")
    )
    email = forms.EmailField(
        label=_("Email address"), required=False, help_text=_("For messages about this person's own work here.")
    )
    visibility = forms.ChoiceField(
        label=_("Visibility"),
        choices=Visibility.choices,
        initial=Visibility.ROLE_ONLY,
        help_text=_("What the public may read of this person. Choose “Hidden” for someone at risk for their work."),
    )
    password = forms.CharField(
        label=_("First password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters. The person changes it after the first sign-in."),
    )

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if User.objects.filter(username=username).exists():
            raise forms.ValidationError(_("Somebody signs in with this name already. Choose another."))
        return username

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password

    def values(self) -> dict[str, Any]:
        """Return what the action takes beside name and password."""
        return {name: self.cleaned_data[name] for name in ("first_name", "last_name", "email", "visibility")}
