"""``opengambit validate``: does the model forecast better than simple rules, and show what it was not fitted to?

rules.py, scores.py, skill.py: simple rules, scores of forecasts, skill with intervals. origins.py: who forecasts what
from when. world.py: what was known at an origin; weights.py, assimilation.py, forecast.py: a forecast from there.
fit.py: the years that the model was fitted to. moments.py, leaders.py: what it was not. verdicts.py: the findings.
asked.py: the command line. report.py: the folder of results; page.py, words.py: its page; figures.py: its pictures.
"""
