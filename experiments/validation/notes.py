"""What the model lacks where a simple rule beats it by more than a third: written by hand, by key of the series.

A note says which mechanism the model lacks, not that it was unlucky. The published page must have one for every series
that is beaten so (a test looks).
"""

from __future__ import annotations

NOTES: dict[str, str] = {}
"""Key of a headline series -> one or two sentences."""
MISSING = "no explanation is written yet"


def note(series: str) -> str:
    """Return the explanation of a series, or that there is none."""
    return NOTES.get(series, MISSING)
