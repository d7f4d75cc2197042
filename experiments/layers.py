"""The configuration folders: the one that ships, and a ``conf/`` of the working folder laid on top of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from sim.errors import InputError, Problem

GROUPS = {"params": "calibrated", "world": "history", "execution": "processes"}
"""Groups of files that Hydra chooses from, each with the choice that ships."""


def shipped_conf() -> Path:
    """Return the configuration that ships: inside an installed wheel, else that of the checkout."""
    here = Path(__file__).resolve().parent
    return here / "conf" if (here / "conf").is_dir() else here.parent / "conf"


def conf_layers() -> list[Path]:
    """Return the configuration folders, the lowest first."""
    local = Path("conf")
    shipped = shipped_conf()
    return [shipped, local] if local.is_dir() and local.resolve() != shipped else [shipped]


def options(group: str) -> dict[str, Path]:
    """Return the choices of a group, each with the file that wins."""
    return {path.stem: path for layer in conf_layers() for path in sorted((layer / group).glob("*.yaml"))}


def lay_out(folder: Path, config: str, top: Path | None = None, aliases: Mapping[str, str] | None = None) -> None:
    """Write the merged layers of ``<config>.yaml`` and its groups into ``folder``.

    Args:
        folder: where Hydra will look.
        config: name of the primary file.
        top: a file of the user that lies on top of all layers.
        aliases: other names of keys.

    Raises:
        InputError: a file is not YAML, or no mapping, or sets a key under two names.
    """
    for group in GROUPS:
        (folder / group).mkdir()
        for path in options(group).values():
            if group == "world":  # the model reads the file itself; here it is a name to choose
                (folder / group / path.name).write_text(f"name: {path.stem}\n", encoding="utf-8")
                continue
            read_mapping(path)
            shutil.copyfile(path, folder / group / path.name)
    merged: dict[str, Any] = {}
    for path in _primary(config, top):
        content = _renamed(read_mapping(path), aliases or {}, path)
        if content.get("seed") is not None and "seeds" not in content:
            merged["seeds"] = None  # the upper file says which seeds
        merged = _merge(merged, content)
    text = yaml.safe_dump(merged, sort_keys=False, allow_unicode=True)
    (folder / f"{config}.yaml").write_text(text, encoding="utf-8")


def read_mapping(path: Path) -> dict[str, Any]:
    """Return the mapping that a YAML file holds (an empty file is an empty mapping)."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InputError(Problem(f"{path}:{line}", path.stem, f"this is not YAML: {error.problem}")) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(Problem(str(path), path.stem, f"the file can't be read: {error}")) from error
    if content is not None and not isinstance(content, dict):
        raise InputError(Problem(str(path), path.stem, "the file holds no mapping of keys to values"))
    return content or {}


def _renamed(content: dict[str, Any], aliases: Mapping[str, str], path: Path) -> dict[str, Any]:
    """Return the content of a file with the keys' proper names; a policy ``[a, b]`` is a stack, as in a run."""
    for alias in aliases:
        if alias in content and aliases[alias] in content:
            raise InputError(
                Problem(_shown(path), alias, f"this is {aliases[alias]}, which the file sets too", "one of them")
            )
    stacked = {key: [value] if _is_stack(key, value) else value for key, value in content.items() if key in aliases}
    return {aliases.get(key, key): stacked.get(key, value) for key, value in content.items()}


def _is_stack(key: str, value: Any) -> bool:
    return key == "policy" and isinstance(value, list) and not any(isinstance(item, list) for item in value)


def is_shipped(place: str, config: str) -> bool:
    """Say whether a place is a line of the file ``<config>.yaml`` that ships."""
    return place.rpartition(":")[0] == _shown(shipped_conf() / f"{config}.yaml")


def _primary(config: str, top: Path | None) -> list[Path]:
    """Return the files of a configuration, the lowest first."""
    found = [path for layer in conf_layers() if (path := layer / f"{config}.yaml").is_file()]
    return found if top is None else [*found, top]


def key_places(
    config: str, chosen: dict[str, str], top: Path | None = None, aliases: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return ``file:line`` of every key of the layers, by dotted path; upper layers win.

    Args:
        config: name of the primary file.
        chosen: group to the chosen option.
        top: a file of the user that lies on top of all layers.
        aliases: other names of keys.
    """
    places: dict[str, str] = {}
    for group, option in chosen.items():
        found = options(group).get(option)
        if found is not None:
            places |= dict(_lines(found, f"{group}."))
    for path in _primary(config, top):
        places |= {(aliases or {}).get(key, key): place for key, place in _lines(path, "")}
    return places


def _lines(path: Path, prefix: str) -> Iterator[tuple[str, str]]:
    node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
    yield from _walk(node, prefix, _shown(path))


def _walk(node: yaml.Node | None, prefix: str, file: str) -> Iterator[tuple[str, str]]:
    if not isinstance(node, yaml.MappingNode):
        return
    for key, value in node.value:
        yield f"{prefix}{key.value}", f"{file}:{key.start_mark.line + 1}"
        yield from _walk(value, f"{prefix}{key.value}.", file)


def _shown(path: Path) -> str:
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _merge(lower: dict[str, Any], upper: dict[str, Any]) -> dict[str, Any]:
    """Return ``upper`` laid on ``lower``: mappings merge, defaults lists merge by group, the rest is replaced."""
    merged = dict(lower)
    for key, value in upper.items():
        old = merged.get(key)
        if key == "defaults" and isinstance(old, list) and isinstance(value, list):
            merged[key] = _merge_defaults(old, value)
        elif isinstance(old, dict) and isinstance(value, dict):
            merged[key] = _merge(old, value)
        else:
            merged[key] = value
    return merged


def _merge_defaults(lower: list[Any], upper: list[Any]) -> list[Any]:
    changed = {group: option for item in upper if isinstance(item, dict) for group, option in item.items()}
    return [{g: changed.get(g, o) for g, o in item.items()} if isinstance(item, dict) else item for item in lower]


class _Loader(yaml.SafeLoader):
    """Reads dates as text: a month of a policy is no point in time."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rules if tag != "tag:yaml.org,2002:timestamp"]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
