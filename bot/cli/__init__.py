"""The command line `briefbot`: exit 0 done, 1 failed, 2 wrong usage or configuration.

`--json` prints JSON lines on stdout and nothing else; logs go to stderr.
"""

from __future__ import annotations

import os
import sys

from bot.errors import BriefbotError, ConfigError, UsageError


def main(argv: list[str] | None = None) -> None:
    """Runs one command and leaves with its exit code; a person sees words, never a traceback."""
    from bot.cli.program import app

    # Databases, exports and whatever else is made is for this user alone.
    os.umask(0o077)
    _open_what_is_closed()
    try:
        try:
            app(args=argv, prog_name="briefbot")
        finally:
            # Now, while there is somebody to tell that it could not be written.
            sys.stdout.flush()
    except (ConfigError, UsageError) as error:
        _leave(error.message, 2)
    except BriefbotError as error:
        _leave(error.message, 1)
    except BrokenPipeError:
        # Our reader has gone (`briefbot stories | head`).
        _let_go_of_stdout()
        sys.exit(0)
    except OSError as error:
        _let_go_of_stdout()
        _leave(f"{error.filename or 'input or output'}: {error.strerror or error}", 1)


def _open_what_is_closed() -> None:
    """With `>&-` Python has no stdout, and the number of it would go to the next file: the database."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8"))


def _let_go_of_stdout() -> None:
    """Gives the interpreter's last flush somewhere to go."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _leave(message: str, code: int) -> None:
    sys.stderr.write(f"briefbot: {message}\n")
    sys.exit(code)
