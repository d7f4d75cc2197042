"""What made a result: command, scenario, seeds, code, data, libraries; and how files carry it.

A plan is (scenario digest, seeds, digest of the model's code and data). Its first eight hex digits name the study
folder, so that the same question finds the same answer and changed code never does. Docs, figures and the command
line are outside the digest: they change no number.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

import sim

KEY = "opengambit"
LIBRARIES = ("mesa", "numpy", "pandas", "pyarrow", "pydantic", "scipy", "matplotlib", "hydra-core")
NOT_SHIPPED = {"raw", "build", "__pycache__"}


@dataclass(frozen=True)
class Provenance:
    """Everything that made a study.

    Attributes:
        command: what the user typed.
        name: name of the study.
        scenario: name of the scenario.
        scenario_digest: sha256 of the resolved scenario.
        config: the resolved scenario as plain data.
        seeds: seeds, in order.
        record: recording level; ``summary`` keeps the bands only.
        version: version of the package.
        code: sha256 over the sources of the model.
        data: sha256 over the tables of the model.
        git: ``sha`` and ``dirty`` where the model runs from a git checkout.
        python: version of Python.
        libraries: versions of the libraries that numbers or figures depend on.
    """

    command: str
    name: str
    scenario: str
    scenario_digest: str
    config: Mapping[str, Any]
    seeds: tuple[int, ...]
    version: str
    code: str
    data: str
    git: Mapping[str, Any] | None = None
    python: str = ""
    libraries: Mapping[str, str] = field(default_factory=dict)
    record: str = "series"

    @property
    def plan(self) -> str:
        """Eight hex digits that name the study folder."""
        seeds = ",".join(map(str, self.seeds))
        return digest(["plan", self.scenario_digest, seeds, self.code, self.data, self.record])[:8]

    def run_id(self, seed: int) -> str:
        """Return the id of one run: the same scenario, seed, code and data give the same id."""
        return digest(["run", self.scenario_digest, str(seed), self.code, self.data])[:12]

    def core(self) -> dict[str, Any]:
        """Return the part that fixes the numbers; tables carry it, so that equal numbers are equal bytes."""
        keys = ("scenario", "scenario_digest", "seeds", "version", "code", "data")
        return {"run": self.plan} | {key: value for key, value in asdict(self).items() if key in keys}

    def stamp(self) -> dict[str, Any]:
        """Return what a figure carries: the core, the command and the git state."""
        return self.core() | {"command": self.command, "git": self.git}

    def as_dict(self) -> dict[str, Any]:
        """Return everything, as ``provenance.json`` holds it."""
        return {"run": self.plan} | asdict(self)


def digest(parts: Iterable[str]) -> str:
    """Return the sha256 of texts, each closed by a zero byte."""
    state = hashlib.sha256()
    for part in parts:
        state.update(part.encode() + b"\0")
    return state.hexdigest()


def tree_digest(root: Path, suffixes: Iterable[str]) -> str:
    """Return the sha256 over relative path and content of the files below ``root`` with these suffixes."""
    wanted, state = set(suffixes), hashlib.sha256()
    for path in sorted(root.rglob("*"), key=lambda p: p.relative_to(root).as_posix()):
        parts = path.relative_to(root).parts
        if path.suffix not in wanted or NOT_SHIPPED.intersection(parts):
            continue
        state.update("/".join(parts).encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return state.hexdigest()


@lru_cache(maxsize=1)
def model_digests() -> tuple[str, str]:
    """Return the sha256 of the model's sources and of its data tables."""
    root = Path(sim.__file__).parent
    return tree_digest(root, {".py"}), tree_digest(root / "data", {".csv", ".json", ".yaml"})


def collect(
    *,
    command: str,
    name: str,
    scenario: str,
    scenario_digest: str,
    config: Mapping[str, Any],
    seeds: Iterable[int],
    record: str = "series",
) -> Provenance:
    """Gather what made a study on this machine."""
    import platform

    code, data = model_digests()
    return Provenance(
        command=command, name=name, scenario=scenario, scenario_digest=scenario_digest, config=config,
        seeds=tuple(seeds), version=version(), code=code, data=data, git=git_state(),
        python=platform.python_version(), libraries=_libraries(), record=record,
    )  # fmt: skip


def version() -> str:
    """Return the version of the installed package, ``unknown`` when it runs uninstalled."""
    try:
        return metadata.version("opengambit")
    except metadata.PackageNotFoundError:
        return "unknown"


def _libraries() -> dict[str, str]:
    found = {}
    for library in LIBRARIES:
        try:
            found[library] = metadata.version(library)
        except metadata.PackageNotFoundError:
            continue
    return found


def git_state() -> dict[str, Any] | None:
    """Return commit and dirty flag of the checkout that holds the model; None outside one."""
    root = Path(sim.__file__).resolve().parent.parent
    if not (root / ".git").exists():
        return None
    sha, status = _git(root, "rev-parse", "HEAD"), _git(root, "status", "--porcelain")
    return {"sha": sha, "dirty": None if status is None else bool(status)}


def _git(root: Path, *words: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def to_json(record: Mapping[str, Any]) -> str:
    """Write a record as ASCII JSON in one line, keys sorted."""
    return json.dumps(record, sort_keys=True, default=str)


def figure_metadata(suffix: str, title: str, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the metadata that matplotlib writes into a PNG, SVG or PDF; no dates, so that bytes repeat."""
    text = to_json(record)
    match suffix:
        case ".png":
            return {"Software": None, "Title": title, KEY: text}
        case ".svg":
            return {"Date": None, "Creator": None, "Title": title, "Description": text}
        case ".pdf":
            return {"Creator": None, "Producer": None, "CreationDate": None, "Title": title, "Keywords": text}
    raise ValueError(f"figures are written as .png, .svg or .pdf, not {suffix!r}")
