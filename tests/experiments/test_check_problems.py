"""``opengambit check`` on files that are wrong: everything at once, with file, line and key, in plain words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from checked import BAN, policy, refused, write
from verbs import run

from experiments import cli


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


# what is wrong


def test_everything_wrong_with_a_policy_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    name = write(
        "nmae: x\ntitel: y\nentires:\n"
        "  - {from: 2025-13, actor: USA, lever: modl_ban, target: {developer: CN}, value: 1}\n"
        "  - from: 2025-01\n    actor: OpenAI\n    lever: procurement_ban\n"
        "    target: {developer: Deepsek}\n    value: 3\n"
    )
    lines = refused(capsys, name).splitlines()
    assert [(line.split(": ")[0], line.rpartition("Did you mean ")[2].split("?")[0]) for line in lines[:6]] == [
        ("mine.yaml:1", "'name'"),
        ("mine.yaml:2", "'title'"),
        ("mine.yaml:3", "'entries'"),
        ("mine.yaml:4", "'US'"),
        ("mine.yaml:4", lines[4]),
        ("mine.yaml:4", "'model_ban'"),
    ]
    assert "'2025-13' is not a date" in lines[4]
    assert lines[6].startswith("mine.yaml:6: actor: OpenAI can't set procurement_ban. Legal: the government of any")
    assert lines[7].startswith("mine.yaml:8: target.developer: there is no developer 'Deepsek'")
    assert lines[8].startswith("mine.yaml:9: value: 3 is not a legal value of procurement_ban")
    assert len(lines) == 9


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "entries:\n  - {actor: US, lever: model_ban, target: {developer: CN, developer: DeepSeek}, value: 1}\n",
            ["mine.yaml:2: entries.target.developer: this key stands twice"],
        ),
        (
            "entries:\n  - actor: US\n    actor: EU\n    lever: adoption_push\n    value: 7\n",
            ["mine.yaml:3: actor: this key stands twice", "mine.yaml:5: value: 7 is not a legal value"],
        ),
        ("entries:\n  -actor: US\n", ["mine.yaml:2: -actor: a space is missing after the dash", "- actor: VALUE"]),
        (
            "entries:\n  - {actor:US, lever: adoption_push, value: 0.1}\n",
            ["a space is missing after the colon. Legal: actor: US"],
        ),
        (
            "entries:\n  - {actor: CN, lever: release_mode, value: delayed, from: 2024-01}\n",
            ["mine.yaml:2: value: no lab can choose delayed"],
        ),
        (f"entries: [{BAN}, {BAN}]\n", ["intervals of one lever that don't overlap"]),
        ("name: status_quo\nentries: []\n", ["mine.yaml:1: name: this is the name of the real world"]),
        (
            "params:\n  chips.us_grwth: 2\n  research:\n    progress: -3\n"
            "shocks:\n  - {kind: compte, who: US, value: 1, from: 2027-01}\n",
            [
                "mine.yaml:2: params.chips.us_grwth",
                "Did you mean 'params.chips.us_growth'?",
                "mine.yaml:4: params.research.progress: -3",
                "mine.yaml:6: kind: there is no kind of shock 'compte'. Did you mean 'compute'?",
            ],
        ),
        (
            "shocks:\n  - {kind: compute, who: US, value: 0.1, from: 2025-01}\n",
            ["mine.yaml:2: from: a future begins after"],
        ),
        (
            'measures:\n  - {measure: hih, sign: "+", scale: 1, weight: 2}\n',
            [
                "mine.yaml:2: measure: there is no headline measure 'hih'. Did you mean 'hhi'?",
                "mine.yaml:2: reason: this key",
            ],
        ),
        ("demand:\n  gamma: 2\n  gama: 3\n", ["mine.yaml:3: params.demand.gama", "'params.demand.gamma'?"]),
        ("demand:\n  gamma: 2\n  gamma: 3\n", ["mine.yaml:3: demand.gamma: this key stands twice"]),
        (
            "history: none\nlabs:\n  Solo: {home: USA, q: 150, active: 40, fund: 100}\n",
            ["mine.yaml:3: labs.Solo.home: this world has no region 'USA'. Did you mean 'US'?"],
        ),
        (
            "horizon: 2050-01\nsedes: 3\nhistory:\n  until: 2031-01\n"
            "levers:\n  model_ban.US.CN: 7@2025-02\npolicy: nothere\n",
            [
                "mine.yaml:1: horizon: 2050-01 is too far",
                "mine.yaml:2: sedes: there is no such setting. Did you mean 'seeds'?",
                "mine.yaml:4: history.until: 2031-01 is beyond the data",
                "mine.yaml:6: value: 7",
                "mine.yaml:7: policy: there is no policy",
            ],
        ),
    ],
)
def test_what_is_wrong_has_its_line(text: str, said: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    message = refused(capsys, write(text))
    assert [part for part in said if part not in message] == []


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        (
            "entries:\n  - actor: US\n\t  lever: x\n\t  value: 1\n",
            "3:1",
            "a tab stands in the indentation (lines 3, 4)",
        ),
        ("title: A ban: half\nentries: []\n", "1:13", 'Legal: title: "A ban: half".'),
        ("name:x\ntitle: b\n", "2:6", "a space is missing behind the colon above"),
        ('name: x\ntitle: "abc\nentries: []\n', "2:8", "the quote that opens here is not closed"),
        ("entries: [{a: 1, b: 2]\n", "1:22", "the mapping that opens in line 1 lacks a comma or its closing }"),
        ("entries: [a, b\nname: x\n", "2:5", "the list that opens in line 1 lacks a comma or its closing ]"),
        ("entries:\n  - actor: US\n   lever: b\n", "3:4", "the indentation does not fit the lines above"),
        ("title: @x\n", "1:8", 'a value can\'t begin with @. Legal: quotes around it: "@x"'),
        ("title: *x\n", "1:8", "begins with *"),
        ('title: "\\d"\n', "1:10", "a backslash inside double quotes"),
        ("title: a\n---\ntitle: b\n", "2:1", "a second document begins here"),
        ("title: [a]]\n", "1:11", "a bracket is closed that was not opened"),
        ("title: {a: b}}\n", "1:14", "a brace is closed that was not opened"),
        ("title: 'it's'\n", "1:12", "text goes on after its closing quote"),
        ("title: |x\n", "1:9", "nothing may stand behind | or >"),
        ('title: "a\x07b"\n', "1:10", "a character that can't be seen (U+0007)"),
    ],
)
def test_what_is_no_yaml_in_plain_words(text: str, place: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    message = refused(capsys, write(text))
    assert message.startswith(f"mine.yaml:{place}: mine: ")
    assert said in message


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the file is empty, or nothing but comments"),
        (b"# later\n\n", "opengambit new policy NAME"),
        (b"\x89PNG\r\n\0\0", "this is a binary file"),
        (b"\xff\xfen\0", "the text is UTF-16"),
        (b"name: x\ntitle: caf\xe9\n", "mine.yaml:2: mine: byte 0xe9 is no character of UTF-8 text"),
        (b"- a\n- b\n", "no mapping of keys to values"),
        (b"just words\n", "no mapping of keys to values"),
        (b"version: 3\nservices: {}\n", "mine.yaml:2: services: no file of OpenGambit has such a key"),
        (b"entries: &x [*x]\n", "it refers to itself"),
        (b"a: " + b"[" * 5000, "mine.yaml"),
    ],
)
def test_what_is_no_file_of_ours(data: bytes, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.yaml").write_bytes(data)
    assert said in refused(capsys, "mine.yaml")


def test_line_ends_and_marks_of_other_systems(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.yaml").write_bytes(b"\xef\xbb\xbf" + f"name: mine\r\nentries:\r\n  - {BAN}\r\n".encode())
    assert run(capsys, "check", "mine.yaml").startswith("mine.yaml: a legal policy of 1 entry.")


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("chip_pauze.yaml", "there is no such file. Did you mean 'chip_pause.yaml'?"),
        ("chip_pause", "Did you mean 'chip_pause.yaml'?"),
        ("sub/chip_paus.yaml", "Did you mean 'sub/chip_pause.yml'?"),
        ("total_chip_ban.yaml", "Did you mean 'total_chip_ban'?"),
        ("total_chip_bam", "Did you mean 'total_chip_ban'?"),
        ("nowhere/x.yaml", "there is no folder nowhere"),
        ("sub", "this is a folder. Legal: sub/chip_pause.yml."),
        (".", "this is a folder. Legal: chip_pause.yaml."),
        ("notes.txt", "end in .yaml or .yml only. Legal: notes.yaml."),
        ("policy=price_war", "this is no policy. Did you mean 'future=price_war'?"),
        ("future=slow_scalin", "Did you mean 'slow_scaling'?"),
        ("horizon=2030-12", "this is an override of run"),
        ("--horizn=2030-12", "Did you mean '--horizon'?"),
    ],
)
def test_what_is_no_file(argument: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("chip_pause.yaml", "sub/chip_pause.yml", "notes.txt"):
        write("entries: []\n", name)
    assert said in refused(capsys, argument)


def test_a_horizon_must_be_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert "'2031-13' is not a month" in refused(capsys, "us", "--horizon", "2031-13")
    assert "--horizon 2055-01: horizon: 2055-01 is too far" in refused(capsys, "total_chip_ban", "--horizon", "2055-01")
    assert "say what to check" in refused(capsys)


def test_a_run_refuses_what_check_refuses(capsys: pytest.CaptureFixture[str]) -> None:
    name = policy("{actor: US, lever: modl_ban, value: 1}", "{actor: EU, lever: adoption_push, value: 7}")
    told = refused(capsys, name)
    assert cli.main(["run", f"policy=./{name}", "enterprises=60", "horizon=2023-02"]) == 2
    assert sorted(capsys.readouterr().err.removeprefix("opengambit: ").splitlines()) == sorted(told.splitlines())


# several files


def test_each_of_several_files_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    write("entries: [{actor: US}]\n", "bad.yaml")
    write("title: @x\n", "worse.yaml")
    assert cli.main(["check", "bad.yaml", "us", "worse.yaml"]) == 2
    said = capsys.readouterr()
    assert said.out.startswith("bad.yaml: 2 problems, told below.\n\nus: a legal objective")
    assert said.out.endswith("\nworse.yaml: 1 problem, told below.\n")
    assert said.err.startswith("opengambit: bad.yaml:1: lever: this key is missing")
    assert "\nworse.yaml:1:8: " in said.err
    text = run(capsys, "check", "us", "cn")
    assert "\nus: a legal" in f"\n{text}"
    assert "\ncn: a legal" in text


def test_data_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    write("entries: [{actor: US, lever: modl_ban, value: 1}]\n", "bad.yaml")
    assert cli.main(["check", "bad.yaml", policy(BAN), "--json"]) == 2
    said = capsys.readouterr()
    bad, good = json.loads(said.out)
    assert (bad["file"], bad["kind"], bad["legal"]) == ("bad.yaml", "policy", False)
    assert bad["problems"][0]["nearest"] == "model_ban"
    assert (good["kind"], good["legal"], good["horizon"]) == ("policy", True, "2026-07")
    (entry,) = good["entries"]
    assert (entry["where"], entry["first_month"], entry["shift"]) == ("mine.yaml:3", "2027-01", "more")
    assert (entry["expected_sign"], entry["headline"], entry["as_tried"]) == ("-", "cn_token_share_outside_cn", True)
    assert "bad.yaml:1: lever" in said.err
