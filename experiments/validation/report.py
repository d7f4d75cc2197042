"""The folder of a validation's results: tables, figures and page, whole or not at all; and its published page."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import experiments
from experiments.folders import hidden_folder, write_bytes, write_json
from experiments.provenance import digest, git_state, model_digests, tree_digest, version
from experiments.validation.asked import Asked
from experiments.validation.page import facts_of, page

if TYPE_CHECKING:
    import pandas as pd

    from experiments.validation.conduct import Result
    from experiments.validation.figures import Judged

VERB, PAGE, SETTINGS = "validate", "validation.md", "settings.json"
FIGURES, IMAGES = "figures", "img"
PACKAGES = ("validation", "evidence", "calibration")
"""Packages whose code makes the numbers, beside the model."""


def code_of() -> dict[str, str]:
    """Return digests of the model, its data, and the code that judges it."""
    root = Path(experiments.__file__).parent
    code, data = model_digests()
    return {"code": code, "data": data} | {name: tree_digest(root / name, {".py"}) for name in PACKAGES}


def evidence_of(asked: Asked) -> dict[str, str]:
    """Return digests of what the user may replace: observations, targets and posterior, by what they hold."""
    series = (f"{k} {s.scale} {s.weight} {[a.tolist() for a in (s.start, s.end, s.values, s.se, s.known)]}"
              for k, s in asked.series.items())  # fmt: skip
    chosen = (repr((item.path, item.low, item.high)) for item in asked.chosen.free)
    targets = (f"{t.series.key} {t.weight} {t.series.values.tolist()}" for t in asked.chosen.targets)
    posterior = b"prior" if asked.posterior is None else asked.posterior.read_bytes()
    return {
        "observations": digest(series), "set": digest([*chosen, *targets, str(asked.chosen.tolerance)]),
        "posterior": hashlib.sha256(posterior).hexdigest(),
    }  # fmt: skip


def name_of(asked: Asked) -> str:
    """Return eight hex digits of everything that fixes the tables."""
    settings = {key: value for key, value in asked.settings.items() if key not in ("observations", "posterior", "set")}
    parts = [f"{key}={value}" for source in (settings, code_of(), evidence_of(asked)) for key, value in source.items()]
    return digest(["validation", *parts])[:8]


def folder_of(asked: Asked) -> Path:
    """Return where the results go."""
    from experiments.run import slug

    return asked.outputs / f"{VERB}-{slug(asked.name)}" / name_of(asked)


def known_folder(asked: Asked) -> Path:
    """Return where strengths and policies of the origins go."""
    return asked.outputs / f"{VERB}-known" / name_of(asked)


def write(asked: Asked, result: Result) -> tuple[Path, str]:
    """Write tables, figures and page; return the folder and the text of the page."""
    folder = folder_of(asked)
    made = made_by(asked)
    with hidden_folder(folder) as hidden:
        for name, table in result.tables.items():
            write_table(hidden / f"{name}.csv", table)
        write_json(hidden / SETTINGS, {"settings": asked.settings, "made": made | code_of() | evidence_of(asked)})
        drawn = "--no-figures" not in asked.flags
        images = list(_figures(asked, result, hidden / FIGURES, made)) if drawn else []
        text = page(result, facts_of(asked.settings, made), [(f"{FIGURES}/{name}", title) for name, title in images])
        write_bytes(hidden / PAGE, text.encode())
    return folder, text


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Write a table as CSV, numbers with ten digits."""
    write_bytes(path, table.to_csv(index=False, float_format="%.10g", lineterminator="\n").encode())


def made_by(asked: Asked) -> dict[str, str]:
    """Return the command, and version and digests in words."""
    digests = code_of() | evidence_of(asked)
    short = ", ".join(f"{key} {value[:8]}" for key, value in digests.items())
    return {"command": _shown(asked.command), "version": f"version {version()} ({short})"}


def _shown(command: str) -> str:
    """Return a command without what changes no number: where results go, who runs, and what is said on the way."""
    idle = ("outputs=", "--no-figures", "execution", "name=", "--quiet", "-q", "--publish")
    return " ".join(word for word in command.split(" ") if not word.startswith(idle))


def _figures(asked: Asked, result: Result, folder: Path, made: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Draw every figure; yield the name of its image and its title."""
    from experiments.figures.files import save
    from experiments.figures.style import house
    from experiments.validation.figures import drawings

    stamp: dict[str, Any] = {"run": name_of(asked), "command": made["command"], "git": git_state(), **code_of()}
    with house():
        for drawing in drawings(result, _scene(asked, result.facts.get("posterior_draws", 0))):
            save(drawing, folder, stamp)
            yield f"{drawing.name}.png", drawing.title


def _scene(asked: Asked, behind: int) -> Judged:
    from experiments.validation.conduct import data_end
    from experiments.validation.figures import Judged

    size = f"{asked.numbers['enterprises']} enterprises"
    draws, posterior = f"{asked.numbers['draws']} draws an origin, {size}", f"{behind} posterior draws, {size}"
    first = int(min(item.start.min() for item in asked.series.values()))
    return Judged(
        "history", 1, name_of(asked), version(), max(0, first), data_end(asked), draws=draws, posterior=posterior
    )


def publish(folder: Path, docs: Path) -> list[Path]:
    """Put the page of a result and its figures, at page size, into the documentation.

    Args:
        folder: of the result.
        docs: folder of the documentation.
    """
    from experiments.pages.image import shrink

    text = (folder / PAGE).read_text(encoding="utf-8")
    made = []
    for source in sorted((folder / FIGURES).glob("*.png")):
        made.append(shrink(source, docs / IMAGES / source.name))
        text = text.replace(f"({FIGURES}/{source.name})", f"({IMAGES}/{source.name})")
    write_bytes(docs / PAGE, text.encode())
    return [docs / PAGE, *made]
