"""What the fields of forms are called: each option's name in words, said in the reader's language."""

from __future__ import annotations

from typing import Final

from bot.saying import marked, say

LABELS: Final = {
    "admin_role": marked("Admin role"),
    "at": marked("At"),
    "brief": marked("Brief"),
    "catch_up": marked("Catch up"),
    "caveat_note": marked("Caveat note"),
    "channel": marked("Channel"),
    "check": marked("Check"),
    "command": marked("Command"),
    "confirm": marked("Confirm"),
    "count": marked("Count"),
    "days": marked("Days"),
    "digest": marked("Digest"),
    "address": marked("Address"),
    "exclude": marked("Exclude"),
    "feeds": marked("Feeds"),
    "file": marked("File"),
    "from": marked("From the catalogue"),
    "language": marked("Language"),
    "languages": marked("Languages"),
    "name": marked("Name"),
    "notices": marked("Notices"),
    "page": marked("Page"),
    "ping_role": marked("Ping role"),
    "places": marked("Countries and regions"),
    "publish": marked("Publish"),
    "publishers": marked("Publishers"),
    "query": marked("Query"),
    "retention": marked("Retention"),
    "since": marked("Since"),
    "source": marked("Source"),
    "sources": marked("Sources"),
    "step": marked("Step"),
    "stories": marked("Stories"),
    "style": marked("Style"),
    "subjects": marked("Subjects"),
    "topic": marked("Topic"),
    "topics": marked("Topics"),
    "url": marked("Url"),
    "words": marked("Words"),
    "zone": marked("Zone"),
}
"""By the option's name; in English the name itself, so that a person finds it in the command, too."""

CHOICES: Final = {
    "headlines": marked("Headlines"),
    "summaries": marked("Summaries"),
    "full": marked("Full"),
    "renew": marked("Renew"),
    "revoke": marked("Revoke"),
    "yes": marked("Yes"),
    "no": marked("No"),
    "mine": marked("In your language and English"),
    "all": marked("All"),
    "topics": marked("Topics"),
    "when": marked("When"),
    "look": marked("A look"),
    "done": marked("Done"),
}
"""What the choices of options are called, where they are picked and not typed."""


def choice_label(choice: str) -> str:
    """The name of a choice in words."""
    return say(CHOICES[choice]) if choice in CHOICES else choice.capitalize()


def label(option: str) -> str:
    """The name of an option in words."""
    known = LABELS.get(option)
    return say(known) if known else option.replace("_", " ").capitalize()
