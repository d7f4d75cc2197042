from __future__ import annotations

import io
import json
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from small import SETTINGS, a_plan, failing

from experiments import Study, cli
from experiments.manual import VERBS
from experiments.studies import Execution, Plan, run_study
from experiments.studies.designs import Factor, grid
from experiments.studies.pieces import DamagedPieceError, pack, unpack
from experiments.studies.plan import Row
from experiments.studies.recording import HEADLINE_CELLS, Block, Failure, Recording, lowered, record
from experiments.studies.results import SHOWN
from experiments.studies.schemas import SCHEMAS
from experiments.studies.shards import decode, encode
from sim import Scenario, simulate
from sim.errors import InputError
from sim.headlines import HEADLINES

SERIAL = Execution("serial")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A study of two policies, two values of a parameter and three seeds, recorded in full."""
    points = grid([Factor("params.demand.gamma", (1.0, 3.0))])
    plan = a_plan(3, ("status_quo", "us_all_closed"), points=points, record="panel")
    return run_study(plan, tmp_path_factory.mktemp("store"), SERIAL).folder


@pytest.fixture(scope="module")
def run():
    """One of its runs, made directly."""
    scenario = Scenario.load("us_all_closed", params={"demand.gamma": 3.0}, **SETTINGS)
    return simulate(scenario, 2)


@pytest.mark.parametrize("measure", ["token_share", "welfare", "frontier", "release_mode"])
def test_a_frame_is_that_of_the_run(folder, run, measure):
    found = Study.open(folder).frame(measure)
    mine = found[(found["policy"] == "us_all_closed") & (found["point"] == 1) & (found["seed"] == 2)]
    keys = ["month", "segment_kind", "segment", "by", "key"]
    mine = mine[[*keys, "value"]].astype(dict.fromkeys(keys, str)).sort_values(keys, ignore_index=True)
    direct = run.frame(measure)
    direct = direct.astype(dict.fromkeys(keys, str) | {"value": np.float32}).sort_values(keys, ignore_index=True)
    pd.testing.assert_frame_equal(mine, direct)


def test_filters_keep_what_they_say(folder):
    found = Study.open(folder).frame("token_share", by="bloc", segment=("world", "EU"), month="2023-04")
    assert set(found["segment"]) == {"world", "EU"}
    assert len(found) == 12 * 2 * 4
    assert found["value"].notna().any()


def test_a_headline_is_one_cell_and_wide_has_a_line_a_run(folder):
    study = Study.open(folder)
    wide = study.wide("us_token_share")
    assert wide.index.tolist() == list(range(12))
    assert wide.columns.tolist() == ["2023-01", "2023-02", "2023-03", "2023-04"]
    long = study.frame("token_share", by="bloc", key="US", segment="world", month="2023-04")
    np.testing.assert_array_equal(wide["2023-04"], long.sort_values("row")["value"])


def test_a_band_is_made_of_quantiles_over_runs(folder):
    study = Study.open(folder)
    band = study.band("adoption", segment="world", across=("policy", "point"))
    assert len(band) == 2 * 2 * 4
    values = study.frame("adoption", segment="world", month="2023-04")
    values = values[(values["policy"] == "status_quo") & (values["point"] == 1)]["value"].to_numpy(float)
    row = band[(band["policy"] == "status_quo") & (band["point"] == 1) & (band["month"] == "2023-04")].iloc[0]
    assert row["n"] == 3
    np.testing.assert_allclose(
        row[["mean", "q05", "q95"]].astype(float), [values.mean(), *np.quantile(values, [0.05, 0.95])]
    )


def test_runs_carry_the_factors_of_the_design(folder):
    runs = Study.open(folder).runs
    assert set(zip(runs["point"], runs["params.demand.gamma"], strict=True)) == {(0, 1.0), (1, 3.0)}
    assert set(runs["months"]) == {4}


def test_events_and_instruments_are_those_of_the_run(folder, run):
    study = Study.open(folder)
    rows = study.rows
    row = rows[(rows["policy"] == "us_all_closed") & (rows["point"] == 1) & (rows["seed"] == 2)]["row"].iloc[0]
    events = study.events[study.events["row"] == row]
    assert events["what"].tolist() == run.events["what"].tolist()
    read = study.table("instruments")
    mine = read[(read["row"] == row) & (read["instrument"] == run.instruments[0])]["value"]
    np.testing.assert_array_equal(mine, run.instrument(run.instruments[0])["value"].astype(np.float32))


def test_files_have_the_declared_schema(folder):
    for name in Study.open(folder).tables:
        for path in (folder / "tables" / name).iterdir():
            assert pq.read_schema(path).equals(SCHEMAS[name], check_metadata=False)


def refused(ask) -> str:
    with pytest.raises(InputError) as caught:
        ask()
    return str(caught.value)


def test_unknown_names_get_the_nearest(folder, tmp_path):
    study = Study.open(folder)
    assert "Did you mean 'token_share'?" in refused(lambda: study.frame("token_shar"))
    assert "Did you mean 'bloc'?" in refused(lambda: study.frame("token_share", by="blok"))
    assert "no table 'serie'" in refused(lambda: study.table("serie"))
    assert "no study of many runs" in refused(lambda: Study.open(tmp_path))


def test_levels_keep_what_they_say(run, tmp_path):
    full = record(run, "panel")
    for level in ("panel", "series", "readings", "summary"):
        assert pack(lowered(full, level)) == pack(record(run, level))
    assert set(record(run, "summary").blocks["series"].cells) == HEADLINE_CELLS
    for low, high in (("series", "panel"), ("series", "readings"), ("readings", "series"), ("summary", "readings")):
        with pytest.raises(ValueError, match=f"no level {high}"):
            lowered(record(run, low), high)
    study = Study.open(run_study(a_plan(1, ("status_quo",)), tmp_path, SERIAL).folder)
    assert "record=panel" in refused(lambda: study.frame("token_share", segment_kind="region"))


def test_recorded_readings_are_those_of_the_trajectory() -> None:
    """Made in one piece for speed; the same numbers as instrument by instrument."""
    run = simulate(Scenario.load(horizon="2023-06", enterprises=60), 0)
    table = record(run, "readings").tables["instruments"].to_pandas()
    assert set(table["instrument"]) == set(run.instruments)
    for name, part in table.groupby("instrument", sort=False):
        alone = run.instrument(str(name))
        for column in ("month", "entity", "geography"):
            assert part[column].tolist() == alone[column].tolist()
        np.testing.assert_array_equal(part["value"].to_numpy(), alone["value"].to_numpy(np.float32))


def test_summary_holds_every_headline(tmp_path):
    study = Study.open(run_study(a_plan(1, ("status_quo",), record="summary"), tmp_path, SERIAL).folder)
    assert all(study.wide(name).shape == (1, 4) for name in HEADLINES)


values = st.floats(width=32, allow_infinity=False)
words = st.sampled_from(["a", "b", "US", "é"])


@st.composite
def recordings(draw):
    if draw(st.integers(0, 9)) == 0:
        return Recording(0, "series", failure=Failure("simulate", "E", draw(words), "x\ny"))
    months = tuple(f"2023-{month:02d}" for month in range(1, draw(st.integers(1, 3)) + 1))
    cells = draw(
        st.lists(st.tuples(st.just("m"), st.just("world"), words, words, words), unique=True, min_size=1, max_size=4)
    )
    array = draw(hnp.arrays(np.float32, (len(cells), len(months)), elements=values))
    texts = draw(st.lists(words, max_size=3))
    names = ("month", "kind", "who", "what", "trigger")
    events = pa.table(
        {n: pa.array(texts, pa.string()) for n in names} | {"weight": pa.array([1.5] * len(texts), pa.float64())}
    )
    return Recording(len(months), "series", {"series": Block(tuple(cells), months, array)}, {"events": events})


@settings(max_examples=60, deadline=None)
@given(st.lists(recordings(), min_size=1, max_size=5))
def test_recordings_survive_pieces_and_shards_to_the_bit(found):
    rows = [Row(k, f"id{k}", 0, "p", "f", 0, -1, k, "s") for k in range(len(found))]
    for recording in found:
        assert pack(unpack(pack(recording))) == pack(recording)
    runs = list(zip(rows, found, strict=True))
    files = encode(runs, "series", "{}")
    back = decode(files, "series", range(len(found)))
    assert encode([(row, back[row.row]) for row in rows], "series", "{}") == files
    for row, recording in runs:
        again = back[row.row]
        assert (again.failure, again.months) == (recording.failure, recording.months)
        if recording.failure is None:
            block = again.blocks["series"]
            assert block.cells == recording.blocks["series"].cells
            np.testing.assert_array_equal(block.values, recording.blocks["series"].values)
            assert again.tables["events"].equals(recording.tables["events"])


def test_a_damaged_piece_is_told_apart():
    content = bytearray(pack(Recording(0, "series", failure=Failure("simulate", "E", "m"))))
    content[-1] ^= 1
    for wrong in (bytes(content), bytes(content[:40]), b""):
        with pytest.raises(DamagedPieceError):
            unpack(wrong)


def test_runs_of_other_horizons_live_in_one_study(tmp_path):
    points = grid([Factor("horizon", ("2023-03", "2023-05"))])
    study = Study.open(run_study(a_plan(1, ("status_quo",), points=points), tmp_path, SERIAL).folder)
    assert study.runs["months"].tolist() == [3, 5]
    assert study.wide("us_token_share").shape == (2, 5)
    assert study.frame("hhi", segment="world").groupby("row").size().tolist() == [3, 5]


def test_sql_sees_the_tables(folder):
    pytest.importorskip("duckdb", reason="the extra sql is not installed")
    study = Study.open(folder)
    query = (
        "select policy, avg(value) as v from series join runs using (row) where measure = 'adoption' and "
        "segment = 'world' and month = '2023-04' group by policy order by policy"
    )
    found = study.sql(query).set_index("policy")["v"]
    direct = study.frame("adoption", segment="world", month="2023-04")
    expected = direct.astype({"policy": str, "value": float}).groupby("policy")["value"].mean()
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert "the views are runs, series" in refused(lambda: study.sql("select 1 from serie"))


def test_sql_without_duckdb_names_the_extra(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    assert "opengambit[sql]" in refused(lambda: Study.open(folder).sql("select 1"))


def test_results_prints_the_headlines(folder, capsys):
    assert cli.main(["results", str(folder)]) == 0
    out = capsys.readouterr().out
    assert "2 policies x 1 future x 2 points x 1 draw x 3 seeds" in out
    assert "12 of 12 runs done, 0 failed" in out
    assert "us_all_closed" in out and "us_token_share (share)" in out


def test_the_overview_shows_headlines_not_all_cells_of_their_measures(folder, capsys):
    assert cli.main(["results", str(folder), "--json"]) == 0
    rows = {(row["policy"], row["point"]): row for row in json.loads(capsys.readouterr().out)}
    assert {place: row["params.demand.gamma"] for place, row in rows.items()} == {
        (policy, point): value for policy in ("status_quo", "us_all_closed") for point, value in enumerate((1.0, 3.0))
    }
    study = Study.open(folder)
    for name in SHOWN:
        labels = [study.rows["policy"].astype(str), study.rows["point"]]
        values = study.wide(name).iloc[:, -1].groupby(labels).mean()
        for place, row in rows.items():
            assert row["runs"] <= 3
            if row[name] == "-":
                assert np.isnan(values[place])
                continue
            assert float(row[name].split(" ")[0]) == pytest.approx(values[place], rel=1e-3)


def test_the_overview_has_a_line_a_point_and_is_cut_on_the_screen_only(folder, capsys, monkeypatch):
    assert cli.main(["results", str(folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    head = next(line.split() for line in lines if line.startswith("policy"))
    assert head[:3] == ["policy", "gamma", "runs"]
    assert [line.split()[1] for line in lines if line.startswith("us_all_closed")] == ["1", "3"]
    monkeypatch.setattr("experiments.studies.results.LINES", 3)
    assert cli.main(["results", str(folder)]) == 0
    out = capsys.readouterr().out
    assert "The first 3 of 4 lines; --csv has all." in out
    assert sum(line.startswith(("status_quo", "us_all_closed")) for line in out.splitlines()) == 3
    assert cli.main(["results", str(folder), "--csv", "-"]) == 0
    table = pd.read_csv(io.StringIO(capsys.readouterr().out))
    assert set(zip(table["point"], table["params.demand.gamma"], strict=True)) == {(0, 1.0), (1, 3.0)}
    assert len(table) == len(SHOWN) * 4 * 4


def test_a_study_whose_runs_all_failed_names_the_way_out(tmp_path):
    lone = Plan.of(replace(a_plan(1, ("status_quo",)).request, seeds=(1,)))
    failed = run_study(lone, tmp_path, SERIAL, simulate=failing).folder
    said = refused(lambda: Study.open(failed).frame("adoption"))
    assert "--retry-failed" in said and f"opengambit results {failed}" in said
    assert "what is missing is run" not in said


def test_results_of_one_measure(folder, capsys, tmp_path):
    assert cli.main(["results", str(folder), "--measure", "token_share", "--by", "bloc"]) == 0
    out = capsys.readouterr().out
    assert "2023-04" in out and "2023-03" not in out
    path = tmp_path / "shares.csv"
    assert cli.main(["results", str(folder), "--measure", "token_share", "--by", "bloc", "--csv", str(path)]) == 0
    band = pd.read_csv(path)
    assert len(band) == 2 * 4 * 4
    pd.testing.assert_series_equal(
        band["mean"], Study.open(folder).band("token_share", by="bloc", segment="world")["mean"], rtol=1e-5
    )
    capsys.readouterr()
    assert cli.main(["results", str(folder), "--measure", "us_token_share", "--each", "--csv", "-"]) == 0
    assert len(pd.read_csv(io.StringIO(capsys.readouterr().out))) == 12 * 4


@pytest.mark.parametrize("command", [command for command, _ in VERBS["results"].examples])
def test_examples_of_help_work(command, folder, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main([word.replace("outputs/latest", str(folder)) for word in command.split()[1:]]) == 0
    assert capsys.readouterr().out


def test_results_of_what_is_wrong(folder, capsys, tmp_path):
    assert cli.main(["results", str(folder), "--measure", "hi"]) == 2
    assert "Did you mean 'hhi'?" in capsys.readouterr().err
    assert cli.main(["results", str(tmp_path)]) == 2
    report = run_study(a_plan(2, ("status_quo",)), tmp_path, SERIAL, simulate=failing)
    assert cli.main(["results", str(report.folder)]) == 0
    assert "ZeroDivisionError: seed 1 is odd" in capsys.readouterr().out
    lone = run_study(
        Plan.of(replace(a_plan(1, ("status_quo",)).request, seeds=(1,))), tmp_path, SERIAL, simulate=failing
    )
    assert cli.main(["results", str(lone.folder)]) == 1
    assert "0 of 1 runs done, 1 failed" in capsys.readouterr().out


def test_the_folder_can_be_shown(folder, capsys):
    assert cli.main(["show", str(folder)]) == 0
    assert "us_all_closed" in capsys.readouterr().out
    assert cli.main(["show", str(next((folder / "tables" / "series").iterdir()))]) == 0
