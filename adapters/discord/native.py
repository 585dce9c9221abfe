"""Our payloads as discord.py takes them: messages and forms that were drawn as plain data."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import discord


class RawView(discord.ui.LayoutView):
    """A view of components that were drawn before; what is pressed comes back by its id, not through this object."""

    def __init__(self, components: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(timeout=None)
        self._raw = [dict(component) for component in components]

    def to_components(self) -> list[dict[str, Any]]:
        return self._raw

    def has_components_v2(self) -> bool:
        return True

    def is_dispatchable(self) -> bool:
        return False


class RawModal(discord.ui.Modal):
    """A form that was drawn before; what is filled in comes back by its id."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        super().__init__(title=body["title"], custom_id=body["custom_id"], timeout=None)
        self._raw = dict(body)
        # A modal that is stopped is not kept waiting for its answer.
        self.stop()

    def to_dict(self) -> dict[str, Any]:
        return self._raw


def attached(files: Sequence[tuple[str, str]]) -> list[discord.File]:
    return [discord.File(io.BytesIO(text.encode()), filename=name) for name, text in files]
