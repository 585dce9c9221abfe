"""What can be asked, from the catalogue itself, so that nothing is missing or out of date."""

from __future__ import annotations

from bot.commands.catalogue import COMMANDS
from bot.commands.catalogue.spec import Command, Option, Role
from bot.commands.context import Context, Reply
from bot.commands.parse import nearest_commands
from bot.documents.build import notice
from bot.documents.nodes import Block, Bullets, Code, Facts, Heading, Note, Paragraph, Text
from bot.documents.phrases import phrase
from bot.errors import UsageError
from bot.saying import say


async def for_members(context: Context) -> Reply:
    return _help(context, Role.MEMBER)


async def for_managers(context: Context) -> Reply:
    return _help(context, Role.MANAGER)


def _help(context: Context, role: Role) -> Reply:
    about = context.arguments.get("command", str)
    if about:
        return Reply(document=notice(say("Help: {command}", command=about), *_about(about, role)))
    blocks: list[Block] = [_list(role)]
    if role is Role.MANAGER:
        blocks.append(Note(phrase(say("For everybody: {command}"), command=Code("/brief help"))))
    elif context.invocation.person.is_manager or context.workspace.admin_role in context.invocation.person.roles:
        blocks += [Heading(say("For managers")), _list(Role.MANAGER)]
    if context.is_operator and len(blocks) > 1:
        blocks += [Heading(say("For those who run Briefbot")), _list(Role.OPERATOR)]
    more = (
        f"/{'brief' if role is Role.MEMBER else 'brief-admin'} help {'search' if role is Role.MEMBER else 'digest add'}"
    )
    words = say("CAPITALS are needed, [these] are not; name them as in {named}. All about one: {command}")
    blocks.append(Note(phrase(words, named=Code("topic:Korea"), command=Code(more))))
    return Reply(document=notice(say("What you can ask"), *blocks))


def _list(role: Role) -> Bullets:
    return Bullets(
        tuple(
            (Code(_short_usage(command)), Text(f" {say(command.summary)}"))
            for command in COMMANDS
            if command.role is role
        )
    )


def _short_usage(command: Command) -> str:
    """The usage, with the optional part of a long one left out."""
    if len(command.options) <= 3:
        return command.usage
    return " ".join(
        (f"/{command.name}", *(option.name.upper() for option in command.options if option.is_required), "…")
    )


def _about(text: str, role: Role) -> list[Block]:
    """All about one command, or about the commands of a group."""
    words = [word for word in text.lower().lstrip("/").split() if word not in ("brief", "brief-admin")]
    found = [command for command in COMMANDS if list(command.path[: len(words)]) == words]
    found.sort(key=lambda command: command.role is not role)
    if not found:
        raise UsageError(
            say("there is no command '{text}'", text=text),
            allowed=", ".join(" ".join(command.path) for command in nearest_commands(text)),
            example="/brief help search",
        )
    return [block for command in found for block in _one(command)]


def _one(command: Command) -> list[Block]:
    blocks: list[Block] = [
        Heading(f"/{command.name}", level=3),
        Paragraph((Text(say("{sentence}.", sentence=say(command.summary))),)),
    ]
    if command.options:
        blocks.append(Facts(tuple((option.name, _summary(option)) for option in command.options)))
    blocks.append(Paragraph(phrase(say("Example: {command}"), command=Code(command.right))))
    return blocks


def _summary(option: Option) -> str:
    words = say(option.summary)
    return say("{summary} (needed)", summary=words) if option.is_required else words
