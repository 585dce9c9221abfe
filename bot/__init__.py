"""Briefbot's core: feeds in, sourced briefs and daily digests out. It knows no platform; see docs/design.md."""

__version__ = "0.1.0"
