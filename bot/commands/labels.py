"""What the fields of forms are called: each option's name in words, said in the reader's language."""

from __future__ import annotations

from typing import Final

from bot.saying import marked, say

LABELS: Final = {
    "address": marked("Address"),
    "admin_role": marked("Admin role"),
    "at": marked("At"),
    "brief": marked("Brief"),
    "caps": marked("Caps"),
    "catch_up": marked("Catch up"),
    "caveat_note": marked("Caveat note"),
    "channel": marked("Channel"),
    "check": marked("Check"),
    "close": marked("Close"),
    "command": marked("Command"),
    "confirm": marked("Confirm"),
    "count": marked("Count"),
    "covers": marked("Covers"),
    "days": marked("Days"),
    "deck": marked("Deck"),
    "digest": marked("Digest"),
    "exclude": marked("Exclude"),
    "feeds": marked("Feeds"),
    "file": marked("File"),
    "headline": marked("Headline"),
    "from": marked("From the catalogue"),
    "language": marked("Language"),
    "languages": marked("Languages"),
    "lede": marked("Lede"),
    "mute": marked("Mute"),
    "name": marked("Name"),
    "not_sources": marked("Not sources"),
    "note": marked("Note"),
    "notices": marked("Notices"),
    "page": marked("Page"),
    "ping": marked("Ping"),
    "ping_role": marked("Ping role"),
    "place": marked("Place"),
    "places": marked("Countries and regions"),
    "publish": marked("Publish"),
    "publishers": marked("Publishers"),
    "query": marked("Query"),
    "reason": marked("Reason"),
    "quiet": marked("Quiet"),
    "repeats": marked("Repeats"),
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
    "undo": marked("Undo"),
    "until": marked("Until"),
    "url": marked("Url"),
    "without": marked("Without"),
    "words": marked("Words"),
    "zone": marked("Zone"),
}
"""By the option's name; in English the name itself, so that a person finds it in the command, too."""

CHOICES: Final = {
    "headlines": marked("Headlines"),
    "summaries": marked("Summaries"),
    "full": marked("Full"),
    "dismiss": marked("Dismiss"),
    "drop": marked("Drop"),
    "renew": marked("Renew"),
    "revoke": marked("Revoke"),
    "yes": marked("Yes"),
    "no": marked("No"),
    "skip": marked("Skip"),
    "note": marked("Short note"),
    "best": marked("Best of the week"),
    "day": marked("Since the one before"),
    "week": marked("A week"),
    "channel": marked("Channel"),
    "thread": marked("Thread"),
    "workspace": marked("As in the settings"),
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
