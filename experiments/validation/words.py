"""What the page says in words that no run changes."""

from __future__ import annotations

HEAD = """
Does the model forecast better than three rules that anyone can apply, and does it show what it was not fitted to? Two
kinds of forecasts are judged. *Rolling* ones know what was known at their origin and nothing else: parameters are
drawn from the prior and weighted by the data so far, lab strengths are inverted from the data so far, and releases,
prices and policies after the origin are the model's own. *Conditional* ones are given the releases, prices and
policies that really came, and never adoption. No outcome after 2025 was used.
"""
METHOD = """
**Rules.** *frozen*: the last known value. *drift*: a random walk with the mean change so far. *trend*: least squares
in time. Shares are in logits, gaps in Elo and lags in months as they are. All three are Gaussian on that scale:
frozen widens with the square root of time by the mean squared change a month; drift adds the uncertainty of its mean;
trend has its prediction interval. With fewer than three points the spread of a month's change is assumed: 0.25 logit,
30 Elo, 1 month [A].

**Known.** Of a series, the points that were public by the end of the origin's month (`known_from`). Ramp's history is
of one vintage, so that its forecasts are pseudo-real-time. Series are judged where they have a point: of gaps and
lags, which come at uneven times, the nearest within a month of the target.

**A rolling forecast.** Draws of the free parameters from their priors run through history up to the origin, with the
lab strengths and policies that were known, and on by the model's own equations. The quarter nearest to the known
targets is kept, with Epanechnikov weights. Each run is moved by the mean of its last three known residuals on the scale
above, with noise of the size of the observation error. What that shift has more than the run's mean residual over the
last known year fades with a half-life of 12 months [A: 3 to 36]; that mean stays, since a draw whose level was wrong
for a year has no reason to become right. Around each run lies a discrepancy: an autoregressive residual of the same
half-life whose innovations are estimated from the residuals known at the origin, pooled with the assumed spread of a
month's change as three further steps [A].

**A conditional forecast.** The kept draws with the same weights and strengths, through history to the end of the
data. Nothing is assimilated: the spread of the discrepancy is the root mean square of the residuals known at the
origin, pooled alike.

**Scores.** The continuous ranked probability score (CRPS) of 200 samples at equal quantiles, for rules and model
alike, in the unit of the series: lower is better. Coverage and width are of central intervals; bias is median less
value. Intervals of skill are moving-block bootstraps over origins, in blocks of the cube root of their number, 2,000
resamples.
"""
FIT_TEXT = """
All draws of the posterior through history, one run each. Intervals hold the spread of the runs, the discrepancy of
each series (estimated from these very residuals) and the observation error of each point. Each rule is started once,
from the first three points of a series, and runs free as the model does; CRPS is over the points after these three,
coverage, width and bias of the model over all. Series of three points or fewer have no rules. *fitted*: whether the
posterior has seen the series.
"""
MOMENTS_TEXT = """
The posterior beside numbers that are no target of the fit. Lab strengths for developers' other tasks and for
assistants are inverted from derivatives and telemetry, so these two are not wholly unseen. *inside*: what is known (a
value, with two standard errors where they are stated, or the range that sources leave) overlaps the model's 90 %
interval; *above* and *below* say where the model lies. Country telemetry is compared with the region that a country
belongs to. The model's list of the router is by month and the data's by week: after 4 and 13 weeks stand for after 1
and 3 months.
"""
