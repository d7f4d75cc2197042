"""What ``opengambit --help`` says of validation."""

from __future__ import annotations

from experiments.manual.verb import CHECKING, Verb

TEXT = """\
Asks whether the model forecasts better than three rules that anyone can apply (the last value frozen, a
random walk with drift, a linear trend), and whether it shows what it was not fitted to. Rules and model
give whole distributions; scores are CRPS, coverage and width of intervals; skill is 1 less the model's CRPS
over that of the best rule, so that below 0 the rule is better. No outcome after the last month of the data
is used.

Parts, all by default: parts=[fit,rolling,conditional,moments]
  rolling      from each past origin with only what was known then: prior draws weighted by the data so far,
               strengths and policies as known, later releases and prices by the model's own equations
  conditional  the same draws, weights and strengths, given the releases, prices and policies that came
  fit          the posterior through the years that it was fitted to, beside rules that were started once
  moments      numbers that no fit has seen: prices paid, lags, surveys, who uses what where

  origins=[2024-01,2025-06] horizons=[1,3,6]   instead of those that the data allow (model.md, section 10)
  data_until=2025-06  observations=FILE        an earlier end, or a longer table with the same columns:
                               origins and targets follow from the data
  draws=128                    prior draws of each origin, of which the nearest quarter is kept
  posterior=FILE               draws of the fit; default conf/posterior/calibrated.csv, which
                               `opengambit calibrate --publish` makes; posterior=prior judges the prior
  set=NAME                     conf/calibration: what is free, and the targets that weigh draws
  assimilation_half_life=12    months in which a residual at the origin fades to half
  enterprises=2000  seed=0  inversion_rounds=10  inversion_seeds=4  whole=32  name=  outputs=  execution=

  --origins X --horizons X --data-until X --observations FILE are other spellings of these keys
  --quick      every part with few draws from the first and last origins: shows that all works, not how well
  --dry-run    how many runs, and about how long; nothing is run
  --publish    put the page and its figures into docs/ of the checkout
  --no-figures  --quiet        no figures; no progress and no findings

Tables (CSV), figures and the page go to outputs/validate-<name>/<8 hex of what fixes them>/. The same command
finds its runs again and gives the same bytes; after Ctrl-C it goes on. conf/validate.yaml of the working
folder, or a file given as FILE, sets any of these for good."""

VERBS: dict[str, Verb] = {
    "validate": Verb(
        "experiments.validation.command",
        CHECKING,
        "[FILE.yaml] [OVERRIDES] [--quick] [--dry-run] [--publish] [--quiet]",
        "judge forecasts from past origins against simple rules, and the fit",
        TEXT,
        (
            ("opengambit validate --quick", "every part, tiny, in a minute or two"),
            ("opengambit validate --dry-run", "what all of it takes; with no posterior: posterior=prior"),
            ("opengambit validate parts=[rolling] --origins 2025-05 --horizons 1,3", "one origin of router and others"),
            ("opengambit validate --observations longer.csv", "later outcomes judge the same forecasts"),
        ),
    ),
}
