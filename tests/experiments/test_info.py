"""The verbs that show what a run stands on, called in process."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from verbs import rows_of

from experiments import cli, doctor, manual
from experiments.info import coverage, options, quality, table
from sim.calendar import month_index
from sim.errors import InputError

COLUMNS = (table.Column("name", "name"), table.Column("value", "value", right=True))


# tables


def test_plain_text_is_aligned_and_never_cut() -> None:
    long = "word " * 60
    text = table.plain([{"name": long, "value": 0.1}, {"name": "b", "value": None}], COLUMNS, title="t", notes=["n"])
    lines = text.splitlines()
    assert lines[0] == "t"
    assert lines[-1] == "n"
    assert lines[3] == f"{long.strip()}    0.1"
    assert lines[4].endswith("    -")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1 / 6, "0.166667"),
        (1e6, "1e+06"),
        (None, "-"),
        ("", "-"),
        (True, "yes"),
        (("a", "b"), "a, b"),
        ((), "-"),
        ("a\n b", "a b"),
    ],
)
def test_cells(value: object, text: str) -> None:
    assert table.cell(value) == text


def test_terminal_gets_a_table_with_brackets_as_they_are(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    table.show([{"name": "[A] [bold]x", "value": 1}], COLUMNS, title="t", as_json=False)
    assert "[A] [bold]x" in capsys.readouterr().out


# options


def test_options_in_any_order() -> None:
    got = options.parse("world", ["a", "--month", "2025-08", "--json", "--by=lab", "b"], values=("month", "by"))
    assert got.words == ("a", "b")
    assert got.json
    assert got.values == {"month": "2025-08", "by": "lab"}


@pytest.mark.parametrize("args", [["--month"], ["--month="], ["--month", "--json"], ["--jsn"], ["--json=1"], ["-x"]])
def test_options_refused(args: list[str]) -> None:
    with pytest.raises(InputError, match="world"):
        options.parse("world", args, values=("month",))


def test_filter_takes_every_word_in_any_case() -> None:
    rows = [{"n": "Alpha", "m": "one"}, {"n": "Beta", "m": "one two"}]
    assert options.matching("v", rows, ["ONE", "bet"], []) == rows[1:]
    with pytest.raises(InputError, match=r"Did you mean 'x\.alpha'"):
        options.matching("v", rows, ["alhpa"], ["x.alpha", "x.beta"])


# verbs


def test_params_hold_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    from sim.parameters import catalogue

    rows = rows_of(capsys, "params")
    assert [row["path"] for row in rows] == [info.path for info in catalogue()]
    assert all(row["unit"] and row["meaning"] and row["tag"] for row in rows)
    assert 0 < len(rows_of(capsys, "params", "trust")) < len(rows)


def test_labs_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    rows = {row["lab"]: row for row in rows_of(capsys, "labs")}
    wanted = (
        "OpenAI Anthropic Google Meta xAI Microsoft NVIDIA Amazon Cohere TII DeepSeek Alibaba Moonshot Z.ai MiniMax"
    )
    wanted += " Meituan 01.AI Kuaishou Baidu Huawei ByteDance Tencent StepFun Xiaomi"
    assert set(wanted.split()) <= set(rows)
    assert rows["DeepSeek"]["open_releases"] > 0
    assert any("Baichuan" in row["stands_for"] for row in rows.values())


def test_regions(capsys: pytest.CaptureFixture[str]) -> None:
    rows = rows_of(capsys, "regions")
    assert len(rows) == 13
    assert sum(row["gdp_share"] for row in rows) == pytest.approx(1, abs=1e-3)


def test_measures_and_instruments(capsys: pytest.CaptureFixture[str]) -> None:
    answer = rows_of(capsys, "measures")
    assert "token_share" in {row["name"] for row in answer["measures"]}
    assert all(row["unit"] and row["meaning"] for row in answer["measures"])
    assert all(row["compared_with"] for row in answer["instruments"])
    assert [row["name"] for row in rows_of(capsys, "measures", "openrouter_token_share")["instruments"]]


# coverage


def line(name: str, live_until: str, domain: str = "text") -> dict[str, str]:
    return {"line": name, "tier": "mid", "domain": domain, "live_until": live_until}


def release(model: str, date: str, licence: str = "closed", **cells: str) -> dict[str, str]:
    basis = {
        "lab": "Lab",
        "model": model,
        "date": date,
        "licence": licence,
        "q": "130",
        "q_basis": "eci",
        "active_b": "",
    }
    return basis | cells


def price(start: str, value: str, until: str = "") -> dict[str, str]:
    return {"from": start, "until": until, "price": value}


@pytest.fixture
def tables() -> coverage.Tables:
    return coverage.Tables(
        lines=(line("gpt", "2024-06"), line("free", "2025-12"), line("clip", "2025-12", "video")),
        releases={
            "gpt": (release("G1", "2023-03-01"), release("G2", "2023-05-31", q_basis="carried")),
            "free": (release("F1", "2023-04-10", "open_permissive", active_b="7"),),
            "clip": (release("V1", "2023-06-01", q_basis="video rule"),),
        },
        prices={"G1": (price("2023-03-15", "4"), price("2023-04-30", "3"))},
        host_prices={"F1": (price("2023-06", "0.5", "2023-07"),)},
    )


def offer(tables: coverage.Tables, month: str, name: str) -> coverage.Offer | SimpleNamespace:
    found = [offer for offer in tables.offers(month_index(month)) if offer.line == name]
    return found[0] if found else SimpleNamespace(model=None)


def test_a_line_lives_from_its_first_release_to_its_last_month(tables: coverage.Tables) -> None:
    assert offer(tables, "2023-02", "gpt").model is None
    assert [offer(tables, month, "gpt").model for month in ("2023-03", "2023-04", "2023-05")] == ["G1", "G1", "G2"]
    assert offer(tables, "2024-06", "gpt").model == "G2"
    assert offer(tables, "2024-07", "gpt").model is None


def test_price_is_that_of_the_last_day(tables: coverage.Tables) -> None:
    assert offer(tables, "2023-03", "gpt").price == 4
    assert offer(tables, "2023-04", "gpt").price == 3
    assert (offer(tables, "2023-04", "free").price, offer(tables, "2023-04", "free").price_from) == (None, "size")
    assert (offer(tables, "2023-07", "free").price, offer(tables, "2023-07", "free").price_from) == (0.5, "hosts")
    assert offer(tables, "2023-08", "free").price is None


def test_counts_keep_text_and_video_apart(tables: coverage.Tables) -> None:
    assert coverage.summary(tables, month_index("2023-06")) == {
        "month": "2023-06", "lines": 2, "open": 1, "q": 1, "price": 1, "both": 1, "costed": 0, "video": 1,
    }  # fmt: skip


def test_coverage_of_the_shipped_data(capsys: pytest.CaptureFixture[str]) -> None:
    """Live text lines by the rule of sim/data/README.md, counted when the tables were made."""
    by_month = {row["month"]: row for row in rows_of(capsys, "world")}
    lines = {month: by_month[month]["lines"] for month in ("2023-01", "2024-01", "2025-01", "2026-01", "2026-07")}
    assert lines == {"2023-01": 2, "2024-01": 33, "2025-01": 62, "2026-01": 66, "2026-07": 71}
    august = rows_of(capsys, "world", "--month", "2025-08")
    assert sum(row["domain"] == "text" for row in august) == by_month["2025-08"]["lines"]
    by_lab = rows_of(capsys, "world", "--month", "2025-08", "--by", "lab")
    assert sum(row["lines"] for row in by_lab) == len(august)


# doctor


def test_flags_of_every_table_are_explained() -> None:
    assert {flag.kind for flag in quality.flags()} <= set(quality.MEANINGS)
    assert sum(count for *_, count in quality.counted(quality.flags())) == len(quality.flags())


def test_flags_hold_the_weak_prices() -> None:
    weak = sum(row["basis"] in ("backfill", "capture") for row in quality.tables()["prices.csv"])
    assert sum(flag.table == "prices.csv" and flag.kind != "assumed" for flag in quality.flags()) == weak


def test_months_short() -> None:
    assert quality.months_short("2025-11", "2026-01") == 2
    assert quality.months_short("2026-03", "2026-01") == 0


def test_a_check_that_stops_is_a_finding() -> None:
    def _data() -> Any:
        yield doctor.Finding("Data", doctor.OK, "folder", "there")
        raise OSError("gone")

    found = list(doctor._guarded(_data))
    assert [finding.status for finding in found] == [doctor.OK, doctor.BROKEN]
    assert found[1] == doctor.Finding("Data", doctor.BROKEN, "OSError", "gone")


def test_doctor_lists_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor.main(["--json", "--all"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert len(answer["flags"]) == len(quality.flags())


# the command


def test_every_verb_has_a_page() -> None:
    for name, verb in manual.VERBS.items():
        page = manual.page(name)
        assert page.startswith(f"opengambit {name}: {verb.summary}")
        assert all(command.startswith(f"opengambit {name}") for command, _ in verb.examples)
        assert max(map(len, page.splitlines())) <= 110


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (KeyboardInterrupt(), 130, "interrupted"),
        (ValueError("odd"), 1, "opengambit: ValueError: odd\n"),
        (SystemExit(3), 3, ""),
        (SystemExit("stop"), 1, "stop"),
        (SystemExit(), 0, ""),
    ],
)
def test_what_goes_wrong_becomes_an_exit_code(
    error: BaseException, code: int, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(args: list[str]) -> int:
        raise error

    monkeypatch.setattr("experiments.info.regions.main", fail)
    assert cli.main(["regions"]) == code
    message = capsys.readouterr().err
    assert said in message
    assert "Traceback" not in message


def test_debug_shows_the_traceback(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(args: list[str]) -> int:
        assert args == ["EU"]
        raise ValueError("odd")

    monkeypatch.setattr("experiments.info.regions.main", fail)
    assert cli.main(["regions", "EU"]) == 1
    assert "opengambit regions EU --debug" in capsys.readouterr().err
    assert cli.main(["regions", "--debug", "EU"]) == 1
    assert "Traceback" in capsys.readouterr().err
