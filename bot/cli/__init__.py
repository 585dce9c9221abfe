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
    try:
        app(args=argv, prog_name="briefbot")
    except (ConfigError, UsageError) as error:
        _leave(error.message, 2)
    except BriefbotError as error:
        _leave(error.message, 1)
    except BrokenPipeError:
        # Our reader has gone (`briefbot stories | head`); give the interpreter's last flush somewhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _leave(message: str, code: int) -> None:
    sys.stderr.write(f"briefbot: {message}\n")
    sys.exit(code)
