"""What ``opengambit --help`` says: every verb, with command lines that people type and what they get from them.

Plain data and text, so that help costs nothing; tests run the examples.
"""

from __future__ import annotations

from experiments.manual import calibrating, checking, reading, running, telling, validating, writing
from experiments.manual.verb import Verb

VERBS: dict[str, Verb] = {
    **running.VERBS, **calibrating.VERBS, **telling.VERBS, **writing.VERBS, **reading.VERBS, **checking.VERBS,
    **validating.VERBS,
}  # fmt: skip

_HEAD = """\
OpenGambit simulates the market for AI models: who adopts whose models, where and at what price,
and what changes if one policy changes and nothing else does.

usage: opengambit VERB [ARGUMENTS] [--debug]
"""

_FOOT = """\
More on a verb: opengambit VERB --help      Version: opengambit --version
Tables: add --json for machines; in a pipe they are plain text (opengambit params | grep trust).
"""

_TASTER = ("run", "new", "check", "policies", "params", "world")


def overview() -> str:
    """Return the help of the command as a whole."""
    parts = [_HEAD]
    for group in dict.fromkeys(verb.group for verb in VERBS.values()):
        lines = [f"  {name:<10}{verb.summary}" for name, verb in VERBS.items() if verb.group == group]
        parts.append("\n".join([f"{group}:", *lines]) + "\n")
    taste = [example for name in _TASTER for example in VERBS[name].examples[: 3 if name == "run" else 1]]
    parts.append(_examples(taste))
    return "\n".join([*parts, _FOOT])


def page(name: str) -> str:
    """Return the help of one verb."""
    verb = VERBS[name]
    head = f"opengambit {name}: {verb.summary}\n\nusage: opengambit {name} {verb.usage}\n"
    return "\n".join([head, verb.text + "\n", _examples(verb.examples)])


def _examples(examples: tuple[tuple[str, str], ...] | list[tuple[str, str]]) -> str:
    return "Examples:\n" + "".join(f"  {command}\n      {gives}\n" for command, gives in examples)
