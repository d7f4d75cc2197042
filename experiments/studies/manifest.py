"""The manifest of a study: which files hold which rows. Readers trust it, not what merely lies in the folder."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.folders import resolve
from experiments.studies.disk import save, sha256
from experiments.studies.plan import FORMAT, SHARD
from sim.errors import InputError, Problem

MANIFEST, PLAN, TABLE = "manifest.json", "plan.json", "plan.parquet"
VERSION = ("format", "code", "data")
"""Keys of a plan that say which version of the model made it."""


@dataclass(frozen=True)
class ShardFile:
    """One file of a shard.

    Attributes:
        path: inside the study, ``tables/<table>/<shard>-<digest>.parquet``.
        table: name of the table.
        shard: number of the shard.
        runs: number of plan rows that it holds, failed ones included.
        bytes: size.
        sha256: digest of the content.
    """

    path: str
    table: str
    shard: int
    runs: int
    bytes: int
    sha256: str

    def is_whole(self, folder: Path, *, deep: bool = False) -> bool:
        """Say whether the file is there with its size and, if ``deep``, its content."""
        path = folder / self.path
        try:
            return path.stat().st_size == self.bytes and (not deep or sha256(path) == self.sha256)
        except OSError:
            return False

    def rows(self, runs: int) -> str:
        """Name the plan rows of the shard, of a plan of so many runs."""
        return f"{self.shard * SHARD} to {min((self.shard + 1) * SHARD, runs) - 1}"


@dataclass(frozen=True)
class Manifest:
    """All files of a study's tables, by shard and table."""

    plan: str
    files: tuple[ShardFile, ...] = ()

    def with_shard(self, shard: int, files: Iterable[ShardFile]) -> Manifest:
        """Return it with the files of one shard replaced."""
        others = [file for file in self.files if file.shard != shard]
        return Manifest(self.plan, tuple(sorted([*others, *files], key=lambda f: (f.shard, f.table))))

    def of(self, shard: int) -> tuple[ShardFile, ...]:
        """Return the files of a shard."""
        return tuple(file for file in self.files if file.shard == shard)

    def table(self, name: str) -> tuple[ShardFile, ...]:
        """Return the files of a table, by shard."""
        return tuple(file for file in self.files if file.table == name)

    def damaged(self, folder: Path) -> tuple[ShardFile, ...]:
        """Return the files that are missing or damaged; reads every byte."""
        return tuple(file for file in self.files if not file.is_whole(folder, deep=True))

    @property
    def runs(self) -> int:
        """The number of plan rows that are there, failed ones included."""
        return sum(file.runs for file in self.table("runs"))

    def save(self, folder: Path) -> None:
        """Write ``manifest.json`` at once."""
        record = {"format": FORMAT, "plan": self.plan, "runs": self.runs, "files": [vars(file) for file in self.files]}
        save(folder / MANIFEST, (json.dumps(record, indent=2, sort_keys=True) + "\n").encode())

    @classmethod
    def load(cls, folder: Path) -> Manifest:
        """Read ``manifest.json``.

        Raises:
            InputError: if the folder is no study of this kind, or one of another format.
        """
        record = _read(folder, MANIFEST)
        return cls(record["plan"], tuple(ShardFile(**file) for file in record["files"]))


def load_plan(folder: Path) -> dict[str, Any]:
    """Read ``plan.json``.

    Raises:
        InputError: if the folder is no study of this kind, or one of another format.
    """
    return _read(resolve(folder), PLAN)


def refuse_other(folder: Path, mine: Mapping[str, Any]) -> None:
    """Refuse a folder whose plan is not mine: results of two versions are never mixed.

    Plans of one digest ask for the same runs, in whatever words: they differ at most in their version.

    Args:
        folder: the study folder.
        mine: the plan as plain data.

    Raises:
        InputError: names each key that differs.
    """
    theirs = load_plan(folder)
    plain = json.loads(json.dumps(dict(mine), default=str))
    what = {"code": "the source of the model", "data": "the data of the model"}
    same = theirs.get("digest") == plain["digest"]
    compared = VERSION if same else plain.keys() | theirs.keys()
    problems = [
        Problem(
            str(folder / PLAN), key,
            f"this study was made with {_short(theirs.get(key))}, now it is {_short(plain.get(key))}"
            + (f" ({what[key]} has changed)" if key in what else ""),
            "another name= or outputs=, or the version that made it; results of two versions are not mixed",
        )
        for key in sorted(compared)
        if plain.get(key) != theirs.get(key) and key not in ("plan", "digest")
    ]  # fmt: skip
    if not problems and not same:
        problems = [Problem(str(folder / PLAN), "digest", "this study has other runs", "another name=")]
    if problems:
        raise InputError(problems)


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 40 else f"{text[:20]}..."


def _read(folder: Path, name: str) -> dict[str, Any]:
    path = folder / name
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise _no_study(folder) from error
    except (OSError, ValueError) as error:
        raise InputError(Problem(str(path), name, f"the file can't be read: {error}")) from error
    if "runs" not in record:
        raise _no_study(folder)
    if record.get("format") != FORMAT:
        message = f"this study has format {record.get('format')}, and this version reads format {FORMAT}"
        raise InputError(Problem(str(path), "format", message, "the version that made it"))
    return dict(record)


def _no_study(folder: Path) -> InputError:
    legal = "a folder outputs/<verb>-<name>/<8 hex> that a sweep or a comparison wrote, or outputs/latest"
    return InputError(Problem("study", str(folder), "there is no study of many runs here", legal))
