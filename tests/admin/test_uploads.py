"""Uploads are bounded: a body of any length costs neither memory nor disk, and is answered in words."""

import io
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadhandler import load_handler
from django.test import Client, RequestFactory
from django.urls import reverse

from tests.conftest import World, everything
from tracker.importer.source import MOST_BYTES

MB = 1024 * 1024
BOUNDARY = "a-boundary"
HEAD = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="report.txt"\r\n'
    "Content-Type: text/plain\r\n\r\n"
).encode()
TAIL = (
    f'\r\n--{BOUNDARY}\r\nContent-Disposition: form-data; name="document"\r\n\r\nrio-2031\r\n--{BOUNDARY}--\r\n'
).encode()


class Body(io.RawIOBase):
    """A request's body that is made while it is read, and looks at the disk meanwhile."""

    def __init__(self, size: int, folder: Path) -> None:
        self.left, self.folder = size, folder
        self.head, self.tail = io.BytesIO(HEAD), io.BytesIO(TAIL)
        self.length = len(HEAD) + size + len(TAIL)
        self.taken = self.most_on_disk = 0

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes: the head, then letters, then the tail."""
        self.most_on_disk = max(self.most_on_disk, sum(file.stat().st_size for file in self.folder.iterdir()))
        found = self.head.read(size)
        if not found and self.left:
            found = b"letters\n" * (min(size, self.left) // 8)
            self.left -= len(found)
        found = found or self.tail.read(size)
        self.taken += len(found)
        return found


def post(client: Client, body: Body, length: int | None = None) -> Any:
    """Send `body`, said to be of `length`."""
    return client.generic(
        "POST",
        reverse("admin:tracker_documentimport_add"),
        **{
            "CONTENT_TYPE": f"multipart/form-data; boundary={BOUNDARY}",
            "CONTENT_LENGTH": str(body.length if length is None else length),
            "wsgi.input": body,
        },
    )


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """The folder in which uploads are kept while they arrive."""
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    return tmp_path


def test_200_mb_are_neither_held_nor_kept(world: World, sign_in: Callable[[str], Client], folder: Path) -> None:
    root, before = sign_in("root"), everything()
    body = Body(200 * MB, folder)
    tracemalloc.start()
    try:
        answer = post(root, body)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert "“report.txt” is larger than 5 MB" in shown
    # A field behind the file came through, so the whole body was read.
    assert 'value="rio-2031"' in shown
    assert body.taken == body.length
    assert MOST_BYTES < body.most_on_disk <= MOST_BYTES + MB
    assert peak < 20 * MB
    assert list(folder.iterdir()) == []
    assert everything() == before


def test_nobody_fills_the_disk_before_signing_in(world: World, folder: Path) -> None:
    body = Body(20 * MB, folder)
    anyone = Client(enforce_csrf_checks=True)
    # Only with a cookie is the form's own token looked for, in the body.
    anyone.cookies["csrftoken"] = "c" * 32
    answer = post(anyone, body)
    assert answer.status_code == 403
    assert MOST_BYTES < body.most_on_disk <= MOST_BYTES + MB


def test_body_that_is_longer_than_it_said_is_not_taken_for_a_file(
    world: World, sign_in: Callable[[str], Client], folder: Path
) -> None:
    root, before = sign_in("root"), everything()
    body = Body(200 * MB, folder)
    answer = post(root, body, length=MB)
    assert "This field is required" in answer.content.decode()
    assert 0 < body.taken <= MB
    assert everything() == before


@pytest.mark.parametrize(("chunks", "kept"), [([MOST_BYTES], 1), ([MOST_BYTES, 1, 1, 1], 2), ([1, MOST_BYTES, 9], 2)])
def test_chunks_are_kept_up_to_the_one_that_passes_the_limit(chunks: list[int], kept: int, settings: Any) -> None:
    first, *others = settings.FILE_UPLOAD_HANDLERS
    handler = load_handler(first, RequestFactory().post("/"))
    assert others == [
        "django.core.files.uploadhandler.MemoryFileUploadHandler",
        "django.core.files.uploadhandler.TemporaryFileUploadHandler",
    ]
    passed = [handler.receive_data_chunk(b"x" * size, 0) for size in chunks]
    assert [chunk is not None for chunk in passed] == [True] * kept + [False] * (len(chunks) - kept)


def test_a_second_file_is_whole_or_not_taken_at_all(rf: RequestFactory) -> None:
    small, large = b"letters\n" * 50_000, b"letters\n" * (MOST_BYTES // 8 + 10)

    beside = rf.post("/", {"one": io.BytesIO(small), "two": io.BytesIO(small)}).FILES
    after = rf.post("/", {"one": io.BytesIO(large), "two": io.BytesIO(small)}).FILES

    assert [file.size for file in beside.values()] == [len(small), len(small)]
    assert list(after) == ["one"]
    assert after["one"].size > MOST_BYTES
