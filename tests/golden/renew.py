"""Renew the golden digests: ``python tests/golden/renew.py "why they change"``.

Writes ``digests.json`` and a line per changed scenario under '### Digests' of the changelog's newest version. A digest
that changes without a reason is a defect, not something to renew.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from scenarios import SCENARIOS, digest  # noqa: E402

DIGESTS = HERE / "digests.json"
CHANGELOG = HERE.parents[1] / "CHANGELOG.md"
HEADING = "### Digests"


def line(name: str, found: str, why: str) -> str:
    """Return the line of the changelog for a digest."""
    return f"- `{name}` {found[:12]}: {why}"


def noted(changelog: str, lines: list[str]) -> str:
    """Return the changelog with lines under the heading of its newest version, which is made if it is not there."""
    start = changelog.index("\n## ") + 1
    end = changelog.find("\n## ", start + 1)
    newest, rest = (changelog[start:], "") if end < 0 else (changelog[start:end], changelog[end:])
    if HEADING not in newest:
        newest = (
            newest.rstrip() + f"\n\n{HEADING}\n\nA pinned result may only change with a line here that says why.\n\n"
        )
    dropped = {text.split("`")[1] for text in lines}
    kept = [row for row in newest.rstrip().splitlines() if not (row.startswith("- `") and _pinned(row, dropped))]
    return changelog[:start] + "\n".join([*kept, *lines]) + "\n" + rest


def _pinned(row: str, names: set[str]) -> bool:
    parts = row.split("`")
    return len(parts) > 2 and parts[1] in names and parts[2].strip()[:12].isalnum() and ": " in parts[2]


def main(args: list[str]) -> int:
    """Renew what has changed."""
    if len(args) != 1 or len(args[0].split()) < 3:
        sys.stderr.write('usage: python tests/golden/renew.py "why they change, in a few words"\n')
        return 2
    before = json.loads(DIGESTS.read_text(encoding="utf-8")) if DIGESTS.is_file() else {}
    now = {name: digest(make()) for name, make in SCENARIOS.items()}
    changed = [name for name in now if before.get(name) != now[name]]
    if not changed:
        sys.stdout.write("nothing has changed\n")
        return 0
    DIGESTS.write_text(json.dumps(now, indent=2) + "\n", encoding="utf-8")
    text = CHANGELOG.read_text(encoding="utf-8")
    CHANGELOG.write_text(noted(text, [line(name, now[name], args[0]) for name in changed]), encoding="utf-8")
    sys.stdout.write("".join(f"{name}: {now[name][:12]}\n" for name in changed))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
