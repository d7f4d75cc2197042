"""Policies compared on the same luck: paired effects, how sure they are, what they are worth and what they are made of.

>>> from experiments.contrasts import Comparison
>>> Comparison("status_quo", ("us_all_closed", "total_chip_ban")).arms
('status_quo', 'us_all_closed', 'total_chip_ban')
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.contrasts.about import about_comparison
    from experiments.contrasts.book import write_xlsx
    from experiments.contrasts.pairs import Outcomes, Pairs
    from experiments.contrasts.precision import decisions, precision_units
    from experiments.contrasts.sequential import Decision, Stopping
    from experiments.contrasts.spec import Comparison, Demand, Game, Threshold
    from experiments.contrasts.tables import comparison_tables, needed_measures, tables_of
    from experiments.contrasts.words import effect_words, multiplicity_words

__all__ = [
    "Comparison", "Decision", "Demand", "Game", "Outcomes", "Pairs", "Stopping", "Threshold", "about_comparison",
    "comparison_tables", "decisions", "effect_words", "multiplicity_words", "needed_measures", "precision_units",
    "tables_of", "write_xlsx",
]  # fmt: skip

_HOMES = {
    "about_comparison": "about", "write_xlsx": "book", "Outcomes": "pairs", "Pairs": "pairs",
    "decisions": "precision", "precision_units": "precision", "Decision": "sequential", "Stopping": "sequential",
    "Comparison": "spec", "Demand": "spec", "Game": "spec", "Threshold": "spec", "comparison_tables": "tables",
    "needed_measures": "tables", "tables_of": "tables", "effect_words": "words", "multiplicity_words": "words",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import the nouns when they are first used, so that help costs nothing."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'experiments.contrasts' has no attribute {name!r}")
    return getattr(import_module(f"experiments.contrasts.{_HOMES[name]}"), name)
