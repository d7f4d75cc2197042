"""The oracles of docs/model.md, section 9, use the small worlds of tests/sim."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "sim"))
