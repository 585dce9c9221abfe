"""Law 1: the caveat is always there, whole, and cannot be taken away."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from bot.caveat import CAVEATS, NOTE_LIMIT, Caveat, caveat_for
from bot.documents.nodes import Card, Document, Kind, RelatedList, Sources
from bot.documents.text import plain_text
from bot.ports import CaveatMissing, Payload, require_caveat
from tests import hostile


@pytest.mark.parametrize("kind", [Kind.BRIEF, Kind.DIGEST, Kind.LIST])
def test_document_about_briefs_cannot_be_built_without_a_caveat(kind: Kind) -> None:
    with pytest.raises(ValueError, match="without its caveat"):
        Document(kind=kind, title="t", blocks=())


@pytest.mark.parametrize("block", [Card("b1", "Headline"), Sources(()), RelatedList(())])
def test_notice_that_shows_a_brief_cannot_be_built_without_a_caveat(block: Card | Sources | RelatedList) -> None:
    with pytest.raises(ValueError, match="without its caveat"):
        Document(kind=Kind.NOTICE, title="t", blocks=(block,))


def test_caveat_of_own_words_is_refused() -> None:
    with pytest.raises(ValueError, match="words of somebody's own"):
        Caveat("All of this is true.")


def test_caveat_speaks_at_least_eight_languages_and_falls_back_to_english() -> None:
    assert {"en", "ko", "ja", "de", "fr", "es", "pt", "zh"} <= CAVEATS.keys()
    assert caveat_for("pt-BR").text == CAVEATS["pt"]
    assert caveat_for("xx").text == CAVEATS["en"]


def test_note_of_an_admin_is_added_and_replaces_nothing() -> None:
    caveat = caveat_for("en", "Ask the desk.\n" + "x" * 500)
    assert caveat.text == CAVEATS["en"]
    assert caveat.note.startswith("Ask the desk. ")
    assert len(caveat.note) == NOTE_LIMIT


@settings(max_examples=80)
@given(document=hostile.documents)
def test_plain_text_ends_with_the_caveat_and_mentions_nobody(document: Document) -> None:
    text = plain_text(document)
    assert document.caveat is not None
    assert document.caveat.text in text
    for mention in hostile.MENTIONS:
        assert mention not in text
    assert not set(text) & set("\x1b\x07\u202e\u2066\u200f")


def test_payload_that_lost_its_caveat_is_stopped() -> None:
    caveat = CAVEATS["en"]
    require_caveat(Payload(body={"blocks": [{"text": f"News. {caveat}"}]}, caveat=caveat))
    with pytest.raises(CaveatMissing):
        require_caveat(Payload(body={"blocks": [{"text": f"News. {caveat[:-1]}"}]}, caveat=caveat))


@pytest.mark.parametrize("part", ["text", "blocks"])
def test_payload_has_its_caveat_in_each_part_that_may_be_all_that_is_shown(part: str) -> None:
    body = {"text": f"News. {CAVEATS['en']}", "blocks": [{"text": CAVEATS["en"]}]}
    require_caveat(Payload(body=body, caveat=CAVEATS["en"]))
    with pytest.raises(CaveatMissing):
        require_caveat(Payload(body=body | {part: "News."}, caveat=CAVEATS["en"]))
