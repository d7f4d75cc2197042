"""The declared schemas of a study's tables."""

from __future__ import annotations

import pyarrow as pa

WORD = pa.dictionary(pa.int32(), pa.string())
CELL = ("measure", "segment_kind", "segment", "by", "key")
LABELS = ("policy", "future", "point", "draw", "seed")

PLAN = pa.schema(
    [("row", pa.int32()), ("run_id", pa.string()), ("block", pa.int32()), ("policy", WORD), ("future", WORD),
     ("point", pa.int32()), ("draw", pa.int32()), ("seed", pa.int64()), ("scenario", pa.string())]
)  # fmt: skip
RUNS = pa.schema(
    [("row", pa.int32()), ("run_id", pa.string()), ("policy", WORD), ("future", WORD), ("point", pa.int32()),
     ("draw", pa.int32()), ("seed", pa.int64()), ("scenario", pa.string()), ("months", pa.int16()), ("status", WORD),
     ("stage", WORD), ("type", WORD), ("message", pa.string()), ("traceback", pa.string())]
)  # fmt: skip
CELLS = pa.schema([("row", pa.int32()), *((name, WORD) for name in CELL), ("month", WORD), ("value", pa.float32())])
EVENTS = pa.schema(
    [("row", pa.int32()), ("month", WORD), ("kind", WORD), ("who", WORD), ("what", WORD), ("trigger", pa.string()),
     ("weight", pa.float64())]
)  # fmt: skip
INSTRUMENTS = pa.schema(
    [("row", pa.int32()), ("instrument", WORD), ("month", WORD), ("entity", WORD), ("geography", WORD),
     ("value", pa.float32())]
)  # fmt: skip
SCHEMAS = {"runs": RUNS, "series": CELLS, "panel": CELLS, "events": EVENTS, "instruments": INSTRUMENTS}
"""Values are float32: seven digits, half the disk, and equal runs stay equal. A null is a cell without users."""

TABLES = {
    "summary": ("series",), "readings": ("series", "instruments"), "series": ("series", "events"),
    "panel": ("series", "events", "panel", "instruments"),
}  # fmt: skip
"""Tables beside ``runs`` that each recording level keeps."""
