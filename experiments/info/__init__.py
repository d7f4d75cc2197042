"""Verbs that show what a run stands on: a table each, rich on a terminal, plain in a pipe, JSON for machines."""
