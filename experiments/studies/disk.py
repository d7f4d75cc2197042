"""Writing into a study folder: whole files or none, one writer at a time, and a full disk that is told apart."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from experiments.folders import write_bytes
from sim.errors import InputError, Problem

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class DiskFullError(OSError):
    """There is no room for a file; what was there before is untouched."""


def save(path: Path, content: bytes) -> None:
    """Write a file at once: a temporary file, fsync, rename.

    Raises:
        DiskFullError: if there is no room; no part of the file stays.
        OSError: for any other reason.
    """
    try:
        write_bytes(path, content)
    except OSError as error:
        with contextlib.suppress(OSError):
            path.with_name(f".{path.name}.tmp").unlink(missing_ok=True)
        if error.errno in FULL:
            raise DiskFullError(error.errno, error.strerror, str(path)) from error
        raise


def sha256(path: Path) -> str:
    """Return the digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Hold the study against a second process that would run it; the system lets go when this process ends, however.

    Raises:
        InputError: if another process holds it.
    """
    path = folder / "log" / "lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        if not _lock(file.fileno()):
            file.seek(0)
            holder = file.read().strip() or "unknown"
            message = f"another process runs this study (process {holder})"
            raise InputError(Problem("study", str(folder), message, "wait for it, or stop it"))
        with contextlib.suppress(OSError):  # a full disk keeps the number out, not the lock
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
        yield


def _lock(descriptor: int) -> bool:
    try:
        try:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:
            import msvcrt

            os.lseek(descriptor, 1 << 20, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    except OSError:
        return False
    return True
