"""Messages as they stand in direct messages: what can be pressed says which server it is about. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from adapters.discord.buttons import of_guild, read_press
from adapters.discord.markdown import code, escaped
from adapters.discord.render import ROW, TEXT
from bot.documents.verbs import Verb

Component = dict[str, Any]

TEXTS_LIMIT: Final = 4000
"""Characters in all the texts of a message."""


def addressed(components: Sequence[Mapping[str, Any]], guild_id: int) -> list[Component]:
    """The components about that server; a button whose id has no room for it gives way to the words to type there."""
    made = _all(components, guild_id, is_told=True)
    return made if _length(made) <= TEXTS_LIMIT else _all(components, guild_id, is_told=False)


def _all(components: Sequence[Mapping[str, Any]], guild_id: int, *, is_told: bool) -> list[Component]:
    return [made for one in components for made in _addressed(one, guild_id, is_told=is_told)]


def _addressed(component: Mapping[str, Any], guild_id: int, *, is_told: bool) -> list[Component]:
    if component["type"] == ROW:
        return _row(component, guild_id, is_told=is_told)
    made = dict(component)
    if "components" in made:
        made["components"] = _all(made["components"], guild_id, is_told=is_told)
    if "accessory" in made:
        # A section cannot be without it; ours reads a brief, which always fits.
        made["accessory"] = _told(made["accessory"], guild_id) or made["accessory"]
    return [made]


def _row(row: Mapping[str, Any], guild_id: int, *, is_told: bool) -> list[Component]:
    """The row with what fits, behind what does not as words."""
    told = [(one, _told(one, guild_id)) for one in row["components"]]
    words = "\n".join(filter(None, (_typed(one) for one, made in told if made is None))) if is_told else ""
    kept = [made for _, made in told if made is not None]
    texts: list[Component] = [{"type": TEXT, "content": words}] if words else []
    return [*texts, dict(row) | {"components": kept}] if kept else texts


def _told(pressable: Mapping[str, Any], guild_id: int) -> Component | None:
    """A component that says its server, None where it has no room for that; any other as it is."""
    custom_id = str(pressable.get("custom_id", ""))
    if read_press(custom_id) is None:
        return dict(pressable)
    found = of_guild(custom_id, guild_id)
    return dict(pressable) | {"custom_id": found} if found else None


def _typed(button: Mapping[str, Any]) -> str:
    """What to type in place of a button; sharing is only pressed."""
    press = read_press(str(button["custom_id"]))
    label = escaped(str(button.get("label", ""))).strip()
    return f"-# {label}: {code('/' + press.words)}" if press and press.verb is not Verb.SHARE else ""


def _length(components: Sequence[Mapping[str, Any]]) -> int:
    return sum(len(one.get("content", "")) + _length(one.get("components", ())) for one in components)
