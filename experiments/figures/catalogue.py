"""The catalogue of figure families: what each shows, which studies can have it, and which options it takes.

Nothing heavy is imported here, so that the list is there at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from sim.errors import InputError, Problem, nearest

ALL = "all"
"""Stands for the default set of a study: what ``run``, ``sweep`` or ``compare`` draws by itself."""
RUN, SWEEP, COMPARE = "run", "sweep", "compare"
PART = ("--policy", "--future", "--point")
"""Options that choose runs of a study of many runs."""
OPTIONS = (*PART, "--measure", "--date", "--title", "--layout", "--format", "--out")
EVERY = ("--title", "--layout", "--format", "--out")
"""Options that every family takes."""


class Need(NamedTuple):
    """A kind of study: how a sentence calls it, and what stands in lists."""

    words: str
    short: str


NEEDS = {
    "any": Need("any study", "any study"),
    "many": Need("a study of many runs", "many runs"),
    "policies": Need("a study of several policies", "several policies"),
    "grid": Need("a sweep over a grid of values", "a grid"),
    "plane": Need("a sweep over a grid of two things at least", "a grid of two"),
    "random": Need("a sweep over ranges, or over a list of points", "ranges"),
    "comparison": Need("a comparison", "a comparison"),
    "attribution": Need("a comparison with attribution", "attribution"),
    "game": Need("a comparison with a game of two sides", "a game"),
}
"""Kind of study -> its words."""


@dataclass(frozen=True)
class Family:
    """A family of figures.

    Attributes:
        name: how it is asked for; its files begin with it.
        shows: one line.
        need: kind of study, a key of ``NEEDS``.
        record: recording level that a study of many runs must have.
        options: that it takes beside ``EVERY``; ``PART`` only for studies of many runs.
        default: verbs that draw it by themselves.
        module: of this package, where it is drawn.
    """

    name: str
    shows: str
    need: str
    record: str
    options: tuple[str, ...]
    default: tuple[str, ...]
    module: str

    @property
    def single(self) -> bool:
        """Whether it shows one scenario: that of a run, or a policy of a study of many runs."""
        return self.need == "any"


def _single(name: str, shows: str, module: str, record: str = "series") -> Family:
    return Family(name, shows, "any", record, PART, (RUN,), module)


def _swept(name: str, shows: str, need: str, module: str, *options: str) -> Family:
    taken = ("--measure", *options, "--policy", "--future")
    return Family(name, shows, need, "summary", taken, (SWEEP,), f"studies.{module}")


def _compared(name: str, shows: str, module: str, *options: str, need: str = "comparison") -> Family:
    return Family(name, shows, need, "summary", options, (COMPARE,), f"studies.{module}")


_FAMILIES = (
    _single("adoption", "shares of tokens by developer bloc, stacked, and the open share below", "adoption"),
    _single("adoption_bloc", "the same as a stack and as lines with bands", "adoption"),
    _single("adoption_openness", "open weights and closed models, as a stack and as lines", "adoption"),
    _single("adoption_labs", "the eight largest labs, as lines with bands", "adoption"),
    _single("adoption_regions", "developer blocs in each user region, a panel each", "panels", "panel"),
    _single("adoption_classes", "developer blocs in each class of users, a panel each", "panels", "panel"),
    _single("prices", "prices paid and listed, and the price of a fixed capability", "prices"),
    _single("multihoming", "models and families per adopter, against surveys", "homing", "panel"),
    _single("capability", "frontiers of blocs and of open weights, gap and lag", "capability"),
    _single("chips", "China's chips by pathway, self-sufficiency, tightness", "chips"),
    _single("compute", "compute and its rent by bloc", "supply"),
    _single("closed_labs", "money of closed US labs, revenue and mark-ups of the largest sellers", "labs"),
    _single("ecosystem", "whose weights others build on, and the lead of the open standard", "labs"),
    _single("release_modes", "how each lab releases: closed, open, delayed, tiered", "modes"),
    _single("outcomes", "adoption, digital divide, welfare, concentration", "outcomes", "panel"),
    _single("reality", "each instrument of the model against what was measured", "against", "panel"),
    Family("adoption_policies", "shares by developer bloc, a panel a policy side by side, with the differences",
           "policies", "series", PART, (), "studies.policies"),
    Family("policy_lines", "one measure over time, a line a policy, with bands", "many", "summary",
           (*PART, "--measure"), (), "studies.policy_lines"),
    _swept("fans", "one measure over time, a fan of all runs for each policy, future or level", "many", "fans"),
    _swept("small_multiples", "six headline measures over time, policies in colours", "many", "multiples"),
    _swept("heat_map", "one measure over two things that vary in a grid, at a month", "plane", "heat", "--date"),
    _swept("response", "how one measure answers to each thing that varies in a grid", "grid", "response", "--date"),
    _swept("scatter", "one measure over things that vary in ranges, a dot a point", "random", "scatter", "--date"),
    _compared("overview", "the finding of a comparison: curves of the policies, and their effects", "overview"),
    _compared("difference", "paired differences from the baseline over time, a panel a policy", "difference",
              "--measure", "--policy", "--future"),
    _compared("dots", "paired differences of all policies at some dates, with intervals", "dots",
              "--measure", "--date", "--policy", "--future"),
    Family("winners", "what each lab and each bloc gains or loses under a policy", "comparison", "series",
           ("--date", "--policy", "--future"), (COMPARE,), "studies.winners"),
    _compared("regret", "how far each policy falls short of the best, by objective and future", "regret", "--date"),
    _compared("attribution", "what each lever does alone and together, and through which mechanisms", "attribution",
              "--measure", "--date", "--policy", need="attribution"),
    _compared("game", "policies of one side against those of the other: effects and best replies", "game", "--date",
              need="game"),
)  # fmt: skip
_HERE = Path(__file__).parent
CATALOGUE: dict[str, Family] = {
    family.name: family
    for family in _FAMILIES
    if _HERE.joinpath(*family.module.split(".")).with_suffix(".py").is_file()
}
"""Family -> what there is to know of it, in the order of lists."""


def family_of(name: str) -> Family:
    """Return a family.

    Raises:
        InputError: there is none of this name; the message has the nearest one.
    """
    if name not in CATALOGUE:
        legal = f"{ALL}, {', '.join(CATALOGUE)}"
        near = nearest(name, (ALL, *CATALOGUE)) or next((known for known in CATALOGUE if name and name in known), None)
        raise InputError(Problem("figure", name, "there is no such family of figures", legal, near))
    return CATALOGUE[name]


def defaults(verb: str) -> tuple[Family, ...]:
    """Return the families that a verb draws by itself."""
    return tuple(family for family in CATALOGUE.values() if verb in family.default)
