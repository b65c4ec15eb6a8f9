"""Uploads are bounded while they arrive: what is too large fills neither memory nor disk, whoever sends it."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from tracker.importer.source import MOST_BYTES


class BoundedUploads(FileUploadHandler):
    """Lets the first MOST_BYTES of each file through to the next handlers, and the chunk that passes them.

    Later chunks are read and dropped: the body is taken to its end, as a browser shows no answer before that, and
    fields behind a file stay readable. The file that is left is larger than MOST_BYTES, so whoever takes it sees that
    it is too large.
    """

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.kept = self.in_all = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Count anew for each file, and take none any more once the request has brought too much."""
        super().new_file(*args, **kwargs)
        self.kept = 0
        if self.in_all > MOST_BYTES:
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Return the chunk for the next handler, or None once enough is kept."""
        if self.kept > MOST_BYTES:
            return None
        self.kept += len(raw_data)
        self.in_all += len(raw_data)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the handler that kept it."""
