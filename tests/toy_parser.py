"""A parser with a fault behind several gates, for the test of the fuzzer."""

from __future__ import annotations

import time

KEY = b"<!--]]>&quot;feed:"


def read(data: bytes) -> str:
    """An error for what holds the parts of the key in order; blind chance would take millions of tries."""
    _, found, data = data.partition(b"<!--")
    if not found:
        return "plain"
    _, found, data = data.partition(b"]]>")
    if not found:
        return "plain"
    _, found, data = data.partition(b"&quot;")
    if not found:
        return "plain"
    if b"feed:" in data:
        raise ValueError("found")
    return "plain"


def spin(is_long: bool) -> None:
    """Uses the processor, for long or for a moment."""
    end = time.process_time() + (0.1 if is_long else 0.001)
    while time.process_time() < end:
        pass
