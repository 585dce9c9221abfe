"""`try`, `preview` and `export`: what a person in a chat would get."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.app import PLATFORMS, App, load_adapter
from bot.cli.running import draw, opened, say, say_json
from bot.commands.files import read_file
from bot.commands.invoke import Invocation, Person, Reply
from bot.config import Settings
from bot.digests.elsewhere import FORMATS, written
from bot.documents.nodes import Kind
from bot.errors import Conflict, StoreError, UsageError
from bot.models import LOCAL_WORKSPACE, ChannelRef, WorkspaceId
from bot.ports import Adapter

ROLES: Final = ("admin", "member")
_IDS: Final = {"console": r"local", "discord": r"[1-9]\d{0,19}", "slack": r"[TE][A-Z0-9]{1,20}"}
"""What the id of a workspace looks like on each platform."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """A command as given on the command line; `platform` empty is the workspace's own."""

    command: str
    role: str
    workspace: str
    platform: str


@dataclass(frozen=True, kw_only=True)
class Export:
    """What to write where: all of a workspace, or what a digest told; None and empty for what was not given."""

    workspace: str
    output: Path | None
    folder: Path | None
    digest: str
    form: str
    is_forced: bool


async def try_command(settings: Settings, request: Request, *, as_json: bool) -> int:
    """Runs one chat command; 1 when its answer is an error."""
    if request.role not in ROLES:
        raise UsageError(f"--as {request.role!r} is no role", allowed=", ".join(ROLES), example="--as admin")
    async with opened(settings) as app:
        workspace = _workspace_id(request.workspace)
        adapter = _adapter(app, request.platform or workspace.partition(":")[0])
        reply = await app.commands.run(request.command, _invocation(workspace, adapter, request.role))
        _show(reply, adapter, as_json=as_json)
    return 1 if reply.document.kind is Kind.ERROR else 0


async def preview(settings: Settings, digest: str, workspace: str, platform: str, *, as_json: bool) -> None:
    """The messages of today's edition of a digest, unsent."""
    async with opened(settings) as app:
        id_ = await _workspace(app, workspace)
        found = await app.store.digests.find(id_, digest)
        adapter = _adapter(app, platform or id_.partition(":")[0])
        if not as_json:
            draw(await app.dispatcher.preview(found))
            return
        for document in await app.dispatcher.preview_messages(found):
            for payload in adapter.render(document):
                say_json(dict(payload.body))


async def export(settings: Settings, wanted: Export) -> None:
    """All data of a workspace, or what one of its digests told."""
    if not wanted.digest:
        if wanted.form:
            raise UsageError("--format is of a digest", example=f"briefbot export --digest d1 --format {wanted.form}")
        await _export_workspace(settings, wanted)
        return
    if wanted.folder is not None:
        raise UsageError(
            "--out is for all data of a workspace", example=f"briefbot export --digest {wanted.digest} -o digest.xml"
        )
    await _export_digest(settings, wanted)


async def _export_digest(settings: Settings, wanted: Export) -> None:
    """What a digest told, as a file; it replaces the one that is there, which a feed reader may follow."""
    form = wanted.form or "rss"
    if form not in FORMATS:
        raise UsageError(f"--format {form!r} is no format", allowed=", ".join(FORMATS), example="--format rss")
    async with opened(settings) as app:
        found = await app.store.digests.find(await _workspace(app, wanted.workspace), wanted.digest)
        text = written(await app.store.published.channel(found.id), form)
    if wanted.output is None:
        say(text.rstrip("\n"))
    else:
        _write(wanted.output, text)


async def _export_workspace(settings: Settings, wanted: Export) -> None:
    """A workspace's own data, as `/brief-admin export` gives it: JSON, in a folder beside OPML."""
    async with opened(settings) as app:
        id_ = await _workspace(app, wanted.workspace)
        reply = await app.commands.run("/brief-admin export", _invocation(id_, None, "admin"))
    text = dict(reply.files)["briefbot.json"]
    folder = wanted.folder
    files = {folder / name: content for name, content in reply.files} if folder is not None else {}
    told = ", ".join(map(str, files))
    if wanted.output is not None:
        files[wanted.output] = text
    _require_new(files, is_forced=wanted.is_forced)
    for file, content in files.items():
        _write(file, content + "\n")
    if wanted.output is None:
        say(told or text)


def _require_new(files: Iterable[Path], *, is_forced: bool) -> None:
    """Conflict, before any is written, for a file that is there; a pipe is none."""
    for file in files:
        if file.is_file() and not is_forced:
            raise Conflict(f"{file} is there already", allowed="a new name, or --force, which replaces it")


def _write(output: Path, text: str) -> None:
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{output} cannot be written ({error.strerror}); choose another place") from None


def _show(reply: Reply, adapter: Adapter, *, as_json: bool) -> None:
    if as_json:
        for payload in adapter.render(reply.document):
            say_json(dict(payload.body))
        return
    draw(reply.document)
    for name, text in reply.files:
        say(f"── {name} ──")
        say(text)


def _invocation(workspace: WorkspaceId, adapter: Adapter | None, role: str) -> Invocation:
    platform = adapter.platform if adapter else workspace.partition(":")[0]
    person = Person(id="operator", name="operator", is_manager=role == "admin")
    return Invocation(
        workspace_id=workspace, person=person, channel=ChannelRef(f"{platform}:general"), read_file=read_file
    )


async def _workspace(app: App, text: str) -> WorkspaceId:
    """One that is there already; NotFound for any other, which asking does not make."""
    id_ = _workspace_id(text)
    if id_ != LOCAL_WORKSPACE:
        await app.store.workspaces.get(id_)
    return id_


def _workspace_id(text: str) -> WorkspaceId:
    platform, _, name = text.partition(":")
    if platform not in PLATFORMS or not re.fullmatch(_IDS[platform], name, re.ASCII):
        raise UsageError(
            f"--workspace {text!r} is no workspace",
            allowed="discord:ID, slack:ID or console:local",
            example="--workspace discord:81384788765712384",
        )
    return WorkspaceId(text)


def _adapter(app: App, platform: str) -> Adapter:
    return app.adapters.get(platform) or load_adapter(platform, app.settings)
