"""The verb ``show FILE``: where a figure, a table or a study folder comes from."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

from experiments.provenance import KEY
from sim.errors import InputError, Problem

READABLE = "a study folder, or a .png, .svg, .pdf, .docx, .html, .md, .parquet or .csv file that OpenGambit wrote"


def main(args: list[str]) -> int:
    """Print the provenance of a file or a study folder.

    Raises:
        InputError: if it does not exist or carries none.
    """
    from rich.console import Console

    parser = argparse.ArgumentParser(
        prog="opengambit show", description="Say what made a figure, a table or a study folder.",
        epilog="Example: opengambit show outputs/latest/adoption.png",
    )  # fmt: skip
    parser.add_argument("file", type=Path, help=READABLE)
    parser.add_argument("--json", action="store_true", help="machine-readable")
    wanted = parser.parse_args(args)
    record = read_provenance(wanted.file)
    if wanted.json:
        Console(soft_wrap=True).out(json.dumps(record, indent=2, sort_keys=True), highlight=False)
    else:
        _print(wanted.file, record)
    return 0


def read_provenance(path: Path) -> dict[str, Any]:
    """Return what made a file or a folder: what it carries inside, and ``provenance.json`` of its folder.

    Raises:
        InputError: if it does not exist or carries nothing.
    """
    from experiments.folders import resolve

    path = resolve(path)
    if not path.exists():
        raise _problem(path, "there is no such file or folder")
    inside = {} if path.is_dir() else _inside(path)
    beside = _beside(path)
    if inside and beside.get("run") != inside.get("run"):
        beside = {}
    if not inside and not beside:
        raise _problem(path, "carries no provenance")
    return beside | inside | ({"files": _files(path)} if path.is_dir() else {})


def _files(folder: Path) -> list[str]:
    """Return what the manifest of a study lists."""
    manifest = folder / "manifest.json"
    if not manifest.is_file():
        return []
    return [str(entry["path"]) for entry in json.loads(manifest.read_text(encoding="utf-8"))["files"]]


def _problem(path: Path, message: str) -> InputError:
    return InputError(Problem(where="show", key=str(path), message=message, legal=READABLE))


def _inside(path: Path) -> dict[str, Any]:
    readers = {
        ".png": _png, ".svg": _svg, ".pdf": _pdf, ".parquet": _parquet, ".docx": _memo, ".html": _memo, ".md": _memo,
    }  # fmt: skip
    reader = readers.get(path.suffix.lower())
    text = reader(path) if reader else None
    record = dict(json.loads(text)) if text else {}
    texts = {key: record[key] for key in ("seeds", "git") if isinstance(record.get(key), str)}
    return record | {key: json.loads(text) for key, text in texts.items()}


def _beside(path: Path) -> dict[str, Any]:
    """Return ``provenance.json`` of the folder or of the nearest of three folders above the file."""
    start = path if path.is_dir() else path.parent
    for folder in [start, *start.resolve().parents][:3]:
        found = folder / "provenance.json"
        if found.is_file():
            return dict(json.loads(found.read_text(encoding="utf-8")))
    return {}


def _png(path: Path) -> str | None:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            text = image.info.get(KEY)
    except UnidentifiedImageError:
        return None
    return str(text) if text else None


def _svg(path: Path) -> str | None:
    from xml.etree import ElementTree

    try:
        found = ElementTree.parse(path).find(".//{http://purl.org/dc/elements/1.1/}description")
    except ElementTree.ParseError:
        return None
    text = None if found is None else found.text
    return text if text and text.startswith("{") else None


def _pdf(path: Path) -> str | None:
    found = re.search(rb"/Keywords ?\(((?:\\.|[^\\)])*)\)", path.read_bytes(), re.DOTALL)
    if found is None:
        return None
    text = re.sub(rb"\\([()\\])", rb"\1", found[1]).decode("ascii", "replace")
    return text if text.startswith("{") else None


def _memo(path: Path) -> str | None:
    from experiments.memo import html, markdown, word

    reader = {".docx": word, ".html": html, ".md": markdown}[path.suffix.lower()]
    try:
        return reader.provenance(path)  # type: ignore[no-any-return]
    except UnicodeDecodeError:
        return None


def _parquet(path: Path) -> str | None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        text = (pq.read_schema(path).metadata or {}).get(KEY.encode())
    except pa.ArrowInvalid:
        return None
    return text.decode() if text else None


def _print(path: Path, record: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=f"What made {path}", title_justify="left", show_header=False, box=None)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for label, value in _lines(record):
        table.add_row(label, Text(value))
    Console().print(table)


def _lines(record: dict[str, Any]) -> list[tuple[str, str]]:
    labels = {
        "run": "run", "command": "command", "name": "study", "scenario": "scenario",
        "scenario_digest": "scenario digest", "version": "OpenGambit", "code": "code of the model",
        "data": "data of the model", "python": "Python",
    }  # fmt: skip
    lines = [(label, str(record[key])) for key, label in labels.items() if record.get(key)]
    if record.get("seeds"):
        lines.append(("seeds", seeds_text(record["seeds"])))
    if record.get("git"):
        state = {True: "with uncommitted changes", False: "clean"}.get(record["git"].get("dirty"), "state unknown")
        lines.append(("git", f"{record['git'].get('sha') or 'no commit yet'} ({state})"))
    if record.get("libraries"):
        lines.append(("libraries", ", ".join(f"{k} {v}" for k, v in sorted(record["libraries"].items()))))
    for label, suffix in (("figures", ".png"), ("tables", ".parquet")):
        names = [Path(name).stem for name in record.get("files", []) if name.endswith(suffix)]
        lines += [(label, ", ".join(names))] if names else []
    return lines


def seeds_text(seeds: list[int] | tuple[int, ...]) -> str:
    """Write seeds briefly: ``0 to 31`` or ``3, 7``."""
    if len(seeds) > 2 and list(seeds) == list(range(seeds[0], seeds[0] + len(seeds))):
        return f"{seeds[0]} to {seeds[-1]}"
    return ", ".join(map(str, seeds))


if __name__ == "__main__":
    import sys

    from experiments.cli import main as command

    raise SystemExit(command(["show", *sys.argv[1:]]))
