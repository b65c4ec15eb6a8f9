"""Settings from the environment, read strictly: a value that is not understood stops the start.

Each reader takes the variable's name and what to use when it is not set; without that, the variable is required. A
variable that is set but empty is refused rather than taken for unset: it is usually a mistake in another file, and
guessing would, for example, quietly start production on an empty SQLite file.
"""

import ipaddress
import os
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

# What Django itself calls insecure (security.W009), refused here before the start instead of warned about.
SECRET_MIN_LENGTH = 50
SECRET_MIN_DISTINCT = 5
SECRET_INSECURE_PREFIX = "django-insecure-"  # noqa: S105 - a mark of sample keys, no key

TRUE_WORDS = ("true", "yes", "on", "1")
FALSE_WORDS = ("false", "no", "off", "0")

SQLITE_MEMORY = ":memory:"
POSTGRES_SCHEMES = ("postgres", "postgresql")
# What an operator has reason to set; the rest of libpq's options stay out so that a typo is noticed.
POSTGRES_OPTIONS = (
    "application_name",
    "connect_timeout",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "target_session_attrs",
)

# The ways to reach a mail server, and the port that each has by custom.
SMTP_PORTS = {"smtp": 25, "smtps": 465}

_HOST = re.compile(r"\.?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*", re.IGNORECASE)
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})|%00")
_ADDRESS = r"[^\s<>@,;:\"]+@[^\s<>@,;:\"]+"
_SENDER = re.compile(rf"{_ADDRESS}|[^<>@,;:\"\r\n]+ <{_ADDRESS}>")


class BadVariable(ValueError):
    """An environment variable is missing or not understood. The message names it and what is allowed."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}")
        self.name = name


def text(name: str, default: str | None = None) -> str:
    """Return the variable as it is. Raise BadVariable if it is empty, or not set and without a default."""
    value = _get(name)
    if value is not None:
        return value
    if default is None:
        raise BadVariable(name, "not set, and there is no default. Set it to a text.")
    return default


def secret(name: str, default: str | None = None) -> str:
    """Return a signing key of at least 50 characters, 5 of them distinct. Messages never show the value."""
    value = _get(name)
    if value is None:
        if default is None:
            raise BadVariable(name, f"not set. Set it to a random text of at least {SECRET_MIN_LENGTH} characters.")
        return default
    if value.startswith(SECRET_INSECURE_PREFIX):
        raise BadVariable(name, f"starts with {SECRET_INSECURE_PREFIX!r}: a sample key. Set it to a random text.")
    if len(value) < SECRET_MIN_LENGTH:
        raise BadVariable(name, f"has {len(value)} characters; at least {SECRET_MIN_LENGTH} are needed.")
    if len(set(value)) < SECRET_MIN_DISTINCT:
        raise BadVariable(name, f"has fewer than {SECRET_MIN_DISTINCT} different characters. Set it to a random text.")
    return value


def boolean(name: str, default: bool | None = None) -> bool:
    """Return true for true, yes, on, 1 and false for false, no, off, 0, in any case of letters."""
    allowed = "true or false (also yes, no, on, off, 1, 0)"
    value = _get(name)
    if value is None:
        if default is None:
            raise BadVariable(name, f"not set. Set it to {allowed}.")
        return default
    if value.lower() in TRUE_WORDS:
        return True
    if value.lower() in FALSE_WORDS:
        return False
    raise BadVariable(name, f"{value!r} is not understood. Allowed: {allowed}.")


def integer(name: str, default: int | None = None, *, minimum: int | None = None, maximum: int | None = None) -> int:
    """Return a whole number in decimal digits, between minimum and maximum where given, both included."""
    allowed = "a whole number" + _range(minimum, maximum)
    value = _get(name)
    if value is None:
        if default is None:
            raise BadVariable(name, f"not set. Set it to {allowed}.")
        return default
    # int() alone would take " 1_000 " and digits of other scripts.
    if not re.fullmatch(r"-?[0-9]{1,18}", value):
        raise BadVariable(name, f"{value!r} is not understood. Allowed: {allowed}.")
    number = int(value)
    if (minimum is not None and number < minimum) or (maximum is not None and number > maximum):
        raise BadVariable(name, f"{number} is out of range. Allowed: {allowed}.")
    return number


def words(name: str, default: Sequence[str] | None = None) -> list[str]:
    """Return the words between commas. Spaces around a word are dropped; an empty word or a space within is refused."""
    value = _get(name)
    if value is None:
        if default is None:
            raise BadVariable(name, "not set. Set it to one or more words, separated by commas.")
        return list(default)
    found = [word.strip() for word in value.split(",")]
    for word in found:
        if not word or re.search(r"\s", word):
            raise BadVariable(name, f"{value!r} is not understood. Allowed: words separated by commas.")
    return found


def hosts(name: str, default: Sequence[str] | None = None) -> list[str]:
    """Return host names and addresses as ALLOWED_HOSTS takes them: bare, without scheme or port, IPv6 in brackets."""
    if default is None and _get(name) is None:
        raise BadVariable(name, "not set. Set it to the names this site is reached by, such as tracker.example.org.")
    found = words(name, default)
    for host in found:
        if host != "*" and not _HOST.fullmatch(host) and not _is_ipv6(host):
            raise BadVariable(
                name,
                f"{host!r} is not a host. Allowed: example.org, .example.org for all below it, 192.0.2.1, [2001:db8::1]"
                " or *, each without https:// and port.",
            )
    return found


def is_loopback(host: str) -> bool:
    """Tell whether a host of ALLOWED_HOSTS can only mean this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.removeprefix("[").removesuffix("]")).is_loopback
    except ValueError:
        return False


def database_url(name: str, default: str | None = None, *, folder: Path | None = None) -> dict[str, object]:
    """Return one entry of Django's DATABASES from a URL. Messages never show more of it than its scheme.

    - `sqlite:///db.sqlite3`: a path, relative ones counted from `folder` (without it, from where the process runs);
      `sqlite:////srv/db.sqlite3`: an absolute one; `sqlite://:memory:`: gone when the process ends.
    - `postgres://user:password@host:5432/name?sslmode=require`. Special characters are percent-encoded. A host that
      begins with a slash is the folder of a unix socket: `postgres://user@%2Fvar%2Frun%2Fpostgresql/name`; no host at
      all is libpq's own socket folder.
    """
    value = _get(name)
    if value is None:
        if default is None:
            raise BadVariable(name, "not set. Set it to sqlite:///path or postgres://user:password@host:port/name.")
        value = default
    scheme, separator, rest = value.partition("://")
    if not separator:
        # The value is not shown: a forgotten scheme leaves the password in it.
        raise BadVariable(name, "no address. Allowed: sqlite:///path or postgres://user:password@host:port/name.")
    if scheme == "sqlite":
        return _sqlite(name, rest, folder)
    if scheme in POSTGRES_SCHEMES:
        return _postgres(name, value)
    shown = repr(scheme) if re.fullmatch(r"[a-z0-9+.-]{1,16}", scheme) else "what stands before '://'"
    raise BadVariable(name, f"{shown} is no known kind of database. Allowed: sqlite, postgres, postgresql.")


def email_url(name: str, default: str | None = None) -> dict[str, object]:
    """Return Django's EMAIL_ settings from a URL. Messages never show more of it than its scheme.

    - `smtp://user:password@host:587?tls=true`: a server that changes to TLS (STARTTLS). Without `tls` it speaks in the
      clear, and a password is sent that way to this machine only. Special characters are percent-encoded.
    - `smtps://user:password@host:465`: a server that speaks TLS from the first byte.
    - `console:`: to stdout, for trying things.
    """
    value = _get(name) or default
    if value is None:
        raise BadVariable(
            name, "not set. Set it to the server that takes this site's mail: smtp://user:password@host:587."
        )
    if value in ("console:", "console://"):
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    scheme = value.partition("://")[0].lower()
    if scheme not in SMTP_PORTS:
        raise BadVariable(name, "no known way to send mail. Allowed: smtp://…, smtps://… and console:.")
    return _smtp(name, value, scheme)


def origin(name: str, default: str | None = None) -> str:
    """Return where the site is reached, for links that are read elsewhere: scheme and host, perhaps a port, no path."""
    value = _get(name) or default
    if value is None:
        raise BadVariable(name, "not set. Set it to where this site is reached: https://tracker.example.org.")
    try:
        parts = urlsplit(value)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    bare = f"[{host}]" if ":" in host else host
    whole = f"{bare}:{port}" if port else bare
    known = _HOST.fullmatch(host) or _is_ipv6(bare)
    if not known or value.lower() not in (f"http://{whole}", f"https://{whole}"):
        raise BadVariable(name, f"{value!r} is not understood. Allowed: https://tracker.example.org, without a path.")
    return value


def mail_sender(name: str, default: str | None = None) -> str:
    """Return the address that mail comes from: `name@example.org` or `The site <name@example.org>`."""
    value = text(name, default)
    if not _SENDER.fullmatch(value):
        raise BadVariable(name, f"{value!r} is no address. Allowed: name@example.org or The site <name@example.org>.")
    return value


def folder(name: str, default: Path | None, *, folder: Path) -> Path | None:
    """Return a folder that need not be there yet; a relative one is counted from `folder`."""
    value = _get(name)
    return default if value is None else folder / value


def beside(database: dict[str, object], *, folder: Path) -> Path | None:
    """Return the folder of its own that stands beside a database: of a file `db.sqlite3` it is `db.sqlite3.kept`, of a
    server's database one in `folder`. None for one in memory.
    """
    place = str(database["NAME"])
    if place == SQLITE_MEMORY:
        return None
    return folder / f"{place}.kept"


def _get(name: str) -> str | None:
    value = os.environ.get(name)
    if value is not None and not value.strip():
        raise BadVariable(name, "set but empty. Give it a value or remove it.")
    return value


def _range(minimum: int | None, maximum: int | None) -> str:
    if minimum is not None and maximum is not None:
        return f" from {minimum} to {maximum}"
    if minimum is not None:
        return f", at least {minimum}"
    return "" if maximum is None else f", at most {maximum}"


def _is_ipv6(host: str) -> bool:
    if not (host.startswith("[") and host.endswith("]")):
        return False
    try:
        ipaddress.IPv6Address(host[1:-1])
    except ValueError:
        return False
    return True


def _decode(name: str, part: str, what: str) -> str:
    """Undo percent-encoding. Never names the part's text, which may be the password."""
    if _BROKEN_ESCAPE.search(part):
        raise BadVariable(name, f"the {what} has a '%' that begins no percent-code. Write it as %25.")
    try:
        return unquote(part, errors="strict")
    except UnicodeDecodeError:
        raise BadVariable(name, f"the {what} is not UTF-8 once percent-decoded.") from None


def _sqlite(name: str, rest: str, folder: Path | None) -> dict[str, object]:
    if rest in (SQLITE_MEMORY, f"/{SQLITE_MEMORY}"):
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": SQLITE_MEMORY}
    if not rest.startswith("/"):
        raise BadVariable(
            name, "a path follows three slashes: sqlite:///db.sqlite3, or four: sqlite:////srv/db.sqlite3."
        )
    if "?" in rest or "#" in rest:
        raise BadVariable(name, "SQLite takes no options after '?' or '#'. In a path write them as %3F and %23.")
    path = _decode(name, rest[1:], "path")
    if not path or path.endswith("/"):
        raise BadVariable(name, "the path names no file. Example: sqlite:///db.sqlite3.")
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / path if folder else Path(path))}


def _postgres(name: str, value: str) -> dict[str, object]:
    try:
        parts = urlsplit(value)
    except ValueError:  # its message would show user and password
        raise BadVariable(
            name, "not understood. Special characters need percent-encoding: [ is %5B, ] is %5D."
        ) from None
    # An unencoded '/', '?' or '#' in the password cuts the URL there; from then on nothing may be shown.
    if "@" in parts.path + parts.query + parts.fragment or parts.fragment:
        raise BadVariable(name, "the user and password need percent-encoding: / is %2F, ? is %3F, # is %23, @ is %40.")
    login, _, place = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    host, port = _host_and_port(name, place)
    database = _decode(name, parts.path.removeprefix("/"), "database's name")
    if not database or "/" in parts.path.removeprefix("/"):
        raise BadVariable(name, "one database's name follows the host: postgres://user:password@host:port/name.")
    entry: dict[str, object] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": database,
        "USER": _decode(name, user, "user"),
        "PASSWORD": _decode(name, password, "password"),
        "HOST": host,
        "PORT": port,
    }
    if options := _postgres_options(name, parts.query):
        entry["OPTIONS"] = options
    return entry


def _host_and_port(name: str, place: str) -> tuple[str, str]:
    match = re.fullmatch(r"(\[[^\]]*\]|[^:\[\]]*)(?::([^:]*))?", place)
    if match is None:
        raise BadVariable(name, "host and port are not understood. Allowed: host, host:port or [IPv6 address]:port.")
    host, port = match[1], match[2] or ""
    if match[2] is not None and not (re.fullmatch(r"[0-9]{1,5}", port) and 1 <= int(port) <= 65535):
        raise BadVariable(name, "the port is not a number from 1 to 65535. Special characters need percent-encoding.")
    if host.startswith("["):
        if not _is_ipv6(host):
            raise BadVariable(name, "the host in brackets is no IPv6 address.")
        return host[1:-1], port
    return _decode(name, host, "host"), port


def _postgres_options(name: str, query: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True, errors="strict") if query else []
    except ValueError:
        raise BadVariable(name, "what follows '?' is not understood. Allowed: option=value&option=value.") from None
    allowed = ", ".join(POSTGRES_OPTIONS)
    options: dict[str, str] = {}
    for option, setting in pairs:
        if option not in POSTGRES_OPTIONS or option in options or not setting:
            raise BadVariable(name, f"option {option!r} is unknown, empty or given twice. Allowed: {allowed}.")
        options[option] = setting
    return options


def _smtp(name: str, value: str, scheme: str) -> dict[str, object]:
    try:
        parts = urlsplit(value)
    except ValueError:  # its message would show user and password
        raise BadVariable(
            name, "not understood. Special characters need percent-encoding: [ is %5B, ] is %5D."
        ) from None
    if "@" in parts.path + parts.query + parts.fragment or parts.fragment or parts.path not in ("", "/"):
        raise BadVariable(name, "the user and password need percent-encoding: / is %2F, ? is %3F, # is %23, @ is %40.")
    login, _, place = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    host, port = _host_and_port(name, place)
    if not host:
        raise BadVariable(name, "a host follows the slashes: smtp://user:password@host:587?tls=true.")
    if parts.query not in (("", "tls=true", "tls=false") if scheme == "smtp" else ("",)):
        raise BadVariable(
            name, "what follows '?' is not understood. Allowed: tls=true or tls=false, with smtp:// only."
        )
    if login and scheme == "smtp" and parts.query != "tls=true" and not is_loopback(host):
        raise BadVariable(name, "the password would be sent in the clear. Add ?tls=true, or use smtps://.")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": host,
        "EMAIL_PORT": int(port or SMTP_PORTS[scheme]),
        "EMAIL_HOST_USER": _decode(name, user, "user"),
        "EMAIL_HOST_PASSWORD": _decode(name, password, "password"),
        "EMAIL_USE_TLS": parts.query == "tls=true",
        "EMAIL_USE_SSL": scheme == "smtps",
    }
