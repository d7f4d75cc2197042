"""What ``opengambit --help`` says of the verbs that make figures and memos."""

from __future__ import annotations

from experiments.manual import figure
from experiments.manual.verb import TELLING, Verb

MEMO = """\
Writes a draft of a strategy memo from a comparison: the question, a bottom line of three sentences (direction
and size, how sure, why), the headline table, key figures with captions, what drives the result, who gains and
loses, what would change it, the assumptions with their sources, the policies in words, the method, and the
commands that make it again. Nothing is claimed where an interval holds zero; small samples are called small.

Files go to memo/ in the study: memo.md, memo.html (one file, nothing beside it), memo.docx (Word styles, to
edit; made anew it is written over), memo.pdf, the figures, and numbers.csv: every result in the text with the
table, row and column that it is from.

  --format md,html,docx,pdf    which of them; DOCX and PDF need the extra: pip install 'opengambit[memo]'
  --title TEXT  --question TEXT
                               instead of those that the policies give
  --out FOLDER  --quiet        another folder; no progress

The more the comparison asked, the more the memo says: attribution=mechanisms (through what), draws=64 (which
assumption it hangs on), futures=[...], thresholds=[...], record=panel (regions)."""

VERBS: dict[str, Verb] = {
    "figure": Verb("experiments.figure", TELLING, figure.USAGE, figure.SUMMARY, figure.FIGURE, figure.EXAMPLES),
    "memo": Verb(
        "experiments.memo.command",
        TELLING,
        "STUDY [--format md,html,docx,pdf] [--title TEXT] [--question TEXT] [--out FOLDER]",
        "a draft of a strategy memo from a comparison: Markdown, HTML, DOCX, PDF",
        MEMO,
        (
            ("opengambit memo outputs/latest", "all four formats, into memo/ of the study"),
            ("opengambit memo outputs/latest --format md,html", "the two that need nothing more"),
            (
                "opengambit memo outputs/latest --title 'If China closes' --out for_the_board",
                "under a title of your own, in a folder of its own",
            ),
        ),
    ),
}
