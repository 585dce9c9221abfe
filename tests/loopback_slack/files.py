"""Files: those that people add to a form, those that the bot uploads, and who may fetch them."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web

from tests.loopback_slack.calls import Asked, Handler, Refused
from tests.loopback_slack.world import Json, Person, Team, World, new_id, public

if TYPE_CHECKING:
    from tests.loopback_slack.server import FakeSlack


@dataclass
class File:
    """A file and its content; one of the bot is seen by nobody until its upload is completed."""

    id: str
    team: Team
    name: str
    user_id: str
    content: bytes = b""
    is_whole: bool = True
    unlike: Json = field(default_factory=dict)
    """What is told of it otherwise, as of one that another service keeps."""

    def to_json(self, origin: str) -> Json:
        url = f"{origin}/files-pri/{self.team.id}-{self.id}/{self.name}"
        kind = self.name.rpartition(".")[2]
        return {
            "id": self.id,
            "created": int(time.time()),
            "timestamp": int(time.time()),
            "name": self.name,
            "title": self.name,
            "mimetype": "text/plain",
            "filetype": kind,
            "size": len(self.content),
            "user": self.user_id,
            "mode": "hosted",
            "is_external": False,
            "is_public": False,
            "file_access": "visible",
            "url_private": url,
            "url_private_download": url,
        } | self.unlike


class Files:
    """Every file by its id."""

    def __init__(self, world: World) -> None:
        self.world, self.origin = world, ""
        self.all: dict[str, File] = {}

    def attach(self, person: Person, name: str, text: str) -> Json:
        """A file that a person adds to a form: what a `file_input` holds."""
        file = self.new(person.team, name, person.id)
        file.content = text.encode()
        return file.to_json(self.origin)

    def new(self, team: Team, name: str, user_id: str, *, is_whole: bool = True) -> File:
        file = File(new_id("F"), team, name, user_id, is_whole=is_whole)
        self.all[file.id] = file
        return file

    async def fetch(self, request: web.Request) -> web.Response:
        """A file for a token that may read it; anybody else gets a page to sign in, with status 200."""
        token = self.world.tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
        file = self.all.get(request.match_info["id"])
        if token is None or token.trouble or "files:read" not in token.scopes or file is None:
            return web.Response(text="<!DOCTYPE html><title>Sign in</title>", content_type="text/html")
        if file.team is not token.team:
            return web.Response(status=404)
        return web.Response(body=file.content, content_type="text/plain")

    async def upload(self, request: web.Request) -> web.Response:
        """The content of a file, at the address that was handed out for it."""
        file = self.all.get(request.match_info["id"])
        if file is None or file.is_whole:
            return web.Response(status=404)
        if request.content_type.startswith("multipart/"):
            parts = [part for part in (await request.post()).values() if isinstance(part, web.FileField)]
            file.content = parts[0].file.read()
        else:
            file.content = await request.read()
        return web.Response(text=f"OK - {len(file.content)}")


def upload_url(asked: Asked) -> Json:
    asked.need("files:write")
    name, length = asked.must("filename"), asked.must("length")
    if not length.isdigit() or int(length) < 1:
        raise Refused("invalid_arguments")
    file = asked.slack.files.new(asked.team, name, asked.team.bot_user_id, is_whole=False)
    return {"ok": True, "upload_url": f"{asked.slack.origin}/upload/{file.id}", "file_id": file.id}


def complete(asked: Asked) -> Json:
    """Ends uploads, and shows the files in a channel when one is named; nothing of it can be private."""
    asked.need("files:write")
    wanted = asked.value("files", "invalid_arguments")
    found = [_uploaded(asked.slack, one) for one in wanted or ()]
    if not found:
        raise Refused("invalid_arguments")
    shown = [file.to_json(asked.slack.origin) for file in found]
    if asked.text("channel_id"):
        _share(asked, shown)
    for file in found:
        file.is_whole = True
    return {"ok": True, "files": shown}


def _uploaded(slack: FakeSlack, one: Json) -> File:
    file = slack.files.all.get(str(one.get("id")))
    if file is None or file.is_whole:
        raise Refused("file_not_found")
    if not file.content:
        raise Refused("file_update_failed")
    return file


def _share(asked: Asked, shown: list[Json]) -> None:
    channel = asked.team.channels.get(asked.text("channel_id"))
    if channel is None:
        raise Refused("channel_not_found")
    if channel.is_archived:
        raise Refused("is_archived")
    if not channel.is_member:
        raise Refused("not_in_channel")
    body = {"text": asked.text("initial_comment"), "thread_ts": asked.text("thread_ts")}
    made = asked.world.store(channel, body)
    made["files"] = shown
    asked.slack.notice_message(channel, made)


def info(asked: Asked) -> Json:
    asked.need("files:read")
    file = asked.slack.files.all.get(asked.must("file"))
    if file is None or file.team is not asked.team or not file.is_whole:
        raise Refused("file_not_found")
    return {"ok": True, "file": public(file.to_json(asked.slack.origin))}


METHODS: dict[str, Handler] = {
    "files.getUploadURLExternal": upload_url,
    "files.completeUploadExternal": complete,
    "files.info": info,
}
