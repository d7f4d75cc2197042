"""Files and folders that appear whole or not at all, and the pointer to the latest study."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def publish(partial: Path, final: Path) -> None:
    """Give a finished file its name, once it is safe on disk."""
    with partial.open("rb+") as file:
        os.fsync(file.fileno())
    partial.replace(final)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file at once: a temporary file beside it, fsync, rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.tmp")
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def write_json(path: Path, record: Mapping[str, Any]) -> None:
    """Write a record as indented JSON with sorted keys."""
    write_bytes(path, (json.dumps(record, indent=2, sort_keys=True, default=str) + "\n").encode())


@contextmanager
def hidden_folder(final: Path, *, keep: str = "") -> Iterator[Path]:
    """Give a hidden folder beside ``final`` that takes its place when the block ends well, and vanishes otherwise.

    Args:
        final: the folder to make.
        keep: a file; a ``final`` that holds it by the time the block ends stays, and the hidden folder vanishes.
    """
    final.parent.mkdir(parents=True, exist_ok=True)
    partial = final.with_name(f".{final.name}.{os.getpid()}.tmp")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    try:
        yield partial
        if not keep or not _taken(partial, final, keep):
            _swap(partial, final)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _taken(partial: Path, final: Path, keep: str) -> bool:
    """Give ``partial`` the name ``final`` if it is free; say whether a folder that counts now has it."""
    try:
        partial.replace(final)  # fails where a folder with files is, which no look before could rule out
    except OSError:
        return (final / keep).is_file()
    return True


def _swap(partial: Path, final: Path) -> None:
    old = final.with_name(f".{final.name}.{os.getpid()}.old")
    if final.exists():
        final.replace(old)
    partial.replace(final)
    shutil.rmtree(old, ignore_errors=True)


def point_latest(outputs: Path, folder: Path) -> Path:
    """Make ``outputs/latest`` point at a study: a symlink, or a text file with its path where links fail."""
    latest = outputs / "latest"
    target = folder.relative_to(outputs).as_posix()
    if latest.is_dir() and not latest.is_symlink():
        return folder
    partial = outputs / f".latest.{os.getpid()}.tmp"
    partial.unlink(missing_ok=True)
    try:
        partial.symlink_to(target, target_is_directory=True)
        partial.replace(latest)
    except (OSError, NotImplementedError):  # no links here (a share, or no right to make one): a text file says where
        partial.unlink(missing_ok=True)
        write_bytes(latest, (target + "\n").encode())
    return latest


def resolve(path: Path) -> Path:
    """Follow a text file ``latest`` to the study that it names, also in the middle of a path."""
    for part in (path, *path.parents):
        if part.name == "latest" and part.is_file():
            return part.parent / part.read_text(encoding="utf-8").strip() / path.relative_to(part)
    return path
