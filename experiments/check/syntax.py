"""What keeps a file from being YAML, in plain words and with a way out."""

from __future__ import annotations

import yaml

from sim.errors import Problem


def plain_words(text: str, error: yaml.YAMLError, key: str, shown: str) -> Problem:
    """Return an error of the YAML reader as a problem with line and column.

    Args:
        text: of the file.
        error: what any loader raised.
        key: what the problem is filed under, the stem of the file.
        shown: the file's name in messages.
    """
    error = _in_detail(text, error)
    if isinstance(error, yaml.reader.ReaderError):
        position = int(error.position)
        before = text[:position]
        place = f"{shown}:{before.count(chr(10)) + 1}:{position - before.rfind(chr(10))}"
        code = f"U+{ord(text[position]):04X}" if position < len(text) else "at the end"
        return Problem(place, key, f"a character that can't be seen ({code}) stands in the text", "delete it")
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return Problem(shown, key, f"this is not YAML: {error}")
    is_quote = "end of stream" in str(error.problem) and error.context_mark is not None
    mark = error.context_mark if is_quote and error.context_mark else error.problem_mark
    line, column = mark.line, mark.column
    message, legal = _explained(text.split("\n"), error)
    return Problem(f"{shown}:{line + 1}:{column + 1}", key, message, legal)


def _in_detail(text: str, error: yaml.YAMLError) -> yaml.YAMLError:
    """Return what the slower loader says, which names characters and tokens; it reads files in the same way."""
    try:
        yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as found:
        return found
    except RecursionError:
        pass
    return error


def _explained(lines: list[str], error: yaml.MarkedYAMLError) -> tuple[str, str | None]:
    """Return message and way out."""
    assert error.problem_mark is not None
    row, column = error.problem_mark.line, error.problem_mark.column
    line = lines[row] if row < len(lines) else ""
    problem, context = str(error.problem), str(error.context)
    if "\t" in _indentation(line) or line[column : column + 1] == "\t":
        return _tabs(lines)
    if "mapping values" in problem:
        return _colon(line, column)
    if "cannot start" in problem:
        return f"a value can't begin with {line[column : column + 1]}", f'quotes around it: "{line[column:].strip()}"'
    if "flow" in context and error.context_mark is not None:
        return _brackets(context, error.context_mark.line)
    found = (told for (part, text), told in SAID.items() if text in {"problem": problem, "context": context}[part])
    return next(found, (f"this is not YAML: {problem}", None))


SAID: dict[tuple[str, str], tuple[str, str]] = {
    ("problem", "end of stream"): (
        "the quote that opens here is not closed",
        "a closing quote at the end of that text",
    ),
    ("problem", "alias"): (
        "a value that begins with * points to something that is not there",
        "quotes around it, if it is text",
    ),
    ("problem", "escape"): (
        "a backslash inside double quotes begins an escape that there is not",
        "single quotes, or two backslashes",
    ),
    ("problem", "document"): ("a second document begins here (---); a file holds one", "no line of ---"),
    ("context", "block scalar"): ("nothing may stand behind | or >", "the text below it, indented"),
    ("problem", "found ']'"): ("a bracket is closed that was not opened", "as many closing as opening ones"),
    ("problem", "found '}'"): ("a brace is closed that was not opened", "as many closing as opening ones"),
    ("problem", "<scalar>"): (
        "text goes on after its closing quote",
        "the other kind of quotes around a text that holds quotes",
    ),
    ("problem", "<block end>"): (
        "the indentation does not fit the lines above",
        "the same number of spaces for keys of one entry, and more than the line above for what belongs to it",
    ),
}
"""Part of what the YAML reader says, as problem or as context, to message and way out; the first that fits counts."""


def _indentation(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _brackets(context: str, row: int) -> tuple[str, str]:
    what, close = ("list", "]") if "sequence" in context else ("mapping", "}")
    message = f"the {what} that opens in line {row + 1} lacks a comma or its closing {close}"
    return message, f"a, b between items, then {close}"


def _tabs(lines: list[str]) -> tuple[str, str]:
    rows = [str(n) for n, line in enumerate(lines, 1) if "\t" in _indentation(line)]
    several = f" (lines {', '.join(rows[:12])}{' ...' if len(rows) > 12 else ''})" if len(rows) > 1 else ""
    return f"a tab stands in the indentation{several}; YAML takes spaces only", "two spaces instead of each tab"


def _colon(line: str, column: int) -> tuple[str, str | None]:
    """Explain a colon where no key can be: in a text without quotes, or after a line that was no finished key."""
    key, colon, rest = line.strip().removeprefix("- ").partition(": ")
    if colon and column > line.find(": "):
        return 'a text that holds ": " must stand in quotes', f'{key}: "{rest.strip()}"'
    message = "no key can stand here: a space is missing behind the colon above, or this line is indented too far"
    return message, "key: value, with keys of one mapping in one column"
