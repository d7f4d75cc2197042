"""A whole calibration on tiny numbers: the same command gives the same bytes, and other verbs read what it wrote."""

from __future__ import annotations

import csv
import json
import shlex
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from calibration_made import SET, small_set

import sim
from experiments import cli
from experiments.calibration import session
from experiments.calibration.asked import read
from experiments.calibration.command import main
from experiments.calibration.distance import distances, luck_of
from experiments.calibration.result import publish
from experiments.evidence.readings import readings_of
from experiments.manual import VERBS
from experiments.studies import Study
from experiments.studies.draws import from_posterior
from sim.parameters import Parameters

FILES = {
    "posterior.csv", "accepted.csv", "generations.csv", "fit.csv", "identifiability.csv", "correlations.csv",
    "pins.csv", "calibrated.yaml", "calibration.md", "strengths.csv", "provenance.json",
}  # fmt: skip
FIGURES = ("prior_posterior", "distances", "pins", "correlations")
SHIPPED = Path(sim.__file__).parent / "data" / "lab_strengths.csv"
TOLD: list[dict[str, float]] = []


def doubled(centre: Mapping[str, float], file: Path) -> Path:
    """Return strengths that depend on the centre."""
    TOLD.append(dict(centre))
    with SHIPPED.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, list(rows[0]))
        writer.writeheader()
        factor = centre["demand.review"]
        writer.writerows(row | {"xi": f"{float(row['xi']) * factor:.4f}"} for row in rows)
    return file


def words(folder: Path, *more: str) -> list[str]:
    return [f"set={folder / 'small.yaml'}", "data_until=2024-12", f"outputs={folder / 'out'}", "execution=serial",
            "--quiet", *more]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("calibrate")
    small_set(found)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "JUDGING", 2)
        assert main(words(found), doubled) == 0
    return found


@pytest.fixture(scope="module")
def result(folder: Path) -> Path:
    made = [path for path in (folder / "out" / "calibrate-small").iterdir() if path.is_dir()]
    assert len(made) == 1
    return made[0]


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_folder_is_whole(result: Path) -> None:
    assert {path.name for path in result.iterdir()} == FILES | {"figures"}
    drawn = {path.name for path in (result / "figures").iterdir()}
    assert drawn == {f"{name}{suffix}" for name in FIGURES for suffix in (".png", ".svg", ".pdf", ".csv")}


def test_the_same_command_gives_the_same_bytes_and_runs_nothing_again(
    folder: Path, result: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(centre: Mapping[str, float], file: Path) -> Path:
        raise AssertionError("strengths are there already")

    before = content(result)
    monkeypatch.setattr(session, "JUDGING", 2)
    result.rename(result.with_name("aside"))
    assert main(words(folder), never) == 0
    assert content(result) == before
    for name in ("before", "g0", "g1", "centre"):
        (log,) = (folder / "out" / f"calibrate-small-{name}").glob("*/log/sessions.jsonl")
        made = [json.loads(line)["done"] for line in log.read_text(encoding="utf-8").splitlines()]
        assert len(made) >= 2 and made[0] > 0 and not any(made[1:])


def test_the_posterior_is_what_draws_reads(result: Path) -> None:
    draws = from_posterior(result / "posterior.csv", 16, 3)
    assert draws.paths == ("demand.innovation", "demand.review", "instruments.card_coverage")
    assert ((draws.values >= [0.2, 1 / 12, 0.4]) & (draws.values <= [1.5, 1 / 3, 0.9])).all()
    weights = pd.read_csv(result / "posterior.csv")["weight"]
    assert len(weights) == 4
    assert weights.sum() == pytest.approx(1.0)


def test_the_centre_is_the_mean_or_an_accepted_draw_and_a_parameter_set(result: Path) -> None:
    """Whichever of them fits best over seeds, rounded."""
    table = pd.read_csv(result / "posterior.csv")
    content = yaml.safe_load((result / "calibrated.yaml").read_text(encoding="utf-8"))
    flat = {f"{section}.{name}": value for section, part in content.items() for name, value in part.items()}
    mean = {path: float(f"{(table[path] * table['weight']).sum():.4g}") for path in flat}
    accepted = [{path: float(f"{row[path]:.4g}") for path in flat} for row in table.to_dict("records")]
    assert flat in [mean, *accepted]
    Parameters.from_overrides(flat)


def test_distances_are_those_of_the_studies(folder: Path, result: Path) -> None:
    asked = read(words(folder))
    accepted = pd.read_csv(result / "accepted.csv")
    last = accepted[accepted["generation"] == 1]
    study = Study.open(next((folder / "out" / "calibrate-small-g1").iterdir()))
    assert study.plan["settings"]["strengths"].endswith("-g1.csv")
    before = Study.open(next((folder / "out" / "calibrate-small-before").iterdir()))
    luck = luck_of(readings_of(before), asked.set.series)
    found = distances(readings_of(study), asked.set.series, asked.set.weights, asked.set.tolerance, luck)
    assert last["distance"].to_numpy() == pytest.approx(found.total[last["draw"]])
    generations = pd.read_csv(result / "generations.csv")
    assert generations["min_distance"].iloc[1] == pytest.approx(found.total.min(), rel=1e-5)
    assert accepted["distance"].is_monotonic_increasing and accepted["distance"].nunique() > 2
    assert len(set(generations["min_distance"])) == 2


def test_strengths_follow_the_centre_and_the_last_ones_are_kept(folder: Path, result: Path) -> None:
    assert TOLD[0] == {"demand.innovation": 0.85, "demand.review": 0.1667, "instruments.card_coverage": 0.5}
    assert len(TOLD) == 2 and TOLD[1] != TOLD[0]
    kept = folder / "out" / "calibrate-small-strengths" / f"{result.name}-g1.csv"
    assert (result / "strengths.csv").read_bytes() == kept.read_bytes() != SHIPPED.read_bytes()
    assert pd.read_csv(result / "generations.csv")["pooled"].tolist() == [1, 1]


def test_tables_agree_with_each_other(result: Path) -> None:
    fit, pins = pd.read_csv(result / "fit.csv"), pd.read_csv(result / "pins.csv")
    body, total = fit.iloc[:-1], fit.iloc[-1]
    assert body["weight"].sum() == pytest.approx(1.0, abs=1e-5)
    for name in ("before", "prior_centre", "centre"):
        assert np.sqrt((body["weight"] * body[name] ** 2).sum()) == pytest.approx(total[name], rel=1e-4)
    assert len(pins) == 3 * len(body)
    assert (pins["clear"] == (pins["narrowed"] > pins["noise"])).all()
    identified = pd.read_csv(result / "identifiability.csv", dtype={"remark": str}, keep_default_na=False)
    near = identified[["mean", "q50"]].sub(identified["prior_low"], axis=0).div(
        identified["prior_high"] - identified["prior_low"], axis=0
    )  # fmt: skip
    edged = ((near <= 0.1) | (near >= 0.9)).any(axis=1)
    assert (identified["remark"].str.contains("edge") == edged).all()


def test_the_page_says_what_the_tables_say(result: Path) -> None:
    page = (result / "calibration.md").read_text(encoding="utf-8")
    total = pd.read_csv(result / "fit.csv").iloc[-1]
    assert f"from {total['before']:.3g}" in page and f"to {total['centre']:.3g}" in page
    assert "Without a point by 2024-12, and so left out: openrouter_token_share/CN" in page
    for remark in pd.read_csv(result / "identifiability.csv")["remark"].dropna():
        assert remark in page


def test_show_says_what_made_it(folder: Path, result: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (folder / "out" / "latest", result / "figures" / "pins.png"):
        assert cli.main(["show", str(path)]) == 0
        said = capsys.readouterr().out
        assert result.name in said and "calibrate small" in said


def test_it_is_published_where_the_checkout_keeps_it(result: Path, tmp_path: Path) -> None:
    made = publish(result, tmp_path)
    assert [str(path.relative_to(tmp_path)) for path in made[:4]] == [
        "conf/posterior/calibrated.csv", "conf/params/calibrated.yaml", "sim/data/lab_strengths.csv",
        "docs/calibration.md",
    ]  # fmt: skip
    page = made[3].read_text(encoding="utf-8")
    assert made[4:]
    for path in made[4:]:
        assert f"(img/{path.name})" in page
        assert path.stat().st_size <= 150_000
    assert made[0].read_bytes() == (result / "posterior.csv").read_bytes()


def test_publishing_needs_a_checkout(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("experiments.calibration.result.shipped_conf", lambda: tmp_path / "conf")
    assert cli.main(["calibrate", *words(folder, "--publish")]) == 2
    assert "this is no source checkout" in capsys.readouterr().err


def test_a_dry_run_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small_set(tmp_path)
    assert cli.main(["calibrate", *words(tmp_path, "--dry-run")]) == 0
    said = capsys.readouterr().out
    assert "plan       36 runs: 2 generations of 6 draws x 1 seeds" in said
    assert "nothing was run" in said
    assert not (tmp_path / "out").exists()


def test_one_message_and_exit_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = small_set(tmp_path, SET.replace("demand.innovation", "demand.inovation"))
    assert cli.main(["calibrate", f"set={path}", "drws=3"]) == 2
    error = capsys.readouterr().err
    assert "Did you mean 'demand.innovation'?" in error and "Did you mean 'draws'?" in error
    assert "Traceback" not in error


@pytest.mark.parametrize("command", [command for command, _ in VERBS["calibrate"].examples])
def test_the_examples_of_the_manual_can_be_read(command: str) -> None:
    assert len(read(shlex.split(command)[2:]).set.free) >= 15
