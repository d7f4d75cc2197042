"""`python -m benchmarks`: measure, print the table, write docs/speed.md."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.plan import FULL, Plan
from benchmarks.report import markdown, measure, plain

RESULTS = Path(__file__).resolve().parents[1] / "docs" / "speed.md"


def main(arguments: list[str] | None = None, plan: Plan = FULL) -> int:
    """Measure a plan; progress goes to stderr, the table to stdout and the page to ``--out``."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure speed and memory (2 minutes).")
    parser.add_argument("--out", type=Path, default=RESULTS, help="page to write (default: docs/speed.md)")
    out = parser.parse_args(arguments).out
    rows = []
    for row in measure(plan):
        print(f"measured: {row.what}", file=sys.stderr)
        rows.append(row)
    out.write_text(markdown(rows, plan), encoding="utf-8")
    print(*plain(rows), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
