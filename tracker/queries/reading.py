"""Reading one moment of the record while others go on writing."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import transaction


@contextmanager
def one_moment() -> Iterator[str]:
    """Yield the database alias that sees one moment until the block ends; it cannot write and holds up no writer."""
    alias: str = settings.SNAPSHOT_DATABASE
    with transaction.atomic(using=alias):
        yield alias
