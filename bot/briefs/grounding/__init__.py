"""The gate that every sentence of a brief passes: what it says must stand in the sources that it cites. Pure."""

from bot.briefs.grounding.gate import Grounded, ground
from bot.briefs.grounding.sources import SourceText, sources_of
from bot.models import Refusal

__all__ = ["Grounded", "Refusal", "SourceText", "ground", "sources_of"]
