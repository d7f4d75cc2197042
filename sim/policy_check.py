"""From raw entries to entries: every rule of a legal policy, and every problem of a file in one message."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from itertools import combinations

from sim.calendar import month_name
from sim.entries import Entry, Target, Value, month_of
from sim.errors import Problem, nearest
from sim.lever import GOVERNMENTS, LABS, Lever
from sim.levers import LEVERS
from sim.policy_reader import Raw
from sim.policy_values import read_date, read_share, read_value_of
from sim.targets import describe, labs_of, read_target, unknown
from sim.vocabulary import Vocabulary, shipped_vocabulary

ENTRY_KEYS = (
    *("from", "until", "actor", "lever", "target", "value", "share", "unit"),
    *("source", "tag", "note", "label", "event", "in_data"),
)
TAGS = ("V", "D", "L", "A")
CHIP_MAKERS = {"US", "CN"}
"""Homes of the chip suppliers of the model."""


def check_entries(raws: Iterable[Raw], names: Vocabulary, problems: list[Problem], origin: str) -> tuple[Entry, ...]:
    """Return the entries of one file; what is wrong is added to ``problems``.

    A bloc as actor stands for each of its regions.
    """
    entries: list[Entry] = []
    for raw in raws:
        entries += _check_entry(raw, names, problems, origin)
    problems += overlaps(entries)
    problems += rivals(entries, names)
    return tuple(entries)


def overlaps(entries: Iterable[Entry], t_handover: int | None = None) -> list[Problem]:
    """Return a problem for each pair of one file that sets one thing twice at one time."""
    groups: dict[tuple[object, ...], list[Entry]] = {}
    for entry in entries:
        groups.setdefault((entry.origin, entry.layer, *entry.key), []).append(entry)
    problems = []
    for group in groups.values():
        for first, second in combinations(group, 2):
            if first.overlaps(second, t_handover):
                message = (
                    f"{second.actor} sets {second.lever} on {second.target} {second.period()}, "
                    f"but {first.where} sets it {first.period()}"
                )
                problems.append(Problem(second.where, "from", message, "intervals of one lever that don't overlap"))
    return problems


def rivals(entries: Iterable[Entry], names: Vocabulary, t_handover: int | None = None) -> list[Problem]:
    """Return a problem for each government that sets a lever on a target on which another one holds it.

    It concerns levers whose value is one number of the target. Where each government acts on its own labs, users, chips
    or partners, several may name the same target.
    """
    problems: list[Problem] = []
    held: dict[str, list[Entry]] = {}
    for entry in entries:
        if not entry.definition.single:
            continue
        before = held.setdefault(entry.lever, [])
        clash = next((old for old in before if _rival(old, entry, names, t_handover)), None)
        before.append(entry)
        if clash is not None:
            message = (
                f"{entry.actor} sets {entry.lever} on {entry.target} {entry.period()}, but {clash.actor} already sets "
                f"it {clash.period()} ({clash.where}); two governments can't set one lever on one target"
            )
            legal = f"one government on a target at a time, for example {_held(clash)}"
            problems.append(Problem(entry.where, "actor", message, legal))
    return problems


def _rival(old: Entry, new: Entry, names: Vocabulary, t_handover: int | None) -> bool:
    if old.actor == new.actor or not old.overlaps(new, t_handover):
        return False
    first, second = (
        {region for place in entry.target.get("destination") or ("world",) for region in names.members(place)}
        for entry in (old, new)
    )
    return bool(first & second)


def _held(entry: Entry) -> str:
    place = next(iter(entry.target.get("destination")), "")
    return ".".join(filter(None, ("lever", entry.lever, entry.actor, place))) + "=VALUE"


def _check_entry(raw: Raw, names: Vocabulary, problems: list[Problem], origin: str) -> list[Entry]:
    before = len(problems)
    problems += [
        Problem(raw.where(key), key, "an entry has no such key", ", ".join(ENTRY_KEYS), nearest(key, ENTRY_KEYS))
        for key in raw.values
        if key not in ENTRY_KEYS
    ]
    problems += _missing(raw)
    lever = LEVERS.get(str(raw.values.get("lever")))
    actors = _actors(raw, lever, names, problems) if "actor" in raw.values else ()
    start, until = _dates(raw, problems)
    if lever is None:
        if "lever" in raw.values:
            name = str(raw.values["lever"])
            legal = "a name of `opengambit levers`"
            problems.append(
                Problem(raw.where("lever"), "lever", f"there is no lever {name!r}", legal, nearest(name, LEVERS))
            )
        return []
    target = read_target(raw, lever, names, problems)
    value = read_value_of(raw, lever, actors, names, problems)
    share = read_share(raw, lever, problems)
    problems += _words(raw, lever)
    if len(problems) == before:
        problems += _belongs(raw, lever, actors, target, names)
        problems += _reaches(raw, lever, actors, target, value, names)
        problems += _withheld_in_time(raw, lever, target, names, start, until)
    if len(problems) > before or value is None:
        return []
    if lever.kind == "record" and not isinstance(value, (float, frozenset, tuple)):
        target = Target((("model", (value.model,)),))
        start = start or _first_day(value.t)
    if lever.name == "release_withheld" and start is None:
        start = _first_day(min((names.models[model].month for model in target.get("model")), default=0))
    if lever.own:
        target = Target(tuple(item for item in target.items if item[0] != "users"))
    entry = _described(Entry(lever.name, actors[0], target, value, start, until, share, origin=origin), raw)
    return [replace(entry, actor=actor) for actor in actors]


def _described(entry: Entry, raw: Raw) -> Entry:
    text = {key: str(raw.values.get(key, "")) for key in ("source", "note", "label", "event", "in_data")}
    return replace(
        entry,
        source=text["source"],
        note=text["note"],
        label=text["label"],
        event=text["event"],
        in_data=text["in_data"],
        tag=str(raw.values.get("tag", "A")),
        where=raw.where(),
    )


def _first_day(t: int) -> date:
    return date(2023 + t // 12, t % 12 + 1, 1)


def _missing(raw: Raw) -> list[Problem]:
    required = {"actor", "lever", "value"} - ({"value"} if raw.values.get("lever") == "release_withheld" else set())
    return [
        Problem(raw.where(), key, "this key is missing", f"an entry with {', '.join(sorted(required))}")
        for key in sorted(required)
        if raw.values.get(key) in (None, "")
    ]


def _actors(raw: Raw, lever: Lever | None, names: Vocabulary, problems: list[Problem]) -> tuple[str, ...]:
    actor = str(raw.values["actor"])
    members = names.members(actor) if actor not in {"world", "all"} else ()
    if not members and actor not in names.labs:
        options = (*names.regions, *names.blocs, *names.labs)
        message, _, near = unknown("actor", actor, options, names)
        legal = describe("actor") if names is shipped_vocabulary() else ", ".join(dict.fromkeys(options))
        problems.append(Problem(raw.where("actor"), "actor", message, legal, near))
        return ()
    actors = members or (actor,)
    if lever is not None and not all(lever.allows(a, is_lab=not members) for a in actors):
        message = f"{actor} can't set {lever.name}"
        problems.append(Problem(raw.where("actor"), "actor", message, _who(lever)))
        return ()
    return actors


def _who(lever: Lever) -> str:
    words = {GOVERNMENTS: "the government of any region", LABS: "any lab"}
    return ", ".join(words.get(actor, f"the government of {actor}") for actor in lever.actors)


def _dates(raw: Raw, problems: list[Problem]) -> tuple[date | None, date | None]:
    start = read_date(raw, "from", problems)
    until = read_date(raw, "until", problems)
    if start and until and until < start:
        message = f"the entry ends ({raw.values['until']}) before it starts ({raw.values['from']})"
        problems.append(Problem(raw.where("until"), "until", message, "a date not before 'from'"))
    return start, until


def _words(raw: Raw, lever: Lever) -> list[Problem]:
    problems = []
    unit, tag = str(raw.values.get("unit", lever.unit)), str(raw.values.get("tag", "A"))
    if unit != lever.unit:
        problems.append(Problem(raw.where("unit"), "unit", f"{lever.name} is not in {unit!r}", lever.unit))
    if tag not in TAGS:
        problems.append(Problem(raw.where("tag"), "tag", f"there is no tag {tag!r}", ", ".join(TAGS)))
    return problems


def _belongs(raw: Raw, lever: Lever, actors: tuple[str, ...], target: Target, names: Vocabulary) -> list[Problem]:
    """Check that a lever on own labs names own labs, and one on the own region the own region."""
    where = raw.where("target")
    users = {region for place in target.get("users") for region in names.members(place)}
    if lever.own and users and users != set(actors):
        return [Problem(where, "target", f"{raw.values['actor']} sets {lever.name} for itself only", ", ".join(actors))]
    is_lab = actors[0] in names.labs
    if lever.name == "api_access_block" and is_lab and not users:
        return [Problem(where, "target", "a lab that blocks its API names the users", describe("users"))]
    abroad = lever.name == "api_access_block" and (is_lab or bool(users - set(actors)))
    if not (lever.own_labs or abroad):
        return []
    own = set(actors) if is_lab else {lab for actor in actors for lab in names.own_labs(actor)}
    named = set(labs_of(target.get("developer"), actors[0], names))
    named |= {names.lines[line] for line in target.get("line")}
    named |= {names.models[model].lab for model in target.get("model")}
    if "home" in target.get("developer"):
        named -= set(names.labs) - own
    foreign = sorted(named - own)
    if not foreign:
        return []
    message = f"{raw.values['actor']} can't set {lever.name} for {', '.join(foreign)}"
    return [Problem(where, "target", message, ", ".join(sorted(own)) or "no lab has its home there")]


def _reaches(
    raw: Raw, lever: Lever, actors: tuple[str, ...], target: Target, value: Value | None, names: Vocabulary
) -> list[Problem]:
    """Check that a lever has something to act on: destinations that it knows, partners abroad, chips to give."""
    where = raw.where("target")
    known = {*lever.places, *(code for place in lever.places if place != "world" for code in names.members(place))}
    beyond = [place for place in target.get("destination") if lever.places and place not in known]
    if beyond:
        message = f"{lever.name} says nothing of {', '.join(beyond)}"
        return [Problem(where, "target", message, ", ".join(sorted(known)))]
    if lever.name != "partner_programme":
        return []
    at_home = {place for place in target.get("users") if set(names.members(place)) <= set(actors)}
    if at_home:
        return [Problem(where, "target", f"{raw.values['actor']} is no partner of its own", "regions abroad")]
    chips = dict(value).get("chips", 0.0) if isinstance(value, tuple) else 0.0
    if chips and not set(actors) <= CHIP_MAKERS:
        message = f"{raw.values['actor']} has no chip supplier, so it has no chips to give"
        return [Problem(raw.where("value"), "value", message, "{trust: 0 to 2.5} alone")]
    return []


def _withheld_in_time(
    raw: Raw, lever: Lever, target: Target, names: Vocabulary, start: date | None, until: date | None
) -> list[Problem]:
    if lever.name != "release_withheld":
        return []
    problems = []
    for model in target.get("model"):
        t = names.models[model].month
        if (start and month_of(start) > t) or (until and month_of(until) < t):
            message = f"{model} was released in {month_name(t)}, outside the entry's dates"
            problems.append(Problem(raw.where("from"), "from", message, "dates around the release, or none"))
    return problems
