"""Every public method of every repository has a case in this folder."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from bot.store.ahead import Ahead
from bot.store.amendments import Amendments
from bot.store.articles import Articles
from bot.store.attempts import Attempts
from bot.store.briefs import Briefs
from bot.store.corrections import Corrections
from bot.store.deliveries import Deliveries
from bot.store.digests import Digests
from bot.store.editions import Editions
from bot.store.follows import Follows
from bot.store.installations import Installations
from bot.store.notices import Notices
from bot.store.reports import Reports
from bot.store.search import Search
from bot.store.setups import Setups
from bot.store.shares import Shares
from bot.store.source_changes import SourceChanges
from bot.store.sources import Sources
from bot.store.spend import Spend
from bot.store.stories import Stories
from bot.store.topics import Topics
from bot.store.translations import Translations
from bot.store.workspaces import Workspaces

CASES = "\n".join(file.read_text(encoding="utf-8") for file in Path(__file__).parent.glob("test_store_*.py"))
REPOSITORIES = (
    Ahead,
    Amendments,
    Articles,
    Attempts,
    Briefs,
    Corrections,
    Deliveries,
    Digests,
    Editions,
    Follows,
    Installations,
    Notices,
    Reports,
    Search,
    Setups,
    Shares,
    SourceChanges,
    Sources,
    Spend,
    Stories,
    Topics,
    Translations,
    Workspaces,
)
METHODS = [
    f"{re.sub('(?<=[a-z])(?=[A-Z])', '_', repository.__name__).lower()}.{name}"
    for repository in REPOSITORIES
    for name, _ in inspect.getmembers(repository, inspect.isfunction)
    if not name.startswith("_")
]


@pytest.mark.parametrize("method", METHODS)
def test_method_has_a_case(method: str) -> None:
    assert f".{method}" in CASES
