"""The mechanisms through which a policy acts, each of which a run can hold (docs/model.md, section 6)."""

from __future__ import annotations

MECHANISMS: dict[str, str] = {
    "price": "What users pay on each line and channel: list prices, hosts and self-hosting by place, free offers.",
    "quality": "What labs know, the compute that their models embody, and the capability of what they release.",
    "bans": "What governments forbid or demand: bans, blocked APIs, mandates, content rules, trust that policy moves.",
    "hosting": "Which weights hosts and users can run, how many hosts there are, and the duty to host at home.",
    "ecosystem": "What the ecosystem of a lab adds to its utility.",
    "funding": "The R&D budgets of labs: outside funding, the answer to profit, subsidies.",
    "modes": "Which releases are closed and which are open.",
}
"""Name to what runs through it."""
