"""Tables of the real world, each row with its source; README.md says how each was made."""

from pathlib import Path

FOLDER = Path(__file__).parent
"""Where the shipped tables stand."""
