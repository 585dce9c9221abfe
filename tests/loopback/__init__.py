"""A Discord of our own on the loopback: what the unmodified discord.py client talks to in the tests."""

from __future__ import annotations

from tests.loopback.people import Answer, Person
from tests.loopback.server import FakeDiscord
from tests.loopback.world import Channel, Guild

__all__ = ["Answer", "Channel", "FakeDiscord", "Guild", "Person"]
