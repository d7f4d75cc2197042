"""Small comparisons that memos are written about, made once a session in a folder of their own."""

from __future__ import annotations

from pathlib import Path

from experiments.cli import main
from experiments.memo.document import memo
from experiments.memo.ledger import Ledger
from experiments.memo.markdown import render
from experiments.memo.material import Material

PUSH = """\
name: push
title: The US pays for adoption
question: Does paying for adoption move users to US models?
entries:
  - {from: 2023-06, actor: US, lever: adoption_push, value: 0.3, tag: A, label: US push, source: made up}
  - {from: 2023-06, actor: EU, lever: model_ban, target: {developer: US}, value: 0.8, tag: A, source: made up}
"""
STILL = """\
name: still
title: Nothing happens
entries:
  - {from: 2023-06, actor: US, lever: adoption_push, value: 0, tag: A, source: made up}
"""
SMALL = ("enterprises=60", "execution=serial", "--quiet", "--no-figures", "replicates=200")
ASKED = {
    "two": (
        "policies=[us_all_closed,./push.yaml,./still.yaml]", "seeds=5", "horizon=2024-03", "headline=us_token_share",
        "dates=[2023-12,2024-03]", "futures=[none,price_war]",
    ),
    "drawn": (
        "policies=[./push.yaml]", "draws=8", "seeds=2", "horizon=2024-01", "headline=us_token_share",
        "dates=[2023-10,2024-01]", "thresholds=['us_token_share<=0.97@2023-06']",
        "demands=['us_token_share>=0.5@2024-01']", "record=panel",
    ),
    "apart": (
        "policies=[./push.yaml]", "seeds=4", "horizon=2024-01", "headline=us_token_share", "dates=[2024-01]",
        "attribution=all",
    ),
    "ahead": ("policies=[./push.yaml]", "seeds=3", "history.until=2023-05", "horizon=2023-12", "level=0.9"),
    "lone": ("policies=[./push.yaml]", "seeds=1", "horizon=2023-09", "dates=[2023-09]", "record=summary"),
}  # fmt: skip


def make(name: str) -> Path:
    """Run one of the comparisons in the working folder, and return its study."""
    Path("push.yaml").write_text(PUSH)
    Path("still.yaml").write_text(STILL)
    assert main(["compare", *ASKED[name], *SMALL, f"name={name}"]) == 0
    return next((Path("outputs") / f"compare-{name}").iterdir())


_WRITTEN: dict[Path, tuple[str, Ledger, Material]] = {}


def once(folder: Path, out: Path) -> tuple[str, Ledger, Material]:
    """Return the memo of a study, written when the first test asks for it."""
    if folder not in _WRITTEN:
        _WRITTEN[folder] = written(folder, out)
    return _WRITTEN[folder]


def written(folder: Path, out: Path, **given: str) -> tuple[str, Ledger, Material]:
    """Return the memo of a study as Markdown, with the ledger of its numbers."""
    material = Material.of(folder)
    return render(memo(material, out / "figures", **given), out), material.ledger, material
