"""Runs a small study in a process of its own, which tests interrupt and kill: python driver.py OUTPUTS KIND SEEDS."""

from __future__ import annotations

import sys
from pathlib import Path

from small import a_plan

from experiments.studies import Execution, run_study

if __name__ == "__main__":
    outputs, kind, seeds = sys.argv[1:]
    plan = a_plan(int(seeds), ("status_quo", "us_all_closed"), record="summary")
    raise SystemExit(run_study(plan, Path(outputs), Execution(kind, 2), quiet=True).code)
