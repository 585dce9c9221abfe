"""The one message with which the bot introduces itself where it was just added. Pure."""

from __future__ import annotations

from typing import Final

from bot.documents.build import notice
from bot.documents.nodes import Action, Actions, Document, Paragraph, Text
from bot.saying import say

SETUP: Final = "brief-admin setup"


def greeting(place: str) -> Document:
    """Three lines and the button that begins the set-up."""
    lines = (
        say("I read news feeds, put the reports of one event together, and post a short digest of them once a day."),
        say(
            "My texts are made by software from those reports, with AI where whoever runs me turned that on: they can "
            "be wrong, name the source of each sentence, and say so in every message."
        ),
        say("Setting up takes three steps: topics, channel and time, a look at it. Nothing is posted before that."),
    )
    paragraphs = [Paragraph((Text(line),)) for line in lines]
    title = say("Briefbot is in “{place}” now", place=place) if place else say("Briefbot is here now")
    return notice(title, *paragraphs, Actions((Action(say("Set up"), SETUP, asks=True),)))
