from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from fakes import MATCHES, FakeRun
from rich.console import Console
from test_figures import OBSERVATIONS, REGIONS

from experiments import figures, reality, run, tables
from experiments.store import Study
from sim.calendar import month_index
from sim.errors import InputError


@dataclass(frozen=True)
class FakePolicy:
    entries: tuple = ()


@dataclass(frozen=True)
class FakeScenario:
    name: str = "status_quo"
    history_until: int = month_index("2024-02")
    horizon: int = month_index("2024-02")
    policy: FakePolicy = field(default_factory=FakePolicy)
    notes: tuple[str, ...] = ()
    roster: None = None

    def digest(self) -> str:
        return f"{self.name}-digest"

    def canonical(self) -> dict[str, object]:
        return {"horizon": self.horizon}


@dataclass(frozen=True)
class Request:
    outputs: Path
    scenario: FakeScenario = field(default_factory=FakeScenario)
    seeds: tuple[int, ...] = (0, 1)
    name: str = "status_quo"
    command: str = "opengambit run seeds=2"
    settings: dict[str, object] = field(default_factory=dict)


@pytest.fixture(autouse=True)
def data(monkeypatch, request):
    if "all_figures" not in request.fixturenames:
        monkeypatch.setattr(figures, "FAMILIES", {"adoption": figures.FAMILIES["adoption"]})
    monkeypatch.setattr(reality, "country_regions", lambda: REGIONS)
    monkeypatch.setattr(reality, "matches", lambda: MATCHES)
    monkeypatch.setattr(reality, "observations", lambda: OBSERVATIONS)


@pytest.fixture
def all_figures():
    """Make the whole default set of figures, not only the headline."""


class Counter:
    def __init__(self, fail_at: int | None = None) -> None:
        self.calls: list[int] = []
        self.fail_at = fail_at

    def __call__(self, scenario, seed, progress=None):
        self.calls.append(seed)
        if seed == self.fail_at:
            raise KeyboardInterrupt
        if progress:
            progress(14, 14)
        return FakeRun(seed=seed, length=14)


def leaves(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.mark.usefixtures("all_figures")
def test_a_run_leaves_a_whole_study_and_latest_points_to_it(tmp_path):
    folder, seconds = run.execute(Request(tmp_path), simulate=Counter())
    assert folder.parent == tmp_path / "run-status_quo"
    assert len(folder.name) == 8
    assert seconds is not None
    assert (tmp_path / "latest" / "adoption.png").is_file()
    assert (folder / "figures" / "adoption_regions.svg").is_file()
    study = Study(folder)
    listed = {entry["path"] for entry in study.manifest["files"]} | {"manifest.json", "log/times.json"}
    assert listed == set(leaves(folder))
    assert list(study.table("runs")["seed"]) == [0, 1]
    assert study.provenance["command"] == "opengambit run seeds=2"


def test_the_same_plan_is_found_again(tmp_path):
    counter = Counter()
    first, _ = run.execute(Request(tmp_path), simulate=counter)
    again, seconds = run.execute(Request(tmp_path, command="another way to say it"), simulate=counter)
    assert (again, seconds) == (first, None)
    assert counter.calls == [0, 1]
    forced, seconds = run.execute(Request(tmp_path), force=True, simulate=counter)
    assert forced == first
    assert seconds is not None
    assert counter.calls == [0, 1, 0, 1]
    other, _ = run.execute(Request(tmp_path, seeds=(3,)), simulate=counter)
    assert other != first


def test_a_damaged_study_is_made_again(tmp_path):
    folder, _ = run.execute(Request(tmp_path, seeds=(0,)), simulate=Counter())
    (folder / "adoption.png").unlink()
    counter = Counter()
    run.execute(Request(tmp_path, seeds=(0,)), simulate=counter)
    assert counter.calls == [0]
    assert (folder / "adoption.png").is_file()


def test_an_interrupted_run_leaves_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        run.execute(Request(tmp_path), simulate=Counter(fail_at=1))
    assert leaves(tmp_path) == []
    assert not (tmp_path / "latest").exists()


def test_an_unwritable_folder_is_refused_before_any_work(tmp_path):
    (tmp_path / "file").write_text("in the way")
    counter = Counter()
    with pytest.raises(InputError, match="can't be written to") as caught:
        run.execute(Request(tmp_path / "file" / "outputs"), simulate=counter)
    assert len(caught.value.problems) == 1
    assert counter.calls == []
    assert leaves(tmp_path) == ["file"]


def test_names_become_folders_on_any_system():
    assert run.slug("a b/c:d") == "a-b-c-d"
    assert run.slug("...") == "unnamed"
    assert len(run.slug("x" * 200)) == 60


def printed(*things) -> str:
    console = Console(file=io.StringIO(), width=100)
    for thing in things:
        console.print(thing)
    return console.file.getvalue()


def test_the_screen_names_the_denominator_and_agrees_with_the_tables(tmp_path):
    folder, _ = run.execute(Request(tmp_path), simulate=Counter())
    found = run.study_tables(Study(folder))
    yearly = reality.yearly(reality.compare(found.instruments, found.observations, found.matches))
    text = printed(*tables.summary(found, yearly, 2, 2025, "tokens of adopters"))
    assert "Share of tokens of adopters, world. Mean of 2 seeds" in text
    for heading in ("2024-02", "US models", "Open weights", "Multi-homing", "Top labs of 2024-02"):
        assert heading in text
    bands = found.bands
    row = bands[
        (bands["measure"] == "token_share") & (bands["segment_kind"] == "world") & (bands["by"] == "bloc")
        & (bands["key"] == "US") & (bands["month"] == "2024-02")
    ].iloc[0]  # fmt: skip
    assert tables.share(row["mean"], row["q05"], row["q95"], True) in text


def test_model_and_data_stand_side_by_side():
    import pandas as pd

    yearly = pd.DataFrame(
        {"instrument": ["menlo_spend"] * 2, "entity": ["OpenAI", "Google"], "place": "", "model": [0.2, 0.02],
         "q05": 0.1, "q95": 0.3, "data": [0.25, 0.2], "n": 1, "ratio": [0.8, 0.1]}
    )  # fmt: skip
    text = printed(tables.against(yearly, 1, 2025))
    assert "0.80" in text
    assert "0.10" in text
    assert "2025" in text


def test_years_end_in_december_and_the_run_in_its_last_month():
    assert tables.year_ends(0, 42) == [11, 23, 35, 42]
    assert tables.year_ends(0, 36) == [11, 23, 36]
    assert tables.year_ends(0, 5) == [5]
