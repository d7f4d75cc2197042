"""What a command finds: its own study in other words, runs of other studies, and the state of each row."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from small import SETTINGS, a_plan, digests, failing

from experiments.studies import Execution, reuse, run_study
from experiments.studies.estimate import estimate
from experiments.studies.folder import StudyFolder, states_of
from experiments.studies.manifest import refuse_other
from experiments.studies.pieces import pack
from experiments.studies.recording import Failure, Recording
from sim.errors import InputError

SERIAL = Execution("serial")


def test_the_same_runs_in_other_words_are_the_same_study(tmp_path):
    plan = a_plan(1, ("status_quo",))
    typed = a_plan(1, ("status_quo",), settings={**SETTINGS, "params": {"demand.gamma": 1.5}})
    assert typed.request.as_dict() != plan.request.as_dict()
    there = run_study(plan, tmp_path, SERIAL).folder
    assert run_study(typed, tmp_path, SERIAL, simulate=failing).done == 0
    assert estimate(typed, tmp_path, SERIAL).folder == there


def test_other_runs_are_refused_by_key(tmp_path):
    (tmp_path / "plan.json").write_text(json.dumps(a_plan(4).as_dict(), default=str), encoding="utf-8")
    with pytest.raises(InputError, match="seeds: this study was made with"):
        refuse_other(tmp_path, a_plan(5).as_dict())


def test_what_vanishes_or_is_damaged_between_search_and_read_only_fails_to_help(tmp_path):
    plan = a_plan(1, ("status_quo",), name="here")
    there = run_study(plan, tmp_path, SERIAL).folder
    item = reuse.search(a_plan(1, ("status_quo",), name="other"), tmp_path, [plan.rows[0].run_id])[0]
    gone = replace(item, study=tmp_path / "gone")
    assert [found for found, _ in reuse.read([gone, item, gone], "series")] == [item]
    (there / "manifest.json").write_text("{", encoding="utf-8")
    assert list(reuse.read([item], "series")) == []


def test_a_dry_run_tells_pieces_and_shards_as_the_run_does(tmp_path):
    plan = a_plan(4, ("status_quo",))
    folder = plan.folder(tmp_path)
    failure = Failure("simulate", "ValueError", "no")
    with StudyFolder.opened(plan, tmp_path) as study:
        study.keep(plan.rows[0], pack(Recording(0, "series", failure=failure)), failed=True)
        study.keep(plan.rows[1], pack(Recording(0, "series", failure=failure)), failed=True)
    (folder / "pieces" / f"000001-{plan.rows[1].run_id}").write_bytes(b"half")
    (folder / "pieces" / "000002-of-no-row").write_bytes(b"")
    before = digests(folder)
    found = estimate(plan, tmp_path, SERIAL)
    assert (found.there, found.failed, found.to_run) == (0, 1, 3)
    assert estimate(plan, tmp_path, replace(SERIAL, retry_failed=True)).to_run == 4
    assert digests(folder) == before
    with StudyFolder.opened(plan, tmp_path) as study:
        assert states_of(plan, folder) == study.states == {0: "failed"}


def test_a_dry_run_runs_the_rows_of_a_damaged_shard_again(tmp_path):
    plan = a_plan(1, ("status_quo",))
    folder = run_study(plan, tmp_path, SERIAL).folder
    path = next((folder / "tables" / "series").iterdir())
    path.write_bytes(bytes(len(path.read_bytes())))
    assert estimate(plan, tmp_path, SERIAL).to_run == 1
