from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fakes import FakeRun
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from experiments import folders, provenance, store
from experiments.bands import QUANTILES, Cells, statistics


def a_provenance(seeds=(0, 1, 2), command="opengambit run seeds=3"):
    return provenance.collect(
        command=command,
        name="test",
        scenario="status_quo",
        scenario_digest="ab" * 32,
        config={"horizon": 42},
        seeds=seeds,
    )


def write(folder: Path, runs: list[FakeRun], **kwargs) -> store.Study:
    made = a_provenance(tuple(run.seed for run in runs), **kwargs)
    writer = store.StudyWriter(folder, made)
    for run in runs:
        writer.add(run, 1.0)
    writer.close()
    store.write_manifest(folder, made)
    return store.Study(folder)


cells = hnp.arrays(
    np.float64,
    st.tuples(st.integers(1, 9), st.integers(1, 5)),
    elements=st.one_of(st.floats(-1e6, 1e6), st.just(np.nan)),
)


@settings(max_examples=60, deadline=None)
@given(cells)
def test_statistics_are_those_of_numpy_without_the_nulls(values):
    found = statistics(values)
    for column in range(values.shape[1]):
        known = values[:, column][np.isfinite(values[:, column])]
        assert found["n"][column] == len(known)
        if len(known) == 0:
            assert all(np.isnan(found[name][column]) for name in ("mean", *QUANTILES))
            continue
        np.testing.assert_allclose(found["mean"][column], known.mean(), rtol=1e-9, atol=1e-9)
        for name, q in QUANTILES.items():
            np.testing.assert_allclose(found[name][column], np.quantile(known, q), rtol=1e-9, atol=1e-6)


def keys(*names: str) -> pa.Table:
    return pa.table({"key": pa.array(names).dictionary_encode()})


def test_cells_that_a_seed_lacks_are_null_in_it():
    cells = Cells()
    cells.add(keys("a", "b"), np.array([1.0, 2.0]))
    cells.add(keys("c", "a"), np.array([30.0, 10.0]))
    cells.add(keys("a", "b"), np.array([100.0, 200.0]))
    assert cells.keys["key"].to_pylist() == ["a", "b", "c"]
    nan = np.nan
    np.testing.assert_array_equal(cells.matrix(), [[1, 2, nan], [10, nan, 30], [100, 200, nan]])


def test_tables_hold_what_the_run_said(tmp_path):
    run = FakeRun(seed=3, length=6)
    study = write(tmp_path, [run])
    series = study.table("series")
    mine = series[(series["measure"] == "token_share")].drop(columns=["seed", "measure"]).astype({"value": float})
    expected = run.frame("token_share")[list(mine.columns)]
    for column in mine.columns:
        assert list(mine[column].astype(object).fillna(-1)) == list(expected[column].astype(object).fillna(-1))
    assert set(series["seed"]) == {3}
    assert list(study.table("runs")["run_id"]) == [a_provenance((3,)).run_id(3)]


def test_the_schema_is_declared_and_nulls_are_null(tmp_path):
    write(tmp_path, [FakeRun(length=5), FakeRun(seed=1, length=5)])
    for name, schema in store.SCHEMAS.items():
        path = tmp_path / "tables" / f"{name}.parquet"
        table = pq.read_table(path)
        assert table.schema.names == schema.names
        for field in schema:
            found = table.schema.field(field.name).type
            assert found == field.type or pa.types.is_dictionary(found), (name, field.name)
            if pa.types.is_floating(field.type):
                values = table[field.name].combine_chunks()
                assert not np.isnan(values.drop_null().to_numpy()).any()
    series = pq.read_table(tmp_path / "tables" / "series.parquet")
    assert series["value"].null_count > 0


def digests(folder: Path) -> dict[str, str]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.parent.name != "log"]
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_runs_give_the_same_bytes_whatever_the_command(tmp_path):
    runs = [FakeRun(seed=seed, length=6) for seed in range(3)]
    write(tmp_path / "a", runs)
    write(tmp_path / "b", runs, command="python -m experiments.run seeds=3")
    first, second = digests(tmp_path / "a"), digests(tmp_path / "b")
    tables = [name for name in first if name.startswith("tables/")]
    assert len(tables) == 8
    assert {name: first[name] for name in tables} == {name: second[name] for name in tables}


def test_bands_are_over_seeds_and_keep_labs_that_only_one_seed_has(tmp_path):
    study = write(tmp_path, [FakeRun(seed=seed, length=6, extra_lab=True) for seed in range(3)])
    bands, series = study.table("bands"), study.table("series")
    cell = {
        "measure": "spend_share",
        "month": "2023-05",
        "segment_kind": "region",
        "segment": "CN",
        "by": "bloc",
        "key": "CN",
    }
    pick = lambda frame: frame[np.logical_and.reduce([frame[k] == v for k, v in cell.items()])]  # noqa: E731
    values, row = pick(series)["value"].to_numpy(), pick(bands).iloc[0]
    assert len(values) == 3 == row["n"]
    np.testing.assert_allclose(row["mean"], values.mean())
    np.testing.assert_allclose(row["q95"], np.quantile(values, 0.95))
    lonely = bands[(bands["key"] == "Lab 2") & (bands["month"] == "2023-05")]
    assert len(lonely) and (lonely["n"] == 1).all()
    assert not bands.duplicated(["measure", "month", "segment_kind", "segment", "by", "key"]).any()


def test_cells_with_few_adopters_have_a_mean_and_no_band(tmp_path):
    bands = write(tmp_path, [FakeRun(seed=seed, length=6) for seed in range(3)]).table("bands")
    known = bands[(bands["measure"] == "token_share") & bands["mean"].notna() & (bands["segment_kind"] == "region")]
    few = known["segment"] == "SAN"
    assert few.any()
    assert known.loc[few, "q05"].isna().all()
    assert known.loc[~few, "q05"].notna().all()
    itself = bands[(bands["measure"] == "effective_enterprises") & (bands["segment"] == "SAN")]
    assert itself["q05"].notna().all()


def test_the_spreadsheet_file_is_small_and_agrees(tmp_path):
    study = write(tmp_path, [FakeRun(seed=seed, length=6) for seed in range(2)])
    small, whole = pd.read_csv(tmp_path / "tables" / "bands.csv"), study.table("bands")
    assert len(small) < len(whole) / 2
    assert small["mean"].notna().all()
    world = small[small["segment_kind"] == "world"]
    assert set(world["by"]) >= {"bloc", "lab", "openness", "channel", "total"}


def test_a_summary_keeps_the_bands_and_no_runs_values(tmp_path):
    made = replace(a_provenance((0,)), record="summary")
    assert made.plan != a_provenance((0,)).plan
    writer = store.StudyWriter(tmp_path, made)
    writer.add(FakeRun(length=4), 1.0)
    writer.close()
    found = {path.name for path in (tmp_path / "tables").iterdir()}
    bands = {"bands.parquet", "bands.csv", "instrument_bands.parquet", "instrument_bands.csv"}
    assert found == bands | {"runs.parquet", "events.parquet"}


def test_the_log_of_events_is_kept_by_seed_and_in_a_summary_for_the_first_one(tmp_path):
    study = write(tmp_path / "series", [FakeRun(seed=seed, length=14) for seed in (3, 4)])
    events = study.table("events")
    assert list(events.columns) == ["seed", "month", "kind", "who", "what", "trigger", "weight"]
    assert events.groupby("seed").size().to_dict() == {3: 4, 4: 4}
    writer = store.StudyWriter(tmp_path / "summary", replace(a_provenance((3, 4)), record="summary"))
    for seed in (3, 4):
        writer.add(FakeRun(seed=seed, length=14), 1.0)
    writer.close()
    kept = pq.read_table(tmp_path / "summary" / "tables" / "events.parquet")
    assert set(kept["seed"].to_pylist()) == {3}


def test_a_folder_appears_whole_or_not_at_all(tmp_path):
    final = tmp_path / "run-x" / "12345678"
    with pytest.raises(KeyboardInterrupt), folders.hidden_folder(final) as partial:
        (partial / "half").write_text("half")
        raise KeyboardInterrupt
    assert list((tmp_path / "run-x").iterdir()) == []
    for text in ("first", "second"):
        with folders.hidden_folder(final) as partial:
            (partial / "whole").write_text(text)
        assert (final / "whole").read_text() == text
    assert [path.name for path in (tmp_path / "run-x").iterdir()] == ["12345678"]


def test_a_study_is_complete_only_with_every_listed_file(tmp_path):
    study = write(tmp_path, [FakeRun(length=4)])
    plan = study.provenance["run"]
    assert store.is_complete(tmp_path, plan)
    assert not store.is_complete(tmp_path, "00000000")
    (tmp_path / "tables" / "bands.csv").write_text("cut")
    assert not store.is_complete(tmp_path, plan)
    assert not store.is_complete(tmp_path / "nowhere", plan)


def test_a_table_that_the_manifest_does_not_list_is_not_read(tmp_path):
    study = write(tmp_path, [FakeRun(length=4)])
    with pytest.raises(FileNotFoundError, match="no table 'stray'"):
        study.table("stray")


def test_latest_points_to_the_last_study(tmp_path):
    for name in ("run-a/1", "run-b/2"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "adoption.png").write_text(name)
        latest = folders.point_latest(tmp_path, tmp_path / name)
        assert latest.is_symlink()
        assert (tmp_path / "latest" / "adoption.png").read_text() == name


def test_latest_is_a_text_file_where_links_fail(tmp_path, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise OSError("links are not allowed")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    study = write(tmp_path / "run-a" / "1", [FakeRun(length=4)])
    latest = folders.point_latest(tmp_path, study.folder)
    assert latest.read_text() == "run-a/1\n"
    assert folders.resolve(latest) == study.folder
    assert folders.resolve(latest / "tables" / "bands.csv").is_file()
    assert store.Study(latest).provenance == study.provenance
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
