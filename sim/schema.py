"""The door of the parameters: what each one is, and one message for everything that is wrong with the given ones."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from sim.errors import InputError, Problem, nearest

CONFIG = ConfigDict(extra="forbid")


def parameter(
    default: Any, unit: str, low: float | None, high: float | None, tag: str, meaning: str, **legal: Any
) -> Any:
    """Declare one parameter; ``low`` to ``high`` is its prior range, ``legal`` what is accepted at all."""
    extra: Any = {"unit": unit, "low": low, "high": high, "tag": tag}
    return Field(default=default, description=meaning, json_schema_extra=extra, **legal)


def build_sections(kind: Any, values: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return the sections that ``values`` changes, validated.

    Args:
        kind: the class that holds all sections.
        values: dotted path to value.
        where: file or override that holds the values.

    Raises:
        InputError: every unknown path, wrong type, value out of range and share that does not add up.
    """
    problems: list[Problem] = []
    chosen: dict[str, dict[str, Any]] = {}
    legal = {info.path: info for info in walk(kind)}
    for path, value in values.items():
        if path not in legal:
            problems.append(_unknown(path, legal, where))
            continue
        section, name = path.split(".", 1)
        chosen.setdefault(section, {})[name] = value
    sections: dict[str, Any] = {}
    for section, entries in chosen.items():
        section_kind = _section_class(kind, section)
        try:
            sections[section] = TypeAdapter(section_kind).validate_python(entries)
        except ValidationError as error:
            problems += [_illegal(section, item, legal, where) for item in error.errors()]
    if not problems:
        problems = _check_sums(sections.get("population"), where)
    if problems:
        raise InputError(problems)
    return sections


@dataclass(frozen=True)
class ParameterInfo:
    """What is known of one parameter: the row of ``opengambit params``."""

    path: str
    default: Any
    unit: str
    low: float | None
    high: float | None
    tag: str
    meaning: str
    legal: str


def _section_class(kind: Any, section: str) -> Any:
    return next(f.default.default_factory for f in dataclasses.fields(kind) if f.name == section)  # type: ignore[union-attr]


def walk(kind: Any) -> Iterator[ParameterInfo]:
    """Yield every parameter in the order of the schema."""
    for section in dataclasses.fields(kind):
        for field in dataclasses.fields(_section_class(kind, section.name)):
            info: Any = field.default
            extra = info.json_schema_extra
            yield ParameterInfo(
                path=f"{section.name}.{field.name}",
                default=info.default,
                unit=extra["unit"],
                low=extra["low"],
                high=extra["high"],
                tag=extra["tag"],
                meaning=info.description,
                legal=_legal(field.type, info),
            )


def _legal(kind: Any, info: Any) -> str:
    if "Literal" in str(kind):
        return str(kind).split("[", 1)[1].rstrip("]").replace("'", "")
    signs = {"Ge": ("ge", ">="), "Gt": ("gt", ">"), "Le": ("le", "<="), "Lt": ("lt", "<")}
    limits = []
    for item in info.metadata:
        attribute, sign = signs[type(item).__name__]
        limits.append(f"{sign} {getattr(item, attribute):g}")
    number = "a whole number" if "int" in str(kind) else "a number"
    return " ".join([number, " and ".join(limits)]).strip()


def _unknown(path: str, legal: Mapping[str, ParameterInfo], where: str) -> Problem:
    near = nearest(path, legal)
    if near is None:
        name = path.rsplit(".", 1)[-1]
        near = next(
            (p for p in legal if p.rsplit(".", 1)[-1] == nearest(name, [q.rsplit(".", 1)[-1] for q in legal])),
            None,
        )
    return Problem(
        where,
        f"params.{path}",
        "there is no such parameter",
        "a path of `opengambit params`",
        near and f"params.{near}",
    )


def _illegal(section: str, item: Any, legal: Mapping[str, ParameterInfo], where: str) -> Problem:
    path = f"{section}.{item['loc'][0]}"
    return Problem(
        where,
        f"params.{path}",
        f"{item['input']!r} is not legal",
        f"{legal[path].legal} ({legal[path].unit})",
    )


def _check_sums(population: Any, where: str) -> list[Problem]:
    if population is None:
        return []
    problems = []
    for stem, classes in (("count", 1.0), ("token", 1.0)):
        total = sum(
            getattr(population, f"{stem}_{name}") for name in ("developer", "enterprise", "regulated", "public")
        )
        if abs(total - classes) > 1e-9:
            problems.append(
                Problem(
                    where,
                    f"params.population.{stem}_*",
                    f"the class shares sum to {total:g}",
                    "shares that sum to 1",
                )
            )
    for stem in ("task", "developer"):
        total = sum(getattr(population, f"{stem}_{name}") for name in ("assistant", "coding", "documents", "local"))
        if total > 1 + 1e-9:
            problems.append(
                Problem(
                    where,
                    f"params.population.{stem}_*",
                    f"the task shares sum to {total:g}",
                    "shares that sum to at most 1 (the rest is video)",
                )
            )
    return problems
