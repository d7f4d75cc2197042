"""The regions of a roster, and what users there think of developers elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from sim.errors import nearest
from sim.roster_reader import Written
from sim.world import BLOCS, CHANNEL_NAMES, TASKS

EVERYWHERE = ("world", "all")
RANGES = {"trust": (0.0, 10.0), "bans": (0.0, 1.0), "fit": (-10.0, 10.0)}
UNITS = {"trust": "utils", "bans": "share", "fit": "utils"}
DETAILS = {"trust": (), "bans": CHANNEL_NAMES, "fit": TASKS}
"""What a value can be given for instead of all at once: bans by channel, fit by task."""

Attitude = tuple[str, str, str, float]
"""User region, home of the developer, channel or task (empty: all), value."""


@dataclass(frozen=True, config=ConfigDict(extra="forbid", strict=True))
class RegionEntry:
    """One region of users.

    Attributes:
        code: as policies call it.
        bloc: US, CN, AL or NAL.
        gdp: weight of its enterprises; weights are scaled to sum to 1.
        adoption: share of adopters at the start; None: the adoption of 2023-01, moved on by E17.
        name: in words.
    """

    code: str
    bloc: str = Field(description=", ".join(BLOCS))
    gdp: float = Field(description="more than 0", gt=0, le=1e9)
    adoption: float | None = Field(default=None, description="0 to 1 (share), or history", ge=0, le=1)
    name: str = ""


@lru_cache(maxsize=1)
def data_regions() -> dict[str, dict[str, str]]:
    """Return the rows of the shipped region table by code."""
    from sim.tables import read_table

    return {row["region"]: row for row in read_table("regions")}


def read_regions(written: Written) -> tuple[RegionEntry, ...]:
    """Return the regions of a roster: codes of the data, or a mapping of code to bloc, gdp and adoption."""
    given = written.values.get("regions", list(data_regions()))
    everywhere = _adoption(written, written.values.get("adoption", "history"), "adoption")
    if isinstance(given, (list, tuple)):
        codes = [str(code) for code in given]
        table: dict[str, Any] = dict.fromkeys(codes)
        if len(table) < len(codes):
            written.refuse(("regions",), "a region stands twice", "one of each")
    else:
        table = written.mapping(given, "regions")
    found = [_region(written, code, table[code], everywhere) for code in table]
    if not found:
        written.refuse(("regions",), "a world has at least one region", ", ".join(data_regions()))
    return tuple(entry for entry in found if entry is not None)


def _region(written: Written, code: str, given: Any, everywhere: float | None) -> RegionEntry | None:
    row, path = data_regions().get(code), ("regions", code)
    values: dict[str, Any] = {"adoption": everywhere} | written.mapping(given, *path)
    if row is None and given is None:
        legal = f"codes of the data ({', '.join(data_regions())}), or a mapping of code to bloc and gdp"
        written.refuse(path, f"there is no region {code!r}", legal, nearest(code, data_regions()))
        return None
    if code in (*EVERYWHERE, *(bloc for bloc in BLOCS if bloc not in data_regions())):
        written.refuse(path, f"{code!r} stands for several regions, so none can have it as its code", "another code")
    if row is not None:
        values = {"bloc": row["bloc"], "gdp": float(row["gdp_share"]), "name": row["name"]} | values
    values["adoption"] = _adoption(written, values["adoption"], *path, "adoption")
    if row is None and values["adoption"] is None:
        message = "the data know no adoption there"
        written.refuse((*path, "adoption"), message, "a number, 0 to 1")
    if "bloc" in values and values["bloc"] not in BLOCS:
        bloc = str(values["bloc"])
        written.refuse((*path, "bloc"), f"there is no bloc {bloc!r}", ", ".join(BLOCS), nearest(bloc, BLOCS))
    return written.build(RegionEntry, {"name": code, **values, "code": code}, *path)


def _adoption(written: Written, given: Any, *path: str) -> float | None:
    if given is None or given == "history":
        return None
    if isinstance(given, bool) or not isinstance(given, (int, float)) or not 0 <= given <= 1:
        written.refuse(path, f"{given!r} is not legal", "history, or a number, 0 to 1 (share)")
        return 0.0
    return float(given)


def members(place: str, regions: Sequence[RegionEntry]) -> tuple[str, ...]:
    """Return the codes that a region code, a bloc or ``world`` stands for; empty if it is none of them."""
    codes = tuple(entry.code for entry in regions)
    if place in codes:
        return (place,)
    return tuple(entry.code for entry in regions if place in {entry.bloc, *EVERYWHERE})


def read_attitudes(written: Written, key: str, regions: Sequence[RegionEntry]) -> tuple[Attitude, ...]:
    """Return ``trust``, ``bans`` or ``fit``: users' region to home of the developer to value, as cells in order."""
    found: list[Attitude] = []
    for users, row in written.mapping(written.values.get(key), key).items():
        places = _places(written, users, regions, key, users)
        for home, value in written.mapping(row, key, users).items():
            homes = _places(written, home, regions, key, users, home)
            for detail, number in _values(written, key, value, key, users, home):
                found += [(user, developer, detail, number) for user in places for developer in homes]
    return tuple(found)


def _places(written: Written, place: str, regions: Sequence[RegionEntry], *path: str) -> tuple[str, ...]:
    codes = members(place, regions)
    if not codes:
        legal = [*(entry.code for entry in regions), *dict.fromkeys(entry.bloc for entry in regions), "world"]
        written.refuse(path, f"this world has no region {place!r}", ", ".join(dict.fromkeys(legal)),
                       nearest(place, legal))  # fmt: skip
    return codes


def _values(written: Written, key: str, value: Any, *path: str) -> Iterator[tuple[str, float]]:
    low, high = RANGES[key]
    parts = value if isinstance(value, dict) else {"": value}
    for detail, number in parts.items():
        where = (*path, detail) if detail else path
        if detail and detail not in DETAILS[key]:
            options = DETAILS[key]
            written.refuse(where, f"there is no {detail!r} here", ", ".join(options) or "a number",
                           nearest(str(detail), options))  # fmt: skip
        elif isinstance(number, bool) or not isinstance(number, (int, float)) or not low <= number <= high:
            written.refuse(where, f"{number!r} is not legal", f"{low:g} to {high:g} ({UNITS[key]})")
        else:
            yield str(detail), float(number)
