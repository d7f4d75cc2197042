"""What ``opengambit --help`` says of the verbs that show what the model stands on."""

from __future__ import annotations

from experiments.manual.verb import READING, Verb

VERBS: dict[str, Verb] = {
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
}
