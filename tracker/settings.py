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
# Everyone who can write signs in with a second factor; the demo's sign-ins are for looking around.
SECOND_FACTOR = env.boolean("SECOND_FACTOR", not DEMO)
if not SECOND_FACTOR and not DEMO:
    raise env.BadVariable("SECOND_FACTOR", "off is for a demo only (DEMO): whoever writes the record needs one.")
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
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_filters",
    "csp",
]

MIDDLEWARE = [
    # First: whoever is not on this machine gets nothing of a demo, not even a file.
    "tracker.web.loopback.OnlyThisMachine",
    "django.middleware.security.SecurityMiddleware",
    # Right behind the redirect to https: files need no session and no language.
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages that nobody changed since the last reader need nothing of what follows.
    "tracker.web.memory.PageMemory",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tracker.admin.readonly.ReadOnlyMiddleware",
    "tracker.web.closed.ClosedMiddleware",
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
        # Django's own, with a connection that refuses to change the history or the tables (tracker/lib/sqlite).
        database["ENGINE"] = "tracker.lib.sqlite"
        database["OPTIONS"] = options | {
            # Without it, processes that read first and write later fail with "database is locked".
            "transaction_mode": "DEFERRED" if snapshot else "IMMEDIATE",
            # busy_timeout first: the switch to WAL may itself have to wait. SQLite lets nobody queue: with 32 writers
            # at once some one waited for 15 seconds (docs/drills/editors.md). FULL: a commit survives a power cut.
            # secure_delete: what a redaction takes away is overwritten, wherever a page of the file held it.
            "init_command": (
                "PRAGMA busy_timeout=60000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
                # recursive_triggers: without it REPLACE takes rows away unseen by the triggers on DELETE.
                "PRAGMA recursive_triggers=ON; PRAGMA secure_delete=ON" + ("; PRAGMA query_only=ON" if snapshot else "")
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
# A folder outside the database, for what must outlive it: the checkpoints that were published and the redactions that
# were carried out. Who puts an older database back does not put these back. None for a database in memory.
KEPT_FOLDER = env.folder("KEPT_FOLDER", env.beside(_DATABASE, folder=BASE_DIR), folder=BASE_DIR)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# What is counted against guessing, so it must be the same for every process: a table, made by a migration.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "tracker_cache",
        # Django's 300 would let whoever tries many names push out what was counted for one.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# Bytes of memory in which each process keeps public pages; none while templates are being written.
PAGE_MEMORY = 0 if DEBUG else env.integer("PAGE_MEMORY_MB", 32, minimum=0) * 1024 * 1024

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
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
LOGOUT_REDIRECT_URL = "account_login"
# A link to choose a new password is good for a day.
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60

# django-allauth; docs/decisions/0007-sign-in.md says what of it is used.
ACCOUNT_ADAPTER = "tracker.admin.signin.SignInAdapter"
MFA_ADAPTER = "tracker.admin.signin.SecondFactorAdapter"
ACCOUNT_FORMS = {
    "login": "tracker.forms.account.SignInForm",
    "reauthenticate": "tracker.forms.account.ConfirmPasswordForm",
    "change_password": "tracker.forms.account.ChangePasswordForm",
    "reset_password": "tracker.forms.account.ResetPasswordForm",
    "reset_password_from_key": "tracker.forms.account.NewPasswordForm",
}
MFA_FORMS = {
    "authenticate": "tracker.forms.account.CodeForm",
    "reauthenticate": "tracker.forms.account.ConfirmCodeForm",
    "activate_totp": "tracker.forms.account.FirstCodeForm",
}
# Addresses are kept by actions with everything else about a person; allauth's own table of them stays empty.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
ACCOUNT_EMAIL_NOTIFICATIONS = True
# allauth's mail to an address that nobody has invites to sign up; ours is sent by tracker.admin.account.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# As long as SESSION_COOKIE_AGE says, without asking.
ACCOUNT_SESSION_REMEMBER = True
# What changes who may publish asks again who is there, if that was said longer ago than this.
FRESH_SECONDS = 15 * 60
ACCOUNT_REAUTHENTICATION_TIMEOUT = FRESH_SECONDS
# Phones' clocks are half a minute wrong, and typing takes as long: the code before and the code after count too.
MFA_TOTP_TOLERANCE = 1
# The four beginning with `guess` are counted by tracker.lib.guesses, in place of allauth's own, which are off: those
# let anyone lock anyone out.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": None,
    "reauthenticate": None,
    "change_password": None,
    "guess_address": "50/10m/ip",
    "guess_pair": "5/15m/key",
    "guess_account": "20/h/key,60/d/key",
    "guess_known": "10/15m/key,60/d/key",
    # What readers of the public pages send (tracker.web.concerns).
    "concern": "5/h/ip,100/d/key",
    "reset_password": "20/h/ip,3/h/key,6/d/key",
    "reset_password_from_key": "20/m/ip",
}

# A working day, counted from the last sign-in: shared office computers are common.
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SECURE = SECURE
CSRF_COOKIE_SECURE = SECURE
CSRF_FAILURE_VIEW = "tracker.admin.kept.csrf_failure"
# Forms carry the token; no script of ours reads the cookies.
CSRF_COOKIE_HTTPONLY = True

# --- https and what browsers may do

SECURE_SSL_REDIRECT = SECURE
# A year, the least that browsers' preload lists take; lower it with HSTS_SECONDS while trying a new domain.
SECURE_HSTS_SECONDS = env.integer("HSTS_SECONDS", 365 * 24 * 60 * 60, minimum=1) if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
# Only behind a proxy that always sets these headers itself: anyone else could claim to speak https, or to be anyone.
BEHIND_PROXY = env.boolean("BEHIND_PROXY", False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Whose wrong passwords are counted together: without this, behind a proxy, everyone's.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
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
FORMAT_MODULE_PATH = "tracker.lib.formats"
# Stored in UTC; pages use the alliance's own time zone.
TIME_ZONE = "UTC"
USE_TZ = True

# --- Mail

_MAIL = env.email_url("EMAIL_URL", "console:" if LOCAL else None)
# EMAIL_BACKEND, EMAIL_HOST and what else Django knows.
globals().update(_MAIL)
DEFAULT_FROM_EMAIL = env.mail_sender("DEFAULT_FROM_EMAIL", None if "EMAIL_HOST" in _MAIL else "tracker@localhost")
# Where links in mail lead.
SITE_URL = env.origin("SITE_URL", "http://127.0.0.1:8000" if LOCAL else None)
if SECURE and not SITE_URL.startswith("https://"):
    raise env.BadVariable("SITE_URL", "links in mail would lead there without https. Write https:// before the host.")
# A page that waits for a server of mail waits no longer than this.
EMAIL_TIMEOUT = 10

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
