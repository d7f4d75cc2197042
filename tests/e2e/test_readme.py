"""What README and guide tell people to type works: commands, Python examples, files, links."""

from __future__ import annotations

import doctest
import re
import shlex
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from experiments import run as run_verb
from experiments.cli import main
from experiments.comparison.ask import compose_compare
from experiments.figure import _read as figure_parser
from experiments.figures.catalogue import CATALOGUE
from experiments.memo.command import _parser as memo_parser
from experiments.sweep import compose_sweep
from sim.headlines import HEADLINES
from sim.policy import Policy
from sim.roster import Roster

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)[^)]*\)")
SMALL = {"enterprises": "60", "seeds": "2"}


ONLY_READ = ("questions.md", "gallery.md")
"""Pages whose commands are composed and not planned: a command makes these pages, and runs them all."""


def blocks(language: str) -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        for found in BLOCK.finditer(page.read_text(encoding="utf-8")):
            if found[1] == language:
                yield page, found[2]


def commands() -> list[str]:
    lines = [line for _, text in blocks("sh") for line in text.splitlines() if line.startswith("opengambit ")]
    return list(dict.fromkeys(shlex.join(shlex.split(line, comments=True)) for line in lines))


@cache
def only_read() -> set[str]:
    """Return the commands that stand on the pages ``ONLY_READ`` alone."""
    found: dict[bool, set[str]] = {True: set(), False: set()}
    for page, text in blocks("sh"):
        lines = [line for line in text.splitlines() if line.startswith("opengambit ")]
        found[page.name in ONLY_READ] |= {shlex.join(shlex.split(line, comments=True)) for line in lines}
    return found[True] - found[False]


def small(args: list[str]) -> list[str]:
    """Return a run with few enterprises and seeds, one oracle for all, the plan of a study, else what is written."""
    if args == ["verify"]:
        return ["verify", "O1"]
    if args[0] in ("calibrate", "validate"):  # CI runs both with --quick, after the tests
        return [*args, "--dry-run"]
    if args[0] in ("sweep", "compare"):
        return [*(arg for arg in args if arg != "--dry-run"), "enterprises=60", "--dry-run"]
    if args[0] != "run":
        return args
    kept = [arg for arg in args if arg.partition("=")[0] not in SMALL]
    many = any(arg.startswith("seeds=") for arg in args)
    return [*kept, "enterprises=60", *(["seeds=2"] if many else [])]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder with the files that the pages say to save or to have written, and one study."""
    place = tmp_path_factory.mktemp("reader")
    for _, text in blocks("yaml"):
        (place / text.splitlines()[0].removeprefix("#").strip()).write_text(text, encoding="utf-8")
    shutil.copytree(ROOT / "docs" / "examples", place / "docs" / "examples")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        assert main(["run", "enterprises=60", "horizon=2023-06", "--quiet"]) == 0
        assert all(main(shlex.split(command)[1:]) == 0 for command in commands() if is_new(command))
    return place


def is_new(command: str) -> bool:
    """Say whether a command writes a file, and refuses to write it twice."""
    return command.startswith("opengambit new ")


def understood(words: list[str]) -> bool:
    """Say whether a command for figures or memos names what exists; tests of these verbs make them."""
    if words[0] == "memo":
        return memo_parser().parse_args(words[1:]).study == Path("outputs/latest")
    wanted = figure_parser(words[1:])
    known = wanted.family is None or wanted.family in ("all", *CATALOGUE)
    measures = [wanted.measure] if wanted.measure else []
    return known and set(measures) <= set(HEADLINES) and (wanted.study is not None or wanted.list)


def test_there_is_something_to_type() -> None:
    assert len([command for command in commands() if command.startswith("opengambit run")]) >= 10


@pytest.mark.parametrize("command", commands())
def test_the_command_works(
    command: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every command runs; figures are drawn elsewhere, so that this takes seconds."""
    words = shlex.split(command)[1:]
    if words[0] in ("figure", "memo"):
        assert understood(words)
        return
    if command in only_read():
        monkeypatch.chdir(folder)
        assert {"sweep": compose_sweep, "compare": compose_compare, "run": list}[words[0]](words[1:])
        return
    monkeypatch.chdir(tmp_path if is_new(command) else folder)
    monkeypatch.setattr(run_verb, "draw", _headline_only)
    assert main(small(words)) == 0, capsys.readouterr().err
    assert capsys.readouterr().out.strip()


def _headline_only(folder: Path, *_: Any) -> dict[str, str]:
    (folder / "adoption.png").write_bytes((ROOT / "docs" / "img" / "gallery" / "adoption.png").read_bytes())
    return {}


@pytest.mark.parametrize(("page", "text"), list(blocks("python")), ids=lambda value: getattr(value, "name", "code"))
def test_the_python_example_says_what_it_says(page: Path, text: str) -> None:
    example = doctest.DocTestParser().get_doctest(text, {}, page.name, str(page), 0)
    failed, tried = doctest.DocTestRunner(verbose=False).run(example)
    assert tried > 0
    assert failed == 0


def test_policies_on_the_pages_are_legal(folder: Path) -> None:
    files = list(folder.glob("*policy*.yaml"))
    assert files
    for path in files:
        assert Policy.load(path).entries


def test_worlds_on_the_pages_are_legal(folder: Path) -> None:
    files = list(folder.glob("*world*.yaml"))
    assert files
    for path in files:
        assert Roster.load(path).labs


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    lines = [line for _, text in blocks("sh") for line in text.splitlines()]
    wanted = {shlex.split(line)[1] for line in lines if line.startswith("make ")}
    assert wanted
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in wanted)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
