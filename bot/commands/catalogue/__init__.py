"""Everything that can be asked, declared once; each platform registers it natively from here.

Within what Discord allows, the tightest: names of 1–32 lower-case characters, summaries of 1–100, at most 25 options
with the required ones first, at most 25 choices, and command > group > subcommand. A test holds it to that.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.commands.catalogue import corrections, digests, operators, readers, sources, stories, topics, workspace
from bot.commands.catalogue.spec import Command, Role

COMMANDS: Final[tuple[Command, ...]] = (
    *readers.COMMANDS,
    *(
        replace(command, role=Role.MANAGER)
        for part in (topics, sources, digests, corrections, stories, workspace)
        for command in part.COMMANDS
    ),
    *(replace(command, role=Role.OPERATOR) for command in operators.COMMANDS),
)
BY_NAME: Final = {command.name: command for command in COMMANDS}
