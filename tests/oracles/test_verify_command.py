"""``opengambit verify``: the table, the exit code, and what it says of a wrong answer."""

from __future__ import annotations

import json

import pytest

from experiments.cli import main
from experiments.verify import Outcome, run
from experiments.verify.check import Check, Oracle, holds, same, sampled
from experiments.verify.oracles import ORACLES
from experiments.verify.page import PAGE, contents, page
from experiments.verify.report import sentence

NAMES = [f"O{k}" for k in range(1, 31)]


def broken(*checks: Check) -> Oracle:
    return Oracle("O99", "a wrong answer", "nothing is set up.", "it is wrong.", lambda: checks)


def test_every_oracle_of_the_specification_is_there() -> None:
    assert [name for name in ORACLES if name.removesuffix("b") in NAMES] == list(ORACLES)
    assert set(NAMES) - set(ORACLES) == set()


def test_a_table_of_one_oracle(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "o1"]) == 0
    text = capsys.readouterr().out
    for word in ("oracle", "what is tested", "expected", "got", "error", "tolerance", "pass", "1 oracles", "all pass"):
        assert word in text
    assert "0.426933" in text


@pytest.mark.slow
def test_all_of_them_in_one_go(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify"]) == 0
    assert f"{len(ORACLES)} oracles" in capsys.readouterr().out


def test_json_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "O29", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["summary"]["oracles"] == 1 and found["summary"]["failed"] == []
    assert all(row["result"] == "pass" for row in found["checks"])


def test_the_list_runs_nothing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.verify.run", lambda oracle: pytest.fail("it ran"))
    assert main(["verify", "--list"]) == 0
    text = capsys.readouterr().out
    assert all(f"{name}  " in text and oracle.answer in text for name, oracle in ORACLES.items())


def test_an_oracle_that_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "O31"]) == 2
    assert "there is no such oracle" in capsys.readouterr().err


def test_a_wrong_number_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(ORACLES, "O99", broken(Check("a number", 1.0, 1.0 + 1e-7)))
    assert main(["verify", "O99"]) == 1
    assert "FAIL" in capsys.readouterr().out


def test_what_stops_it_is_its_result(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def stops() -> list[Check]:
        raise ZeroDivisionError("nothing to divide by")

    monkeypatch.setitem(ORACLES, "O99", Oracle("O99", "it stops", "s.", "a.", stops))
    assert main(["verify", "O99", "O29"]) == 1
    text = capsys.readouterr().out
    assert "ZeroDivisionError: nothing to divide by" in text and "failed: O99" in text


@pytest.mark.parametrize(
    ("check", "passes"),
    [
        (Check("equal", 2.0, 2.0, 0.0), True),
        (Check("absolute", 100.0, 100.5, 0.4), False),
        (Check("relative", 100.0, 100.5, 0.01, relative=True), True),
        (Check("not a number", 1.0, float("nan"), 1e9), False),
        (Check("infinite", float("inf"), float("inf"), 0.0), False),
        (sampled("inside", 0.5, 0.53, 0.01), True),
        (sampled("outside", 0.5, 0.55, 0.01), False),
        (same("bytes", 0), True),
        (same("bytes", 3), False),
        (holds("true", True), True),
        (holds("false", False), False),
    ],
)
def test_checks(check: Check, passes: bool) -> None:
    assert check.passed is passes


def test_no_check_is_no_pass() -> None:
    outcome = run(broken())
    assert not outcome.passed and "failed: O99" in sentence([outcome])


def test_the_page_has_every_oracle_as_it_is_set_up() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for oracle in ORACLES.values():
        assert "\n".join(contents(oracle)) in text, f"{oracle.name}: run python -m experiments.verify.page"
    assert "| **no** |" not in text


def test_the_page_shows_what_fails() -> None:
    outcome = Outcome(broken(), (Check("a number", 1.0, 2.0),), "", 0.1)
    assert "| a number | - | 1 | 2 | 1.0e+00 | 1.0e-08 | **no** |" in page([outcome])
