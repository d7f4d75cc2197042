"""What ``opengambit --help`` says: every verb, with command lines that people type and what they get from them.

Plain data and text, so that help costs nothing; tests run the examples.
"""

from __future__ import annotations

from typing import NamedTuple

from experiments.manual_studies import COMPARE, SWEEP


class Verb(NamedTuple):
    """A verb of the command.

    Attributes:
        module: where its ``main(args)`` is.
        group: heading of the overview under which it stands.
        usage: its arguments.
        summary: one line.
        text: what there is to know before using it.
        examples: command lines and what each gives.
    """

    module: str
    group: str
    usage: str
    summary: str
    text: str
    examples: tuple[tuple[str, str], ...]


RUNNING, WRITING, READING = "Run the model", "Ask a question of your own", "Read what it stands on"
CHECKING = "Check"

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
    "new": Verb(
        "experiments.new",
        WRITING,
        "policy|future|objective NAME [--at FILE] [--from SHIPPED]",
        "write a commented file to start from, or a copy of one that ships",
        "Writes NAME.yaml into the working folder (--at: another place) and says what to type next. The file explains\n"
        "every key, is legal as it stands, and holds more entries to uncomment. --from copies a policy, future or\n"
        "objective of the library with its comments, under the new name. Nothing is ever written over.\n"
        "In conf/policy of the working folder a policy is found by name, as those that ship: policy=NAME.",
        (
            ("opengambit new policy my_policy", "my_policy.yaml: a chip quota, and three more entries to try"),
            ("opengambit new policy wider_ban --from allied_procurement_ban", "a copy of a shipped policy, to change"),
            ("opengambit new policy first_try --at first_try_2.yaml", "the same in a file of another name"),
            ("opengambit new future cheap_chips", "what the world brings that nobody decides"),
            ("opengambit new objective users_first", "what counts as better to whom, as weighted measures"),
        ),
    ),
    "check": Verb(
        "experiments.check",
        WRITING,
        "FILE ... [--horizon YYYY-MM] [--json]",
        "say in words what a file of yours does, or everything that is wrong with it",
        "Reads a policy, future, objective, set of parameters, world or conf/run.yaml as a run would, in less than a\n"
        "second, and runs nothing. What is wrong is told all at once, with file, line and key, legal values and the\n"
        "nearest match (exit code 2). What is legal is told in words: of a policy each entry with dates, what it\n"
        "stands in place of, who may set it, how it works and what is expected of it. --horizon: as in the run that\n"
        "you mean. A name of the library works too.",
        (
            ("opengambit check my_policy.yaml", "your policy in words, or what is wrong with it"),
            ("opengambit check my_policy.yaml --horizon 2028-06", "which entries act in a run that ends then"),
            ("opengambit check my_policy.yaml cheap_chips.yaml users_first.yaml", "several files at once"),
            ("opengambit check total_chip_ban", "a policy of the library"),
            ("opengambit check slow_scaling --json", "a future, for a script"),
        ),
    ),
    "policies": Verb(
        "experiments.info.policies",
        READING,
        "[NAME] [--json]",
        "the policy library; with a name, each entry as a sentence with its source",
        "A policy is a YAML file of dated entries: who sets which lever to what, from when, and where that is known\n"
        "from. Files in conf/policy/ of the working folder are listed too, and win over the library.",
        (
            ("opengambit policies", "all policies, one line each"),
            ("opengambit policies status_quo", "the real events of the default run, in words"),
            ("opengambit policies slow_scaling", "a future in words"),
        ),
    ),
    "levers": Verb(
        "experiments.info.levers",
        READING,
        "[NAME] [--json]",
        "what a policy can set: unit, range, who may, what sign is expected and why",
        "The sign that each lever is expected to have on its headline measure was written before the first run.",
        (
            ("opengambit levers", "all levers"),
            ("opengambit levers hosting_localisation", "one lever in full"),
        ),
    ),
    "params": Verb(
        "experiments.info.params",
        READING,
        "[WORD ...] [--json]",
        "every parameter: default, unit, range, meaning, source tag",
        "Words filter: a section, a part of a name, a word of the meaning. Tags: V seen in a public source,\n"
        "D derived, L standard literature, A assumption. Set one with params.SECTION.NAME=VALUE behind 'run'.",
        (
            ("opengambit params", "all parameters"),
            ("opengambit params gamma", "those whose name or meaning has the word"),
            ("opengambit params trust --json", "a section, for a script"),
        ),
    ),
    "measures": Verb(
        "experiments.info.measures",
        READING,
        "[WORD ...] [--json]",
        "what a run reports, with units and denominators; and the instruments",
        "Measures are what is true in the model. Instruments are what OpenRouter, Ramp, Menlo and others would have\n"
        "seen of it: only these are compared with real series, and the table says with which.",
        (
            ("opengambit measures", "all measures, then all instruments"),
            ("opengambit measures share", "those about shares, with what each is a share of"),
        ),
    ),
    "labs": Verb(
        "experiments.info.labs",
        READING,
        "[WORD ...] [--json]",
        "the labs: home, bloc, product lines, latest release",
        "Smaller labs are pooled by home region as 'Other (...)'; a pooled name that you look for is found there.",
        (
            ("opengambit labs", "all labs"),
            ("opengambit labs CN", "those of one bloc or region"),
        ),
    ),
    "regions": Verb(
        "experiments.info.regions",
        READING,
        "[WORD ...] [--json]",
        "the 13 user regions: bloc, weights, languages",
        "Blocs: US, CN, AL allied, NAL non-aligned.",
        (("opengambit regions", "all regions"),),
    ),
    "world": Verb(
        "experiments.info.world",
        READING,
        "[NAME] [--month YYYY-MM] [--by lab] [--json]",
        "coverage of the data by month; with a name, a world without history in words",
        "A line counts as priced if a first-party or a host price is known. Open weights without one are costed from\n"
        "their size; closed ones sell at their line's last price, or are not offered before its first.\n"
        "Worlds without history are files of conf/world, or your own.",
        (
            ("opengambit world", "coverage, month by month, text and video apart"),
            ("opengambit world --month 2025-08", "every line that was live in a month: model, quality, price, licence"),
            ("opengambit world --month 2025-08 --by lab", "the same, counted by lab"),
            ("opengambit world stylised", "ten types of labs instead of the real ones: regions, labs, start"),
        ),
    ),
    "verify": Verb(
        "experiments.verify",
        CHECKING,
        "[ORACLE ...] [--list] [--json]",
        "run the limit cases whose answers are known, and compare",
        "Each oracle sets the model up as a limit case with an exact or asymptotic answer (docs/model.md, section 9),\n"
        "runs it as any other scenario, and compares. Exit code 1 if one number is off by more than its tolerance.",
        (
            ("opengambit verify", "all of them, in about two minutes"),
            ("opengambit verify O3 O5", "a closed lab alone, and against a free open model"),
            ("opengambit verify --list", "how each is set up, and what its answer is"),
        ),
    ),
    "doctor": Verb(
        "experiments.doctor",
        CHECKING,
        "[--all] [--json]",
        "check the installation; list every flagged, assumed or stale value",
        "Exit code 0 unless something is broken. --all lists each flagged value instead of counts.",
        (
            ("opengambit doctor", "versions, configuration, data, outputs folder"),
            ("opengambit doctor --all", "every value that was filled in, carried back or assumed"),
        ),
    ),
}

_HEAD = """\
OpenGambit simulates the market for AI models: who adopts whose models, where and at what price,
and what changes if one policy changes and nothing else does.

usage: opengambit VERB [ARGUMENTS] [--debug]
"""

_FOOT = """\
More on a verb: opengambit VERB --help      Version: opengambit --version
Tables: add --json for machines; in a pipe they are plain text (opengambit params | grep trust).
"""

_TASTER = ("run", "new", "check", "policies", "params", "world")


def overview() -> str:
    """Return the help of the command as a whole."""
    parts = [_HEAD]
    for group in dict.fromkeys(verb.group for verb in VERBS.values()):
        lines = [f"  {name:<10}{verb.summary}" for name, verb in VERBS.items() if verb.group == group]
        parts.append("\n".join([f"{group}:", *lines]) + "\n")
    taste = [example for name in _TASTER for example in VERBS[name].examples[: 3 if name == "run" else 1]]
    parts.append(_examples(taste))
    return "\n".join([*parts, _FOOT])


def page(name: str) -> str:
    """Return the help of one verb."""
    verb = VERBS[name]
    head = f"opengambit {name}: {verb.summary}\n\nusage: opengambit {name} {verb.usage}\n"
    return "\n".join([head, verb.text + "\n", _examples(verb.examples)])


def _examples(examples: tuple[tuple[str, str], ...] | list[tuple[str, str]]) -> str:
    return "Examples:\n" + "".join(f"  {command}\n      {gives}\n" for command, gives in examples)
