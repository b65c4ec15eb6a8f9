"""What is asked for when somebody signs in, or changes how they do: allauth's forms in our words, guesses counted."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings as mfa
from allauth.mfa.base import forms as codes
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from django import forms
from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from tracker.lib import guesses
from tracker.queries.people import is_of_demo, users_at

# {name of a field of allauth: (label, help)}
WORDS: dict[str, tuple[Any, Any]] = {
    "login": (_("Sign-in name"), _("The name that your alliance's staff gave you.")),
    "password": (_("Password"), _("Small and capital letters are different.")),
    "oldpassword": (_("Password now"), _("The one that you signed in with.")),
    "password1": (_("New password"), _("At least 12 characters; a few words that only you put together are best.")),
    "password2": (_("New password again"), _("The same once more, as you cannot see it.")),
    "email": (_("Email address"), _("The address that this site writes to you at.")),
    "code": (_("Code"), _("Six digits from the app on your phone, or one of your recovery codes.")),
}


class Plain(forms.Form):
    """Fields with our labels and help, and without grey examples in them, which read like an answer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label, field.help_text = WORDS[name]
            if name == "code":
                # Phones show the keys for numbers.
                field.widget.attrs["inputmode"] = "numeric"


@contextmanager
def counted(user: Any) -> Iterator[None]:
    """Count what is done within as a guess at the account of `user`, unless nothing is raised: then it was right."""
    guess = guesses.count(context.request, user)
    if guess is None:
        raise get_adapter().validation_error("too_many_login_attempts")
    yield
    guess.forgive()


class SignInForm(Plain, account.LoginForm):
    """Name and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Phones begin every text with a capital letter, which names do not.
        self.fields["login"].widget.attrs["autocapitalize"] = "none"


class ConfirmPasswordForm(Plain, account.ReauthenticateForm):
    """The password again, of somebody signed in."""


class ChangePasswordForm(Plain, account.ChangePasswordForm):
    """The password of now, and the new one twice."""

    def clean_oldpassword(self) -> str:
        with counted(self.user):
            return str(super().clean_oldpassword())


class ResetPasswordForm(Plain, account.ResetPasswordForm):
    """The address to which the way to a new password is sent, if anyone has it."""

    def clean_email(self) -> str:
        address: str = self.cleaned_data["email"]
        self.users = [user for user in users_at(address) if settings.DEMO or not is_of_demo(user)]
        return address


class NewPasswordForm(Plain, account.ResetPasswordKeyForm):
    """The new password twice, of somebody who followed the way that was sent."""


class Counted(Plain):
    """A code of the person's app, or a recovery code. Each is good once."""

    user: Any

    def clean_code(self) -> str:
        with counted(self.user):
            typed: str = self.cleaned_data["code"]
            used = f"used-code:{self.user.pk}:{sha256(normalize_user_code(typed).encode()).hexdigest()}"
            if cache.get(used):
                raise get_adapter().validation_error("incorrect_code")
            super().clean_code()  # type: ignore[misc]
            # allauth remembers a code for half a minute, but with the tolerance it would be right for longer.
            cache.set(used, True, mfa.TOTP_PERIOD * (2 * mfa.TOTP_TOLERANCE + 1))
        return typed


class CodeForm(Counted, codes.AuthenticateForm):
    """The code that follows the password."""


class ConfirmCodeForm(Counted, codes.ReauthenticateForm):
    """A code of somebody signed in."""


class FirstCodeForm(Plain, ActivateTOTPForm):
    """The first code of an app that is being set up."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        begun = context.request.session.get(SECRET_SESSION_KEY)
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = _("The six digits that the app shows now.")
        if begun and not self.is_bound:
            # The page was opened again, perhaps in the other language: what the phone has read stays right.
            self.secret = context.request.session[SECRET_SESSION_KEY] = begun
