"""The bot with the sample news of `briefbot demo` in it, for the pictures."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_network

from bot import config, logs
from bot.app import App, build
from bot.demo.serve import serve
from bot.models import LOCAL_WORKSPACE, WorkspaceId


@asynccontextmanager
async def sample(workspace: WorkspaceId = LOCAL_WORKSPACE) -> AsyncIterator[App]:
    """Reads the sample feeds as the demo does; this workspace follows them."""
    with tempfile.TemporaryDirectory() as folder:
        settings = config.load(
            env_file=None,
            log_level="error",
            database_url=f"sqlite+aiosqlite:///{folder}/demo.db",
            allow_private_sources=(ip_network("127.0.0.0/8"),),
        )
        logs.configure(settings)
        app = await build(settings)
        now = app.clock.now()
        await app.store.workspaces.ensure(workspace, name="Harbour", now=now)
        async with serve(now) as urls:
            for url in urls:
                await app.ingest.poll(await app.store.sources.add(url, workspace=workspace, now=now))
        await app.write_briefs()
        try:
            yield app
        finally:
            await app.close()
