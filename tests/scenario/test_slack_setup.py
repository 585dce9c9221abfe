"""The first ten minutes in Slack: the greeting of an installation, the Home tab, the three steps."""

from __future__ import annotations

import pytest

from bot.store import Store
from tests.loopback_slack import FakeSlack, Person, Team
from tests.scenario.test_slack_tenancy import (
    clock,
    fake,
    install,
    manager,
    quiet_libraries,
    settings,
    site,
    team,
)
from tests.waiting import until
from tests.wharf import Wharf, wharf

pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

__all__ = ["clock", "fake", "manager", "quiet_libraries", "settings", "site", "team"]


async def test_installer_is_greeted_once_and_sets_up_from_the_message(
    site: Wharf, fake: FakeSlack, team: Team, manager: Person
) -> None:
    manager.tz = "Asia/Tokyo"
    await install(site, manager)
    await until(lambda: bool(fake.direct_messages(manager)))
    await install(site, manager)
    [greeting] = fake.direct_messages(manager)
    assert "Lighthouse" in str(greeting["blocks"])
    assert "software" in str(greeting["blocks"])

    opened = await fake.press(manager, greeting, "Set up")
    picked = await fake.submit(manager, opened.view, {"subjects": ["markets", "economy"], "places": ["japan"]})
    assert "step 2 of 3" in picked.texts
    assert "That is right" not in picked.labels
    when = await fake.press(manager, picked.view, "Pick channel and time")
    assert "Asia/Tokyo" in str(when.view["blocks"])
    missing = await fake.submit(manager, when.view, {"at": "07:30"})
    assert "no channel yet" in str(missing.errors["channel"])
    look = await fake.submit(manager, when.view, {"at": "07:30", "channel": site.channel.id})
    assert "step 3 of 3" in look.texts
    assert "nothing to show yet" in look.texts
    done = await fake.press(manager, look.view, "Done")
    assert "is set up" in done.texts

    [digest] = await site.store.digests.list(site.workspace)
    assert (digest.channel, digest.zone, f"{digest.at:%H:%M}") == (site.ref(), "Asia/Tokyo", "07:30")
    assert len(digest.topic_ids) == 3
    assert len(await site.store.sources.followed(site.workspace)) > 20
    assert (await site.store.workspaces.get(site.workspace)).zone == "Asia/Tokyo"
    # Away and back is a new beginning.
    await fake.uninstall(team)
    await until(lambda: _is_gone(site))
    await install(site, manager)
    await until(lambda: len(fake.direct_messages(manager)) == 2)


async def _is_gone(site: Wharf) -> bool:
    return site.workspace not in await site.store.workspaces.here("slack")


async def test_single_workspace_is_not_greeted_but_its_home_tab_sets_up(sqlite_store: Store) -> None:
    async with FakeSlack() as slack, wharf(slack, sqlite_store) as dock:
        ola, mina = slack.manager(dock.team), slack.person(dock.team)
        assert slack.direct_messages(ola) == []
        seen = await slack.open_home(mina)
        assert "Set up" not in seen.labels
        home = await slack.open_home(ola)
        opened = await slack.press(ola, home.view, "Set up")
        # The tab is drawn anew after it.
        await slack.submit(ola, opened.view, {"subjects": ["space"]}, effects=1)
        # A new process goes on where the old one was.
        await dock.close()
        dock.stop.clear()
        await dock.serve()
        when = await slack.press(ola, opened.view, "Pick channel and time")
        look = await slack.submit(ola, when.view, {"channel": dock.channel.id})
        changed = await slack.press(ola, look.view, "Change topics")
        again = await slack.submit(ola, changed.view, {"subjects": ["space", "science"]})
        assert "Space" in again.texts
        refused = await slack.slash(mina, dock.channel, "/brief-admin", "setup step:done")
        assert "for managers" in refused.texts
        typed = await slack.slash(ola, dock.channel, "/brief-admin", "setup step:done")
        assert "is set up" in typed.texts
        [digest] = await dock.store.digests.list(dock.workspace)
        assert digest.channel == dock.ref()
        assert {topic.name for topic in await dock.store.topics.list(dock.workspace)} == {"Space", "Science"}
