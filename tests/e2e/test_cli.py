"""The command as people type it: help, tables, bad input, exit codes."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest

from experiments.manual import VERBS, overview

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("mesa", "pandas", "matplotlib", "hydra", "omegaconf", "numpy", "scipy", "pydantic", "rich", "yaml")


def opengambit(*args: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, in a folder that holds nothing of the project."""
    command = [sys.executable, "-m", "experiments.cli", *args]
    env = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "MPLBACKEND": "Agg"}
    return subprocess.run(
        command,
        cwd=cwd or ROOT,
        env=env,
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        check=False,
    )


def refused(result: subprocess.CompletedProcess[str]) -> str:
    """Check that input was refused in one message, and return it."""
    assert result.returncode == 2, result.stderr
    assert "Traceback" not in result.stderr
    assert result.stderr.startswith("opengambit: ")
    return result.stderr


def test_help_is_there_at_once() -> None:
    opengambit("--help")
    start = time.perf_counter()
    result = opengambit("--help")
    assert time.perf_counter() - start < 0.4
    assert result.returncode == 0
    assert "opengambit run" in result.stdout


def test_help_imports_nothing_heavy() -> None:
    code = "import sys, experiments.cli; experiments.cli.main(['--help']); experiments.cli.main(['run', '--help']); "
    code += f"sys.exit(','.join(m for m in {HEAVY} if m in sys.modules) or 0)"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr.strip()) == (0, "")


@pytest.mark.parametrize("args", [(), ("-h",), ("help",)])
def test_overview_names_every_verb(args: tuple[str, ...]) -> None:
    result = opengambit(*args)
    assert result.returncode == 0
    assert result.stdout == overview()
    assert all(f"  {name} " in result.stdout for name in VERBS)


@pytest.mark.parametrize("args", [("run", "--help"), ("help", "run"), ("run", "seed=1", "-h"), ("--help", "run")])
def test_each_verb_teaches(args: tuple[str, ...]) -> None:
    result = opengambit(*args)
    assert result.returncode == 0
    assert "lever.NAME.ACTOR.TARGET=VALUE@YYYY-MM" in result.stdout


def test_version() -> None:
    from sim import __version__

    assert opengambit("--version").stdout == f"opengambit {__version__}\n"


def test_unknown_verb_names_the_nearest() -> None:
    assert "Did you mean 'opengambit params'?" in refused(opengambit("parms"))


def test_override_without_a_verb() -> None:
    assert "opengambit run seed=1" in refused(opengambit("seed=1"))


@pytest.mark.parametrize(
    ("args", "hint"),
    [
        (("params", "--jsn"), "Did you mean '--json'?"),
        (("params", "gama"), "Did you mean 'demand.gamma'?"),
        (("labs", "Deepsek"), "Did you mean 'DeepSeek'?"),
        (("levers", "hosting_localization"), "Did you mean 'hosting_localisation'?"),
        (("policies", "status_qou"), "Did you mean 'status_quo'?"),
        (("world", "--month"), "needs a value"),
        (("world", "--month", "2025-13"), "is not a month"),
        (("world", "--month", "2031-01"), "no data"),
        (("world", "--by", "region"), "--by lab"),
        (("world", "stylisd"), "Did you mean 'stylised'?"),
        (("world", "stylised", "--month", "2025-08"), "no months of data"),
    ],
)
def test_bad_input_is_refused_in_one_message(args: tuple[str, ...], hint: str) -> None:
    assert hint in refused(opengambit(*args))


@pytest.mark.parametrize("args", [("show",), ("show", "no_such_figure.png")])
def test_show_needs_something_to_show(args: tuple[str, ...]) -> None:
    result = opengambit(*args)
    assert result.returncode == 2
    assert "show" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("overrides", "hint"),
    [
        (["policy=status_qou"], "status_quo"),
        (["params.demand.switching_cst=1"], "switching_cost"),
        (["params.demand.switching_cost=-1"], "switching_cost"),
        (["horizon=2022-12"], "horizon"),
        (["history.until=2027-06"], "history.until"),
        (["lever.chip_export_quota.US.CN=-5@2027-01"], "chip_export_quota"),
        (["lever.adoption_psh.US.US=1@2024-01"], "adoption_push"),
        (["enterprises=12"], "enterprises"),
        (["sed=1"], "seed"),
    ],
)
def test_bad_runs_write_nothing(overrides: list[str], hint: str, tmp_path: Path) -> None:
    assert hint in refused(opengambit("run", *overrides, cwd=tmp_path))
    assert list(tmp_path.rglob("*")) == []


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    message = refused(opengambit("run", "params.demand.switching_cst=1", "params.demand.review=9", cwd=tmp_path))
    assert "switching_cost" in message
    assert "demand.review" in message


@pytest.mark.parametrize(
    ("entries", "hint"),
    [
        ("{from: 2025-01, actor: US, lever: modl_ban, target: {developer: CN}, value: 1}", "model_ban"),
        ("{from: 2025-01, actor: OpenAI, lever: procurement_ban, target: {developer: CN}, value: 1}", "OpenAI"),
        ("{from: 2025-13, actor: US, lever: adoption_push, value: 0.1}", "2025-13"),
        ("{from: 2025-01, actor: US, lever: adoption_push, value: 7}", "adoption_push"),
        (
            "{from: 2025-01, until: 2025-06, actor: US, lever: adoption_push, value: 0.1}, "
            "{from: 2025-04, until: 2025-09, actor: US, lever: adoption_push, value: 0.2}",
            "overlap",
        ),
    ],
)
def test_bad_policy_files_are_refused(entries: str, hint: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(f"name: mine\ntitle: t\nquestion: q\nentries: [{entries}]\n", encoding="utf-8")
    message = refused(opengambit("run", "policy=mine.yaml", cwd=tmp_path))
    assert hint in message
    assert "mine.yaml:" in message
    assert list(tmp_path.iterdir()) == [path]


def test_an_outputs_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    assert "taken" in refused(opengambit("run", "outputs=taken", cwd=tmp_path))


LEFT_OUT = {
    "run",
    "show",
    "results",
    "sweep",
    "compare",
    "memo",
    "figure",
    "doctor",
    "new",
    "check",
    "calibrate",
    "validate",
}
"""Verbs whose examples other tests run: those of studies in tests/experiments, on small worlds."""
INFO_EXAMPLES = [
    command
    for name, verb in VERBS.items()
    if name not in LEFT_OUT
    for command, _ in verb.examples
    if command != "opengambit verify"  # tests/oracles runs them all
]


@pytest.mark.parametrize("command", INFO_EXAMPLES)
def test_examples_of_help_work(command: str) -> None:
    result = opengambit(*shlex.split(command)[1:])
    assert result.returncode == 0, result.stderr
    assert len(result.stdout.splitlines()) > 3


def test_examples_of_run_name_what_exists() -> None:
    from experiments.info.policies import library

    for command, _ in VERBS["run"].examples:
        for override in shlex.split(command)[2:]:
            key, _, value = override.partition("=")
            if key == "policy":
                assert set(value.strip("[]").split(",")) <= set(library())


def test_run_and_show(tmp_path: Path) -> None:
    result = opengambit("run", "enterprises=200", "horizon=2023-06", "seed=3", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    shown = opengambit("show", "outputs/latest", cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert list((tmp_path / "outputs").rglob("*.png"))


@pytest.mark.slow
def test_run_a_world_without_history(tmp_path: Path) -> None:
    result = opengambit("run", "world=minimal", "enterprises=60", "horizon=2027-02", "--story", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "Closed" in result.stdout
    assert "end of the replay" not in result.stdout
    assert "Instruments against data" not in result.stdout
    assert (tmp_path / "outputs" / "latest" / "adoption.png").is_file()
    months = (tmp_path / "outputs" / "latest" / "adoption.csv").read_text(encoding="utf-8")
    assert "2026-01" in months
    assert "2025-12" not in months


@pytest.mark.slow
def test_run_a_world_from_a_file(tmp_path: Path) -> None:
    text = "history: none\nlabs:\n  Solo: {home: US, q: 150, active: 40, fund: 100}\n"
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    made = ("enterprises=60", "horizon=2026-03", "policy=tight_enforcement", "--quiet")
    assert opengambit("run", "world=./mine.yaml", *made, cwd=tmp_path).returncode == 0
    assert "mine+tight_enforcement" in opengambit("show", "outputs/latest", cwd=tmp_path).stdout
    (tmp_path / "mine.yaml").write_text(text.replace("home: US", "home: USA"), encoding="utf-8")
    message = refused(opengambit("run", "world=./mine.yaml", *made, cwd=tmp_path))
    assert "mine.yaml:3: labs.Solo.home" in message
    assert "Did you mean 'US'?" in message


def test_doctor_finds_nothing_broken(tmp_path: Path) -> None:
    result = opengambit("doctor", cwd=tmp_path)
    assert result.returncode == 0, result.stdout


def test_doctor_reports_an_overlay(tmp_path: Path) -> None:
    policy = tmp_path / "conf" / "policy" / "status_quo.yaml"
    policy.parent.mkdir(parents=True)
    policy.write_text("name: status_quo\ntitle: mine\nquestion: what if\nentries: []\n", encoding="utf-8")
    assert "policy/status_quo.yaml" in opengambit("doctor", cwd=tmp_path).stdout


def test_doctor_fails_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "outputs").write_text("a file is in the way", encoding="utf-8")
    result = opengambit("doctor", "--json", cwd=tmp_path)
    assert result.returncode == 1
    broken = [finding for finding in json.loads(result.stdout)["findings"] if finding["status"] == "broken"]
    assert [finding["item"] for finding in broken] == ["outputs folder"]


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX pipe")
def test_closed_pipe_is_quiet() -> None:
    command = f"{shlex.quote(sys.executable)} -m experiments.cli params --json | head -n 1"
    result = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (result.stdout, result.stderr) == ("[\n", "")
