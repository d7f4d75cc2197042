"""One command, one configuration: Hydra composes ``conf/``, then one validation makes a request out of it.

Hydra checks neither names nor ranges, so everything that is wrong is collected here and reported in one message.
"""

from __future__ import annotations

import os
import re
import shlex
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.layers import GROUPS, key_places, lay_out, options
from experiments.overrides import RUN, Grammar, Override, Overrides, sort_overrides, unknown_key
from sim.errors import InputError, Problem, nearest
from sim.futures import NONE
from sim.scenario import Scenario

RECORDS = ("summary", "series")
MAX_SEEDS = 100_000
MAPPINGS = {
    "params": "params: {demand: {gamma: 3}}",
    "levers": "levers: {model_ban.US.CN: 0.5@2027-01}",
    "axes": "axes: {params: {demand: {gamma: [0, 3]}}}",
    "game": "game: {us: [us_open_push], cn: [cn_goes_closed]}",
}
"""Keys that hold mappings, each with an example."""
NAME = re.compile(r"^[\w][\w.+-]{0,79}$")


@dataclass(frozen=True)
class RunRequest:
    """A checked command: what to simulate and where to write.

    Attributes:
        scenario: the world of the run.
        seeds: one run each.
        outputs: folder that study folders go into.
        name: name of the study.
        settings: the composed configuration as plain data.
        command: the command line that asked for it.
    """

    scenario: Scenario
    seeds: tuple[int, ...]
    outputs: Path
    name: str
    settings: dict[str, Any]
    command: str

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know before the figures."""
        return self.scenario.notes


def compose_run(argv: Sequence[str], command: str = "opengambit run") -> RunRequest:
    """Return the request of a command line.

    Args:
        argv: the overrides, each ``key=value``.
        command: what stands before them, for the record.

    Raises:
        InputError: everything that is wrong with files and overrides, at once.
    """
    problems: list[Problem] = []
    overrides = sort_overrides(argv, problems)
    settings, places = compose_settings("run", overrides, problems)
    scenario = _scenario(settings, overrides, places, problems)
    seeds = seeds_of(settings, places, problems)
    outputs = outputs_of(settings, places, problems)
    name = _name(settings, scenario, places, problems)
    if settings.get("record") not in RECORDS:
        given = str(settings.get("record"))
        message = f"there is no recording level {given!r}"
        where = places.get("record", "conf")
        problems.append(Problem(where, "record", message, ", ".join(RECORDS), nearest(given, RECORDS)))
    if problems or scenario is None:
        raise InputError(list(dict.fromkeys(problems)))
    return RunRequest(scenario, seeds, outputs, name, settings, shlex.join([*command.split(), *argv]))


def compose_settings(
    config: str, overrides: Overrides, problems: list[Problem], grammar: Grammar = RUN, top: Path | None = None
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the composed configuration and, by dotted key, the place that set it.

    Args:
        config: name of the primary file.
        overrides: the command line.
        problems: whatever is wrong is added.
        grammar: what the verb can be told.
        top: a file of the user that lies on top of all layers.
    """
    legal = [o for o in overrides.hydra if _parses(o, problems, grammar) and _in_group(o, problems)]
    try:
        with tempfile.TemporaryDirectory(prefix="opengambit-") as folder:
            lay_out(Path(folder), config, top, grammar.aliases)
            composed, missing, picked = _compose(folder, config, legal)
    except InputError as error:
        problems += error.problems
        return {}, dict(overrides.places)
    places = key_places(config, GROUPS | picked, top, grammar.aliases) | overrides.places
    for key in missing:
        problems.append(Problem(places.get(key, "conf"), key, "a value is missing here (???)", f"give {key}=value"))
    problems += _strange(composed, places, grammar)
    for key in [key for key in MAPPINGS if not isinstance(composed.get(key) or {}, Mapping)]:
        message = f"{composed.pop(key)!r} is no mapping of keys to values"
        problems.append(Problem(places.get(key, "conf"), key, message, MAPPINGS[key]))
    return {key: value for key, value in composed.items() if value != "???"}, places


def _strange(composed: Mapping[str, Any], places: Mapping[str, str], grammar: Grammar) -> Iterator[Problem]:
    """Yield the keys of the files that nothing reads; parameters, levers and axes are judged by their own schema."""
    own = {"params", "levers", "world", *({"axes"} & set(grammar.settings))}
    for top, value in composed.items():
        where = places.get(top, "conf")
        if top == "lever" or ("." in top and grammar.knows(top) and not top.startswith("policies.")):
            yield Problem(where, top, "a file nests its keys, and this one is read by nobody", _nested(top, value))
        elif top == "axes" and value and top not in own:
            yield Problem(where, top, grammar.one, "a file without axes")
        elif top not in own:
            keys = [key for key in flatten({top: value}) if key not in grammar.settings]
            yield from (unknown_key(places.get(key, where), key, grammar) for key in keys)


def _nested(key: str, value: Any) -> str:
    """Return how a file says what a dotted key means."""
    head, _, rest = key.partition(".")
    if head == "lever":
        return f"levers: {{{rest}: {value}}}" if rest else "levers: {<lever>.<actor>.<target>: value@YYYY-MM}"
    parts = rest.split(".")
    return f"{head}: {': '.join('{' + part for part in parts)}: {value}{'}' * len(parts)}"


def _parses(override: Override, problems: list[Problem], grammar: Grammar) -> bool:
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    try:
        parsed = OverridesParser.create().parse_override(override.for_hydra)
    except HydraException as error:
        message = str(error).strip().splitlines()[0]
        problems.append(Problem(override.place, override.key, f"this can't be read: {message}", "key=value"))
        return False
    if parsed.is_sweep_override():
        problems.append(Problem(override.place, override.key, grammar.one, "one value"))
        return False
    return True


def _in_group(override: Override, problems: list[Problem]) -> bool:
    if override.key not in GROUPS:
        return True
    known = options(override.key)
    if override.value in known:
        return True
    message = f"there is no {override.key} set {override.value!r}"
    near = nearest(override.value, known)
    problems.append(Problem(override.place, override.key, message, ", ".join(sorted(known)), near))
    return False


def _compose(
    folder: str, config: str, overrides: Iterable[Override]
) -> tuple[dict[str, Any], list[str], dict[str, str]]:
    """Return the composed keys, those without a value, and the chosen options."""
    from hydra import compose, initialize_config_dir
    from hydra.core.global_hydra import GlobalHydra
    from hydra.core.hydra_config import HydraConfig
    from hydra.errors import HydraException
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    GlobalHydra.instance().clear()
    try:
        with initialize_config_dir(folder, version_base="1.3", job_name=config):
            typed = [override.for_hydra for override in overrides]
            whole = compose(config, typed, return_hydra_config=True)
            picked = {g: str(o) for g, o in whole.hydra.runtime.choices.items() if g in GROUPS and o}
            plain = compose(config, typed)
            missing = sorted(OmegaConf.missing_keys(plain))
            return _plain(OmegaConf.to_container(plain, resolve=True, throw_on_missing=False)), missing, picked
    except (HydraException, OmegaConfBaseException) as error:
        first = str(error).replace(folder, "conf").strip().splitlines()[0]
        raise InputError(Problem("conf", config, f"the configuration can't be composed: {first}")) from error
    finally:
        GlobalHydra.instance().clear()
        HydraConfig.instance().cfg = None


def _plain(container: object) -> dict[str, Any]:
    return {str(key): value for key, value in container.items()} if isinstance(container, dict) else {}


def split_params(settings: Mapping[str, Any], places: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the parameters of the chosen set (``params=NAME``), and those that are set one by one, by dotted path.

    Futures and draws lie above a set, and below what is set one by one.
    """
    flat = flatten(settings.get("params") or {})
    own = {path: value for path, value in flat.items() if not _in_set(places.get(f"params.{path}", ""))}
    return {path: value for path, value in flat.items() if path not in own}, own


def _in_set(place: str) -> bool:
    return Path(place.rpartition(":")[0]).parent.name == "params"


def flatten(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested mappings as one, by dotted key."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            flat |= flatten(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def _scenario(
    settings: dict[str, Any], overrides: Overrides, places: dict[str, str], problems: list[Problem]
) -> Scenario | None:
    if not settings:
        return None
    given = settings.get("policy") or ()
    in_file = (given,) if isinstance(given, str) else tuple(str(name) for name in given)
    policies = overrides.policies if overrides.policies is not None else in_file
    settings["policy"] = list(policies)
    levers = [*flatten(settings.get("levers") or {}).items(), *overrides.levers]
    settings["levers"] = [[key, str(value)] for key, value in levers]
    keys = ("enterprises", "choice", "strategy", "reactions", "resample_population", "population_seed")
    wanted = {key: settings[key] for key in keys}
    until = part(settings, "history", "until")
    try:
        return Scenario.load(
            policies,
            horizon=None if settings.get("horizon") is None else str(settings["horizon"]),
            history_until=str(until),
            params=split_params(settings, places)[1],
            centre=split_params(settings, places)[0],
            levers=levers,
            world=overrides.world or str(part(settings, "world", "name")),
            future=str(settings.get("future") or NONE),
            where=places,
            **wanted,
        )
    except InputError as error:
        problems += error.problems
        return None


def part(settings: Mapping[str, Any], key: str, name: str) -> object:
    """Return a value of a nested mapping, or what stands in the mapping's place."""
    value = settings.get(key)
    return value.get(name) if isinstance(value, Mapping) else value


def seeds_of(settings: Mapping[str, Any], places: Mapping[str, str], problems: list[Problem]) -> tuple[int, ...]:
    """Return the seeds of ``seed`` or ``seeds``; what the command line sets wins."""
    count, seed = settings.get("seeds"), settings.get("seed")
    chosen, key, low, high = (count, "seeds", 1, MAX_SEEDS) if count is not None else (seed, "seed", 0, 2**63 - 1)
    if key == "seeds" and "seed" in places and places["seed"].startswith("override"):
        chosen, key, low, high = seed, "seed", 0, 2**63 - 1
    if isinstance(chosen, bool) or not isinstance(chosen, int) or not low <= chosen <= high:
        legal = f"a whole number, {low} to {high}"
        problems.append(Problem(places.get(key, "conf"), key, f"{chosen!r} is not legal", legal))
        return ()
    return tuple(range(chosen)) if key == "seeds" else (chosen,)


def outputs_of(settings: Mapping[str, Any], places: Mapping[str, str], problems: list[Problem]) -> Path:
    """Return the folder of studies, if one may write there."""
    folder = Path(str(settings.get("outputs") or "outputs")).expanduser()
    existing = next((path for path in (folder, *folder.absolute().parents) if path.exists()), Path())
    if not existing.is_dir():
        message = f"{existing} is a file, so nothing can be written below it"
    elif not os.access(existing, os.W_OK | os.X_OK):
        message = f"nothing can be written into {existing}"
    else:
        return folder
    problems.append(Problem(places.get("outputs", "conf"), "outputs", message, "a folder that you may write to"))
    return folder


def _name(
    settings: Mapping[str, Any], scenario: Scenario | None, places: Mapping[str, str], problems: list[Problem]
) -> str:
    given = settings.get("name")
    name = str(given) if given is not None else scenario.name if scenario else "run"
    if given is not None and not NAME.match(name):
        legal = "letters, digits, '.', '_', '+' and '-', at most 80"
        problems.append(Problem(places.get("name", "conf"), "name", f"{name!r} can't name a folder", legal))
    return name
