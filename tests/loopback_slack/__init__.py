"""A Slack of our own on the loopback: what the unmodified slack_sdk and slack_bolt talk to in the tests."""

from __future__ import annotations

from tests.loopback_slack.answers import Answer
from tests.loopback_slack.server import FakeSlack
from tests.loopback_slack.world import Channel, Person, Team

__all__ = ["Answer", "Channel", "FakeSlack", "Person", "Team"]
