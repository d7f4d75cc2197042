"""Small policies for the tests of reading, stacking and compiling them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml

from sim.calendar import month_index
from sim.compile import CHANNELS, CLASSES, LeverArrays, compile_levers
from sim.policy import Policy

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = sorted((ROOT / "conf" / "policy").glob("*.yaml"))
HANDOVER = month_index("2026-07")
WORLD = SimpleNamespace(
    region_codes=("US", "CN", "EU", "JP", "SEA"),
    region_blocs=("US", "CN", "AL", "AL", "NAL"),
    lab_names=("OpenAI", "Meta", "DeepSeek", "Alibaba", "Mistral AI"),
    lab_homes=("US", "US", "CN", "CN", "EU"),
)
R = {code: k for k, code in enumerate(WORLD.region_codes)}
L = {name: k for k, name in enumerate(WORLD.lab_names)}
C = {name: k for k, name in enumerate(CHANNELS)}
K = {name: k for k, name in enumerate(CLASSES)}


BAN = {"actor": "EU", "lever": "procurement_ban", "target": {"developer": "CN"}, "value": 1.0}


def write(folder: Path, text: str, name: str = "mine") -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def entry(**keys: Any) -> str:
    return "  - " + yaml.safe_dump(keys, default_flow_style=True, width=10_000).strip() + "\n"


def policy(folder: Path, *entries: dict[str, Any], name: str = "mine") -> Policy:
    keyed = [{("from" if key == "start" else key): value for key, value in item.items()} for item in entries]
    return Policy.load(write(folder, f"name: {name}\nentries:\n" + "".join(entry(**item) for item in keyed), name))


def compiled(given: Policy, n_months: int = 48) -> LeverArrays:
    return compile_levers(given, WORLD, n_months, HANDOVER)
