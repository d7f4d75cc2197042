"""What a comparison leaves: its specification, every table as CSV, and all of them as a workbook."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.contrasts.about import about_comparison
from experiments.contrasts.spec import Comparison
from experiments.contrasts.tables import comparison_tables
from experiments.studies.conduct import FIGURES
from experiments.studies.store import Study

if TYPE_CHECKING:
    import pandas as pd

FOLDER, BOOK = "comparison", "comparison.xlsx"


@dataclass(frozen=True)
class Compared:
    """A comparison with its tables.

    Attributes:
        study: the runs.
        spec: what is compared.
        tables: by name (`experiments.contrasts.columns`).
    """

    study: Study
    spec: Comparison
    tables: Mapping[str, pd.DataFrame]

    @classmethod
    def of(cls, study: Study, spec: Comparison) -> Compared:
        """Compute all tables.

        Raises:
            InputError: months, objectives or measures that the study does not have, or no finished run.
        """
        return cls(study, spec, comparison_tables(study, spec))

    @property
    def filled(self) -> dict[str, pd.DataFrame]:
        """The tables that hold something."""
        return {name: table for name, table in self.tables.items() if len(table)}

    def write(self, *, workbook: bool, command: str = "") -> list[Path]:
        """Write the specification, each table that holds something as CSV, and all as a workbook if asked for.

        What an earlier question to the same runs left is taken away.

        Args:
            workbook: whether to write one.
            command: what asked for these tables.
        """
        from experiments.folders import write_bytes

        made = [self.spec.save(self.study.folder)]
        folder = self.study.folder / FOLDER
        folder.mkdir(exist_ok=True)
        for name, table in self.filled.items():
            path = folder / f"{name}.csv"
            write_bytes(path, table.to_csv(index=False, float_format="%.9g", lineterminator="\n").encode())
            made.append(path)
        for old in set(folder.glob("*.csv")) - set(made):
            old.unlink()
        (self.study.folder / BOOK).unlink(missing_ok=True)
        shutil.rmtree(self.study.folder / FIGURES, ignore_errors=True)
        if workbook:
            from experiments.contrasts.book import write_xlsx

            about = about_comparison(self.study, self.spec, command=command)
            write_xlsx(self.study.folder / BOOK, self.filled, about)
            made.append(self.study.folder / BOOK)
        return made
