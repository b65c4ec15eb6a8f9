"""The site's settings as the tests need them: the same on every machine whatever its environment, and quick.

Loaded by pytest and mypy (pyproject.toml). Only DATABASE_URL is taken from outside, to run the suite on PostgreSQL.
"""

import os

for _name in (
    "ALLOWED_HOSTS",
    "BEHIND_PROXY",
    "CSRF_TRUSTED_ORIGINS",
    "DEFAULT_FROM_EMAIL",
    "DEMO",
    "EMAIL_URL",
    "HSTS_SECONDS",
    "KEPT_FOLDER",
    "SECOND_FACTOR",
    "SECRET_KEY",
    "SECURE",
    "SITE_URL",
):
    os.environ.pop(_name, None)
# Plain static files, no https and no key to set; pytest-django itself turns settings.DEBUG off again.
os.environ["DEBUG"] = "true"

from tracker.settings import *  # noqa: E402, F403

# A test's rows are never committed: only its own connection sees them. tests/test_settings.py tries the second alias.
del DATABASES["snapshot"]  # noqa: F405
SNAPSHOT_DATABASE = "default"

if DATABASES["default"]["ENGINE"] == "tracker.lib.sqlite":  # noqa: F405
    # Said aloud for pytest-django, which knows Django's own ENGINE only: each process has its database in memory.
    DATABASES["default"]["TEST"] = {"NAME": ":memory:"}  # noqa: F405

# Tests that are about it bring a folder of their own.
KEPT_FOLDER = None

# One round instead of hundreds of thousands: the tests sign in often.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Look a static file up when asked for; listing all of them for every test client costs more than most tests.
WHITENOISE_AUTOREFRESH = True
# Asked for by the tests that are about it; the others sign in by name.
SECOND_FACTOR = False
