"""The strict readers of tracker.lib.env: what they return, what they refuse, and that no message shows a secret."""

from pathlib import Path

import pytest

from tracker.lib import env
from tracker.lib.env import BadVariable

GOOD_SECRET = "b7Qz-41_kfTqWmXe9sRu2LyGdV0cNhPa8oJiCtE5BwZvKxYr3M6"
MISSING = object()


@pytest.fixture
def variable(monkeypatch):
    """Set the variable X; without a value, make sure that it is not set."""

    def set_variable(value=MISSING):
        if value is MISSING:
            monkeypatch.delenv("X", raising=False)
        else:
            monkeypatch.setenv("X", value)

    return set_variable


def refusal(reader, *args, **options):
    with pytest.raises(BadVariable) as caught:
        reader("X", *args, **options)
    assert caught.value.name == "X"
    assert str(caught.value).startswith("X: ")
    assert caught.value.__cause__ is None
    return str(caught.value)


ALL_READERS = [
    env.text,
    env.secret,
    env.boolean,
    env.integer,
    env.words,
    env.hosts,
    env.database_url,
    env.email_url,
    env.mail_sender,
    env.origin,
]


@pytest.mark.parametrize("reader", ALL_READERS)
def test_every_reader_requires_a_variable_without_default(reader, variable):
    variable()
    assert "not set" in refusal(reader)


@pytest.mark.parametrize("reader", ALL_READERS)
@pytest.mark.parametrize("empty", ["", " ", "\t\n"])
def test_every_reader_refuses_an_empty_variable(reader, empty, variable):
    variable(empty)
    assert "set but empty" in refusal(reader)


@pytest.mark.parametrize(
    ("reader", "default"),
    [(env.text, "t"), (env.secret, "short"), (env.boolean, False), (env.integer, 0), (env.words, []), (env.hosts, [])],
)
def test_every_reader_takes_the_default(reader, default, variable):
    variable()
    assert reader("X", default) == default


def test_every_reader_refuses_empty_even_with_a_default(variable):
    variable("")
    assert "set but empty" in refusal(env.text, "default")


def test_text_is_returned_as_it_is(variable):
    variable(" как есть ")
    assert env.text("X") == " как есть "


def test_secret_is_returned_as_it_is(variable):
    variable(GOOD_SECRET)
    assert env.secret("X") == GOOD_SECRET


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (GOOD_SECRET[:49], "has 49 characters"),
        ("abcd" * 15, "fewer than 5 different"),
        ("django-insecure-" + GOOD_SECRET, "sample key"),
    ],
)
def test_secret_refuses_a_weak_one_without_showing_it(value, problem, variable):
    variable(value)
    message = refusal(env.secret)
    assert problem in message
    assert value not in message


@pytest.mark.parametrize("value", ["true", "True", "TRUE", "yes", "on", "1"])
def test_boolean_true(value, variable):
    variable(value)
    assert env.boolean("X", False) is True


@pytest.mark.parametrize("value", ["false", "False", "FALSE", "no", "off", "0"])
def test_boolean_false(value, variable):
    variable(value)
    assert env.boolean("X", True) is False


@pytest.mark.parametrize("value", ["2", "treu", " true", "true ", "'true'", "t", "y", "да", "none", "*"])
def test_boolean_refuses_anything_else(value, variable):
    variable(value)
    message = refusal(env.boolean, False)
    assert repr(value) in message
    assert "true or false" in message


@pytest.mark.parametrize(("value", "number"), [("0", 0), ("42", 42), ("-7", -7), ("007", 7)])
def test_integer(value, number, variable):
    variable(value)
    assert env.integer("X") == number


@pytest.mark.parametrize("value", ["1.0", "1e3", "1_000", " 1", "+1", "0x1", "٣", "--1", "one", "9" * 19])
def test_integer_refuses_anything_else(value, variable):
    variable(value)
    message = refusal(env.integer)
    assert repr(value) in message
    assert "a whole number" in message


@pytest.mark.parametrize(
    ("value", "limits", "allowed"),
    [
        ("0", {"minimum": 1}, "at least 1"),
        ("9", {"maximum": 8}, "at most 8"),
        ("0", {"minimum": 1, "maximum": 8}, "from 1 to 8"),
        ("9", {"minimum": 1, "maximum": 8}, "from 1 to 8"),
    ],
)
def test_integer_refuses_a_number_out_of_range(value, limits, allowed, variable):
    variable(value)
    message = refusal(env.integer, **limits)
    assert f"{value} is out of range" in message
    assert allowed in message


def test_integer_takes_both_ends_of_its_range(variable):
    variable("1")
    assert env.integer("X", minimum=1, maximum=1) == 1


@pytest.mark.parametrize(("value", "found"), [("a", ["a"]), ("a,b", ["a", "b"]), (" a , b ", ["a", "b"])])
def test_words(value, found, variable):
    variable(value)
    assert env.words("X") == found


def test_words_returns_a_new_list_for_its_default(variable):
    variable()
    default = ["a"]
    assert env.words("X", default) == default
    assert env.words("X", default) is not default


@pytest.mark.parametrize("value", [",", "a,", ",a", "a,,b", "a b", "a\tb,c"])
def test_words_refuses_empty_words_and_spaces_within(value, variable):
    variable(value)
    message = refusal(env.words)
    assert repr(value) in message
    assert "separated by commas" in message


@pytest.mark.parametrize(
    "host",
    ["localhost", "example.org", ".example.org", "a-b.Example.org", "192.0.2.1", "[::1]", "[2001:db8::1]", "*"],
)
def test_hosts(host, variable):
    variable(f"first.example, {host}")
    assert env.hosts("X") == ["first.example", host]


@pytest.mark.parametrize(
    "host",
    [
        "https://example.org",
        "example.org:8000",
        "example.org/",
        "*.example.org",
        "-example.org",
        "example..org",
        "::1",
        "[::1",
        "[::1]:80",
        "[localhost]",
        "приклад.example",
        "example.org.\\n",
    ],
)
def test_hosts_refuses_what_allowed_hosts_would_never_match(host, variable):
    variable(host)
    assert repr(host) in refusal(env.hosts)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("LOCALHOST", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("[::1]", True),
        ("0.0.0.0", False),
        ("[::]", False),
        ("10.0.0.1", False),
        ("localhost.example.org", False),
        (".localhost", False),
        ("example.org", False),
        ("*", False),
    ],
)
def test_is_loopback(host, loopback):
    assert env.is_loopback(host) is loopback


SQLITE = "django.db.backends.sqlite3"
POSTGRES = "django.db.backends.postgresql"


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///db.sqlite3", "/project/db.sqlite3"),
        ("sqlite:///data/db.sqlite3", "/project/data/db.sqlite3"),
        ("sqlite:////srv/db.sqlite3", "/srv/db.sqlite3"),
        ("sqlite:////srv/a%20b%3F.sqlite3", "/srv/a b?.sqlite3"),
        ("sqlite://:memory:", ":memory:"),
        ("sqlite:///:memory:", ":memory:"),
    ],
)
def test_database_url_of_sqlite(url, path, variable):
    variable(url)
    assert env.database_url("X", folder=Path("/project")) == {"ENGINE": SQLITE, "NAME": path}


def test_database_url_of_sqlite_without_folder_stays_relative(variable):
    variable("sqlite:///db.sqlite3")
    assert env.database_url("X") == {"ENGINE": SQLITE, "NAME": "db.sqlite3"}


def test_database_url_default(variable):
    variable()
    assert env.database_url("X", "sqlite:////srv/db.sqlite3") == {"ENGINE": SQLITE, "NAME": "/srv/db.sqlite3"}


def postgres(**changes):
    return {
        "ENGINE": POSTGRES,
        "NAME": "tracker",
        "USER": "ann",
        "PASSWORD": "",
        "HOST": "db.example",
        "PORT": "",
    } | changes


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgres://ann@db.example/tracker", postgres()),
        ("postgresql://ann@db.example/tracker", postgres()),
        ("postgres://ann:pw@db.example:5433/tracker", postgres(PASSWORD="pw", PORT="5433")),
        ("postgres://ann:p%40%2F%3F%23%3A%25@db.example/tracker", postgres(PASSWORD="p@/?#:%")),
        ("postgres://ann:a:b@db.example/tracker", postgres(PASSWORD="a:b")),
        ("postgres://ann:a@b@db.example/tracker", postgres(PASSWORD="a@b")),
        ("postgres://ann:%D0%BA@db.example/tracker", postgres(PASSWORD="к")),
        ("postgres://a%40b@db.example/tr%20acker", postgres(USER="a@b", NAME="tr acker")),
        ("postgres://ann@[2001:db8::1]:5432/tracker", postgres(HOST="2001:db8::1", PORT="5432")),
        ("postgres://ann@[::1]/tracker", postgres(HOST="::1")),
        ("postgres://ann@%2Fvar%2FRun%2Fpg/tracker", postgres(HOST="/var/Run/pg")),
        ("postgres://ann@%2Fvar%2Frun:5433/tracker", postgres(HOST="/var/run", PORT="5433")),
        ("postgres:///tracker", postgres(USER="", HOST="")),
        (
            "postgres://ann@db.example/tracker?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem",
            postgres(OPTIONS={"sslmode": "verify-full", "sslrootcert": "/etc/ca.pem"}),
        ),
    ],
)
def test_database_url_of_postgres(url, expected, variable):
    variable(url)
    assert env.database_url("X") == expected


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("db.sqlite3", "no address"),
        ("ann:hunter2@db.example/tracker", "no address"),
        ("mysql://ann:hunter2@db.example/tracker", "'mysql' is no known kind"),
        ("SQLITE:///db.sqlite3", "what stands before '://' is no known kind"),
        ("ann:hunter2@db://x", "what stands before '://' is no known kind"),
        ("://ann:hunter2@db.example/tracker", "what stands before '://' is no known kind"),
        ("sqlite://", "three slashes"),
        ("sqlite://db.sqlite3", "three slashes"),
        ("sqlite:///", "names no file"),
        ("sqlite:///folder/", "names no file"),
        ("sqlite:///db.sqlite3?mode=ro", "takes no options"),
        ("sqlite:///db.sqlite3#x", "takes no options"),
        ("sqlite:///db%2.sqlite3", "begins no percent-code"),
        ("sqlite:///db%00.sqlite3", "begins no percent-code"),
        ("sqlite:///db%FF.sqlite3", "not UTF-8"),
        ("postgres://ann:hunter2@db.example", "one database's name"),
        ("postgres://ann:hunter2@db.example/", "one database's name"),
        ("postgres://ann:hunter2@db.example/a/b", "one database's name"),
        ("postgres://ann:hunter2/x@db.example/tracker", "percent-encoding"),
        ("postgres://ann:hunter2?x@db.example/tracker", "percent-encoding"),
        ("postgres://ann:hunter2#x@db.example/tracker", "percent-encoding"),
        ("postgres://ann:54/hunter2@db.example/tracker", "percent-encoding"),
        ("postgres://ann:hunter2[@db.example/tracker", "percent-encoding"),
        ("postgres://ann:hunter2\u2100@db.example/tracker", "percent-encoding"),
        ("postgres://ann:hunter2%@db.example/tracker", "the password has a '%'"),
        ("postgres://ann:hunter2%FF@db.example/tracker", "the password is not UTF-8"),
        ("postgres://ann:hunter2/tracker", "the port is not a number"),
        ("postgres://ann:hunter2@db.example:/tracker", "the port is not a number"),
        ("postgres://ann:hunter2@db.example:0/tracker", "the port is not a number"),
        ("postgres://ann:hunter2@db.example:65536/tracker", "the port is not a number"),
        ("postgres://ann:hunter2@db.example:54:32/tracker", "host and port are not understood"),
        ("postgres://ann:hunter2@::1/tracker", "host and port are not understood"),
        ("postgres://ann:hunter2@db.example/tracker#x", "percent-encoding"),
        ("postgres://ann:hunter2@db.example/tracker?sslmod=require", "option 'sslmod' is unknown"),
        ("postgres://ann:hunter2@db.example/tracker?sslmode=", "option 'sslmode' is unknown, empty"),
        ("postgres://ann:hunter2@db.example/tracker?sslmode=a&sslmode=b", "or given twice"),
        ("postgres://ann:hunter2@db.example/tracker?sslmode", "option=value"),
    ],
)
def test_database_url_refuses_without_showing_the_password(url, problem, variable):
    variable(url)
    message = refusal(env.database_url)
    assert problem in message
    assert "hunter2" not in message
    assert "db.example" not in message


def smtp(**values):
    defaults = {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "mail.example",
        "EMAIL_PORT": 25,
        "EMAIL_HOST_USER": "",
        "EMAIL_HOST_PASSWORD": "",
        "EMAIL_USE_TLS": False,
        "EMAIL_USE_SSL": False,
    }
    return defaults | values


LOGIN = {"EMAIL_HOST_USER": "ann", "EMAIL_HOST_PASSWORD": "hunter2"}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("console:", {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}),
        ("console://", {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}),
        ("smtp://mail.example", smtp()),
        ("smtp://mail.example:2525/", smtp(EMAIL_PORT=2525)),
        ("smtp://mail.example?tls=false", smtp()),
        ("SMTP://ann:hunter2@mail.example:587?tls=true", smtp(EMAIL_PORT=587, EMAIL_USE_TLS=True, **LOGIN)),
        ("smtps://ann:hunter2@mail.example", smtp(EMAIL_PORT=465, EMAIL_USE_SSL=True, **LOGIN)),
        ("smtp://ann:hunter2@localhost:1025", smtp(EMAIL_HOST="localhost", EMAIL_PORT=1025, **LOGIN)),
        ("smtp://[2001:db8::1]:25", smtp(EMAIL_HOST="2001:db8::1")),
        (
            "smtps://a%40b.example:p%2Fw%3F@mail.example",
            smtp(EMAIL_PORT=465, EMAIL_USE_SSL=True, EMAIL_HOST_USER="a@b.example", EMAIL_HOST_PASSWORD="p/w?"),
        ),
    ],
)
def test_email_url_is_understood(url, expected, variable):
    variable(url)
    assert env.email_url("X") == expected


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("mail.example", "no known way"),
        ("ann:hunter2@mail.example", "no known way"),
        ("imap://ann:hunter2@mail.example", "no known way"),
        ("smtp://", "a host follows"),
        ("smtp://ann:hunter2@", "a host follows"),
        ("smtp://ann:hunter2@mail.example", "in the clear"),
        ("smtp://ann:hunter2@mail.example?tls=false", "in the clear"),
        ("smtp://ann:hunter2@mail.example?tls=yes", "follows '?'"),
        ("smtp://ann:hunter2@mail.example?tls=true&ssl=true", "follows '?'"),
        ("smtps://ann:hunter2@mail.example?tls=true", "follows '?'"),
        ("smtps://ann:hunter2@mail.example/inbox", "percent-encoding"),
        ("smtps://ann:hunter2/x@mail.example", "percent-encoding"),
        ("smtps://ann:hunter2#x@mail.example", "percent-encoding"),
        ("smtps://ann:hunter2%@mail.example", "the password has a '%'"),
        ("smtps://ann:hunter2@mail.example:0", "the port is not a number"),
        ("smtps://ann:hunter2[@mail.example", "percent-encoding"),
    ],
)
def test_email_url_refuses_without_showing_the_password(url, problem, variable):
    variable(url)
    message = refusal(env.email_url)
    assert problem in message
    assert "hunter2" not in message


@pytest.mark.parametrize("sender", ["tracker@example.org", "The tracker <tracker@example.org>", "Трекер <t@пример.рф>"])
def test_mail_sender_is_an_address_with_or_without_a_name(sender, variable):
    variable(sender)
    assert env.mail_sender("X") == sender


@pytest.mark.parametrize(
    "sender",
    [
        "tracker",
        "@example.org",
        "a@b@c",
        "a@b, c@d",
        "Name <a@b",
        "a@b\nBcc: c@d",
        "Name\n <a@b>",
        "<a@b>",
        'A "B" <a@b>',
    ],
)
def test_mail_sender_refuses_anything_else(sender, variable):
    variable(sender)
    assert "is no address" in refusal(env.mail_sender)


@pytest.mark.parametrize(
    "address",
    [
        "https://tracker.example.org",
        "http://127.0.0.1:8000",
        "http://localhost",
        "https://Tracker.Example.org:8443",
        "https://[2001:db8::1]:8443",
    ],
)
def test_origin_is_scheme_and_host(address, variable):
    variable(address)
    assert env.origin("X") == address


@pytest.mark.parametrize(
    "address",
    [
        "tracker.example.org",
        "ftp://tracker.example.org",
        "https://",
        "https://tracker.example.org/",
        "https://tracker.example.org/tracker",
        "https://tracker.example.org?x=1",
        "https://ann@tracker.example.org",
        "https://tracker.example.org:",
        "https://tracker.example.org:99999",
        "https://tracker example.org",
        "https://[2001:db8::1",
        "https://*",
    ],
)
def test_origin_refuses_anything_else(address, variable):
    variable(address)
    assert "Allowed: https://tracker.example.org, without a path." in refusal(env.origin)
