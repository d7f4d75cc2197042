"""The folder of a calibration: tables, page and figures, written whole or not at all; and how it is published."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from experiments.calibration.session import Calibrated
from experiments.calibration.tables import every_table
from experiments.folders import hidden_folder, point_latest, write_bytes, write_json
from experiments.layers import shipped_conf
from experiments.provenance import model_digests, version
from experiments.run import slug
from sim.errors import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

POSTERIOR, CENTRE, STRENGTHS, PAGE, FIGURES = (
    "posterior.csv", "calibrated.yaml", "strengths.csv", "calibration.md", "figures",
)  # fmt: skip
EXACT = ("posterior", "accepted")
"""Tables that are read again, so that they keep all digits."""


def folder_of(found: Calibrated) -> Path:
    """Return where a calibration lies."""
    return found.asked.outputs / f"calibrate-{slug(found.asked.set.name)}" / found.asked.digest


def write(found: Calibrated) -> Path:
    """Write the folder of a calibration and return it; the same calibration gives the same bytes."""
    from experiments.calibration.page import page

    tables, final = every_table(found), folder_of(found)
    with hidden_folder(final) as folder:
        for name, table in tables.items():
            digits = None if name in EXACT else "%.6g"
            table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", float_format=digits)
        (folder / CENTRE).write_text(parameter_set(found), encoding="utf-8")
        (folder / PAGE).write_text(page(found, tables), encoding="utf-8")
        write_json(folder / "provenance.json", stamp(found))
        if found.strengths is not None:
            shutil.copyfile(found.strengths, folder / STRENGTHS)
        if "--no-figures" not in found.asked.flags:
            _figures(found, tables, folder / FIGURES)
    point_latest(found.asked.outputs, final)
    return final


def parameter_set(found: Calibrated) -> str:
    """Return the centre as a parameter set, with how it was made."""
    code, data = model_digests()
    nested: dict[str, dict[str, float]] = {}
    for path, value in found.centre.items():
        section, name = path.split(".", 1)
        nested.setdefault(section, {})[name] = value
    head = [
        "Centre of a calibration: of weighted mean and nearest accepted draws the one that fits best over seeds.",
        f"Made by `{found.asked.command}`: calibration {found.asked.digest}, code {code[:12]}, data {data[:12]}.",
        f"Distance {found.before.total[0]:.3f} before and {found.judged.total[1]:.3f} at this centre.",
        f"Lab strengths: {STRENGTHS} beside it." if found.strengths else "Lab strengths: those that ship.",
    ]
    return "".join(f"# {line}\n" for line in head) + yaml.safe_dump(nested, sort_keys=False)


def stamp(found: Calibrated) -> dict[str, Any]:
    """Return what a figure carries inside, and what ``opengambit show`` says of the folder."""
    code, data = model_digests()
    return {
        "run": found.asked.digest, "scenario": f"calibrate {found.asked.set.name}", "version": version(), "code": code,
        "data": data, "command": found.asked.command, "seeds": list(range(found.asked.set.numbers.seeds)),
    }  # fmt: skip


def _figures(found: Calibrated, tables: dict[str, pd.DataFrame], folder: Path) -> None:
    from experiments.calibration.figures import drawings
    from experiments.figures.files import save
    from experiments.figures.style import house

    with house():
        for drawing in drawings(found, tables):
            save(drawing, folder, stamp(found))


def checkout() -> Path:
    """Return the root of the source checkout.

    Raises:
        InputError: the command runs from an installed package.
    """
    root = shipped_conf().parent
    if not ((root / "pyproject.toml").is_file() and (root / "sim" / "data").is_dir()):
        message = "this is no source checkout, so there is nothing to publish into"
        legal = "a checkout; or draws=FILE and params=... with the files of the result"
        raise InputError(Problem("--publish", "publish", message, legal))
    return root


def publish(folder: Path, root: Path) -> list[Path]:
    """Copy posterior, centre, strengths and page of a calibration to where a checkout keeps them; return the copies."""
    places = {
        POSTERIOR: root / "conf" / "posterior" / "calibrated.csv",
        CENTRE: root / "conf" / "params" / "calibrated.yaml",
        STRENGTHS: root / "sim" / "data" / "lab_strengths.csv",
    }
    made = [(folder / name, path) for name, path in places.items() if (folder / name).is_file()]
    for source, path in made:
        write_bytes(path, source.read_bytes())
    return [*(path for _, path in made), *_page(folder, root / "docs")]


def _page(folder: Path, docs: Path) -> list[Path]:
    """Put the page of a calibration into the documents, its figures as small images below the text."""
    from experiments.pages.image import shrink

    text, images = (folder / PAGE).read_text(encoding="utf-8"), []
    for source in sorted((folder / FIGURES).glob("*.png")):
        images.append(shrink(source, docs / "img" / f"calibration_{source.stem}.png"))
    shown = [f"![{path.stem.removeprefix('calibration_').replace('_', ' ')}](img/{path.name})" for path in images]
    write_bytes(docs / PAGE, ("\n\n".join([text.rstrip(), *shown]) + "\n").encode())
    return [docs / PAGE, *images]
