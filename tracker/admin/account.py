"""The pages on which people sign in and look after how they do, below `/account/`. Each address stands here.

allauth's own list of addresses is not used: most of what it offers (signing up, addresses of mail, other sites'
sign-ins) is not wanted, and what is not listed does not exist.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.account.adapter import get_adapter
from allauth.mfa.base import views as base
from allauth.mfa.base.internal.flows import delete_and_cleanup
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.contrib import admin, messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, re_path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django.views.generic import FormView

from tracker.actions.people import end_sign_ins
from tracker.admin.fresh import require_fresh
from tracker.admin.signin import needs_second_factor, stored
from tracker.lib import guesses
from tracker.queries.continuity import require_unbroken
from tracker.queries.people import actor_for

View = Callable[..., HttpResponse]


class Code(base.AuthenticateView):
    """The code that follows the password."""

    def _build_forms(self) -> Any:
        self.webauthn_form = None
        typed = self.request.POST if self.request.method == "POST" else None
        self.auth_form = self.get_form_class()(data=typed, user=self.stage.login.user)
        return self.auth_form


class Confirm:
    """Somebody signed in says again who they are."""

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(
            self.request,  # type: ignore[attr-defined]
            _("Confirmed. If you came here from another tab, go on there: what you typed is still in it."),
        )
        return super().form_valid(form)  # type: ignore[misc]


class ConfirmByPassword(Confirm, account.ReauthenticateView):
    """By password."""


class ConfirmByCode(Confirm, base.ReauthenticateView):
    """By a code."""


class SecondFactor(totp.ActivateTOTPView):
    """An app set up as second factor: the first, or another in its place, without a moment between them."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        # Past allauth's own, which leads to a page where the old app is turned off first.
        return FormView.dispatch(self, request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        # The sign-ins end by an act: where there can be none, nothing is set up either.
        require_unbroken()
        user = stored(self.request.user)
        with transaction.atomic():
            old = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
            if old is not None:
                # With its recovery codes: whoever has them may have the lost phone too.
                delete_and_cleanup(self.request, old)
            response: HttpResponse = super().form_valid(form)
        end_sign_ins(user, actor=actor_for(user, None), at=timezone.now())
        # Here they stay signed in, and their browser known.
        update_session_auth_hash(self.request, user)
        guesses.remember(self.request, response, user)
        return response


class Password(account.PasswordChangeView):
    """A new password for somebody signed in, who stays so here."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        guesses.remember(self.request, response, self.request.user)
        return response


class ResetPassword(account.PasswordResetView):
    """The way to a new password, mailed to those who have an address."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        if isinstance(response, HttpResponseRedirect) and not form.users:
            # A mail all the same, which takes as long: nobody learns from the page or the time who is known here.
            get_adapter().send_mail("account/email/unknown_account", form.cleaned_data["email"], {})
        return response


class NewPassword(account.PasswordResetFromKeyView):
    """A new password for somebody who followed a link that was mailed to them, which vouches for the browser too."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        guesses.remember(self.request, response, self.reset_user)
        return response


def page(view: View, title: Any, *, signed_in: bool = False, fresh: bool = False) -> View:
    """Return `view` as a page of the workspace: its frame around it, kept by no cache.

    With `signed_in` for those only who are; with `fresh` for those who said lately who they are.
    """

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        away = require_fresh(request) if fresh else None
        if away is not None:
            return away
        response = view(request, *args, **kwargs)
        if isinstance(response, TemplateResponse):
            response.context_data = frame(request, title) | (response.context_data or {})
        return response

    guarded = login_required(shown) if signed_in else shown
    return never_cache(require_http_methods(["GET", "HEAD", "POST"])(guarded))


def frame(request: HttpRequest, title: Any) -> dict[str, Any]:
    """Return what the workspace's frame shows; its menu only to those for whom it leads anywhere yet."""
    context = admin.site.each_context(request) | {"title": title}
    if not request.user.is_authenticated or needs_second_factor(request.user):
        context |= {"has_permission": False, "available_apps": []}
    return context


_TITLES = {
    "confirm": gettext_lazy("Confirm that it is you"),
    "codes": gettext_lazy("Recovery codes"),
    "reset": gettext_lazy("Choose a new password by mail"),
    "new": gettext_lazy("Choose a new password"),
}

urlpatterns: list[URLPattern] = [
    path("login/", page(account.login, gettext_lazy("Sign in")), name="account_login"),
    path("login/code/", page(Code.as_view(), gettext_lazy("Your code")), name="mfa_authenticate"),
    path("logout/", page(account.logout, gettext_lazy("Sign out")), name="account_logout"),
    path("", page(base.index, gettext_lazy("How you sign in"), signed_in=True), name="mfa_index"),
    path(
        "confirm/",
        page(ConfirmByPassword.as_view(), _TITLES["confirm"], signed_in=True),
        name="account_reauthenticate",
    ),
    path("confirm/code/", page(ConfirmByCode.as_view(), _TITLES["confirm"], signed_in=True), name="mfa_reauthenticate"),
    path(
        "second-factor/",
        page(SecondFactor.as_view(), gettext_lazy("Set up your second factor"), signed_in=True, fresh=True),
        name="mfa_activate_totp",
    ),
    path(
        "recovery-codes/",
        page(recovery.view_recovery_codes, _TITLES["codes"], signed_in=True, fresh=True),
        name="mfa_view_recovery_codes",
    ),
    path(
        "recovery-codes/new/",
        page(recovery.generate_recovery_codes, gettext_lazy("New recovery codes"), signed_in=True, fresh=True),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "recovery-codes/download/",
        page(recovery.download_recovery_codes, _TITLES["codes"], signed_in=True, fresh=True),
        name="mfa_download_recovery_codes",
    ),
    path(
        "password/",
        page(Password.as_view(), gettext_lazy("Change your password"), signed_in=True),
        name="account_change_password",
    ),
    path("password/reset/", page(ResetPassword.as_view(), _TITLES["reset"]), name="account_reset_password"),
    path(
        "password/reset/sent/", page(account.password_reset_done, _TITLES["reset"]), name="account_reset_password_done"
    ),
    path(
        "password/reset/done/",
        page(account.password_reset_from_key_done, _TITLES["new"]),
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        page(NewPassword.as_view(), _TITLES["new"]),
        name="account_reset_password_from_key",
    ),
]
