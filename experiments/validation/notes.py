"""What the model lacks where a simple rule beats it by more than a third: written by hand, by key of the series.

A note says which mechanism the model lacks, not that it was unlucky. The published page must have one for every series
that is beaten so (a test looks).
"""

from __future__ import annotations

NOTES: dict[str, str] = {
    "ramp_firms/Anthropic": (
        "what wins a firm's first paid seat. Anthropic's strength is held after the origin at what could be "
        "inferred so far, while it went on rising with each release and with a coding product of its own; and "
        "spending and heads go together here, so that strength which firms' money asks for is denied by their "
        "number."
    ),
    "openrouter_token_share/open": (
        "strengths by line. Open lines of US labs (gpt-oss, Gemma) inherit the strength of their labs' closed "
        "ones, which gives them a tenth of the list where the data have next to nothing; and open models inside "
        "coding tools cost their users nothing (reliability of tool calls, integration)."
    ),
    "openrouter_token_share/CN": (
        "tools that decide for many users at once. In the model a part of developers' coding slots follows tools, "
        "but each of them draws for itself, so the share swings by a third where it swung by three quarters."
    ),
    "arena_gap/US-China": (
        "the vintage of the scale, which is no mechanism of the market: capabilities of the replay come from one "
        "late snapshot, in which early US and Chinese models lie nearer together than on the live tables of their "
        "time."
    ),
}
"""Key of a headline series -> one or two sentences."""
MISSING = "no explanation is written yet"


def note(series: str) -> str:
    """Return the explanation of a series, or that there is none."""
    return NOTES.get(series, MISSING)
