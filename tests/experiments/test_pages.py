"""The pages of questions and of figures: what they list exists, and they list all that there is."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from PIL import Image

from experiments.contrasts.words import NOUNS
from experiments.figure import _read
from experiments.figures.catalogue import CATALOGUE
from experiments.pages import gallery
from experiments.pages.image import WIDTH, shrink
from experiments.pages.levels import table
from experiments.pages.questions_asked import QUESTIONS, Question
from experiments.show import read_provenance
from experiments.studies.store import Study
from sim.policy import policy_files

DOCS = Path(__file__).resolve().parents[2] / "docs"
ASKED = (
    "lever.chip_export_quota", "openai_opens_flagship", "eu_model_ban", "deepseek_r1_later", "cn_goes_closed",
    "gulf_megaproject", "us_closed_revenue", "us_hosting_ban", "params.demand.fit_scale",
)  # fmt: skip
"""What the page must not lack: quota levels, a flagship opened, a ban in the EU, DeepSeek a year later, China closing,
a megaproject in the Gulf, who loses revenue, US hosts of Chinese models, equal language fit."""


def test_there_are_twenty_questions_and_the_ones_that_memos_ask() -> None:
    assert len(QUESTIONS) >= 20
    assert len({question.name for question in QUESTIONS}) == len(QUESTIONS)
    commands = " ".join(question.command for question in QUESTIONS)
    assert all(word in commands for word in ASKED)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_a_question_has_its_command_its_figure_and_its_answer_on_the_page(question: Question) -> None:
    page = (DOCS / "questions.md").read_text(encoding="utf-8")
    section = page.partition(f'<a id="{question.name}"></a>')[2].partition("\n### ")[0]
    assert f"opengambit {question.command}\n" in section
    assert f"opengambit figure outputs/latest {question.family}" in section
    assert question.family in CATALOGUE
    assert _read(["outputs/latest", question.family, *shlex.split(question.options)]).family == question.family
    image = DOCS / "img" / "questions" / f"{question.name}.png"
    assert read_provenance(image)["command"].startswith(f"opengambit {shlex.split(question.command)[0]}")
    words = re.sub(r"```.*?```|!\[.*?\]\(.*?\)", "", section, flags=re.DOTALL)
    assert "Conditional on" in words or words.count("|") > 8
    assert not re.search(r"\bwill\b", words)


def test_every_library_policy_that_a_question_names_exists() -> None:
    named = set(
        re.findall(r"[a-z][a-z0-9_]{5,}", " ".join(re.findall(r"\[(.*?)\]", " ".join(q.command for q in QUESTIONS))))
    )
    assert named - set(policy_files()) <= {*NOUNS, "status_quo", "slow_scaling", "price_war"}


def test_the_gallery_shows_every_family_with_its_command() -> None:
    page = (DOCS / "gallery.md").read_text(encoding="utf-8")
    for name in CATALOGUE:
        assert f"### `{name}`" in page
        assert f"opengambit figure outputs/latest {name}" in page
        assert (DOCS / "img" / "gallery" / f"{name}.png").is_file()
    assert set(gallery.OPTIONS) | set(gallery.SHOWN) <= set(CATALOGUE)


def test_small_images_keep_their_provenance(tmp_path: Path) -> None:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("opengambit", '{"run": "abc"}')
    Image.new("RGB", (2 * WIDTH, 600), "white").save(tmp_path / "large.png", pnginfo=info)
    small = shrink(tmp_path / "large.png", tmp_path / "page" / "small.png")
    with Image.open(small) as image:
        assert image.size == (WIDTH, 300)
        assert image.info["opengambit"] == '{"run": "abc"}'


def test_the_table_of_a_sweep_has_a_line_a_level(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from experiments.cli import main

    monkeypatch.chdir(tmp_path)
    command = "sweep params.demand.fit_scale=0,1 horizon=2023-04 seeds=3 measure=us_token_share"
    assert main([*shlex.split(command), "enterprises=60", "execution=serial", "--no-figures", "--quiet"]) == 0
    study = Study.open("outputs/latest")
    lines = table(study, Question("x", "", "", command))
    wide = study.wide("us_token_share")
    runs = study.runs.set_index("row")
    means = [wide.loc[runs.index[runs["point"] == point]].iloc[:, -1].mean() for point in (0, 1)]
    shown = float(lines[2].split("|")[2].split("\u00a0")[0])
    assert shown == pytest.approx(100 * means[0], abs=0.06)
    assert lines[2].endswith("| – |")
    gap = wide.loc[runs.index[runs["point"] == 1]].iloc[:, -1].to_numpy()
    gap = gap - wide.loc[runs.index[runs["point"] == 0]].iloc[:, -1].to_numpy()
    if gap.any():
        assert re.search(r"[+\u2212][\d.]+", lines[3].rsplit("|", 2)[1])
    assert lines[-1] == "Mean over 3 seeds, the same for every level."
