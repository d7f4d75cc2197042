"""What ``opengambit --help`` says of the verbs that run studies."""

from __future__ import annotations

SWEEP = """\
Expands Hydra's sweep grammar into a plan of runs, writes the plan, runs what is missing of it on all cores,
and leaves tables and figures in outputs/sweep-<name>/<8 hex of the plan>/; outputs/latest points to it. The
same command finds the study again and runs only what is missing, after Ctrl-C or a crash too; runs that
another study of the same outputs folder has made are taken over. All policies meet the same luck (seeds).

What varies, in any order:
  policy=a,b,./mine.yaml       policies; glob(us_*) takes all that match; policy=[a,b] is one policy, a and b
                               stacked, as in 'run'; policies=[a,b] is two, policies=[[a,b],c] stacks a, b
  future=slow_scaling,none     futures, crossed with the policies
  seed=range(0,32)  seeds=32   run seeds
  params.SECTION.NAME=0,1.5,4  values of a parameter
  lever.NAME.ACTOR.TARGET=0,24000,48000@2027-01
                               values of a lever; the date holds for all of them
  enterprises=1000,2000        and any setting of 'run': horizon, strategy, reactions, choice ...
  draws=64                     parameter draws from the prior ranges; draws=FILE rows of a posterior file,
                               draws=FILE:64 that many of them by weight; what you set yourself is not drawn
  design=grid                  all combinations; design=latin_hypercube or sobol with points=64 over
                               interval(low,high); design=FILE.csv takes the points of a list (a column a key)

Everything that takes one value is as in 'opengambit run'. Besides:
  measure=NAME  dates=[2028-12,2030-12]
                               what the heat map and the response curve show, and when
  record=series                summary (headline measures), series (every measure for the world and blocs),
                               panel (regions, classes and instruments too)
  execution=processes          serial, processes (execution.workers=2) or dask (a local cluster, or
                               execution.address=tcp://HOST:PORT)
  --dry-run                    the plan's size, time and disk, and what is there; nothing is run
  --fail-fast  --retry-failed  stop at the first failure; run again what failed
  --no-figures  --quiet        no figures; no progress and no tables

A run that fails is a row of the table 'runs', with stage, type, message and traceback; the exit code is 1.
conf/sweep.yaml of the working folder, or a file given as FILE, sets any of these for good (what varies stands
under 'axes:')."""

COMPARE = """\
Runs each policy and the baseline on the same luck (seeds) and, with draws=, on the same parameter draws, and
reports the paired differences: mean with t and bootstrap intervals, how many pairs have this sign, in how
many histories each side is helped, and regret. Resumes, and reuses what other studies have run.
Tables go to outputs/compare-<name>/<8 hex of the plan>/comparison/*.csv; outputs/latest points to the study.

  policies=[a,b,./mine.yaml]   what is compared; [a,b] inside the list stacks; baseline=NAME (status_quo)
  seeds=64                     pairs; 32 unless you say otherwise
  draws=64                     parameter draws from the prior ranges (draws=FILE: of a posterior file), with 4
                               seeds each unless you say otherwise; luck and parameters are told apart
  precision=0.005              instead of seeds: add pairs (16, then 8 at a time) until the interval of
                               'headline' at the last date is at most so wide either way, with intervals that
                               stay valid under such stopping; max_pairs=256 ends it
  dates=[2028-12,2030-12]      months of the headline table
  measures=[...] headline=NAME headline measures ('opengambit levers' and the objectives name them)
  objective=us                 whose view: us, cn, allied, nonaligned (default all four), or your own file
  futures=[slow_scaling,none]  futures, crossed with the policies: regret looks over all of them
  thresholds=['gap_months>=12']
                               when a measure first crosses a value, and how much later under each policy
  demands=['us_token_share>=0.5@2030-12']
                               in what share of runs this is met
  policies.us=[..] policies.cn=[..]
                               a game: every policy of one side against every one of the other's
  attribution=levers           a package lever by lever: alone, together, interaction; mechanisms: through
                               price, quality, bans, hosting, ecosystem, funding, modes; all: both. Many more
                               runs
  --xlsx                       every table as one workbook too

Quote what has brackets in it: 'policies=[a,b]'. Defaults: 32 seeds, horizon=2030-12, 2,000 enterprises, dates
2028-12 and 2030-12, eight headline measures: conf/compare.yaml has all of them.

Settings (horizon, enterprises, params.*, lever.* for all runs, ...), execution= and the options --dry-run,
--fail-fast, --retry-failed, --no-figures, --quiet are as in 'opengambit sweep'. conf/compare.yaml of the
working folder, or a file given as FILE, sets any of these for good."""
