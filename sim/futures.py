"""Exogenous futures: what the world may bring that no government or lab decides, as data (docs/model.md, section 6).

A future sets parameters of the projection and holds dated shocks. It is crossed with policies, never part of one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path
from typing import Any

from sim.calendar import month_index, month_name
from sim.errors import InputError, Problem, nearest
from sim.library import files, find, shown
from sim.policy_reader import Raw, read_list_file
from sim.targets import labs_of, legal_names
from sim.vocabulary import Vocabulary, shipped_vocabulary

NONE = "none"
RELATIVE = ("foreign", "home")
"""Developer names that mean something only seen from an actor, which a shock doesn't have."""
FILE_KEYS = ("name", "title", "question", "reason", "tag", "params", "shocks")
SHOCK_KEYS = ("kind", "who", "value", "from", "until", "note")


@dataclass(frozen=True)
class ShockKind:
    """A kind of shock.

    Attributes:
        who: ``bloc`` or ``lab``: what the names stand for.
        unit: unit of the value.
        low, high: legal values; a kind without a choice of value has 0 to 0.
        lasts: it holds from month to month, so it needs an end; the others happen in one month.
    """

    who: str
    unit: str
    low: float
    high: float
    lasts: bool = False


KINDS = {
    "trust_incident": ShockKind("bloc", "utils added to inc of the developer bloc", 0, 10),
    "price_war": ShockKind("lab", "mark-up over serving cost", 0, 0, lasts=True),
    "capability_jump": ShockKind("lab", "ECI added to what the labs finish from that month on", -50, 50),
    "compute": ShockKind("bloc", "share of the stock added in that month", -0.9, 10),
}


@dataclass(frozen=True)
class Shock:
    """Something that happens at a date.

    Attributes:
        kind: a name of ``KINDS``.
        who: blocs or labs, sorted.
        value: in the unit of the kind.
        start: month t.
        until: last month t, for kinds that last.
        where: file and line, for messages.
    """

    kind: str
    who: tuple[str, ...]
    value: float
    start: int
    until: int | None = None
    where: str = ""

    def words(self) -> str:
        """Return the shock as one line."""
        names = ", ".join(self.who)
        end = "" if self.until is None else f" to {month_name(self.until)}"
        kind = KINDS[self.kind]
        value = f" {self.value:+g} ({kind.unit})" if kind.high > kind.low else ""
        return f"{month_name(self.start)}{end}: {self.kind.replace('_', ' ')}, {names}{value}"


@dataclass(frozen=True)
class Future:
    """An exogenous future.

    Attributes:
        name: for people; it changes no run.
        params: dotted parameter path and value, as applied.
        shocks: what happens when.
        title, question, reason: for people.
        places: dotted path to file and line, for messages.
    """

    name: str = NONE
    params: tuple[tuple[str, Any], ...] = ()
    shocks: tuple[Shock, ...] = ()
    title: str = ""
    question: str = ""
    reason: str = ""
    places: tuple[tuple[str, str], ...] = ()

    @classmethod
    def load(cls, name: str | Path, names: Vocabulary | None = None) -> Future:
        """Return a future of the library, or a file. Parameters are judged by their own schema, later.

        Raises:
            InputError: every problem of the file at once, or the nearest name if there is no such future.
        """
        if str(name) == NONE and NONE not in files("future"):
            return cls()
        path = find("future", name)
        raw = read_list_file(path, "shocks", FILE_KEYS, "a future", shown(path))
        problems: list[Problem] = []
        params = raw.head.values.get("params") or {}
        if not isinstance(params, Mapping):
            problems.append(Problem(raw.head.where("params"), "params", "this must be a mapping", "path: value"))
            params = {}
        flat = _flat(params)
        shocks = [_shock(row, names or shipped_vocabulary(), problems) for row in raw.entries]
        if problems:
            raise InputError(problems)
        text = {key: str(raw.head.values.get(key) or "") for key in ("title", "question", "reason")}
        where = raw.head.where("params")
        return cls(
            name=str(raw.head.values.get("name") or path.stem),
            params=tuple(sorted(flat.items())),
            shocks=tuple(sorted((s for s in shocks if s is not None), key=lambda s: (s.start, s.kind, s.who))),
            places=tuple((f"params.{key}", where) for key in sorted(flat)),
            **text,
        )

    def canonical(self) -> list[list[Any]]:
        """Return what acts beside the parameters, as plain data."""
        return [[s.kind, list(s.who), s.value, s.start, s.until] for s in self.shocks]

    def early(self, t_handover: int) -> list[Problem]:
        """Return a problem for each shock that would fall into the replay."""
        legal = f"a month after the hand-over ({month_name(t_handover)}), or history.until before it"
        return [
            Problem(s.where, "from", f"a future begins after the hand-over, not in {month_name(s.start)}", legal)
            for s in self.shocks
            if s.start <= t_handover
        ]

    def applied(self, params: Mapping[str, Any]) -> Future:
        """Return the future with those of its parameters that nobody overrides."""
        return replace(self, params=tuple((key, value) for key, value in self.params if key not in params))


def future_files() -> dict[str, Path]:
    """Return every future that can be named, with its file."""
    return files("future")


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in values.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return flat


def _shock(raw: Raw, names: Vocabulary, problems: list[Problem]) -> Shock | None:
    before = len(problems)
    problems += [
        Problem(raw.where(key), key, "a shock has no such key", ", ".join(SHOCK_KEYS), nearest(key, SHOCK_KEYS))
        for key in raw.values
        if key not in SHOCK_KEYS
    ]
    kind_name = str(raw.values.get("kind"))
    kind = KINDS.get(kind_name)
    if kind is None:
        message = f"there is no kind of shock {kind_name!r}"
        problems.append(Problem(raw.where("kind"), "kind", message, ", ".join(KINDS), nearest(kind_name, KINDS)))
        return None
    who = _who(raw, kind, names, problems)
    value = _value(raw, kind, problems)
    start, until = _months(raw, kind, problems)
    if len(problems) > before or value is None or start is None:
        return None
    return Shock(kind_name, who, value, start, until, raw.where())


def _who(raw: Raw, kind: ShockKind, names: Vocabulary, problems: list[Problem]) -> tuple[str, ...]:
    given = raw.values.get("who")
    by_lab = kind.who == "lab"
    legal = [n for n in legal_names("developer", names) if n not in RELATIVE] if by_lab else [*names.blocs, "all"]
    words = "labs of `opengambit labs`, region codes and blocs for all labs there" if by_lab else ", ".join(legal)
    chosen: set[str] = set()
    for item in given if isinstance(given, list) else [given]:
        name = str(item)
        if name not in legal:
            near = names.pooled.get(name) if by_lab and name in names.pooled else nearest(name, legal)
            problems.append(Problem(raw.where("who"), "who", f"there is no {kind.who} {name!r}", words, near))
        elif by_lab:
            chosen |= set(labs_of((name,), "", names))
        else:
            chosen |= set(names.blocs) if name == "all" else {name}
    return tuple(sorted(chosen))


def _value(raw: Raw, kind: ShockKind, problems: list[Problem]) -> float | None:
    given = raw.values.get("value", 0.0 if kind.low == kind.high else None)
    number = float(given) if isinstance(given, (int, float)) and not isinstance(given, bool) else inf
    if kind.low <= number <= kind.high:
        return number
    legal = f"{kind.low:g} to {kind.high:g} ({kind.unit})"
    problems.append(Problem(raw.where("value"), "value", f"{given!r} is not a legal value", legal))
    return None


def _months(raw: Raw, kind: ShockKind, problems: list[Problem]) -> tuple[int | None, int | None]:
    found: dict[str, int | None] = {"from": None, "until": None}
    for key in found:
        if key in raw.values:
            try:
                found[key] = month_index(str(raw.values[key]))
            except ValueError as error:
                problems.append(Problem(raw.where(key), key, str(error), "YYYY-MM"))
    wanted = ("from", "until") if kind.lasts else ("from",)
    problems += [Problem(raw.where(), key, "this key is missing", "YYYY-MM") for key in wanted if key not in raw.values]
    if "until" in raw.values and not kind.lasts:
        message = "it happens in one month, so it has no end"
        problems.append(Problem(raw.where("until"), "until", message, "no 'until'"))
    start, until = found["from"], found["until"]
    if start is not None and until is not None and until < start:
        problems.append(Problem(raw.where("until"), "until", "it ends before it starts", "a month not before 'from'"))
    return start, until
