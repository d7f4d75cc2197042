"""One capability scale: Epoch Capabilities Index points from whatever scores a release has.

ECI where it is known; else ECI on logit(AA/100), fitted where AA >= 8, and ECI on LMArena Elo, both ordinary
least squares over all releases that carry both scores, combined by inverse variance. Each version of a scale
has its own fit: versions are never mixed. A release without an ECI takes over a part (``persistence``, fitted) of
the distance by which its line's last ECI lay off the crosswalk: residuals persist along a line, and without this a
new release could fall below its predecessor only because the two were scored on different scales. Beyond AA 40
every estimate goes on with one slope, that of the newer Artificial Analysis payload, so that a sensitivity run can
change it with one number.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sim.data.build.tables import Raw, Row

AA_SCALES = ("aa_index_2026_07_05", "aa_index_2026")
ELO_SCALES = ("lmarena_elo_2025_12_11", "lmarena_elo_2025_08_06")
AA_FROM, AA_BEYOND = 8.0, 40.0
Q_SD = {
    "eci": 2.0,
    "crosswalk": 3.0,
    "beyond_aa40": 5.0,
    "carried": 5.0,
    "backcast": 5.0,
    "typical_gap": 7.0,
    "video": 3.0,
}
TASKS = ("assistant", "coding", "documents", "local")


def logit(index: float) -> float:
    """Return ln(x/(1-x)) of an index of 0 to 100."""
    return math.log(index / (100.0 - index))


@dataclass(frozen=True)
class Fit:
    """ECI = intercept + slope x, with the number of releases and the residual standard deviation (ECI)."""

    scale: str
    intercept: float
    slope: float
    n: int
    sd: float
    n_outside: int = 0
    sd_outside: float = math.nan

    def at(self, x: float) -> float:
        """Return the fitted ECI."""
        return self.intercept + self.slope * x


@dataclass(frozen=True)
class Score:
    """Capability of one release in ECI points.

    ``beyond`` is logit(AA/100) - logit(.40), at least 0; ``weight`` and ``weights`` (by task) say how much of it
    is in q and in each task version, so that a slope changed by d moves q by d * weight * beyond.
    """

    q: float
    sd: float
    basis: str
    tasks: dict[str, float]
    beyond: float
    weight: float
    weights: dict[str, float]
    flags: tuple[str, ...] = ()
    tag: str = "D"

    @property
    def shift(self) -> float:
        """Return ECI per unit of slope beyond AA 40."""
        return self.beyond * self.weight


def least_squares(points: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """Return intercept, slope and residual standard deviation (n - 2) of y on x."""
    n = len(points)
    mean_x = math.fsum(x for x, _ in points) / n
    mean_y = math.fsum(y for _, y in points) / n
    slope = math.fsum((x - mean_x) * (y - mean_y) for x, y in points) / math.fsum((x - mean_x) ** 2 for x, _ in points)
    intercept = mean_y - slope * mean_x
    squares = math.fsum((y - intercept - slope * x) ** 2 for x, y in points)
    return intercept, slope, math.sqrt(squares / (n - 2))


@dataclass(frozen=True)
class Crosswalk:
    """The fits, by scale, and the score that they give a release."""

    fits: dict[str, Fit]
    persistence: float = 0.0
    n_persistence: int = 0

    def residual(self, release: Row) -> float | None:
        """Return ECI less the crosswalk's estimate, or None without an ECI and an AA of the fitted range."""
        eci = _value(release, "epoch_eci")
        aa, elo = self._artificial_analysis(release), self._arena(release)
        if eci is None or aa is None or aa.raw < AA_FROM:
            return None
        return eci - _general(None, aa, elo)[0]

    def scores(self, releases: Sequence[Row]) -> dict[str, Score]:
        """Return the scores of the releases that have one on any scale, residuals carried along each line."""
        found: dict[str, Score] = {}
        carried: dict[str, float] = {}
        for row in sorted(releases, key=lambda row: (row["line"], row["date"])):
            score = self.score(row, self.persistence * carried.get(row["line"], 0.0))
            if score is not None:
                found[row["model"]] = score
            residual = self.residual(row)
            if residual is not None:
                carried[row["line"]] = residual
        return found

    @property
    def slope(self) -> float:
        """Return ``crosswalk_slope``: ECI per unit of logit(AA/100) beyond AA 40."""
        return self.fits[AA_SCALES[0]].slope

    def score(self, release: Row, carry: float = 0.0) -> Score | None:
        """Return the score of a release, or None if it has none on any scale; ``carry`` is added to a crosswalk q."""
        eci = _value(release, "epoch_eci")
        aa = self._artificial_analysis(release)
        elo = self._arena(release)
        if eci is None and aa is None and elo is None:
            return None
        q, weight, basis = _general(eci, aa, elo)
        q += carry if eci is None else 0.0
        beyond = aa.beyond if aa else 0.0
        tasks = {
            "assistant": elo.eci if elo else q,
            "coding": aa.eci if aa else q,
            "documents": eci if eci is not None else q,
            "local": elo.eci if elo else q,
        }
        weights = {
            "assistant": 0.0 if elo else weight,
            "coding": 1.0 if aa else weight,
            "documents": 0.0 if eci is not None else weight,
            "local": 0.0 if elo else weight,
        }
        if not beyond:
            weight, weights = 0.0, dict.fromkeys(TASKS, 0.0)
        score = Score(q, Q_SD["crosswalk"], basis, tasks, beyond, weight, weights)
        return _graded(score, eci, aa)

    def _artificial_analysis(self, release: Row) -> Estimate | None:
        for scale in AA_SCALES:
            index = _value(release, scale)
            if index is not None and 0 < index < 100:
                fit = self.fits[scale]
                beyond = max(logit(index) - logit(AA_BEYOND), 0.0)
                eci = fit.at(logit(min(index, AA_BEYOND))) + self.slope * beyond
                sd = fit.sd if index >= AA_FROM else fit.sd_outside
                return Estimate(eci, sd, scale, index, beyond)
        return None

    def _arena(self, release: Row) -> Estimate | None:
        for scale in ELO_SCALES:
            elo = _value(release, scale)
            if elo is not None:
                return Estimate(self.fits[scale].at(elo), self.fits[scale].sd, scale, elo, 0.0)
        return None

    def render(self) -> bytes:
        """Return crosswalk.json."""
        content = {
            "reference_scale": "epoch_eci",
            "fits": {fit.scale: _described(fit) for fit in self.fits.values()},
            "crosswalk_slope": _round(self.slope),
            "crosswalk_slope_beyond_aa": AA_BEYOND,
            "line_persistence": {"value": _round(self.persistence), "n": self.n_persistence},
            "q_sd": Q_SD,
            "rule": "ECI where known; else the fits combined by inverse variance; one slope beyond AA 40",
            "tasks": {"assistant": "elo", "coding": "aa", "documents": "eci", "local": "elo"},
            "tag": "D",
            "confidence": "medium",
            "source_title": "releases.csv: Epoch ECI, Artificial Analysis index, LMArena Elo; fits made here",
            "source_url": "https://epoch.ai https://artificialanalysis.ai https://lmarena.ai",
        }
        return (json.dumps(content, indent=1) + "\n").encode("utf-8")


@dataclass(frozen=True)
class Estimate:
    """ECI as one scale gives it, with its standard deviation and the score that it came from."""

    eci: float
    sd: float
    scale: str
    raw: float
    beyond: float


def build(raw: Raw) -> Crosswalk:
    """Return the crosswalk fitted on all releases that carry an ECI and another score."""
    releases = raw.table("releases")
    fits = {scale: _fit(releases, scale, logit, AA_FROM) for scale in AA_SCALES}
    fits |= {scale: _fit(releases, scale, float, -math.inf) for scale in ELO_SCALES}
    plain = Crosswalk(fits)
    pairs = _successive_residuals(releases, plain)
    persistence = math.fsum(x * y for x, y in pairs) / math.fsum(x * x for x, _ in pairs)
    return Crosswalk(fits, persistence, len(pairs))


def _successive_residuals(releases: Sequence[Row], crosswalk: Crosswalk) -> list[tuple[float, float]]:
    """Return the crosswalk residuals of successive releases of a line that carry an ECI and an AA of at least 8."""
    pairs, last = [], dict[str, float]()
    for row in sorted(releases, key=lambda row: (row["line"], row["date"])):
        residual = crosswalk.residual(row) if row["offered"] == "1" and row["line"] else None
        if residual is None:
            continue
        if row["line"] in last:
            pairs.append((last[row["line"]], residual))
        last[row["line"]] = residual
    return pairs


def _fit(releases: Sequence[Row], scale: str, transform: Callable[[float], float], start: float) -> Fit:
    pairs = [(_value(row, scale), _value(row, "epoch_eci")) for row in releases]
    known = [(x, y) for x, y in pairs if x is not None and y is not None and (start < 0 or 0 < x < 100)]
    intercept, slope, sd = least_squares([(transform(x), y) for x, y in known if x >= start])
    outside = [y - intercept - slope * transform(x) for x, y in known if x < start]
    n = len(known) - len(outside)
    fit = Fit(scale, intercept, slope, n, sd)
    if not outside:
        return fit
    spread = math.sqrt(math.fsum(e * e for e in outside) / len(outside))
    return replace(fit, n_outside=len(outside), sd_outside=max(spread, sd))


def _general(eci: float | None, aa: Estimate | None, elo: Estimate | None) -> tuple[float, float, str]:
    if eci is not None:
        return eci, 0.0, "eci"
    if aa and elo:
        weight = elo.sd**2 / (aa.sd**2 + elo.sd**2)
        return weight * aa.eci + (1.0 - weight) * elo.eci, weight, f"{aa.scale}+{elo.scale}"
    if aa:
        return aa.eci, 1.0, aa.scale
    if elo is None:
        raise ValueError("a release without any score has no capability")
    return elo.eci, 0.0, elo.scale


def _graded(score: Score, eci: float | None, aa: Estimate | None) -> Score:
    if eci is not None:
        return replace(score, sd=Q_SD["eci"], tag="V")
    if aa and aa.beyond:
        return replace(score, sd=Q_SD["beyond_aa40"], flags=("beyond_aa40",))
    if aa and aa.raw < AA_FROM:
        return replace(score, flags=("below_aa8",))
    return score


def _described(fit: Fit) -> dict[str, object]:
    x = "logit(AA/100)" if fit.scale in AA_SCALES else "Elo"
    content: dict[str, object] = {
        "formula": f"ECI = {fit.intercept:.4g} + {fit.slope:.4g} {x}",
        "intercept": _round(fit.intercept),
        "slope": _round(fit.slope),
        "n": fit.n,
        "residual_sd": _round(fit.sd),
        "fitted_on": "AA >= 8 and ECI known" if fit.scale in AA_SCALES else "ECI known",
    }
    if fit.n_outside:
        content |= {"n_below_8": fit.n_outside, "rms_error_below_8": _round(fit.sd_outside)}
    return content


def _round(value: float) -> float:
    return float(format(value, ".6g"))


def _value(row: Row, column: str) -> float | None:
    return float(row[column]) if row[column] else None
