"""Verbs called in process."""

from __future__ import annotations

import json
from typing import Any

import pytest

from experiments import cli


def run(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    """Run a verb and return what it wrote."""
    assert cli.main(list(args)) == 0, capsys.readouterr().err
    return capsys.readouterr().out


def rows_of(capsys: pytest.CaptureFixture[str], *args: str) -> Any:
    """Run a verb with ``--json`` and return its answer; NaN and Infinity are no JSON."""

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    return json.loads(run(capsys, *args, "--json"), parse_constant=refuse)
