"""Rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MAX_LINES = 350
TEXT = {".py", ".md", ".toml", ".yaml", ".yml", ".csv", ".json", ".txt", ".cff", ".mplstyle", ""}

# Spelt in pieces, so that this file doesn't hold what it looks for.
TOP_FOLDERS = ("ro" + "ot", "ho" + "me", "Us" + "ers", "t" + "mp", "wo" + "rk", "m" + "nt", "s" + "rv")
MACHINE_PATH = re.compile(r"(?<![\w.:/~$}*-])/(?:" + "|".join(TOP_FOLDERS) + r")/\w|\b[A-Z]:\\\w")
OUTSIDE = re.compile(r"\.\./" + "shared")
REGISTRY = re.compile(
    "|".join(
        (
            "py" + r"pi\.org",
            "python" + "hosted",
            "npm" + r"js\.",
            "ana" + r"conda\.(?:org|com)",
            "crates" + r"\.io",
            "deb" + r"\.debian",
            "index" + "-url",
        )
    ),
    re.I,
)


def project_files() -> list[Path]:
    """Return the files that are, or are about to be, tracked; in an unpacked archive, all of them."""
    if shutil.which("git") and (ROOT / ".git").exists():
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
        return sorted(ROOT / name for name in listed if name and (ROOT / name).is_file())
    skipped = ("outputs", "build", "dist", "__pycache__")
    inside = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    return sorted(ROOT / p for p in inside if not any(part in skipped or part[0] == "." for part in p.parts[:-1]))


def python_files(*folders: str) -> list[Path]:
    """Return the Python files of the project below ``folders``."""
    roots = [ROOT / folder for folder in folders]
    return [path for path in project_files() if path.suffix == ".py" and any(r in path.parents for r in roots)]


def name_of(path: Path) -> str:
    """Return the path inside the project, as reports show it."""
    return path.relative_to(ROOT).as_posix()


def imports(tree: ast.AST) -> Iterator[str]:
    """Yield the dotted names that a module imports, lazily or not."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name: str, *packages: str) -> bool:
    """Say whether a dotted name is one of the packages or inside one."""
    return any(name == package or name.startswith(package + ".") for package in packages)


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    """Return the places in the project's text files where the pattern stands."""
    found = []
    for path in project_files():
        if path.suffix in TEXT:
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                if pattern.search(line):
                    found.append(f"{name_of(path)}:{number}")
    return found


@pytest.mark.parametrize("pattern", [MACHINE_PATH, OUTSIDE, REGISTRY], ids=["machine path", "outside path", "registry"])
def test_nothing_names_a_machine_or_a_registry(pattern: re.Pattern[str]) -> None:
    assert lines_with(pattern) == []


def test_patterns_catch_what_they_are_for() -> None:
    assert MACHINE_PATH.search("open('/" + "home/ada/x.csv')")
    assert MACHINE_PATH.search("C:" + "\\Users")
    assert not MACHINE_PATH.search("https://example.com/home/page")
    assert REGISTRY.search("https://py" + "pi.org/simple")


def test_python_files_are_short() -> None:
    lengths = {
        name_of(p): len(p.read_text(encoding="utf-8").splitlines()) for p in project_files() if p.suffix == ".py"
    }
    assert {name: length for name, length in lengths.items() if length > MAX_LINES} == {}


def test_randomness_is_keyed() -> None:
    """Only sim/rng.py may touch a generator: a stray draw would change everybody's luck."""
    offenders = []
    for path in python_files("sim", "experiments"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        stray = [name for name in imports(tree) if within(name, "random", "numpy.random")]
        stray += [
            f"{node.value.id}.random"
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and node.attr == "random"
            and isinstance(node.value, ast.Name)
            and node.value.id in ("np", "numpy")
        ]
        if stray and name_of(path) != "sim/rng.py":
            offenders.append((name_of(path), stray))
    assert offenders == []


def test_sim_knows_no_studies() -> None:
    banned = ("experiments", "hydra", "omegaconf", "matplotlib", "rich", "tests", "benchmarks")
    offenders = [
        (name_of(path), name)
        for path in python_files("sim")
        for name in imports(ast.parse(path.read_text(encoding="utf-8")))
        if within(name, *banned)
    ]
    assert offenders == []


def test_market_is_pure() -> None:
    """The equations import nothing of the project but each other, the shared array types and the calendar."""
    offenders = [
        (name_of(path), name)
        for path in python_files("sim/market")
        for name in imports(ast.parse(path.read_text(encoding="utf-8")))
        if within(name, "sim", "experiments", "mesa", "pandas")
        and not within(name, "sim.market", "sim.types", "sim.calendar")
    ]
    assert offenders == []


def test_configuration_is_data() -> None:
    """No ``_target_``: a configuration from a colleague never runs code."""
    targets = [
        name_of(p)
        for p in (ROOT / "conf").rglob("*.yaml")
        if re.search(r"^\s*_target_\s*:", p.read_text(encoding="utf-8"), re.M)
    ]
    assert targets == []


def test_one_version() -> None:
    from sim import __version__

    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    cited = re.search(r"^version: (\S+)$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.M)
    assert cited is not None
    assert declared == __version__ == cited[1]
    assert f"## {declared}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_public_names_hold_whatever_was_imported_first() -> None:
    """``sim.running`` is the function, also after the module of that name was imported."""
    code = "import sim.running, sim.model; from sim import Scenario, simulate; assert callable(simulate), simulate"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
