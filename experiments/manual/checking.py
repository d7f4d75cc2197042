"""What ``opengambit --help`` says of the verbs that check."""

from __future__ import annotations

from experiments.manual.verb import CHECKING, Verb

VERBS: dict[str, Verb] = {
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
