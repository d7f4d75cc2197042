"""What ``opengambit --help`` says of the verbs that run the model."""

from __future__ import annotations

from experiments.manual.studies import COMPARE, SWEEP
from experiments.manual.verb import RUNNING, Verb

_RUN_TEXT = """\
Replays real releases, prices and events from 2023-01, lets the model's enterprises adopt and choose month by
month, projects supply and demand beyond the replay if you give a horizon, and writes a study folder
outputs/run-<name>/<digest>/ with figures, tidy tables (Parquet and CSV) and provenance; outputs/latest points
to it. The same command gives the same bytes, and is not run twice.

Overrides, in any order:
  policy=NAME                  a policy of the library or a YAML file; policy=[a,b] stacks, later ones win
  lever.NAME.ACTOR.TARGET=VALUE@YYYY-MM
                               one lever on top, from that month on; @YYYY-MM..YYYY-MM ends it
  seed=1  seeds=32             one seed, or the seeds 0 to 31 for a band around the curves
  history.until=2026-07        last month that is replayed
  horizon=2030-12              last month of the run (default: that of the replay); beyond it chips, research,
                               releases and prices follow the model: compare two runs, and don't read levels
                               as a forecast
  strategy=adaptive|fixed      labs choose open or closed after the replay, or keep their habit
  reactions=off|on             governments react to what they see after the replay
  world=NAME                   a world without history: minimal, stylised, or a YAML file; it starts in its
                               own month and runs for five years unless you give a horizon
  future=NAME                  what nobody decides, a file of conf/future: slow_scaling, price_war ...
  enterprises=2000             simulated enterprises; more is slower and smoother
  choice=sampled|expected      draw each choice, or move probability mass
  population_seed=1            other enterprises; resample_population=true: other ones for every seed
  params.SECTION.NAME=VALUE    any parameter that 'opengambit params' lists
  params=NAME                  a set of parameters, a file of conf/params
  name=NAME  outputs=FOLDER    what the study is called and where it goes
  --force  --quiet             run again although the study is there; no progress bar, no tables
  --story                      print what happened, month by month, in the first seed

Policies without dates begin in the month after the replay: give a horizon beyond it to see them act. A policy
beyond the replay also runs the status quo of each seed, from which it takes its yardstick.
conf/run.yaml in the working folder sets any of these for good. What is misspelt or out of range is refused
before anything is written, all of it in one message."""
VERBS: dict[str, Verb] = {
    "run": Verb(
        "experiments.run",
        RUNNING,
        "[OVERRIDE ...]",
        "simulate the market; figures and tables go to outputs/",
        _RUN_TEXT,
        (
            ("opengambit run", "the real history, 2023-01 to 2026-07: who adopted whose models"),
            ("opengambit run seeds=32", "the same with bands from 32 seeds"),
            ("opengambit run policy=cn_goes_closed", "the same market, had Chinese labs stopped publishing weights"),
            ("opengambit run 'policy=[no_deepseek_r1,no_gpt_oss]' seeds=8", "a market without two releases"),
            ("opengambit run horizon=2030-12 --story", "on to 2030, and what happened there month by month"),
            ("opengambit run policy=allied_procurement_ban horizon=2027-12", "a policy that begins after the replay"),
            ("opengambit run future=slow_scaling horizon=2030-12", "another future: progress and funding slow down"),
            (
                "opengambit run lever.chip_export_quota.US.CN=50000@2026-08 horizon=2030-12",
                "at most 50,000 H100e a month go to China",
            ),
            ("opengambit run lever.model_ban.US.CN=0.5@2025-02", "one lever, from one month"),
            ("opengambit run world=minimal --story", "three labs and two blocs, for teaching"),
            ("opengambit run params.demand.gamma=3 enterprises=10000", "another assumption, a finer market"),
        ),
    ),
    "show": Verb(
        "experiments.show",
        RUNNING,
        "FILE",
        "say what a figure, table or study folder is and where it came from",
        "Prints the provenance that is stored inside the file: command, policy, seeds, versions of code and data.",
        (
            ("opengambit show outputs/latest", "the latest study: its plan, its figures, its tables"),
            ("opengambit show figure.png", "which run a figure in a memo came from"),
        ),
    ),
    "sweep": Verb(
        "experiments.sweep",
        RUNNING,
        "[FILE] [KEY=VALUE ...]",
        "run many scenarios in one study: policies x futures x parameters x levers x seeds",
        SWEEP,
        (
            ("opengambit sweep policy=status_quo,us_open_push 'seed=range(0,32)'", "two policies, 32 seeds each"),
            (
                "opengambit sweep lever.chip_export_quota.US.CN=0,24000,48000@2027-01 seeds=8",
                "the response to a quota, on the same luck",
            ),
            (
                "opengambit sweep params.demand.gamma=0,1.5,4 params.demand.imitation=0.5,1 seeds=4",
                "a grid of two assumptions: a heat map",
            ),
            (
                "opengambit sweep design=sobol points=64 'params.demand.gamma=interval(0,4)' seeds=2",
                "a Sobol design over a range",
            ),
            ("opengambit sweep 'policy=glob(us_*)' future=slow_scaling,fast_scaling seeds=8", "policies x futures"),
            ("opengambit sweep draws=64 seeds=2 --dry-run", "how long 64 draws from the priors would take"),
        ),
    ),
    "compare": Verb(
        "experiments.compare",
        RUNNING,
        "[FILE] policies=[...] [KEY=VALUE ...]",
        "policies against a baseline on the same luck: paired differences with intervals",
        COMPARE,
        (
            ("opengambit compare 'policies=[us_open_push,cn_goes_closed]' seeds=64", "two policies, 64 pairs each"),
            ("opengambit compare 'policies=[./mine.yaml]' horizon=2028-12", "a policy of your own"),
            ("opengambit compare 'policies=[no_chip_controls]' precision=0.005", "as many pairs as half a point takes"),
            ("opengambit compare 'policies=[no_chip_controls]' draws=64", "luck and parameters apart"),
            (
                "opengambit compare 'policies=[no_chip_controls]' attribution=mechanisms 'dates=[2028-12]'",
                "through what does the effect run?",
            ),
            (
                "opengambit compare 'policies.us=[us_open_push,total_chip_ban]' 'policies.cn=[cn_goes_closed]'",
                "a game: what each side makes of each pair of policies",
            ),
            (
                "opengambit compare 'policies=[us_open_push,megaproject]' 'futures=[slow_scaling,fast_scaling]' --xlsx",
                "regret over futures, and a workbook with every table",
            ),
        ),
    ),
    "results": Verb(
        "experiments.studies.results",
        RUNNING,
        "STUDY [--measure NAME] [--by SPLIT] [--segment USERS] [--csv FILE]",
        "print or export what a study of many runs says",
        "Without --measure: headline measures of every policy at the last month, and which runs failed. A study\n"
        "that was interrupted is read as far as it is done. --csv writes bands over runs, with --each every run.\n"
        '--sql asks DuckDB (pip install \'opengambit[sql]\'); the columns "by" and "key" need double quotes there.',
        (
            ("opengambit results outputs/latest", "the headline measures, policy by policy"),
            ("opengambit results outputs/latest --measure token_share --by bloc", "one measure, year by year"),
            (
                "opengambit results outputs/latest --measure hhi --csv hhi.csv",
                "the band of every month, for a spreadsheet",
            ),
        ),
    ),
}
