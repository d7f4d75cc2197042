"""What ``opengambit --help`` says of the verb that fits parameters to data."""

from __future__ import annotations

from experiments.manual.verb import RUNNING, Verb

CALIBRATE = """\
Fits free parameters to observed series by sequential approximate Bayesian computation: draws from the priors,
then draws around the best ones, each run through the model and held against what real instruments saw. Lab
strengths are inverted anew as the centre moves. Says what the data do not tell as clearly as what they do.

What is fitted:
  set=NAME or FILE             a set of conf/calibration: free parameters and their priors, series and moments
                               with weights, and how much is run (default: default)
  observations=FILE            a later table with the columns of observations.csv, without a change of code
  data_until=YYYY-MM           only what lies before: a series without a point by then is left out, and told
How much is run (what is not given is as the set says):
  generations=4  draws=400     generations of the sampler, parameter draws of each
  seeds=2  enterprises=2000    runs of a draw, and their size
  accepted=200                 draws of the posterior
  seed=0                       of the sampler; the same seed gives the same bytes
  execution=processes          serial, processes (execution.workers=2) or dask
  --quick                      24 draws, 2 generations: every stage in a few minutes, for a look
  --dry-run                    how many runs, how long; nothing is run
  --publish                    in a source checkout: posterior to conf/posterior/calibrated.csv, centre to
                               conf/params/calibrated.yaml, strengths to sim/data/lab_strengths.csv
  --no-figures  --quiet  --retry-failed

Generations are studies outputs/calibrate-SET-g0, -g1, ...: the same command goes on where it was stopped. The
result is written whole to outputs/calibrate-SET/<8 hex of what defines it>/:
  calibration.md               read this first: fit, parameters, edges of priors, what pins what
  posterior.csv                accepted draws with weights: draws=FILE of sweep and compare reads it
  calibrated.yaml              the centre, as a parameter set: put it into conf/params, then params=calibrated
  strengths.csv                the lab strengths that go with both
  fit, identifiability, correlations, pins, generations, accepted (.csv), figures/

The distance is root mean square; 1 is what need not be explained (.3 logits, error, luck). Spread is
the posterior's over the prior's: near 1 the data say nothing. A parameter at the edge of its prior gets a
remark. One that no series pins is not calibrated, whatever its mean says (pins.csv, with a noise level)."""

VERBS: dict[str, Verb] = {
    "calibrate": Verb(
        "experiments.calibration.command",
        RUNNING,
        "[set=NAME] [KEY=VALUE ...] [--quick] [--publish]",
        "fit parameters to observed series: a posterior, a centre, what pins what",
        CALIBRATE,
        (
            ("opengambit calibrate --quick", "every stage on tiny numbers: what the result looks like"),
            ("opengambit calibrate --dry-run", "how many runs the published calibration has, and how long they take"),
            ("opengambit calibrate", "the published calibration, about an hour on two cores"),
            ("opengambit calibrate draws=800 seeds=4 execution.workers=8", "a finer one, on more cores"),
            ("opengambit calibrate data_until=2025-06", "what was known by mid 2025, for a forecast from there"),
        ),
    ),
}
