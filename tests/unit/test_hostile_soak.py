"""Very many hostile documents, each through everything that cuts or draws one."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from bot.documents.nodes import Document
from tests import soaking
from tests.hostile import documents
from tests.unit import test_console_render, test_discord_render, test_fit_hostile, test_slack_render

PARTS = 4
"""Part tests, so that they are shared among cores; each draws documents of its own."""


@pytest.mark.soak
@pytest.mark.parametrize("part", range(PARTS))
# Without shrinking: what fails here, the quick test of the same property finds and shrinks.
@settings(
    max_examples=soaking.size(1_200, 10_000) // PARTS,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(document=documents)
def test_very_many_hostile_documents_break_no_limit(part: int, document: Document) -> None:
    for _, limits, measure in test_fit_hostile.PLATFORMS:
        test_fit_hostile.check(document, limits, measure)
    test_console_render.check(document)
    test_discord_render.check_document(document)
    test_slack_render.check_document(document)
