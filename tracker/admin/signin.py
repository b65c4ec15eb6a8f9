"""Who may sign in at all."""

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend

from tracker.queries.people import is_of_demo


class SignIn(ModelBackend):
    """Django's own way by name and password, for active people; the demo's only where the site is a demo."""

    def user_can_authenticate(self, user: Any) -> bool:
        """Tell whether `user` may sign in, or stay signed in: Django asks this of every session too."""
        return super().user_can_authenticate(user) and (settings.DEMO or not is_of_demo(user))
