"""What a format needs beyond the package itself: the extra ``memo``."""

from __future__ import annotations

from importlib import import_module

from sim.errors import InputError, Problem

NEEDS = {"docx": ("docx", "python-docx"), "pdf": ("typst", "typst")}


def need(format: str) -> None:  # noqa: A002
    """Check that what writes a format is installed.

    Args:
        format: ``md``, ``html``, ``docx`` or ``pdf``.

    Raises:
        InputError: if it is not; it names the extra.
    """
    if format not in NEEDS:
        return
    module, package = NEEDS[format]
    try:
        import_module(module)
    except ImportError as error:
        remedy = "pip install 'opengambit[memo]' (Markdown and HTML need nothing more)"
        raise InputError(Problem("memo", format, f"a {format.upper()} needs {package}: {remedy}")) from error
