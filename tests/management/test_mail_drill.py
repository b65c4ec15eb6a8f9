"""Processes that send the same mail at once, and one that is killed: what a real mail server gets of it."""

import os
import re
import secrets
import signal
import socketserver
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
MAILS = 60
QUEUE = f"""
from django.utils import timezone
from tracker.actions.mail import queue_mail
for number in range({MAILS}):
    queue_mail(
        key=f"drill:{{number}}", to=f"reader{{number}}@example.org", language="ru", subject="Письмо", text="Текст",
        html="<p>Текст</p>", at=timezone.now(),
    )
"""


class Session(socketserver.StreamRequestHandler):
    """As much of SMTP as it takes to be given mail."""

    server: "Server"

    def handle(self) -> None:
        self.say("220 ready")
        for line in self.rfile:
            words = line.decode().strip()
            verb = words.upper().split(" ")[0]
            if verb == "RCPT":
                self.reader = re.findall("<(.*)>", words)[0]
            if verb == "DATA":
                self.say("354 go on")
                while self.rfile.readline() not in (b".\r\n", b""):
                    pass
                self.server.take(self.reader)
            self.say("221 bye" if verb == "QUIT" else "250 fine")

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


class Server(socketserver.ThreadingTCPServer):
    """A mail server that counts what each reader got and calls `on_mail` with the number of each, if any."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.got: Counter[str] = Counter()
        self.on_mail: Any = None
        self.counting = threading.Lock()

    def take(self, reader: str) -> None:
        with self.counting:
            self.got[reader] += 1
            number = self.got.total()
        if self.on_mail:
            self.on_mail(number)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed hangs up in the middle of a word."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as found:
        serving = threading.Thread(target=found.serve_forever)
        serving.start()
        yield found
        found.shutdown()
        serving.join()


@pytest.fixture
def database(tmp_path: Path, django_db_blocker: Any) -> Iterator[str]:
    """Yield the address of an empty database of its own, of the kind that the tests run on."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path}/db.sqlite3"
        return
    given, name = connection.settings_dict, f"mail_{secrets.token_hex(6)}"
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(f"CREATE DATABASE {name}")
        user, password, host = (quote(str(given[part]), safe="") for part in ("USER", "PASSWORD", "HOST"))
        yield f"postgres://{user}{':' if password else ''}{password}@{host}:{given['PORT'] or 5432}/{name}"
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.django_db
def test_mail_of_several_processes_of_which_one_is_killed_arrives_once(server: Server, database: str) -> None:
    environment = os.environ | {
        "DEBUG": "true",
        "DATABASE_URL": database,
        "EMAIL_URL": f"smtp://127.0.0.1:{server.server_address[1]}",
        "DEFAULT_FROM_EMAIL": "tracker@example.org",
        "DJANGO_SETTINGS_MODULE": "tracker.settings",
    }

    def manage(*arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def done(process: subprocess.Popen[str]) -> str:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        return out

    done(manage("migrate"))
    done(manage("shell", "-c", QUEUE))
    killed = manage("send_mail")
    # While it waits for the answer to its third mail: the server has that one, and nobody will have noted it.
    server.on_mail = lambda number: killed.send_signal(signal.SIGKILL) if number == 3 else None
    assert killed.wait(timeout=120) == -signal.SIGKILL
    server.on_mail = None

    told = [done(process) for process in [manage("send_mail") for _number in range(2)]]

    sent = [int(re.findall(r"Mail: (\d+) sent, 0 failed\.", out)[0]) for out in told]
    assert sum(sent) == MAILS - 3
    assert server.got == {f"reader{number}@example.org": 1 for number in range(MAILS)}
    assert done(manage("send_mail")) == "Mail: 0 sent, 0 failed.\n"
