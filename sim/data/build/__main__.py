"""``python -m sim.data.build [--check]``: write the tables of sim/data, or say whether they are up to date."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sim.data import FOLDER
from sim.data.build import (
    availability,
    bans,
    chips,
    compute_ranges,
    crosswalk,
    fit,
    hosts,
    labs,
    lines,
    models,
    observations,
    prices,
    promotions,
    regions,
    rent,
    router,
    trust,
)
from sim.data.build.tables import Raw
from sim.errors import InputError


def files(raw: Raw) -> dict[str, bytes]:
    """Return every processed file by name."""
    scale = crosswalk.build(raw)
    tables = [
        regions.build(raw),
        labs.build(raw),
        labs.aliases(raw),
        lines.build(raw),
        models.build(raw, scale),
        prices.build(raw),
        hosts.build(raw),
        *promotions.build(raw),
        availability.build(raw),
        rent.build(raw),
        chips.build(raw),
        compute_ranges.build(raw),
        trust.build(),
        bans.build(),
        fit.build(),
        observations.build(raw),
        router.build(raw),
    ]
    return {table.name: table.render() for table in tables} | {"crosswalk.json": scale.render()}


def stale(folder: Path, made: dict[str, bytes]) -> list[str]:
    """Return the names of the files in ``folder`` that differ from what the scripts make."""
    return [name for name, content in made.items() if not _same(folder / name, content)]


def _same(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


def main(arguments: list[str] | None = None) -> int:
    """Write the tables, or with ``--check`` return 1 if any differs."""
    parser = argparse.ArgumentParser(prog="python -m sim.data.build", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a table is out of date")
    options = parser.parse_args(arguments)
    try:
        made = files(Raw())
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    if options.check:
        old = stale(FOLDER, made)
        print(f"out of date: {', '.join(old)}" if old else f"{len(made)} files are up to date")
        return int(bool(old))
    for name, content in made.items():
        (FOLDER / name).write_bytes(content)
    for name, content in made.items():
        print(f"{name}: {max(content.count(10) - 1, 0)} lines")
    print(made["crosswalk.json"].decode("utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
