"""The commands as a page of the documentation: `python -m bot.commands.reference > docs/commands.md`."""

from __future__ import annotations

import sys

from bot.commands.catalogue import COMMANDS
from bot.commands.catalogue.spec import Command, Option, Role

_INTRO = """\
# Commands

The same words everywhere: at the console's prompt, in `briefbot try "…"`, on Discord and on Slack. A value is named
with `:` or `=`, quoted where it has spaces (`topic:"Korea Japan"`), and given in any order; the slash may be left out.
Answers to questions are seen only by whoever asked. This page is written from the catalogue of commands in
`bot/commands/catalogue/`.
"""
_HEADINGS = {
    Role.MEMBER: "## For everybody",
    Role.MANAGER: "## For managers",
    Role.OPERATOR: "## For those who run Briefbot",
}


def reference() -> str:
    """The page, in Markdown."""
    parts = [_INTRO]
    for role, heading in _HEADINGS.items():
        parts += [f"{heading}\n", *(_section(command) for command in COMMANDS if command.role is role)]
    return "\n".join(parts)


def _section(command: Command) -> str:
    lines = [f"### `{command.usage}`", f"{command.summary}.", ""]
    if command.options:
        lines += ["| option | takes | |", "|---|---|---|", *map(_row, command.options), ""]
    return "\n".join([*lines, f"    {command.right}", ""])


def _row(option: Option) -> str:
    bounds = f" {option.minimum}–{option.maximum}" if option.type.value == "integer" else ""
    kind = f"{option.type}{'s, divided by commas' if option.is_list else ''}{bounds}"
    is_choice = option.type.value == "choice"
    takes = ", ".join(option.choices if is_choice else (*option.choices, kind))
    needed = " (needed)" if option.is_required else ""
    return f"| `{option.name}` | {takes} | {option.summary}{needed} |"


if __name__ == "__main__":
    sys.stdout.write(reference())
