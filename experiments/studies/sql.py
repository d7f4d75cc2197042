"""SQL over a study: DuckDB views of its tables. Needs the extra ``sql``; nothing else does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

    from experiments.studies.store import Study


def connect(study: Study) -> Any:
    """Return a DuckDB connection with a view of each table, of the plan, and of the draws if there are any.

    Raises:
        InputError: if the extra is not installed.
    """
    try:
        import duckdb
    except ImportError as error:
        legal = "pip install 'opengambit[sql]'; Study.frame and Study.band need nothing"
        raise InputError(Problem("sql", "duckdb", "DuckDB is not installed", legal)) from error
    connection = duckdb.connect()
    for name in study.tables:
        _view(connection, name, [study.folder / file.path for file in study.manifest.table(name)])
    for name in ("plan", "draws"):
        path = study.folder / f"{name}.parquet"
        _view(connection, name, [path] if path.is_file() else [])
    return connection


def ask(study: Study, query: str) -> pd.DataFrame:
    """Return the answer to a query.

    Raises:
        InputError: if the extra is not installed, or the query is wrong.
    """
    with connect(study) as connection:
        import duckdb

        try:
            answer: pd.DataFrame = connection.sql(query).df()
        except duckdb.Error as error:
            views = ", ".join((*study.tables, "plan"))
            raise InputError(Problem("sql", query, str(error).splitlines()[0], f"the views are {views}")) from error
    return answer


def _view(connection: Any, name: str, paths: list[Path]) -> None:
    if paths:
        listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
        connection.execute(f"create view {name} as select * from read_parquet([{listed}])")
