"""Who may sign in, and how: django-allauth's ways, narrowed to ours."""

import logging
import smtplib
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal.httpkit import get_client_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from tracker.actions.people import set_password
from tracker.admin.fresh import is_fresh
from tracker.charts.codes import picture
from tracker.lib import guesses
from tracker.models import User
from tracker.queries.people import actor_for, is_of_demo, user_called

log = logging.getLogger(__name__)


class SignIn(ModelBackend):
    """Django's own way by name and password, for active people; the demo's only where the site is a demo."""

    def user_can_authenticate(self, user: Any) -> bool:
        """Tell whether `user` may sign in, or stay signed in: Django asks this of every session too."""
        return super().user_can_authenticate(user) and (settings.DEMO or not is_of_demo(user))


def needs_second_factor(user: Any) -> bool:
    """Tell whether `user` has to set up a second factor before anything else in the workspace."""
    return settings.SECOND_FACTOR and not is_mfa_enabled(user, [Authenticator.Type.TOTP])


def stored(user: Any) -> User:
    """Return the person behind `request.user`, which only stands in for one."""
    return User.objects.get(pk=user.pk)


def site_name() -> str:
    """Return what mail and apps call this site: where it is, not by which name it was asked."""
    return urlsplit(settings.SITE_URL).netloc


def is_local(request: HttpRequest, address: str) -> bool:
    """Tell whether `address`, from outside, leads to this very site and may be followed."""
    return url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())


class SignInAdapter(DefaultAccountAdapter):
    """allauth without signing up, with our counting of guesses, our words, and passwords written by an action."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("Name and password do not fit. Check both, also capital letters."),
        "incorrect_password": _("This is not your password. Check capital letters, or use a code instead."),
        "enter_current_password": _("This is not your password of now. Check capital letters."),
        "incorrect_code": _("This code does not fit. Codes change every half minute: type the newest."),
        "too_many_login_attempts": _(
            "Too many wrong attempts from here or at this name. Wait a quarter of an hour, or use a browser in which "
            "you have signed in before. If you have forgotten the password, choose a new one by mail."
        ),
        "invalid_password_reset": _("This link is used up or too old. Ask for a new one."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Staff adds people, or invites them."""
        return False

    def is_ajax(self, request: HttpRequest) -> bool:
        """Everything is a page."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Lead back into this site only, not to others that the same program serves."""
        return is_local(self.request, url)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the network address asking; where a server in front does not tell it, all count as one."""
        return get_client_ip(request) or "unknown"

    def get_login_stages(self) -> list[str]:
        """After the password comes the code, and nothing else."""
        return ["allauth.mfa.stages.AuthenticateStage"]

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Return whose name and password these are, or None. Raises ValidationError after too many guesses."""
        user = user_called(credentials["username"])
        guess = guesses.count(request, user, credentials["username"])
        if guess is None:
            raise self.validation_error("too_many_login_attempts")
        found = authenticate(request, **credentials)
        if found is not None:
            guess.forgive()
        return found

    def reauthenticate(self, user: Any, password: str) -> bool:
        """Tell whether `password` is that of `user`, who is signed in."""
        return self.authenticate(self.request, username=user.get_username(), password=password) == user

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Let the browser be known from now on."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        guesses.remember(request, response, user)
        return response

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        return HttpResponseRedirect(reverse("account_login"))

    def is_reauthentication_required(self, app: str) -> bool:
        """Ask again after as long as for everything else."""
        return not is_fresh(self.request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        words = {"reauthenticate": _("Use your password"), "mfa_reauthenticate": _("Use a code")}
        return [way | {"description": words[way["id"]]} for way in super().get_reauthentication_methods(user)]

    def set_password(self, user: User, password: str) -> None:
        held = stored(user)
        set_password(held, password, actor=actor_for(held, None), at=timezone.now())
        user.password, user.session_version = held.password, held.session_version

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("mfa_index")

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link for the mail: to where this site is, whatever name it was asked by."""
        return f"{settings.SITE_URL}{urlsplit(super().get_reset_password_from_key_url(key)).path}"

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """Write to the address that is stored: what was typed may look the same and be another."""
        super().send_password_reset_mail(user, user.email, context)

    def send_notification_mail(self, template_prefix: str, user: User, context: Any = None, email: Any = None) -> None:
        super().send_notification_mail(template_prefix, user, context, user.email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send, or log that it could not be sent: what the mail is about has happened all the same."""
        try:
            super().send_mail(template_prefix, email, context | {"site": site_name()})
        except (OSError, smtplib.SMTPException):
            log.exception("Mail %s was not sent.", template_prefix)


class SecondFactorAdapter(DefaultMFAAdapter):
    """allauth's second factor, in our words and with our picture."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": SignInAdapter.error_messages["incorrect_code"],
    }

    def get_totp_label(self, user: Any) -> str:
        """Return what the app on the phone calls the account: the name to sign in with."""
        return user.get_username()

    def get_totp_issuer(self) -> str:
        return site_name()

    def build_totp_svg(self, url: str) -> str:
        return picture(url, title=str(_("Picture of the key, for the camera of your app")))
