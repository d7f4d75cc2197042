"""The plan: one row a run, with an id that says what the run is, written before anything runs.

A run id hashes the resolved scenario, the seed, and the source and data of ``sim/``: docs, figures and the command line
change none. Rows of the same (draw, seed) lie together and the status quo comes first, so that a worker has it in its
cache when the policies need it as their yardstick; results do not depend on that.

Each parameter draw has seeds of its own, which its policies, futures and points share: seeds are nested in draws, so
that draws are independent units. Draw d takes ``seed + d * DRAW_STRIDE``; more draws change none of the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.provenance import digest, model_digests
from experiments.studies.request import DRAW_STRIDE, Scenarios, StudyRequest
from sim.baseline import needs_baseline, status_quo_of
from sim.errors import InputError, Problem
from sim.scenario import Scenario

if TYPE_CHECKING:
    import pyarrow as pa

FORMAT = 1
SHARD = 64
"""Rows 64k to 64k+63 of the plan are shard k."""
ID_DIGITS = 16


@dataclass(frozen=True)
class Row:
    """One run of a plan.

    Attributes:
        row: its place.
        run_id: the same scenario, seed, code and data give the same id, in any study.
        block: rows of a block share the status quo of a draw and seed.
        policy, future: names.
        point: number of the point of the design.
        draw: number of the parameter draw, -1 for the parameters as given.
        seed: run seed: that of the request, moved on for draws after the first.
        scenario: digest of the resolved scenario.
    """

    row: int
    run_id: str
    block: int
    policy: str
    future: str
    point: int
    draw: int
    seed: int
    scenario: str


@dataclass(frozen=True)
class Plan:
    """All runs of a study.

    Attributes:
        request: what was asked.
        rows: in order.
        scenarios: digest to scenario.
        code, data: digests of the model.
    """

    request: StudyRequest
    rows: tuple[Row, ...]
    scenarios: dict[str, Scenario]
    code: str
    data: str

    @classmethod
    def of(cls, request: StudyRequest) -> Plan:
        """Return the plan of a request.

        Raises:
            InputError: everything that is wrong with its scenarios, at once.
        """
        code, data = model_digests()
        found = _scenarios(request)
        blocks: dict[tuple[str, int], int] = {}
        drafts: list[tuple[tuple[int, bool, int], tuple[Any, ...]]] = []
        for place, (labels, scenario_digest, base, quiet) in enumerate(found[1]):
            for seed in seeds_of(request, labels[3]):
                block = blocks.setdefault((base, seed), len(blocks))
                drafts.append(((block, not quiet, place), (*labels, seed, scenario_digest)))
        drafts.sort(key=lambda draft: draft[0])
        rows = tuple(_row(number, order[0], labels, code, data) for number, (order, labels) in enumerate(drafts))
        return cls(request, rows, found[0], code, data)

    @cached_property
    def digest(self) -> str:
        """The sha256 of everything that fixes the study's tables."""
        labels = (f"{r.run_id} {r.policy} {r.future} {r.point} {r.draw} {r.seed}" for r in self.rows)
        return digest(["study", str(FORMAT), self.request.record, self.code, self.data, *labels])

    @property
    def name(self) -> str:
        """Eight hex digits that name the study folder."""
        return self.digest[:8]

    @property
    def shards(self) -> int:
        """The number of shards."""
        return -(-len(self.rows) // SHARD)

    def shard(self, number: int) -> tuple[Row, ...]:
        """Return the rows of a shard."""
        return self.rows[number * SHARD : (number + 1) * SHARD]

    def folder(self, outputs: Path) -> Path:
        """Return where the study lies: ``<outputs>/<verb>-<name>/<8 hex>``."""
        from experiments.run import slug

        return outputs / f"{slug(self.request.verb)}-{slug(self.request.name)}" / self.name

    def as_dict(self) -> dict[str, Any]:
        """Return it as ``plan.json`` holds it."""
        return {
            "format": FORMAT,
            "plan": self.name,
            "digest": self.digest,
            "code": self.code,
            "data": self.data,
            "runs": len(self.rows),
            "scenarios": len(self.scenarios),
            "blocks": self.rows[-1].block + 1,
        } | self.request.as_dict()

    def table(self) -> pa.Table:
        """Return the rows as the table of ``plan.parquet``, the values of the design's factors beside them."""
        import pyarrow as pa

        from experiments.studies.schemas import PLAN

        columns = {name: [getattr(row, name) for row in self.rows] for name in PLAN.names}
        table = pa.table(columns, schema=PLAN)
        points = self.request.points
        for place, key in enumerate(points.keys):
            table = table.append_column(key, _column([points.rows[row.point][place] for row in self.rows]))
        return table

    def draws_table(self) -> pa.Table:
        """Return the parameter draws: number of the draw, then a column a parameter."""
        import pyarrow as pa

        draws = self.request.draws
        values = {path: draws.values[:, place] for place, path in enumerate(draws.paths)}
        return pa.table({"draw": pa.array(range(len(draws.values)), pa.int32())} | values)


def seeds_of(request: StudyRequest, draw: int) -> tuple[int, ...]:
    """Return the run seeds of a draw: those asked for with draw 0 and with the parameters as given (-1)."""
    return tuple(seed + max(draw, 0) * DRAW_STRIDE for seed in request.seeds)


def _column(values: list[Any]) -> pa.Array:
    """Return numbers as numbers, and anything else as text."""
    import pyarrow as pa

    plain = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)
    return pa.array([float(v) for v in values], pa.float64()) if plain else pa.array([str(v) for v in values])


def _row(number: int, block: int, labels: tuple[Any, ...], code: str, data: str) -> Row:
    policy, future, point, draw, seed, scenario = labels
    run_id = digest(["run", scenario, str(seed), code, data])[:ID_DIGITS]
    return Row(number, run_id, block, policy, future, point, draw, seed, scenario)


Found = tuple[tuple[str, str, int, int], str, str, bool]
"""policy, future, point and draw; digest; digest of the status quo beside it; whether it is that status quo."""


def _scenarios(request: StudyRequest) -> tuple[dict[str, Scenario], list[Found]]:
    scenarios: dict[str, Scenario] = {}
    found: list[Found] = []
    problems: list[Problem] = []
    source = Scenarios(request)
    for future in request.futures:
        for draw in request.draws.numbers:
            for point in range(len(request.points.rows)):
                for arm in request.policies:
                    try:
                        scenario = source.at(arm, future, point, draw)
                    except InputError as error:
                        problems += error.problems
                        continue
                    mine = scenario.digest()
                    base = status_quo_of(scenario).digest() if needs_baseline(scenario) else mine
                    scenarios.setdefault(mine, scenario)
                    found.append(((arm.name, future, point, draw), mine, base, base == mine))
    if problems:
        raise InputError(list(dict.fromkeys(problems)))
    return scenarios, found
