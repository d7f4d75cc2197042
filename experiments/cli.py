"""The ``opengambit`` command: finds the verb, hands it its arguments, turns failures into a message and an exit code.

Exit codes: 0 done, 1 something broke, 2 the input is wrong, 130 interrupted, 141 the reader of a pipe went away.
Nothing heavy is imported before a verb is known, so that help is there at once.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

from experiments.manual import VERBS, overview, page

DONE, BROKEN, WRONG_INPUT, INTERRUPTED, PIPE_CLOSED = 0, 1, 2, 130, 141
HELP = ("-h", "--help")


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code.

    Args:
        argv: what follows ``opengambit`` on the command line; by default that of this process.
    """
    args = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in args
    _let_any_console_show_any_name()
    try:
        code = _dispatch([arg for arg in args if arg != "--debug"])
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _say("interrupted", INTERRUPTED)
    except BrokenPipeError:
        return _drop_stdout()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else DONE if stop.code is None else _say(str(stop.code), BROKEN)
    except Exception as error:  # noqa: BLE001  # the last door: whatever it is, the user gets one message
        return _explain(error, debug=debug, args=args)
    return code


def _dispatch(args: list[str]) -> int:
    """Run the verb that ``args`` name."""
    if not args or args[0] in (*HELP, "help"):
        return _help(args[1:])
    if args[0] in ("--version", "-V", "version"):
        return _version()
    name, rest = args[0], args[1:]
    if name not in VERBS:
        return _unknown(name)
    if any(arg in HELP for arg in rest):
        return _help([name])
    return int(import_module(VERBS[name].module).main(rest))


def _help(names: list[str]) -> int:
    if names and names[0] not in VERBS and names[0] not in HELP:
        return _unknown(names[0])
    sys.stdout.write(page(names[0]) if names and names[0] in VERBS else overview())
    return DONE


def _version() -> int:
    from sim import __version__

    sys.stdout.write(f"opengambit {__version__}\n")
    return DONE


def _unknown(name: str) -> int:
    """Say that there is no such verb, and which one was probably meant."""
    from sim.errors import nearest

    near = nearest(name, VERBS)
    hint = f" Did you mean 'opengambit {near}'?" if near else ""
    if "=" in name:
        hint = f" Overrides follow a verb: opengambit run {name}"
    return _say(f"there is no verb {name!r}.{hint}\nVerbs: {', '.join(VERBS)}. More: opengambit --help", WRONG_INPUT)


def _explain(error: Exception, *, debug: bool, args: list[str]) -> int:
    """Say on stderr what went wrong, in full with ``--debug``, and return the exit code."""
    from sim.errors import InputError

    if isinstance(error, InputError) and not debug:
        return _say(str(error), WRONG_INPUT)
    if debug:
        import traceback

        traceback.print_exception(error)
        return WRONG_INPUT if isinstance(error, InputError) else BROKEN
    again = " ".join(["opengambit", *args, "--debug"])
    return _say(f"{type(error).__name__}: {error}\nThis is a fault of OpenGambit. To see where: {again}", BROKEN)


def _say(message: str, code: int) -> int:
    sys.stderr.write(f"opengambit: {message}\n")
    return code


def _drop_stdout() -> int:
    """Send what is still buffered for a closed pipe to nowhere, so that the interpreter can end quietly."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return PIPE_CLOSED


def _let_any_console_show_any_name() -> None:
    """Write a replacement where the console lacks a character, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


if __name__ == "__main__":
    sys.exit(main())
