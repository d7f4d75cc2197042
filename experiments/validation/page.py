"""The page of a validation, as Markdown: how it was made, what came out, and where the model loses.

Every number of it stands in a table of the result folder, under the name in brackets at the end of each section.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.validation import tables
from experiments.validation.forecast import CONDITIONAL, KINDS, ROLLING
from experiments.validation.notes import note
from experiments.validation.verdicts import BEATEN, JUDGED, beaten
from experiments.validation.words import FIT_TEXT, HEAD, METHOD, MOMENTS_TEXT

if TYPE_CHECKING:
    import pandas as pd

    from experiments.validation.conduct import Result

MADE = "<!-- Made by `opengambit validate --publish`. Run it again; do not change this file. -->"
LOSES = "## Where a simple rule is far better"


def page(result: Result, facts: Mapping[str, str], images: Sequence[tuple[str, str]]) -> str:
    """Return the page.

    Args:
        result: the tables.
        facts: what made it, in words, in the order in which it is told.
        images: path and title of each figure.
    """
    found, pictures = result.tables, dict(_named(images))
    parts: list[Iterable[str]] = [_head(found, facts)]
    if "final" in found:
        parts += [_skill(found, pictures), _loses(found["skill"]), _forecasts(found, pictures)]
    if "fit" in found:
        parts.append(_fit(found, pictures))
    if "moments" in found:
        parts.append(_moments(found["moments"]))
    if "final" in found:
        parts.append(_origins(found["origins"]))
    parts.append(["## How it is judged", "", METHOD.strip(), ""])
    return "\n".join(line for part in parts for line in part).rstrip() + "\n"


def _named(images: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield name of a figure, and its line of Markdown."""
    for path, title in images:
        name = path.rpartition("/")[2].partition(".")[0]
        yield name, f"![{title}]({path})"


def _head(found: Mapping[str, pd.DataFrame], facts: Mapping[str, str]) -> Iterator[str]:
    yield from ("# Validation: forecasts against simple rules", "", MADE, "", HEAD.strip(), "")
    yield from (f"- {key}: {value}" for key, value in facts.items())
    yield ""
    said = list(short(found))
    if said:
        yield from ("## In short", "", *(f"- {line}" for line in said), "")


def short(found: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Yield the findings, a sentence each."""
    if "judged" in found:
        yield from _asked_of_forecasts(found["judged"])
        yield _lost(found["skill"])
    if "fit_overall" in found:
        yield tables.fit_verdict(found["fit_overall"])
    if "moments" in found:
        verdicts = found["moments"]["verdict"]
        read = int((verdicts != "no reading").sum())
        yield f"Moments that were not fitted: {int((verdicts == 'inside').sum())} of {read} lie inside 90 % intervals."


def _asked_of_forecasts(judged: pd.DataFrame) -> Iterator[str]:
    """Yield whether router or Ramp is forecast better than by the best rule at its longest horizon, by kind."""
    for kind in KINDS:
        rows = judged[(judged["kind"] == kind) & judged["counts"]] if len(judged) else judged
        if len(rows):
            met = bool(rows["positive"].any())
            cases = "; ".join(
                f"{r['family']} at {r['horizon']} months {tables.signed(r['skill'])}" for r in tables.records(rows)
            )
            answer = "met" if met else "not met"
            names = " or ".join(JUDGED)
            yield (
                f"{kind.capitalize()} forecasts, skill against the best rule above 0 for {names} at the longest "
                f"horizon: **{answer}** ({cases})."
            )


def _lost(skill: pd.DataFrame) -> str:
    lost = beaten(skill)
    count, cases = len(lost), int((skill["n"] > 0).sum())
    if not count:
        return f"No simple rule beats the model by more than a third in any of {cases} cases."
    return (
        f"A simple rule beats the model by more than a third (skill below {tables.signed(BEATEN)}) in {count} of "
        f"{cases} cases, of {lost['series'].nunique()} series: they are listed below, with what the model lacks."
    )


def _skill(found: Mapping[str, pd.DataFrame], pictures: Mapping[str, str]) -> Iterator[str]:
    yield from ("## Skill against the best simple rule", "")
    yield from (
        "Skill is 1 less the ratio of mean CRPS: above 0 the model is better. The best rule is chosen with hindsight "
        "over the same points. Brackets: 90 % interval over origins; none with fewer than four of them. n: points.", "",
    )  # fmt: skip
    yield from tables.final(found["final"])
    yield from (_traced("final.csv", "skill.csv"), "")
    yield from _picture(pictures, "validation_skill")


def _loses(skill: pd.DataFrame) -> Iterator[str]:
    """Yield the series that a rule forecasts far better, each with what the model lacks."""
    lost = beaten(skill)
    yield from (LOSES, "")
    if lost.empty:
        yield from ("No series has a skill below -1/3 at any horizon.", "")
        return
    yield from (f"Skill below {tables.signed(BEATEN)}: the best rule's CRPS is more than a quarter lower.", "")
    for series, rows in lost.groupby("series", sort=False):
        cases = ", ".join(
            f"{r['kind']} {r['horizon']} mo {tables.signed(r['skill'])} ({r['best_rule']})"
            for r in tables.records(rows)
        )
        yield f"- `{series}`: {cases}. Missing mechanism: {note(str(series))}"
    yield ""


def _forecasts(found: Mapping[str, pd.DataFrame], pictures: Mapping[str, str]) -> Iterator[str]:
    skill = found["skill"]
    titles = {
        ROLLING: "Rolling forecasts: what was known at the origin, and nothing else",
        CONDITIONAL: "Conditional forecasts: what really came, but for adoption",
    }
    for kind in KINDS:
        rows = skill[skill["kind"] == kind]
        if len(rows):
            yield from (f"## {titles[kind]}", "")
            yield from tables.scores(rows)
            yield from (_traced("skill.csv", "forecasts.csv"), "")
            yield from _picture(pictures, f"validation_{kind}")


def _fit(found: Mapping[str, pd.DataFrame], pictures: Mapping[str, str]) -> Iterator[str]:
    yield from ("## The years that it was fitted to", "", FIT_TEXT.strip(), "")
    yield tables.fit_verdict(found["fit_overall"])
    yield ""
    yield from tables.fit(found["fit"])
    yield from (_traced("fit.csv", "fit_points.csv", "fit_overall.csv"), "")
    for name in pictures:
        if name.startswith("validation_fit_"):
            yield from _picture(pictures, name)


def _moments(rows: pd.DataFrame) -> Iterator[str]:
    yield from ("## What it was not fitted to", "", MOMENTS_TEXT.strip(), "")
    yield from tables.moments(rows)
    yield from (_traced("moments.csv"), "")


def _origins(rows: pd.DataFrame) -> Iterator[str]:
    yield from ("## The origins", "")
    yield from (
        "Draws of the prior at each origin, how many were kept for their distance to what was known, and how many "
        "independent ones their weights are worth.", "",
    )  # fmt: skip
    head = ("origin", "last month", "points", "runs", "kept", "effective")
    cells = ((r["origin"], r["last_month"], r["targets"], r["runs"], r["kept"], f"{r['effective_draws']:.0f}")
             for r in tables.records(rows))  # fmt: skip
    yield from tables.markdown(head, cells)
    yield from (_traced("origins.csv"), "")


def _traced(*names: str) -> str:
    """Say which tables hold the numbers."""
    return f"\n[{', '.join(names)}]"


def _picture(pictures: Mapping[str, str], name: str) -> Iterator[str]:
    if name in pictures:
        yield from (pictures[name], "")


def facts_of(settings: Mapping[str, Any], made: Mapping[str, str]) -> dict[str, str]:
    """Return what made a page, in words: the command, versions and digests, and the settings."""
    shown = ", ".join(f"{key}={_plain(value)}" for key, value in settings.items() if value not in (None, False))
    return {"Command": f"`{made['command']}`", "Made with": made["version"], "Settings": shown}


def _plain(value: Any) -> str:
    if isinstance(value, float) and np.isfinite(value):
        return f"{value:g}"
    return f"[{','.join(map(str, value))}]" if isinstance(value, (list, tuple)) else str(value)
