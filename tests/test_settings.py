"""The settings: what stops the start, and the database alias that reads one moment."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
KEY = "k9!xw0q7ZrBvMn7yU+#m2vB5tY8uP1sD4fG6hJ3lNcQeWaTzXoRi"
# Everything but where links in mail lead.
REAL = {
    "SECRET_KEY": KEY,
    "ALLOWED_HOSTS": "a.example.org",
    "EMAIL_URL": "smtps://mail.example.org",
    "DEFAULT_FROM_EMAIL": "tracker@example.org",
}
OURS = (
    "ALLOWED_HOSTS",
    "BEHIND_PROXY",
    "CSRF_TRUSTED_ORIGINS",
    "DATABASE_URL",
    "DEFAULT_FROM_EMAIL",
    "DEBUG",
    "DEMO",
    "EMAIL_URL",
    "HSTS_SECONDS",
    "KEPT_FOLDER",
    "SECOND_FACTOR",
    "SECURE",
    "SITE_URL",
)


def start(code: str = "check", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py in an environment of its own."""
    clean = {name: value for name, value in os.environ.items() if name not in (*OURS, "SECRET_KEY")}
    clean.pop("DJANGO_SETTINGS_MODULE", None)
    return subprocess.run(
        [sys.executable, "manage.py", *code.split(" ", 1)],
        cwd=ROOT,
        env=clean | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    ("environment", "variable"),
    [
        ({"ALLOWED_HOSTS": "tracker.example.org"}, "SECRET_KEY"),
        ({"SECRET_KEY": KEY}, "ALLOWED_HOSTS"),
        ({"SECRET_KEY": "short", "ALLOWED_HOSTS": "tracker.example.org"}, "SECRET_KEY"),
        ({"DEMO": "perhaps"}, "DEMO"),
        ({"DEMO": "true", "ALLOWED_HOSTS": "tracker.example.org"}, "ALLOWED_HOSTS"),
        ({"DEBUG": "true", "ALLOWED_HOSTS": "tracker.example.org", "SECRET_KEY": KEY}, "ALLOWED_HOSTS"),
        ({"DEMO": "true", "DATABASE_URL": "oracle://x"}, "DATABASE_URL"),
        ({"SECRET_KEY": KEY, "ALLOWED_HOSTS": "a.example.org", "HSTS_SECONDS": "soon"}, "HSTS_SECONDS"),
        ({"SECRET_KEY": KEY, "ALLOWED_HOSTS": "a.example.org", "SECOND_FACTOR": "false"}, "SECOND_FACTOR"),
        ({"DEBUG": "true", "SECOND_FACTOR": "off"}, "SECOND_FACTOR"),
        ({"SECRET_KEY": KEY, "ALLOWED_HOSTS": "a.example.org"}, "EMAIL_URL"),
        (REAL | {"EMAIL_URL": "smtp://ann:hunter2@mail.example.org"}, "EMAIL_URL"),
        ({name: value for name, value in REAL.items() if name != "DEFAULT_FROM_EMAIL"}, "DEFAULT_FROM_EMAIL"),
        (REAL, "SITE_URL"),
        (REAL | {"SITE_URL": "a.example.org"}, "SITE_URL"),
        (REAL | {"SITE_URL": "http://a.example.org"}, "SITE_URL"),
    ],
)
def test_bad_value_stops_the_start_and_names_the_variable(environment: dict[str, str], variable: str) -> None:
    ended = start(**environment)
    assert ended.returncode != 0
    assert f"Not started. {variable}:" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert KEY not in ended.stderr


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"DEBUG": "true"}, "True console tracker@localhost 0"),
        ({"DEMO": "true"}, "False console tracker@localhost 0"),
        ({"DEMO": "true", "SECOND_FACTOR": "true"}, "True console tracker@localhost 0"),
        (REAL | {"SITE_URL": "https://a.example.org"}, "True smtp tracker@example.org 0"),
        (REAL | {"SITE_URL": "https://a.example.org", "BEHIND_PROXY": "yes"}, "True smtp tracker@example.org 1"),
    ],
)
def test_sign_in_and_mail_follow_the_environment(environment: dict[str, str], expected: str) -> None:
    code = (
        "from django.conf import settings as s; print(s.SECOND_FACTOR, s.EMAIL_BACKEND.split('.')[-2], "
        "s.DEFAULT_FROM_EMAIL, s.ALLAUTH_TRUSTED_PROXY_COUNT)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name not in (*OURS, "SECRET_KEY")}
        | environment
        | {"DJANGO_SETTINGS_MODULE": "tracker.settings"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.stdout.strip() == expected, ended.stderr


def test_snapshot_alias_cannot_write_and_sees_one_moment(tmp_path: Path) -> None:
    code = """
from django.db import OperationalError, connections, transaction
from tracker.lib.sqlite import as_owner
for name in ("default", "snapshot"):
    connections[name].ensure_connection()
write, read = connections["default"].cursor(), connections["snapshot"].cursor()
with as_owner(connections["default"]):
    write.execute("CREATE TABLE seen (n integer)")
with transaction.atomic(using="snapshot"):
    read.execute("SELECT count(*) FROM seen")
    before = read.fetchone()
    write.execute("INSERT INTO seen VALUES (1)")
    read.execute("SELECT count(*) FROM seen")
    print("same moment", before == read.fetchone() == (0,))
try:
    read.execute("INSERT INTO seen VALUES (2)")
except OperationalError as error:
    print("refused", error)
"""
    ended = subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", code],
        cwd=ROOT,
        env={
            **os.environ,
            "DEBUG": "true",
            "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
            "DJANGO_SETTINGS_MODULE": "tracker.settings",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "same moment True" in ended.stdout, ended.stderr
    assert "refused attempt to write a readonly database" in ended.stdout
