"""Files to start from, one for each noun of ``opengambit new``, and the commands that lead on from such a file.

In a template ``<name>`` stands for the new name, ``<file>`` for the file, ``<steps>`` for the commands.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
FAR = "2030-12"
"""A horizon for examples."""


@dataclass(frozen=True)
class Noun:
    """Something that can be written anew.

    Attributes:
        name: what it is called; its template is ``<name>.yaml``, its folder of the library ``conf/<name>``.
        said: with its article, in a sentence.
        reserved: names that mean something else.
    """

    name: str
    said: str
    reserved: tuple[str, ...] = ()

    @property
    def template(self) -> str:
        """The text of its template."""
        return (HERE / f"{self.name}.yaml").read_text(encoding="utf-8")


NOUNS = {
    noun.name: noun
    for noun in (
        Noun("policy", "a policy", ("levers", "none")),
        Noun("future", "a future", ("none",)),
        Noun("objective", "an objective"),
    )
}


def reference(path: Path, group: str) -> str:
    """Return what a command calls a file: a name if it lies in the library, else a path that can't be taken for one."""
    from sim.library import folders

    if path.suffix == ".yaml" and path.resolve().parent in [folder.resolve() for folder in folders(group)]:
        return path.stem
    text = path.as_posix()
    return text if path.is_absolute() or text.startswith(("./", "../", "~")) else f"./{text}"


def steps(noun: str, called: str, horizon: str | None = FAR) -> tuple[tuple[str, str], ...]:
    """Return commands to type after checking a file, each with what it gives.

    Args:
        noun: policy, future, objective, params or world.
        called: the file as commands call it.
        horizon: last month that shows what it does; None if the replay shows it.
    """
    ending = "" if horizon is None else f" horizon={horizon}"
    told = shlex.quote(f"{noun}={called}")
    if noun == "objective":
        other = "cn" if called == "us" else "us"
        return (
            ("opengambit levers", "what moves these measures, and which way"),
            (f"opengambit check {other}", "a perspective that ships, for comparison"),
        )
    run = (f"opengambit run {told}{ending}", f"the market under this {SAID_AS.get(noun, noun)}: tables and figures")
    if noun != "policy":
        return run, (f"opengambit run{ending}", "the same without it: read the difference")
    return run, _against(called, ending)


SAID_AS = {"params": "set of parameters"}


def _against(called: str, ending: str) -> tuple[str, str]:
    """Return the command that puts a policy beside the real world."""
    from experiments.manual import VERBS

    if "compare" in VERBS:
        policies = shlex.quote(f"policies=[{called}]")
        gives = "what it changes against the real world, with bands from 32 seeds"
        return f"opengambit compare baseline=status_quo {policies}{ending} seeds=32", gives
    return f"opengambit run policy=status_quo{ending}", "the same months without it: read the difference"
