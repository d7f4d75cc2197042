"""What ``opengambit --help`` says of the verbs for files of one's own."""

from __future__ import annotations

from experiments.manual.verb import WRITING, Verb

VERBS: dict[str, Verb] = {
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
}
