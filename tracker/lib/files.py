"""Small files that must never be seen in half: not by a reader, not after a power cut, not on a full disk."""

import fcntl
import os
from pathlib import Path


def sync(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk before anything else happens."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def put(path: Path, data: bytes) -> None:
    """Make `data` all that a file holds, at once; mode and owner stay. Raises OSError, and then it is as it was."""
    temporary = path.with_name(f".{path.name}.new")
    try:
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640), "wb") as written:
            if path.exists():
                before = path.stat()
                os.fchmod(written.fileno(), before.st_mode & 0o777)
                # Else the site could not read what root wrote for it.
                if (before.st_uid, before.st_gid) != (os.getuid(), os.getgid()):
                    os.fchown(written.fileno(), before.st_uid, before.st_gid)
            written.write(data)
            written.flush()
            os.fsync(written.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync(path.parent)


def add(path: Path, data: bytes) -> None:
    """Add `data` to the end of a file; it and its folder are made where they are not there. Raises like `put`."""
    path = path.resolve()
    path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        # Two processes at once: neither may lose what the other adds.
        fcntl.flock(folder, fcntl.LOCK_EX)
        put(path, (path.read_bytes() if path.exists() else b"") + data)
    finally:
        os.close(folder)
