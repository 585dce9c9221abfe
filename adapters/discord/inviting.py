"""Asks Discord which application a token belongs to."""

from __future__ import annotations

import discord

from adapters.discord.addresses import use_addresses
from adapters.discord.native import FAILURES
from bot.config import Settings
from bot.errors import ConfigError


async def application_id(settings: Settings) -> int:
    """The id of the application whose token is set; ConfigError says what else to do."""
    token = settings.discord_token.get_secret_value()
    if not token:
        raise ConfigError(
            "DISCORD_TOKEN is not set. Set it, or give the application's id: briefbot discord-invite 1234567890"
        )
    use_addresses(settings)
    client = discord.Client(intents=discord.Intents.none())
    try:
        await client.login(token)
        assert client.application_id is not None
        return client.application_id
    except discord.LoginFailure:
        raise ConfigError("DISCORD_TOKEN: Discord does not know this token") from None
    except FAILURES as error:
        raise ConfigError(
            f"Discord cannot be reached ({type(error).__name__}). Give the application's id instead: "
            "briefbot discord-invite 1234567890"
        ) from None
    finally:
        await client.close()
