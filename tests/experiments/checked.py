"""Files written as a user writes them, and what ``opengambit check`` says of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments import cli

BAN = "{actor: EU, lever: model_ban, target: {developer: CN}, value: 1, from: 2027-01}"


def write(text: str, name: str = "mine.yaml") -> str:
    """Write a file, with its folders, and return its name."""
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return name


def policy(*entries: str, head: str = "name: mine\n") -> str:
    """Write a policy of some entries and return its name."""
    return write(f"{head}entries:\n" + "".join(f"  - {entry}\n" for entry in entries))


def refused(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    """Run ``check`` on what must be refused, and return the message."""
    assert cli.main(["check", *args]) == 2, capsys.readouterr().out
    said = capsys.readouterr()
    assert said.err.startswith("opengambit: ")
    assert "fault of OpenGambit" not in said.err
    return said.err.removeprefix("opengambit: ")


def facts(text: str, number: int = 1) -> dict[str, str]:
    """Return the labelled lines of one entry."""
    block = text.split(f"\n{number}. ", 1)[1].split("\n\n", 1)[0]
    return {line[3:13].strip(): line[13:].strip() for line in block.splitlines()[1:]}
