"""The screening of the assumptions: its design, its effects by hand, its page, and the table that memos read."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import t as student

from experiments import assumptions
from experiments.assumptions_design import QUICK, Screening, group_of, points, published, ranged, set_to, without_range
from experiments.assumptions_effects import COLUMNS, Effect, digits, doing_nothing, kept, ranking, table
from experiments.assumptions_page import ASLEEP, asleep, interval, number, oddity, page
from experiments.memo import screening
from experiments.memo.screening import FILE, Screened, read, strongest
from experiments.studies import Execution, Study
from sim import Scenario, simulate
from sim.errors import InputError
from sim.headlines import HEADLINES
from sim.parameters import Parameters

TINY = Screening(QUICK, seeds=3, enterprises=52, horizon="2024-06", months=("2024-03", "2024-06"))
SERIAL = Execution("serial")
LIMIT = 400_000
DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("screening")
    assert assumptions.screen(TINY, folder, execution=SERIAL) == 0
    return folder


@pytest.fixture(scope="module")
def folder(outputs: Path) -> Path:
    found: Path = Study.open(outputs / "latest").folder
    return found


def by_hand(path: str, seed: int, value: float) -> float:
    settings = {"horizon": TINY.horizon, "enterprises": TINY.enterprises}
    run = simulate(Scenario.load(params={path: value}, **settings), seed)
    frame = run.frame("open_token_share")
    wanted = (frame["segment_kind"] == "world") & (frame["month"] == "2024-06") & (frame["by"] == "total")
    return float(frame[wanted]["value"].iloc[0])


def test_an_effect_is_that_of_runs_by_hand(folder: Path) -> None:
    path, info = "demand.requirement", ranged()["demand.requirement"]
    gaps = [by_hand(path, seed, info.high or 0) - by_hand(path, seed, info.low or 0) for seed in range(TINY.seeds)]
    half = student.ppf(0.975, 2) * np.std(gaps, ddof=1) / np.sqrt(3)
    rows = read(folder / assumptions.TABLE)
    row = next(row for row in rows if (row.parameter, row.measure) == (path, "open_token_share"))
    assert np.mean(gaps) != 0
    assert (row.mean, row.t_low, row.t_high) == pytest.approx(
        (np.mean(gaps), np.mean(gaps) - half, np.mean(gaps) + half), rel=1e-4, abs=1e-6
    )
    levels = [by_hand(path, seed, info.default) for seed in range(TINY.seeds)]
    assert row.baseline_mean == pytest.approx(np.mean(levels), rel=1e-5)
    assert (row.n, row.tag, row.default, row.low, row.high, row.month) == (3, "[A]", 152, 146, 158, "2024-06")


def test_the_table_has_each_parameter_and_measure_once(folder: Path) -> None:
    with (folder / assumptions.TABLE).open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    assert tuple(lines[0]) == COLUMNS
    assert [(line[0], line[6]) for line in lines[1:]] == [(path, name) for path in QUICK for name in HEADLINES]


def test_what_acts_after_the_hand_over_does_nothing_before(folder: Path) -> None:
    rows = [row for row in read(folder / assumptions.TABLE) if row.parameter == "releases.interval_least"]
    assert {row.mean for row in rows if row.n == TINY.seeds} == {0.0}
    text = (folder / assumptions.PAGE).read_text(encoding="utf-8")
    none = text[text.index("### No effect at all") : text.index("### Small effects only")]
    assert "| `releases.interval_least` | [A] |" in none
    assert "demand.requirement" not in none


def test_the_same_command_runs_nothing_and_writes_the_same(
    outputs: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {name: (folder / name).read_bytes() for name in (assumptions.PAGE, assumptions.TABLE)}
    assert assumptions.screen(TINY, outputs, execution=SERIAL) == 0
    assert "21 there already" in capsys.readouterr().out
    assert {name: (folder / name).read_bytes() for name in before} == before


def test_the_page_and_the_table_go_where_they_are_wanted(
    outputs: Path, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    docs, memo = tmp_path_factory.mktemp("docs"), tmp_path_factory.mktemp("memo")
    assert assumptions.screen(TINY, outputs, docs, memo, SERIAL) == 0
    assert (docs / "assumptions.md").read_bytes() == (folder / assumptions.PAGE).read_bytes()
    assert (memo / "assumptions.csv").read_bytes() == (folder / assumptions.TABLE).read_bytes()


def test_quick_leaves_docs_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[tuple[object, ...]] = []
    monkeypatch.setattr(assumptions, "screen", lambda *given: asked.append(given) or 0)
    assert assumptions.main(["--quick", "--outputs", str(tmp_path)]) == 0
    assert assumptions.main(["--outputs", str(tmp_path)]) == 0
    (small, *beside), (whole, *shipped) = asked
    assert beside == [tmp_path]
    assert shipped == [tmp_path, assumptions.DOCS, FILE.parent]
    assert isinstance(small, Screening)
    assert small.paths == QUICK
    assert whole == published()


def test_the_page_needs_a_checkout(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(assumptions, "DOCS", tmp_path / "none")
    assert assumptions.main([]) == 2
    assert "checkout" in capsys.readouterr().err


def test_every_parameter_with_a_range_has_two_arms() -> None:
    made, screened = published().request.points, published()
    assert set(screened.paths) == set(ranged())
    assert len(made.rows) == 1 + 2 * len(ranged())
    places = {key.removeprefix("params."): place for place, key in enumerate(made.keys)}
    for path in screened.paths:
        low, high = (made.rows[point] for point in screened.arms(path))
        moved = {key for key, place in places.items() if low[place] != high[place]}
        assert moved == set(group_of(path) or (path,))
        assert (low[places[path]], high[places[path]]) == (ranged()[path].low, ranged()[path].high)


def test_all_points_are_legal() -> None:
    made = points(ranged())
    default = Parameters()
    for point in range(len(made.rows)):
        values = {key.removeprefix("params."): value for key, value in made.at(point)}
        found = Parameters.from_overrides(values)
        assert (found == default) == (point == 0 or _as_default(point))


def _as_default(point: int) -> bool:
    info = ranged()[list(ranged())[(point - 1) // 2]]
    return info.default == (info.low, info.high)[(point - 1) % 2]


def test_shares_keep_their_sum_and_whole_numbers_stay_whole() -> None:
    found = set_to("population.task_coding", 0.4)
    assert found["population.task_coding"] == 0.4
    assert sum(found.values()) == pytest.approx(0.95)
    assert found["population.task_assistant"] / found["population.task_local"] == pytest.approx(0.35 / 0.15)
    assert set_to("demand.grace", 6.4) == {"demand.grace": 6}
    assert isinstance(set_to("demand.grace", 6.0)["demand.grace"], int)
    assert set_to("demand.gamma", 10) == {"demand.gamma": 10.0}
    assert {info.path for info in without_range()} == {"prices.host_pricing", "ecosystem.form"}


def effect(parameter: str = "demand.gamma", measure: str = "hhi", mean: float = 1.0, half: float = 0.5) -> Effect:
    none = mean == half == 0
    return Effect(parameter, measure, "2030-12", 4, mean, mean - half, mean + half, 10.0, 9.5, 10.5, none)


def test_clear_effects_are_ranked_by_size() -> None:
    found = [
        effect("demand.gamma", mean=1), effect("demand.grace", mean=-2), effect("demand.review", mean=5, half=6),
        effect("demand.outside", mean=float("nan")), effect("demand.upgrade", "welfare", 9),
        replace(effect("demand.awareness", mean=7), month="2028-12"),
    ]  # fmt: skip
    assert [e.parameter for e in ranking(found, "hhi", "2030-12")] == ["demand.grace", "demand.gamma"]


def test_nothing_and_small_are_told_apart() -> None:
    found = [
        effect("demand.gamma", mean=0, half=0), effect("demand.gamma", "welfare", 0, 0),
        effect("demand.grace", mean=0, half=0), effect("demand.grace", "welfare", 0.1, 0.3),
        effect("demand.review", mean=0.1, half=0.3), effect("demand.review", "welfare", 0.1, 0.5),
        effect("demand.upgrade", mean=float("nan")),
    ]  # fmt: skip
    assert doing_nothing(found) == (["demand.gamma"], ["demand.grace"])


def test_a_point_of_a_share_is_small() -> None:
    small = replace(effect(measure="us_token_share", mean=0.0, half=0.009), baseline=0.01)
    assert small.small
    assert not replace(small, measure="hhi").small


def odd(measure: str, baseline: float, level: float, half: float = 0.5) -> str:
    return oddity(replace(effect(measure=measure, half=half), baseline=baseline), level)


def test_extreme_levels_are_named() -> None:
    assert odd("us_token_share", 0.5, 0.001) == "next to 0"
    assert odd("us_token_share", 0.5, 0.999) == "next to 1"
    assert odd("us_token_share", 0.5, 0.5) == odd("us_token_share", 0.001, 0.0) == ""
    assert odd("gap_months", 2.0, -1.0) == "other sign"
    assert odd("gap_months", 2.0, -1.0, half=2.0) == ""
    assert odd("open_standard_lead", -0.2, 0.005) == "other sign"
    assert odd("open_standard_lead", -0.2, -0.005) == odd("price_paid", 0.5, 0.0) == ""


def test_the_table_keeps_the_strongest_and_every_parameter() -> None:
    found = [
        effect("demand.gamma", mean=3), effect("demand.gamma", "frontier", mean=3),
        effect("demand.grace", mean=2), effect("demand.grace", "frontier", mean=9, half=10),
        effect("demand.outside", mean=1), effect("demand.outside", "frontier", mean=-2),
        effect("demand.upgrade", mean=0.1), effect("demand.upgrade", "frontier", mean=float("nan")),
    ]  # fmt: skip
    assert [(e.parameter, e.measure) for e in kept(found, "2030-12", 1)] == [
        ("demand.gamma", "hhi"), ("demand.gamma", "frontier"), ("demand.grace", "frontier"),
        ("demand.outside", "frontier"), ("demand.upgrade", "hhi"),
    ]  # fmt: skip
    assert [e.parameter for e in kept(found, "2030-12", 2) if e.measure == "frontier"] == [
        "demand.gamma", "demand.outside",
    ]  # fmt: skip
    assert kept(found, "2030-12") == found


def test_numbers_of_the_table() -> None:
    assert [digits(value) for value in (1 / 3, -0.0, float("nan"), 1e9, 40000, "[A]")] == [
        "0.333333", "0", "", "1e+09", "40000", "[A]",
    ]  # fmt: skip
    text = table([effect(mean=float("nan"))], "2030-12")
    assert text.splitlines()[1] == "demand.gamma,[A],1.5,0,10,utils/share,hhi,index,2030-12,4,,,,10"
    assert table([effect()], "2028-12").splitlines() == [",".join(COLUMNS)]


def test_numbers_of_the_page() -> None:
    assert [number(value) for value in (0.01234, -1234.5, 57094232.0, float("nan"))] == [
        "0.0123",
        "-1,230",
        "57,100,000",
        "-",
    ]
    assert interval(effect(mean=-1500, half=1499)) == "-1,500 (-3,000 to -1)"
    assert interval(effect(mean=0.25, half=0.125)) == "+0.25 (+0.125 to +0.375)"


def test_reasons_name_parameters_that_exist() -> None:
    for start in ASLEEP:
        assert any(path.startswith(start) for path in ranged()), start
    assert asleep("reactions.width")
    assert asleep("demand.gamma") == ""


def test_the_shipped_table_has_every_parameter_and_only_known_measures() -> None:
    rows = read(FILE)
    assert {row.parameter for row in rows} == set(ranged()), "run: python -m experiments.assumptions"
    assert {row.measure for row in rows} == set(HEADLINES)
    assert len({(row.parameter, row.measure) for row in rows}) == len(rows)
    assert {row.month for row in rows} == {published().months[-1]}
    assert FILE.stat().st_size < LIMIT


def test_the_shipped_ranges_are_those_of_the_schema() -> None:
    wrong = [
        row.parameter
        for row in read(FILE)
        if (row.tag, row.unit_of_parameter) != (ranged()[row.parameter].tag, ranged()[row.parameter].unit)
        or (row.low, row.high, row.default) != pytest.approx(_range(row.parameter), rel=1e-5)
    ]
    assert sorted(set(wrong)) == [], "run: python -m experiments.assumptions"


def _range(path: str) -> tuple[float, float, float]:
    info = ranged()[path]
    return float(info.low or 0), float(info.high or 0), float(info.default)


def test_the_page_has_the_strongest_of_the_table() -> None:
    text = (DOCS / "assumptions.md").read_text(encoding="utf-8")
    for name in HEADLINES:
        part = text[text.index(f"### {name} (") :].split("\n## ")[0].split("\n### ")[0]
        listed = [line.split("`")[1] for line in part.splitlines() if line.startswith("| `")]
        assert listed == [row.parameter for row in strongest(name, 10, tags=None)]


def row(parameter: str, mean: float, half: float, tag: str = "[A]", measure: str = "hhi") -> Screened:
    place = ("utils", measure, "index", "2030-12", 4)
    return Screened(parameter, tag, 1.0, 0.0, 2.0, *place, mean, mean - half, mean + half, 10.0)


def test_strongest_sorts_and_leaves_out_what_is_unclear(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = (
        row("a", 1, 0.5), row("b", -3, 0.5), row("c", 9, 9.5), row("d", 2, 0.5, "[V 11]"), row("e", 1, 0.5),
        row("f", 8, 0.5, measure="welfare"), row("g", float("nan"), 0),
    )  # fmt: skip
    monkeypatch.setattr(screening, "screened", lambda: rows)
    assert [found.parameter for found in strongest("hhi", 10)] == ["b", "a", "e"]
    assert [found.parameter for found in strongest("hhi", 2, tags=None)] == ["b", "d"]
    assert [found.parameter for found in strongest("hhi", 5, tags=("[V 11]",))] == ["d"]


def test_a_measure_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="gap_months"):
        strongest("gap_month")


def test_a_table_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.csv.*can't be read"):
        read(tmp_path / "gone.csv")


def test_a_page_without_effects_says_none() -> None:
    facts = {"code": "c", "data": "d", "date": "2026-01-01", "runs": "21", "failed": "2"}
    text = page([], TINY, facts)
    assert "2 of them failed" in text
    assert text.count("\nNone.\n") >= len(HEADLINES)
