"""A small run in the formats of `sim.Trajectory`, made by arithmetic: fast, and independent of the model."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from sim.calendar import month_index, months

SHARES = ("token_share", "spend_share", "slot_share", "enterprise_share", "new_choice_share")
REGIONS = ("US", "CN", "EU", "UKCA", "JP", "KRTW", "SEA", "IN", "GULF", "LATAM", "AFR", "SAN", "OTH")
CLASSES = ("developer", "enterprise", "regulated", "public")
LABS = (
    "OpenAI",
    "Anthropic",
    "Google",
    "Meta",
    "xAI",
    "DeepSeek",
    "Alibaba",
    "Moonshot",
    "Mistral AI",
    "TII",
    "Other (US)",
)
KEYS = {
    "bloc": ("US", "CN", "AL", "NAL"),
    "openness": ("closed", "open"),
    "licence": ("closed", "open_restricted", "open_permissive"),
    "channel": ("A", "H", "S"),
    "lab": LABS,
}
COUNTS = {"distinct_models": 3.4, "distinct_families": 2.4, "share_3_families": 0.7, "share_5_models": 0.3}
MODES = ("closed", "open", "delayed", "tiered")
TOTAL = ("total",)
SUPPLY: dict[str, list[tuple[str, tuple[str, ...], float, float]]] = {
    "frontier": [("bloc", KEYS["bloc"], 110.0, 0.008), ("openness", KEYS["openness"], 110.0, 0.008)],
    "capability_gap": [("pair", ("US-CN", "closed-open"), 5.0, -0.01)],
    "gap_months": [("pair", ("US-CN", "closed-open"), 6.0, -0.01)],
    "chips": [("pathway", ("legal", "smuggled", "domestic", "offshore"), 9000.0, 0.03)],
    "self_sufficiency": [("total", TOTAL, 0.3, 0.01)],
    "tightness": [("total", TOTAL, 0.4, 0.01)],
    "compute_stock": [("bloc", KEYS["bloc"], 2e5, 0.06)],
    "rent": [("bloc", KEYS["bloc"], 2.6, -0.01)],
    "us_closed_rd": [("total", TOTAL, 900.0, 0.04)],
    "us_closed_revenue": [("total", TOTAL, 90.0, 0.06)],
    "us_closed_profit": [("total", TOTAL, 50.0, 0.06)],
    "revenue": [("lab", LABS, 30.0, 0.03)],
    "markup": [("lab", LABS, 1.5, -0.002)],
    "ecosystem_share": [("lab", LABS, 0.09, 0.0)],
    "open_standard_lead": [("total", TOTAL, -0.1, -0.02)],
    "digital_divide": [("what", ("adoption", "compute per adopter"), 0.4, 0.01)],
}
"""Measure -> by, keys, level, slope."""
PLACES = {
    "adoption": [("world", "world"), *(("user_bloc", bloc) for bloc in ("US", "CN", "AL", "NAL"))],
    "hhi": [("world", "world"), ("excl_CN", "world outside CN")],
    "welfare": [("world", "world"), ("region", "US"), ("region", "CN"), ("region", "AFR")],
}
READINGS = {
    "openrouter_token_share": ("CN", "US", "open", *LABS[:9]),
    "ramp_firms": ("OpenAI", "Anthropic", "Google", "DeepSeek", "xAI", "Mistral AI"),
    "menlo_spend": ("OpenAI", "Anthropic", "Google"),
    "menlo_open_share": ("open",),
    "telemetry_deepseek": ("DeepSeek",),
    "multihoming_families": ("3 or more families",),
    "multihoming_models": ("5 or more models",),
}
MATCHES = {
    "openrouter_token_share": ("openrouter_top9", ("token share inside the weekly top 9",)),
    "ramp_firms": ("ramp", ("firms paying the vendor",)),
    "menlo_spend": ("menlo", ("enterprise API spend share",)),
    "menlo_open_share": ("menlo", ("open share of enterprise usage",)),
    "telemetry_deepseek": ("telemetry", ("DeepSeek share of chatbot use",)),
    "multihoming_models": ("multihoming_models", ("survey",)),
}


@dataclass(frozen=True)
class FakeRun:
    """A finished run of ``length`` months from 2023-01; the first two months have no tokens."""

    seed: int = 0
    length: int = 43
    extra_lab: bool = False

    @property
    def months(self) -> list[str]:
        return months(0, self.length - 1)

    @property
    def measures(self) -> list[str]:
        prices = ("price_paid", "price_list", "price_capability", "effective_enterprises")
        return [*SHARES, *prices, *COUNTS, *SUPPLY, "release_mode", *PLACES]

    @property
    def events(self) -> pd.DataFrame:
        rows = [
            ("2023-03", "policy", "US", "a rule", "model_ban", 5.0),
            ("2023-05", "release", "Meta", "releases a model (open, 120 ECI)", "", 2.01),
            ("2024-01", "mode", "OpenAI", "goes from closed to tiered releases", "payoff", 3.2),
            ("2024-02", "government", "US", f"halves the quota (seed {self.seed})", "gap of 3 months", 6.0),
        ]
        known = [row for row in rows if row[0] in self.months]
        return pd.DataFrame(known, columns=["month", "kind", "who", "what", "trigger", "weight"])

    @property
    def instruments(self) -> list[str]:
        return list(READINGS)

    def frame(self, name: str, /) -> pd.DataFrame:
        if name in SHARES:
            return self._shares
        if name == "price_capability":
            levels = {f"ECI {level}": 200 * np.exp((level - 120) / 12) for level in (110, 120, 130, 140)}
            return self._series("capability", levels, -0.09)
        if name == "price_list":
            tiers = {"lab_flagship": 12.0, "lab_economy": 0.9}
            return pd.concat([self._series(by, dict.fromkeys(LABS, price), -0.04) for by, price in tiers.items()])
        if name == "price_paid":
            split = self._series("openness", {"open": 1.5, "closed": 12.0}, -0.04)
            return pd.concat([self._series("total", {"total": 8.0}, -0.04), split])
        if name == "effective_enterprises":
            few = self._series("total", {"total": 5.0}, 0.0).assign(segment_kind="region", segment="SAN")
            return pd.concat([self._series("total", {"total": 400.0}, 0.0), few])
        if name in SUPPLY:
            parts = [self._series(by, dict.fromkeys(keys, level), slope) for by, keys, level, slope in SUPPLY[name]]
            return pd.concat(parts, ignore_index=True)
        if name == "release_mode":
            share = dict.fromkeys(MODES, 0.25)
            parts = [self._series("mode", share, 0.0).assign(value=0.25)]
            parts += [self._series(f"lab_{m}", dict.fromkeys(LABS, 1.0), 0.0).assign(value=0.25) for m in MODES]
            return pd.concat(parts, ignore_index=True)
        if name in PLACES:
            one = self._series("total", {"total": 0.12}, 0.002)
            return pd.concat([one.assign(segment_kind=kind, segment=place) for kind, place in PLACES[name]])
        return self._series("total", {"total": COUNTS[name]}, 0.004)

    def instrument(self, name: str, /) -> pd.DataFrame:
        places = ("CN", "SAN", "US", "AFR") if name == "telemetry_deepseek" else ("world",)
        rows = []
        for number, entity in enumerate(READINGS[name]):
            for step, place in enumerate(places):
                level = (0.55 / (1 + number)) if len(places) == 1 else 0.7 / (1 + step)
                values = level * (0.4 + 0.6 * self._t / self.length) * self._wobble(number)
                rows.append(pd.DataFrame({"month": self.months, "entity": entity, "geography": place, "value": values}))
        return pd.concat(rows, ignore_index=True)

    @property
    def _t(self) -> np.ndarray:
        return np.arange(self.length, dtype=float)

    def _wobble(self, phase: float) -> np.ndarray:
        return 1.0 + 0.08 * np.sin(0.7 * self._t + 1.7 * self.seed + phase) + 0.03 * np.sin(3.1 * self.seed + phase)

    def _series(self, by: str, levels: dict[str, float], slope: float) -> pd.DataFrame:
        parts = [
            pd.DataFrame(
                {"month": self.months, "by": by, "key": key, "value": level * np.exp(slope * self._t) * self._wobble(i)}
            )
            for i, (key, level) in enumerate(levels.items())
        ]
        return pd.concat(parts, ignore_index=True).assign(segment_kind="world", segment="world")

    @cached_property
    def _shares(self) -> pd.DataFrame:
        segments = [("world", "world"), *(("region", r) for r in REGIONS), *(("class", c) for c in CLASSES)]
        cells, values = [], []
        for place, (kind, segment) in enumerate(segments):
            for by, keys in KEYS.items():
                named = (*keys, f"Lab {self.seed}") if self.extra_lab and by == "lab" else keys
                cells += [(kind, segment, by, key) for key in named]
                values.append(self._simplex(len(named), place))
        frame = pd.DataFrame(cells, columns=["segment_kind", "segment", "by", "key"])
        frame = frame.loc[frame.index.repeat(self.length)].reset_index(drop=True)
        return frame.assign(month=self.months * len(cells), value=np.concatenate(values).ravel())

    def _simplex(self, n: int, place: int) -> np.ndarray:
        weights = np.array([np.exp(-0.9 * i) * self._wobble(i + place) for i in range(n)])
        late = 1 / (1 + np.exp(-(self._t - month_index("2025-01")) / 3))
        weights[1] *= 0.3 + late * (1 + 0.15 * place)
        shares = weights / weights.sum(axis=0)
        shares[:, :2] = np.nan
        return shares
