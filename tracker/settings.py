"""Settings, all from the environment; a bad value stops the start."""

from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF

from tracker.lib import env

BASE_DIR = Path(__file__).resolve().parent.parent

# --- Where and for whom this runs

DEBUG = env.boolean("DEBUG", False)
# Sample data and sign-ins that anyone may know: only ever for this machine.
DEMO = env.boolean("DEMO", False)
LOCAL = DEBUG or DEMO
# https everywhere, unless the site runs for one person on one machine.
SECURE = env.boolean("SECURE", not LOCAL)

LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS", LOOPBACK_HOSTS if LOCAL else None)
OUTSIDE_HOSTS = [host for host in ALLOWED_HOSTS if not env.is_loopback(host)]
if LOCAL and OUTSIDE_HOSTS:
    _what = "DEMO lets anyone sign in" if DEMO else "DEBUG shows anyone how the site is made, without https"
    raise env.BadVariable(
        "ALLOWED_HOSTS",
        f"{', '.join(OUTSIDE_HOSTS)} can be reached from outside, and {_what}. "
        f"Allowed with {'DEMO' if DEMO else 'DEBUG'}: {', '.join(LOOPBACK_HOSTS)}.",
    )
# A key known to all is harmless on loopback and keeps sessions alive between two starts.
SECRET_KEY = env.secret("SECRET_KEY", "django-insecure-local-only" if LOCAL else None)
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", [])

# --- What it is made of

INSTALLED_APPS = [
    "tracker.apps.TrackerConfig",
    # In place of django.contrib.admin, so that admin.site is ours everywhere.
    "tracker.apps.TrackerAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_filters",
    "csp",
]

MIDDLEWARE = [
    # First: whoever is not on this machine gets nothing of a demo, not even a file.
    "tracker.web.loopback.OnlyThisMachine",
    "django.middleware.security.SecurityMiddleware",
    # Right behind the redirect to https: files need no session and no language.
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
]

ROOT_URLCONF = "tracker.urls"
WSGI_APPLICATION = "tracker.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Before the apps' own, so that ours replace the admin's.
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tracker.web.context.site",
            ],
        },
    },
]

# --- Database


def with_options(database: dict[str, Any], *, snapshot: bool = False) -> dict[str, Any]:
    """Return an entry of DATABASES with what each kind of database needs to keep every acknowledged write.

    With `snapshot` the entry reads only, and sees one moment for the whole of a transaction.
    """
    database = dict(database)
    options = database.get("OPTIONS", {})
    if database["ENGINE"] == "django.db.backends.sqlite3":
        database["OPTIONS"] = options | {
            # Without it, processes that read first and write later fail with "database is locked".
            "transaction_mode": "DEFERRED" if snapshot else "IMMEDIATE",
            # busy_timeout first: the switch to WAL may itself have to wait. FULL: a commit survives a power cut.
            "init_command": (
                "PRAGMA busy_timeout=10000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON"
                + ("; PRAGMA query_only=ON" if snapshot else "")
            ),
        }
    else:
        # Refuse a dead server in seconds instead of minutes.
        database["OPTIONS"] = {"connect_timeout": "10"} | options
        if snapshot:
            read_only = "-c default_transaction_isolation=repeatable\\ read -c default_transaction_read_only=on"
            database["OPTIONS"]["options"] = " ".join(filter(None, [options.get("options"), read_only]))
        # Connecting costs more than most pages; a minute lets idle ones go, and a broken one is replaced.
        database |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    return database


_DATABASE = env.database_url("DATABASE_URL", "sqlite:///db.sqlite3", folder=BASE_DIR)
DATABASES = {
    "default": with_options(_DATABASE),
    # Exports and the verifier read one moment through it, while others go on writing through the first.
    "snapshot": with_options(_DATABASE, snapshot=True),
}
SNAPSHOT_DATABASE = "snapshot"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- People and sign-in

# Our own from the first migration: it cannot be changed later.
AUTH_USER_MODEL = "tracker.User"
AUTHENTICATION_BACKENDS = ["tracker.admin.signin.SignIn"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    # 12 instead of Django's 8: these accounts write the record.
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

# A working day, counted from the last sign-in: shared office computers are common.
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SECURE = SECURE
CSRF_COOKIE_SECURE = SECURE
# Forms carry the token; no script of ours reads the cookies.
CSRF_COOKIE_HTTPONLY = True

# --- https and what browsers may do

SECURE_SSL_REDIRECT = SECURE
# A year, the least that browsers' preload lists take; lower it with HSTS_SECONDS while trying a new domain.
SECURE_HSTS_SECONDS = env.integer("HSTS_SECONDS", 365 * 24 * 60 * 60, minimum=1) if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
# Only behind a proxy that always sets this header itself: anyone else could claim to speak https.
if env.boolean("BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
# Other sites learn nothing about who reads what here.
SECURE_REFERRER_POLICY = "same-origin"

# Nothing from outside and nothing inline: a text that slips through as HTML can run no script.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    },
}

# --- Languages and time

LANGUAGE_CODE = "en"
# Each in its own name: who looks for a language may not read the current one.
LANGUAGES = [("en", "English"), ("ru", "Русский")]
LOCALE_PATHS = [BASE_DIR / "locale"]
# Stored in UTC; pages use the alliance's own time zone.
TIME_ZONE = "UTC"
USE_TZ = True

# --- Files

STATIC_URL = "static/"
STATIC_ROOT = None if LOCAL else BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Served straight from their folders where nobody ran collectstatic.
WHITENOISE_USE_FINDERS = LOCAL
STORAGES = {
    "staticfiles": {
        # Names with a digest may be cached for ever; they need collectstatic, so not where one just tries things.
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LOCAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
    },
}

# Ours first: it drops what is larger than anything that is uploaded here.
FILE_UPLOAD_HANDLERS = [
    "tracker.admin.uploads.BoundedUploads",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- Log: to stderr, where whatever runs the site collects it

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    # Django's own handlers go: they print only with DEBUG and otherwise mail tracebacks, which may hold private text.
    "loggers": {"django": {"handlers": [], "level": "INFO"}},
}
