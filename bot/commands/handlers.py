"""Which handler answers which command."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from bot.commands import (
    admin_catalogue,
    admin_data,
    admin_digests,
    admin_feeds,
    admin_settings,
    admin_setup,
    admin_sources,
    admin_status,
    admin_stories,
    admin_topics,
    corrections,
    help,  # noqa: A004
    import_sources,
    operators,
    readers,
    reports,
    topic_preview,
)
from bot.commands.context import Context, Reply

Handler = Callable[[Context], Awaitable[Reply]]

HANDLERS: Final[Mapping[str, Handler]] = {
    "brief latest": readers.latest,
    "brief read": readers.read,
    "brief search": readers.search,
    "brief related": readers.related,
    "brief today": readers.today,
    "brief report": reports.report,
    "brief topics": readers.topics,
    "brief help": help.for_members,
    "brief-admin topic add": admin_topics.add,
    "brief-admin topic edit": admin_topics.edit,
    "brief-admin topic preview": topic_preview.preview,
    "brief-admin topic remove": admin_topics.remove,
    "brief-admin topic catalogue": admin_catalogue.list_all,
    "brief-admin topic list": admin_topics.list_all,
    "brief-admin source add": admin_sources.add,
    "brief-admin source remove": admin_sources.remove,
    "brief-admin source resume": admin_sources.resume,
    "brief-admin source list": admin_sources.list_all,
    "brief-admin source import": import_sources.import_all,
    "brief-admin source export": admin_sources.export_all,
    "brief-admin story follow": admin_stories.follow,
    "brief-admin story unfollow": admin_stories.unfollow,
    "brief-admin story list": admin_stories.list_all,
    "brief-admin digest add": admin_digests.add,
    "brief-admin digest edit": admin_digests.edit,
    "brief-admin digest pause": admin_digests.pause,
    "brief-admin digest resume": admin_digests.resume,
    "brief-admin digest remove": admin_digests.remove,
    "brief-admin digest list": admin_digests.list_all,
    "brief-admin digest preview": admin_digests.preview,
    "brief-admin digest feed": admin_feeds.feed,
    "brief-admin digest send": admin_digests.send,
    "brief-admin correct": corrections.correct,
    "brief-admin retract": corrections.retract,
    "brief-admin reports": reports.reports,
    "brief-admin setup": admin_setup.setup,
    "brief-admin settings": admin_settings.settings,
    "brief-admin status": admin_status.status,
    "brief-admin export": admin_data.export,
    "brief-admin audit": admin_data.audit,
    "brief-admin forget": admin_data.forget,
    "brief-admin operator status": operators.status,
    "brief-admin operator share": operators.share,
    "brief-admin operator unshare": operators.unshare,
    "brief-admin help": help.for_managers,
}
"""What answers each command of the catalogue, by its name."""
