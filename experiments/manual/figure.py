"""What ``opengambit --help`` says of the verb that makes one figure."""

from __future__ import annotations

USAGE = "STUDY FAMILY [--measure NAME] [--policy NAME] [--date YYYY-MM] [--layout LAYOUT] ..."
SUMMARY = "make one family of figures of a study, as PNG, SVG and PDF with its data as CSV"

FIGURE = """\
Reads a study that is there, runs nothing, and writes each figure with its data beside it into STUDY/figures,
whole or not at all. Prints the files it made. FAMILY is a name of the list, or 'all' for the set that 'run',
'sweep' or 'compare' draws by itself. Which of them a study can have depends on what it is:

  any study                    adoption, adoption_bloc, adoption_openness, adoption_labs, adoption_regions,
                               adoption_classes, prices, multihoming, capability, chips, compute, closed_labs,
                               ecosystem, release_modes, outcomes, reality: one scenario each; of a study of
                               many runs one policy, with bands over its runs (recorded at record=series;
                               regions, classes, multihoming, outcomes, reality at record=panel)
  several policies             adoption_policies: their shares by bloc side by side; policy_lines: one measure
  many runs                    fans, small_multiples; over a grid heat_map and response, over ranges scatter
  a comparison                 overview, difference, dots, winners, regret; attribution and game if it has one

Which runs and what:
  --policy NAME                repeat it or separate by commas (default: all; for figures of one scenario the
                               baseline, or both policies where there are two)
  --future NAME  --point N     a future, a point of the design (default: the first; the usual values)
  --measure NAME               a headline measure, as 'opengambit levers' names them (default: the study's)
  --date YYYY-MM               a month, repeat it for several (default: those of the study)
  --title TEXT                 instead of the finding; the rest of the heading stays
How it is written:
  --layout memo|slide|both     a column of a memo (default), or a 16:9 slide named NAME_slide
  --format png,svg,pdf         some of them (default: all)
  --out FOLDER                 another folder
  --list                       with a study: what it can have, and what the others need, with commands;
                               without: every family. --json for a script"""

EXAMPLES = (
    ("opengambit figure --list", "every family of figures, and which study each needs"),
    ("opengambit figure outputs/latest --list", "those that the latest study can have, and what the others lack"),
    ("opengambit figure outputs/latest adoption", "the headline figure of a run, or of the baseline of a study"),
    ("opengambit figure outputs/latest adoption_policies", "the policies of a study side by side"),
    (
        "opengambit figure outputs/latest policy_lines --measure price_paid --policy status_quo,us_open_push",
        "one measure under two policies",
    ),
    (
        "opengambit figure outputs/latest dots --measure gap_months --date 2028-12 --date 2030-12",
        "effects on the US lead, at two dates",
    ),
    (
        "opengambit figure outputs/latest difference --layout slide --format png --out talk",
        "a figure for a talk, in a folder of its own",
    ),
    (
        'opengambit figure outputs/latest chips --policy no_chip_controls --title "No controls: imports return"',
        "one policy, with a title of yours",
    ),
    ("opengambit figure outputs/latest all --layout both", "the whole set again, for the memo and for slides"),
)
