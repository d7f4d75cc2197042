"""`python -m benchmarks.studies`: measure and write docs/studies_speed.md (about half an hour)."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.studies.confidence import confidence
from benchmarks.studies.disk import disk
from benchmarks.studies.efficiency import efficiency, twice
from benchmarks.studies.page import page
from benchmarks.studies.sizes import FULL, Sizes

RESULTS = Path(__file__).resolve().parents[2] / "docs" / "studies_speed.md"


def main(arguments: list[str] | None = None, sizes: Sizes = FULL) -> int:
    """Measure; progress goes to stderr, the page to ``--out``."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.studies", description="Measure studies (half an hour).")
    parser.add_argument("--out", type=Path, default=RESULTS, help="page to write (default: docs/studies_speed.md)")
    out = parser.parse_args(arguments).out
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = efficiency(sizes, folder / "efficiency")
        sys.stderr.write(f"{found}\n")
        again = twice(sizes, folder / "twice")
        sys.stderr.write(f"{again}\n")
        stored = disk(sizes, folder / "disk")
        sys.stderr.write(f"{stored}\n")
        ways = []
        for way in confidence(sizes, folder / "confidence"):
            sys.stderr.write(f"{way}\n")
            ways.append(way)
    out.write_text(page(sizes, found, again, stored, ways), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
