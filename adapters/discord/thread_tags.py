"""Which tags a post in a forum gets."""

from __future__ import annotations

import discord


def tags_for(forum: discord.ForumChannel, name: str) -> list[str]:
    """The ids of the tags whose names stand in the post's; where one is needed and none fits, the first we may use."""
    usable = [
        tag for tag in forum.available_tags if not tag.moderated or forum.permissions_for(forum.guild.me).manage_threads
    ]
    words = name.casefold()
    fitting = [tag for tag in usable if tag.name.casefold() in words]
    if not fitting and forum.flags.require_tag:
        fitting = usable[:1]
    return [str(tag.id) for tag in fitting[:5]]
