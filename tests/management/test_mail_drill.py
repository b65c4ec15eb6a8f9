"""Processes that send the same mail at once, and one that is killed: what a real mail server gets of it."""

import re
import signal
import socketserver
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.processes import MOST_SECONDS, done, manage, migrated_database

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
def database(django_db_setup: None, tmp_path: Path) -> Iterator[str]:
    """Yield the address of a database of its own without rows, of the kind that the tests run on."""
    with migrated_database(tmp_path) as found:
        yield found


def test_mail_of_several_processes_of_which_one_is_killed_arrives_once(server: Server, database: str) -> None:
    def start(*arguments: str) -> subprocess.Popen[str]:
        address = f"smtp://127.0.0.1:{server.server_address[1]}"
        return manage(database, *arguments, EMAIL_URL=address, DEFAULT_FROM_EMAIL="tracker@example.org")

    done(start("shell", "-c", QUEUE))
    killed = start("send_mail")
    # While it waits for the answer to its third mail: the server has that one, and nobody will have noted it.
    server.on_mail = lambda number: killed.send_signal(signal.SIGKILL) if number == 3 else None
    assert killed.wait(timeout=MOST_SECONDS) == -signal.SIGKILL
    server.on_mail = None

    told = [done(process) for process in [start("send_mail") for _number in range(2)]]

    sent = [int(re.findall(r"Mail: (\d+) sent, 0 failed\.", out)[0]) for out in told]
    assert sum(sent) == MAILS - 3
    assert server.got == {f"reader{number}@example.org": 1 for number in range(MAILS)}
    assert done(start("send_mail")) == "Mail: 0 sent, 0 failed.\n"
