"""The studies of ``memo_studies``, each made when the first test asks for it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from memo_studies import make

Studies = Callable[[str], Path]


@pytest.fixture(scope="session")
def studies(tmp_path_factory: pytest.TempPathFactory) -> Studies:
    """Return a function that gives the study of a name; policies lie in the folder above ``outputs``."""
    home = tmp_path_factory.mktemp("memo")
    found: dict[str, Path] = {}

    def study(name: str) -> Path:
        if name not in found:
            before = Path.cwd()
            os.chdir(home)
            try:
                found[name] = home / make(name)
            finally:
                os.chdir(before)
        return found[name]

    return study


@pytest.fixture
def at_home(studies: Studies, monkeypatch: pytest.MonkeyPatch) -> Studies:
    """Return the same, with the working folder that the studies were made in."""

    def study(name: str) -> Path:
        folder = studies(name)
        monkeypatch.chdir(folder.parents[2])
        return folder

    return study
