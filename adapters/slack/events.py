"""What happens in a workspace: the Home tab is opened, the bot is named, a channel is lost or back, the app removed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog

from adapters.slack import reporting
from adapters.slack.home import home
from adapters.slack.incoming import channel_ref, typed, workspace_of
from adapters.slack.people import People
from adapters.slack.posting import ClientOf
from adapters.slack.render import render
from bot.commands.catalogue import BY_NAME
from bot.commands.context import Invocation, Person
from bot.commands.invoke import Reply
from bot.errors import BriefbotError, UsageError
from bot.host import Host
from bot.models import WorkspaceId
from bot.ports import require_caveat
from bot.saying import say, speaking

log = structlog.get_logger(__name__)

Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Tenancy:
    """Who hears of workspaces that come and go."""

    uninstalled: Callable[[WorkspaceId, float], Awaitable[None]]
    """The app was removed from a workspace or an organization, at this time of Slack's clock."""
    regrouped: Callable[[str], Awaitable[None]]
    """An organization gives the app to other workspaces."""


class Events:
    """Takes the events that the manifest asks for."""

    def __init__(self, host: Host, people: People, client_of: ClientOf, tenancy: Tenancy) -> None:
        self._host, self._people, self._client_of = host, people, client_of
        self._tenancy = tenancy

    async def take(self, event: Json, body: Json) -> None:
        """Does what one event asks for; what needs nothing is only acknowledged."""
        # Of a whole organization's installation there is no workspace.
        team_id = str(body.get("team_id") or event.get("team") or body.get("enterprise_id") or "")
        match event["type"]:
            case "app_home_opened" if event.get("tab") == "home":
                await self.draw_home(team_id, str(event["user"]))
            case "app_mention":
                await self._mentioned(team_id, event)
            case "app_uninstalled":
                await self._tenancy.uninstalled(workspace_of(team_id), float(body.get("event_time") or 0))
            case "tokens_revoked" if event.get("tokens", {}).get("bot"):
                await self._tenancy.uninstalled(workspace_of(team_id), float(body.get("event_time") or 0))
            case "team_access_granted" | "team_access_revoked":
                await self._tenancy.regrouped(str(body.get("enterprise_id") or ""))
            case "channel_unarchive" | "group_unarchive" | "member_joined_channel":
                await self._host.reachable(workspace_of(team_id))
            case _:
                # What was lost is told when the next message does not get there.
                log.debug("slack.event", kind=event["type"], workspace=team_id)

    async def seen(self, enterprise_id: str | None, team_id: str | None) -> None:
        """Something comes from a workspace whose organization installed the app; perhaps we did not hear of it yet."""
        if enterprise_id and team_id and team_id != enterprise_id and await self._client_of(team_id) is None:
            await self._tenancy.regrouped(enterprise_id)

    async def draw_home(self, team_id: str, user_id: str) -> None:
        """Draws a person's Home tab anew."""
        client = await self._client_of(team_id)
        if client is None:
            return
        try:
            person = await self._people.person(client, team_id, user_id)
        except BriefbotError:
            # Slack does not say who it is: they see what everybody sees.
            person = self._people.reader(user_id)
        locale = await self._people.locale(client, team_id, user_id)
        invocation = replace(_invocation(team_id, user_id, person), locale=locale)
        commands = self._host.commands
        is_manager = await commands.manages(invocation)
        with speaking(await commands.language(invocation)):
            view = await home(commands, invocation, is_manager=is_manager)
        await client.views_publish(user_id=user_id, view=view)

    async def _mentioned(self, team_id: str, event: Json) -> None:
        """Answers in the thread: help, or what is found of the words beside the name."""
        client = await self._client_of(team_id)
        if client is None or event.get("bot_id"):
            return
        words = typed(
            " ".join(part for part in str(event.get("text", "")).split() if not part.startswith("<@"))
        ).strip()
        line = f"brief search {words}" if words and words.lower() != "help" else "brief help"
        person = self._people.reader(str(event.get("user", "")))
        invocation = _invocation(team_id, str(event["channel"]), person)
        reply = await self._host.commands.run(line, invocation)
        for payload in render(reply.document)[:1]:
            require_caveat(payload)
            thread = event.get("thread_ts") or event["ts"]
            await client.chat_postMessage(channel=event["channel"], thread_ts=thread, **payload.body)

    # ── reports ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def open_report(self, body: Json) -> None:
        """Opens the form for a report about the message whose menu was used."""
        team_id = str(body["team"]["id"])
        client = await self._client_of(team_id)
        with speaking(await self._language(body)):
            form = reporting.report_form(body["message"], body["channel"]["id"])
            if client is None or form is None:
                raise UsageError(say("this message shows no brief of Briefbot"), example="/brief latest")
        await client.views_open(trigger_id=body["trigger_id"], view=form)

    async def report(self, body: Json) -> Reply:
        """As the command does it: noted for the managers, who are told."""
        values, channel_id = reporting.reported(body["view"])
        team_id, user_id = str(body["team"]["id"]), str(body["user"]["id"])
        client = await self._client_of(team_id)
        locale = await self._people.locale(client, team_id, user_id) if client else ""
        here = _invocation(team_id, channel_id or user_id, self._people.reader(user_id))
        return await self._host.commands.call(BY_NAME["brief report"], values, replace(here, locale=locale))

    async def _language(self, body: Json) -> str:
        """That of the person who used a menu or a form."""
        team_id, user_id = str(body["team"]["id"]), str(body["user"]["id"])
        client = await self._client_of(team_id)
        locale = await self._people.locale(client, team_id, user_id) if client else ""
        here = replace(_invocation(team_id, user_id, self._people.reader(user_id)), locale=locale)
        return await self._host.commands.language(here)


def _invocation(team_id: str, place: str, person: Person) -> Invocation:
    return Invocation(workspace_id=workspace_of(team_id), person=person, channel=channel_ref(team_id, place))
