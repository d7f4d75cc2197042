"""The test suite on every other supported Python that this machine has: ``nox`` (make versions).

Each interpreter gets an environment of its own with the newest releases that it can take, its newest Mesa among them.
For an interpreter that is not found, pip resolves the dependencies without installing anything.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nox

VERSIONS = ("3.11", "3.12", "3.13")
MANAGERS = (
    "~/.pyenv/versions/{version}*/bin",
    "~/.local/share/uv/python/cpython-{version}*/bin",
    "~/.local/share/mise/installs/python/{version}*/bin",
    "~/.asdf/installs/python/{version}*/bin",
    "~/.rye/py/cpython@{version}*/bin",
    "/opt/python/cp{compact}-cp{compact}/bin",
    "/usr/local/bin",
    "/usr/bin",
)
"""Where version managers and Debian keep interpreters that may not be on the path."""
LEFT_OUT = (
    "--ignore=tests/oracles", "--ignore=tests/benchmarks", "--ignore=tests/e2e/test_readme.py",
    "--ignore=tests/experiments/memo", "--ignore=tests/experiments/calibration",
    "--ignore=tests/experiments/validation",
)  # fmt: skip
"""Exact answers, speed, commands of the pages, memos, calibration and validation from end to end: they take long and
hang on no version of Python; make test has them."""
SOURCE_ONLY = "hydra-core"
"""One of its pure Python dependencies has no wheel, without which pip resolves for no interpreter but its own."""
nox.options.error_on_missing_interpreters = False
nox.options.reuse_existing_virtualenvs = True


def found(version: str) -> str | None:
    """Return an interpreter of a version, on the path or where version managers keep theirs."""
    name = f"python{version}"
    for pattern in ("", *MANAGERS):
        text = str(Path(pattern.format(version=version, compact=version.replace(".", ""))).expanduser())
        places = sorted(Path("/").glob(text.lstrip("/")), reverse=True) if pattern else [None]
        for place in places:
            path = shutil.which(name, path=str(place) if place else None)
            if path and runs(path, version):
                return path
    return None


def runs(path: str, version: str) -> bool:
    """Say whether an interpreter starts and is what its name says (a version manager's shim may not be)."""
    command = [path, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and answer.stdout.strip() == version


INTERPRETERS = {version: path for version in VERSIONS if (path := found(version))}
os.environ["PATH"] = os.pathsep.join(
    [*dict.fromkeys(str(Path(p).parent) for p in INTERPRETERS.values()), os.environ["PATH"]]
)
RUNNING = f"{sys.version_info[0]}.{sys.version_info[1]}"
OTHERS = [version for version in INTERPRETERS if version != RUNNING]
nox.options.sessions = [*(["tests"] if OTHERS else []), "resolve"]


@nox.session(python=OTHERS)
def tests(session: nox.Session) -> None:
    """Run the suite but for what ``LEFT_OUT`` names (arguments go to pytest instead)."""
    session.install("--quiet", "--upgrade", "--upgrade-strategy", "eager", "-e", ".[dev]")
    session.run(
        "python", "-c", "import mesa, sys; print('Python', sys.version.split()[0], 'with Mesa', mesa.__version__)"
    )
    session.run("python", "-m", "pytest", *(session.posargs or ["-n", "auto", "--dist", "loadfile", *LEFT_OUT]))


@nox.session(python=False)
def resolve(session: nox.Session) -> None:
    """Resolve the dependencies for the versions that this machine has no interpreter of."""
    missing = [version for version in VERSIONS if version not in INTERPRETERS]
    session.log(f"interpreters found: {', '.join(INTERPRETERS) or 'none'}; not found: {', '.join(missing) or 'none'}")
    for version in missing:
        with tempfile.TemporaryDirectory() as folder:
            session.run(
                sys.executable,
                *("-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--dry-run", "--target", folder),
                *("--python-version", version, "--only-binary", ":all:", *requirements()),
                external=True,
            )
        session.log(f"Python {version}: not tested here, but its dependencies resolve (but for {SOURCE_ONLY})")


def requirements() -> list[str]:
    """Return what the project needs at run time, as its metadata says, less what can't be resolved from afar."""
    text = Path("pyproject.toml").read_text(encoding="utf-8")
    block = re.search(r"^dependencies = \[(.*?)^\]", text, re.DOTALL | re.MULTILINE)
    assert block is not None
    found = re.findall(r'"([^"]+)"', block.group(1))
    return [requirement for requirement in found if not requirement.startswith(SOURCE_ONLY)]
