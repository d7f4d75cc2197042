"""``opengambit doctor``: is the installation sound, where do configuration and data come from, what is weak."""

from __future__ import annotations

import dataclasses
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from experiments.info.options import parse
from experiments.info.table import Column, show, show_json, write_lines
from experiments.layers import conf_layers, shipped_conf

OK, NOTE, BROKEN = "ok", "note", "broken"
SUPPORTED = ((3, 11), (3, 14))


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        section: heading under which it stands.
        status: ``ok``, ``note`` (works, but know it) or ``broken`` (exit code 1).
        item: what was looked at.
        detail: what was found.
    """

    section: str
    status: str
    item: str
    detail: str


def main(args: list[str]) -> int:
    """Check everything; list flagged values one by one with ``--all``."""
    options = parse("doctor", args, flags=("json", "all"))
    found = [finding for check in CHECKS for finding in _guarded(check)]
    broken = sum(finding.status == BROKEN for finding in found)
    if options.json:
        show_json({"findings": [dataclasses.asdict(finding) for finding in found]} | _listed("all" in options.flags))
    else:
        _print(found, broken)
        if "all" in options.flags:
            _print_flags()
    return 1 if broken else 0


def _environment() -> Iterator[Finding]:
    section = "Environment"
    low, beyond = SUPPORTED
    wanted = f"{low[0]}.{low[1]} to {beyond[0]}.{beyond[1] - 1}"
    good = low <= sys.version_info[:2] < beyond
    found = f"{platform.python_version()} ({platform.system()} {platform.machine()}), supported: {wanted}"
    yield Finding(section, OK if good else BROKEN, "Python", found)
    try:
        requirements = metadata.requires("opengambit") or []
    except metadata.PackageNotFoundError:
        yield Finding(section, NOTE, "OpenGambit", "runs from its sources, not installed: pip install -e .")
        return
    yield Finding(section, OK, "OpenGambit", metadata.version("opengambit"))
    yield from (_library(text, section) for text in requirements if "extra ==" not in text)


def _library(text: str, section: str) -> Finding:
    from packaging.requirements import Requirement

    wanted = Requirement(text)
    try:
        version = metadata.version(wanted.name)
    except metadata.PackageNotFoundError:
        return Finding(section, BROKEN, wanted.name, f"is not installed, needed: {wanted.specifier}")
    good = wanted.specifier.contains(version, prereleases=True)
    return Finding(
        section, OK if good else BROKEN, wanted.name, version if good else f"{version}, needed: {wanted.specifier}"
    )


def _configuration() -> Iterator[Finding]:
    from experiments.info.policies import library
    from sim.errors import InputError
    from sim.policy import Policy

    section = "Configuration"
    shipped, *layers = conf_layers()
    yield Finding(section, OK if shipped.is_dir() else BROKEN, "shipped", str(shipped))
    yield from _overlay(layers, section)
    failed = []
    for name, path in library().items():
        try:
            Policy.load(path)
        except InputError as error:
            failed.append(Finding(section, BROKEN, f"policy {name}", str(error)))
    yield from failed or [Finding(section, OK, "policies", f"all {len(library())} can be read")]


def _overlay(layers: list[Path], section: str) -> Iterator[Finding]:
    if not layers:
        yield Finding(section, OK, "overlay", "none: the working folder has no conf/ of its own")
    for own in layers:
        yield Finding(section, NOTE, "overlay", f"{own.resolve()} is laid on top of the shipped configuration")
        for path in sorted(own.rglob("*.yaml")):
            name = path.relative_to(own)
            yield Finding(section, NOTE, f"conf/{name.as_posix()}", _effect(name))


def _effect(name: Path) -> str:
    if not (shipped_conf() / name).is_file():
        return "is added"
    return "replaces the shipped file" if name.parent.name else "wins over the shipped file key by key"


def _data() -> Iterator[Finding]:
    from experiments.info.quality import OUTCOMES, SERIES, months_short, newest, tables
    from experiments.provenance import model_digests
    from sim.data import FOLDER
    from sim.data.check import check_tables
    from sim.scenario import DEFAULT_HISTORY
    from sim.tables import load_world

    section = "Data"
    check_tables(FOLDER)
    load_world()
    yield Finding(section, OK, "folder", str(FOLDER))
    yield Finding(section, OK, "version", model_digests()[1][:12])
    yield Finding(section, OK, "tables", f"{len(tables())}, all legal; the replay ends with {DEFAULT_HISTORY}")
    for name, month in newest().items():
        short = months_short(month, DEFAULT_HISTORY)
        ends = f"last row {month} ({SERIES[name]})"
        if name in OUTCOMES:
            yield Finding(section, OK, name, f"{ends}; outcomes end there on purpose, later ones judge the forecasts")
        elif short:
            yield Finding(section, NOTE, name, f"{ends}, {short} months before the replay ends: the last value is held")
        else:
            yield Finding(section, OK, name, ends)


def _weak_values() -> Iterator[Finding]:
    from experiments.info.quality import MEANINGS, counted, flags
    from sim.parameters import catalogue

    tags = [info.tag.strip("[]") for info in catalogue()]
    detail = f"{tags.count('A'):>4}  of {len(tags)} are assumptions [A]: opengambit params '[A]'"
    yield Finding("Weak values", NOTE, "parameters", detail)
    for table, kind, count in counted(flags()):
        yield Finding("Weak values", NOTE, table, f"{count:>4}  {kind}: {MEANINGS.get(kind, kind)}")


def _outputs() -> Iterator[Finding]:
    folder = Path("outputs")
    place = folder if folder.exists() else Path()
    try:
        with tempfile.NamedTemporaryFile(dir=place, prefix=".opengambit-"):
            pass
    except OSError as error:
        why = error.strerror or str(error)
        yield Finding("Outputs", BROKEN, "outputs folder", f"{folder.resolve()} cannot be written: {why}")
        return
    state = "can be written" if folder.exists() else "is not there yet and can be made"
    yield Finding("Outputs", OK, "outputs folder", f"{folder.resolve()} {state}")


CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (_environment, _configuration, _data, _weak_values, _outputs)


def _guarded(check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """Run a check; what stops it is a finding of its own, so that the others still run."""
    try:
        yield from check()
    except Exception as error:  # noqa: BLE001  # a doctor reports whatever is broken
        section = check.__name__.strip("_").replace("_", " ").capitalize()
        yield Finding(section, BROKEN, type(error).__name__, str(error))


def _print(found: list[Finding], broken: int) -> None:
    lines = []
    width = max(len(finding.item) for finding in found)
    for section in dict.fromkeys(finding.section for finding in found):
        lines += ["", section]
        lines += [f"  {f.status:<6}  {f.item:<{width}}  {f.detail}" for f in found if f.section == section]
    verdict = f"{broken} broken." if broken else "Nothing is broken."
    write_lines([*lines[1:], "", f"{verdict} Each weak value: opengambit doctor --all"], indent=width + 12)


def _listed(everything: bool) -> dict[str, object]:
    from experiments.info.quality import flags

    return {"flags": [dataclasses.asdict(flag) | {"meaning": flag.meaning} for flag in flags()]} if everything else {}


def _print_flags() -> None:
    from experiments.info.quality import flags

    columns = (
        Column("table", "table", keep=True),
        Column("kind", "flag"),
        Column("item", "row"),
        Column("detail", "note"),
    )
    rows = [dataclasses.asdict(flag) for flag in flags()]
    show(rows, columns, title=f"\n{len(rows)} weak values", as_json=False)
