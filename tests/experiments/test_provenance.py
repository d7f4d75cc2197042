from __future__ import annotations

import json

import pytest
from fakes import FakeRun
from test_store import a_provenance, write

from experiments import show
from experiments.figures import Drawing, save
from experiments.figures.style import house
from experiments.provenance import Provenance, collect, figure_metadata, model_digests, tree_digest
from sim.errors import InputError


def changed(**kwargs) -> Provenance:
    base = {"command": "c", "name": "n", "scenario": "s", "scenario_digest": "d", "config": {}, "seeds": (0, 1)}
    return collect(**(base | kwargs))


def test_the_plan_is_fixed_by_scenario_seeds_code_and_data():
    plan = changed().plan
    assert len(plan) == 8
    assert int(plan, 16) >= 0
    assert changed(command="other", name="other", config={"a": 1}).plan == plan
    assert changed(seeds=(0, 2)).plan != plan
    assert changed(scenario_digest="e").plan != plan


def test_a_run_keeps_its_id_in_another_study():
    assert changed(seeds=(0, 1)).run_id(1) == changed(seeds=(1,)).run_id(1)
    assert changed().run_id(0) != changed().run_id(1)


def test_the_digest_of_a_tree_sees_names_and_contents_but_not_raw_data(tmp_path):
    (tmp_path / "a.py").write_text("x = 1\n")
    first = tree_digest(tmp_path, {".py"})
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "b.py").write_text("y = 2\n")
    (tmp_path / "note.txt").write_text("note")
    assert tree_digest(tmp_path, {".py"}) == first
    (tmp_path / "a.py").write_bytes(b"x = 1\r\n")
    assert tree_digest(tmp_path, {".py"}) == first
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert tree_digest(tmp_path, {".py"}) != first


def test_code_and_data_are_told_apart():
    code, data = model_digests()
    assert len(code) == len(data) == 64
    assert code != data


def test_it_is_plain_data():
    record = json.loads(json.dumps(a_provenance().as_dict()))
    assert record["seeds"] == [0, 1, 2]
    assert record["libraries"]["numpy"]
    assert record["config"] == {"horizon": 42}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    from matplotlib.figure import Figure

    folder = tmp_path_factory.mktemp("study")
    made = write(folder, [FakeRun(seed=seed, length=4) for seed in range(3)])
    command = r"opengambit run 'policy=[a,b]' (quoted) \ back"
    with house():
        figure = Figure(figsize=(2, 1))
        figure.text(0.1, 0.5, "text")
    drawing = Drawing("sample", figure, made.table("runs"), "A title")
    save(drawing, folder / "figures", a_provenance(command=command).stamp(), (".png", ".svg", ".pdf"))
    return folder, command


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_a_figure_says_what_made_it_away_from_its_folder(study, suffix, tmp_path):
    folder, command = study
    moved = tmp_path / f"memo{suffix}"
    moved.write_bytes((folder / "figures" / f"sample{suffix}").read_bytes())
    record = show.read_provenance(moved)
    assert record["command"] == command
    assert record["run"] == a_provenance().plan
    assert record["seeds"] == [0, 1, 2]


@pytest.mark.parametrize(
    "name", ["", "tables/bands.parquet", "tables/bands.csv", "figures/sample.csv", "figures/sample.png"]
)
def test_everything_in_a_study_says_what_made_it(study, name):
    record = show.read_provenance(study[0] / name)
    assert record["run"] == a_provenance().plan
    assert record["libraries"]


def test_a_table_away_from_its_folder_says_what_fixes_its_numbers(study, tmp_path):
    moved = tmp_path / "bands.parquet"
    moved.write_bytes((study[0] / "tables" / "bands.parquet").read_bytes())
    record = show.read_provenance(moved)
    assert record["scenario_digest"] == "ab" * 32
    assert "command" not in record


def test_show_prints_for_people_and_for_programs(study, capsys):
    assert show.main([str(study[0])]) == 0
    text = capsys.readouterr().out
    assert "0 to 2" in text
    assert a_provenance().plan in text
    assert "bands" in text
    assert show.main([str(study[0] / "figures" / "sample.svg"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["run"] == a_provenance().plan


@pytest.mark.parametrize("name", ["missing.png", "empty.png", "empty.svg", "plain.csv", "broken.parquet"])
def test_a_file_without_provenance_is_refused(tmp_path, name):
    if name != "missing.png":
        (tmp_path / name).write_text("nothing")
    with pytest.raises(InputError, match="no such file" if name == "missing.png" else "carries no provenance"):
        show.main([str(tmp_path / name)])


def test_other_formats_are_refused():
    with pytest.raises(ValueError, match=r"\.gif"):
        figure_metadata(".gif", "t", {})


def test_seeds_are_written_briefly():
    assert show.seeds_text([0, 1, 2, 3]) == "0 to 3"
    assert show.seeds_text([3]) == "3"
    assert show.seeds_text([3, 7]) == "3, 7"
