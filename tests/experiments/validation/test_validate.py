"""The verb: what it accepts, what it refuses, and a tiny validation from end to end."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import sim
from experiments import cli
from experiments.manual import VERBS
from experiments.validation.asked import PARTS, Asked, read
from experiments.validation.conduct import counts, data_end
from experiments.validation.report import name_of, publish
from sim.calendar import month_index
from sim.errors import InputError

OBSERVATIONS = Path(sim.__file__).parent / "data" / "observations.csv"
TINY = (
    "posterior=prior", "draws=4", "whole=1", "enterprises=60", "inversion_rounds=1", "inversion_seeds=1",
    "origins=[2025-06]", "horizons=[1,3]", "execution=serial", "--quiet",
)  # fmt: skip


TABLES = (
    "final", "skill", "forecasts", "origins", "observed", "judged", "fit", "fit_points", "fit_overall", "moments",
)  # fmt: skip


def told(*args: str) -> str:
    with pytest.raises(InputError) as caught:
        read(list(args))
    return str(caught.value)


def asked(*args: str) -> Asked:
    return read(["posterior=prior", *args])


@pytest.mark.parametrize("command", [command for command, _ in VERBS["validate"].examples])
def test_the_examples_of_the_manual_are_read(command: str, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "longer.csv").write_bytes(OBSERVATIONS.read_bytes())
    assert read([*shlex.split(command)[2:], "posterior=prior"]).parts


def test_options_are_other_spellings_of_keys() -> None:
    one = asked("--origins", "2025-05,2025-06", "--horizons", "1,3", "--data-until", "2025-10")
    other = asked("origins=[2025-05,2025-06]", "horizons=[1,3]", "data_until=2025-10")
    assert one.wanted == other.wanted
    assert name_of(one) == name_of(other)
    assert asked("--origins=2025-05").wanted.origins == (month_index("2025-05"),)
    assert data_end(one) == month_index("2025-10")


def test_quick_is_small_where_nothing_is_said() -> None:
    quick = asked("--quick", "draws=12")
    assert quick.parts == PARTS
    assert (quick.numbers["draws"], quick.numbers["whole"], quick.execution.kind) == (12, 2, "serial")
    assert asked("--quick", "execution.workers=2").execution.kind == "processes"
    assert sum(counts(quick).values()) < 150


def test_everything_that_is_wrong_is_told_at_once() -> None:
    message = told(
        "parts=[fitt,rolling]", "origins=[2025-13]", "horizons=[0,x]", "data_until=soon", "draws=1",
        "assimilation_half_life=99", "posterior=none.csv", "set=nowhere", "seeds=3",
    )  # fmt: skip
    for hint in ("'fit'", "2025-13", "'0' is no horizon", "'x' is no horizon", "soon", "4 or more", "3 to 36 months",
                 "there is no file none.csv", "nowhere", "one seed"):  # fmt: skip
        assert hint in message


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["origin=2025-05"], "Did you mean 'origins'?"),
        (["--quik"], "--quik"),
        (["--origins"], "a value is missing here"),
        (["--origins", "--quiet"], "a value is missing here"),
        (["--observations", "nowhere.csv"], "the observations can't be read"),
        (["origins=[2025-12]"], "no point of the data lies at these horizons"),
        (["horizons=[40]"], "router: 5 origins from 2025-05 to 2025-09"),
        (["parts=[]"], "no part is asked for"),
    ],
)
def test_wrong_words_are_explained(words: list[str], hint: str) -> None:
    assert hint in told("posterior=prior", *words)


def test_without_a_posterior_it_says_what_to_type(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("experiments.validation.asked.conf_layers", lambda: [tmp_path])
    message = told()
    assert "opengambit calibrate --publish" in message
    assert "posterior=prior" in message
    assert read(["parts=[rolling]"]).posterior is None
    (tmp_path / "posterior").mkdir()
    (tmp_path / "posterior" / "calibrated.csv").write_text("demand.gamma\n1\n", encoding="utf-8")
    assert read([]).posterior == tmp_path / "posterior" / "calibrated.csv"


def test_a_longer_table_has_later_origins_and_another_name(tmp_path: Path) -> None:
    table = pd.read_csv(OBSERVATIONS)
    router = table[(table["instrument"] == "openrouter_top9") & table["entity"].isin(["CN", "open"])]
    last = router[router["period_start"].str.startswith("2025-12")]
    later = last.assign(period_start="2026-01-01", period_end="2026-01-31", known_from="2026-02-02")
    longer = tmp_path / "longer one.csv"
    pd.concat([table, later]).to_csv(longer, index=False)
    before, after = asked("parts=[rolling]"), asked("parts=[rolling]", "--observations", str(longer))
    from experiments.validation.conduct import setup_of

    seen = [{(t.key, t.origin, t.horizon) for t in setup_of(a, tmp_path).targets} for a in (before, after)]
    added = seen[1] - seen[0]
    assert seen[0] <= seen[1]
    assert ("openrouter_token_share/CN", month_index("2025-10"), 3) in added
    assert ("openrouter_token_share/CN", month_index("2025-07"), 6) in added
    assert name_of(before) != name_of(after)


def test_a_dry_run_runs_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["validate", *TINY, f"outputs={tmp_path}", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "rolling forecasts: 4 runs" in said
    assert "nothing was run" in said
    assert list(tmp_path.iterdir()) == []


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_tiny_validation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["validate", *TINY, f"outputs={tmp_path}"]
    assert cli.main([*words, "--no-figures"]) == 0, capsys.readouterr().err
    (folder,) = (tmp_path / "validate-default").iterdir()
    first = files(folder)
    assert set(first) == {"validation.md", "settings.json", *(f"{name}.csv" for name in TABLES)}
    assert cli.main(words) == 0
    again = files(folder)
    pictures = {"figures/validation_skill.png", "figures/validation_rolling.svg"}
    assert pictures <= set(again)
    same = [name for name in first if name != "validation.md"]
    assert [again[name] == first[name] for name in same] == [True] * len(same), "the same command, the same bytes"

    rows = pd.read_csv(folder / "forecasts.csv")
    assert set(rows["origin"]) == {"2025-06"}
    assert set(rows["kind"]) == {"rolling", "conditional"}
    assert set(rows["family"]) >= {"router", "Ramp"}
    router = rows[(rows["forecaster"] == "model") & (rows["family"] == "router")]
    assert router["crps"].notna().all()
    text = again["validation.md"].decode()
    assert "nan" not in text.lower().replace("finance", "")
    assert str(tmp_path) not in text
    final = pd.read_csv(folder / "final.csv").iloc[0]
    assert f"| `{final['series']}` | {final['horizon']} | {final['rolling_skill']:+.2f}" in text

    docs = tmp_path / "docs"
    made = publish(folder, docs)
    assert made[0] == docs / "validation.md"
    assert "(img/validation_skill.png)" in made[0].read_text(encoding="utf-8")
    assert max(path.stat().st_size for path in made) < 150_000
