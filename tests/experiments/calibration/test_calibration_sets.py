"""Sets of conf/calibration: what ships, and everything that can be wrong with one, at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from calibration_made import SET, small_set

from experiments.calibration.asked import check_cells, read
from experiments.calibration.sets import CalibrationSet, read_set
from experiments.evidence.series import load
from sim.errors import InputError
from sim.parameters import catalogue

KNOWN = load()
HELD_OUT = ("etr_usage", "hf_derivatives", "telemetry_deepseek", "menlo_usage", "multihoming")


def told(tmp_path: Path, text: str) -> str:
    with pytest.raises(InputError) as caught:
        read_set(small_set(tmp_path, text), KNOWN)
    return str(caught.value)


def test_the_set_that_ships_takes_its_priors_from_the_schema() -> None:
    found = read_set("default", KNOWN)
    infos = {info.path: info for info in catalogue()}
    assert len(found.free) >= 15
    for item in found.free:
        info = infos[item.path]
        assert (item.low, item.high, item.default, item.why) == (info.low, info.high, info.default, "")
    assert not [item.key for item in found.series if item.instrument.startswith(HELD_OUT)]
    assert found.numbers.accepted >= 200
    check_cells(found.series, "2025-12")


def test_ranges_weights_moments_and_numbers_are_those_of_the_file(tmp_path: Path) -> None:
    found = read_set(small_set(tmp_path), KNOWN, {"draws": 9})
    assert [(item.path, item.low, item.high) for item in found.free][2] == ("instruments.card_coverage", 0.4, 0.9)
    assert found.weights == (1.0, 2.0, 1.0, 1.0, 1.0)
    assert (found.numbers.draws, found.numbers.accepted, found.numbers.quantile) == (9, 4, 0.5)
    moment = found.series[3]
    assert (moment.key, moment.start[0], moment.end[0], moment.values[0], moment.se[0]) == (
        "adoption/US",
        17,
        18,
        0.06,
        0.01,
    )
    assert moment.weight == 0.5 and moment.month.tolist() == [17]
    assert np.isnan(found.series[4].se[0])


def test_what_lies_after_the_last_month_of_the_data_is_left_out(tmp_path: Path) -> None:
    found = read_set(small_set(tmp_path), load(until="2024-07"), until="2024-07", everything=KNOWN)
    assert [item.key for item in found.series] == ["ramp_firms/OpenAI", "ramp_firms/Anthropic", "adoption/US"]
    assert found.left_out == ("openrouter_token_share/CN", "vendor_switching/primary vendor@world")


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    text = """\
fre: {}
free:
  demand.gama: {}
  demand.review: {low: 0.3, high: 0.2, why: no}
  demand.upgrade: {low: -0.1}
  demand.innovation: {low: -0.1, why: no}
  demand.imitation: {lowest: 0}
  demand.lab_taste_sd: 3
  demand.awareness_cap: {}
  population.count_developer: {}
targets:
  - {instrument: ramp_firms, entity: OpenAl}
  - {instrument: ramp_firms, entity: OpenAI, weight: -1, wait: 2}
  - {instrument: ramp_firms, entity: OpenAI}
  - ramp_firms
moments:
  - {instrument: adopton, entity: US, geography: US, month: 2025-13, value: 1.5, source: none}
  - {instrument: adoption, entity: US, se: -1, confidence: sure}
generations: 0
draws: 4.5
accepted: true
quantile: 2
tolerance: 0
"""
    message = told(tmp_path, text)
    for said in (
        "fre: a set has no such key. Did you mean 'free'?",
        "free.demand.gama: there is no such parameter. Did you mean 'demand.gamma'?",
        "free.demand.review: the range 0.3 to 0.2 is empty",
        "free.demand.upgrade.why: a range that is not the schema's needs its reason",
        "free.demand.innovation: -0.1 is not legal",
        "free.demand.imitation.lowest: a range has no such key. Did you mean 'low'?",
        "free.demand.lab_taste_sd: 3 is no range",
        "free.demand.awareness_cap: this parameter can't be free",
        "free.population.count_developer: this parameter can't be free",
        "targets[1]: there is no series ramp_firms/OpenAl. Did you mean 'ramp_firms/OpenAI'?",
        "targets[2].weight: -1 is not legal",
        "targets[2].wait: a target has no such key",
        "targets[3]: ramp_firms/OpenAI is a target already",
        "targets[4]: 'ramp_firms' is no target",
        "moments[1].instrument: there is no instrument 'adopton'. Did you mean 'adoption'?",
        "moments[1].month: ",
        "moments[2].geography: this is missing",
        "moments[2].se: -1 is not legal",
        "moments[2].confidence: there is no confidence 'sure'",
        "generations: 0 is not legal",
        "draws: 4.5 is not legal",
        "accepted: True is not legal",
        "quantile: 2 is not legal",
        "tolerance: 0 is not legal",
    ):
        assert said in message, said
    assert all(line.startswith(str(tmp_path)) for line in message.splitlines())


def test_a_share_moment_lies_between_0_and_1(tmp_path: Path) -> None:
    assert "moments[1].value: 1.5 is not legal" in told(tmp_path, SET.replace("value: 0.06", "value: 1.5"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("accepted: 4", "accepted: 7", "accepted: 7 is not legal. Legal: 2 to 6"),
        ("low: 0.2, high: 1.5", "low: 0.2, high: 400", "free.demand.innovation: 400.0 is not legal"),
        (SET[SET.index("targets") : SET.index("generations")], "", "targets: no target has a point"),
        (SET[: SET.index("targets")], "", "free: there are no free parameters"),
    ],
)
def test_single_faults(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert said in told(tmp_path, SET.replace(old, new))


def test_a_target_that_no_run_shows_is_refused_before_anything_runs(tmp_path: Path) -> None:
    text = SET.replace("entity: US, geography: US", "entity: USA, geography: US")
    found = read_set(small_set(tmp_path, text), KNOWN)
    with pytest.raises(InputError, match="shows no USA"):
        check_cells(found.series, "2023-03")


def asked(*words: str) -> CalibrationSet:
    return read(words).set


def test_the_command_line_wins_over_the_set(tmp_path: Path) -> None:
    path = small_set(tmp_path)
    found = read([f"set={path}", "draws=12", "seed=3", "seeds=4", "data_until=2024-06", "--quiet", "outputs=there"])
    assert (found.set.numbers.draws, found.set.numbers.seeds, found.seed) == (12, 4, 3)
    assert found.last == "2024-06" and found.until == "2024-06"
    assert found.command == f"opengambit calibrate set={path} draws=12 seed=3 seeds=4 data_until=2024-06"
    quick = asked(f"set={path}", "--quick", "draws=30")
    assert (quick.numbers.draws, quick.numbers.enterprises) == (30, 200)


def test_what_defines_a_calibration_names_it(tmp_path: Path) -> None:
    path = small_set(tmp_path)
    base = read([f"set={path}"]).digest
    assert read([f"set={path}", "outputs=elsewhere", "execution=serial", "--quiet"]).digest == base
    others = ["seed=1", "draws=7", "data_until=2024-06"]
    assert len({base, *(read([f"set={path}", word]).digest for word in others)}) == 4


def test_the_command_line_is_checked_with_the_set(tmp_path: Path) -> None:
    words = ["set=defaul", "drws=3", "params.demand.gamma=2", "seed=-1", "data_until=soon", "--quik", "--publish"]
    with pytest.raises(InputError) as caught:
        read([*words, "--quick"])
    message = str(caught.value)
    for said in (
        "there is no calibration 'defaul'", "Did you mean 'default'?", "Did you mean 'draws'?",
        "a calibration has its parameters in its set", "-1 is not legal", "data_until", "Did you mean '--quick'?",
        "a quick calibration is a trial",
    ):  # fmt: skip
        assert said in message, said
