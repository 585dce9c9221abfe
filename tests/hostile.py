"""Text and documents as an enemy would write them, for properties that every renderer must keep."""

from __future__ import annotations

from hypothesis import strategies as st

from bot.caveat import CAVEATS, caveat_for
from bot.documents.nodes import (
    Action,
    Actions,
    Block,
    Bullets,
    Card,
    Cite,
    Code,
    Divider,
    Document,
    Facts,
    Heading,
    Inline,
    Kind,
    Link,
    Note,
    Paragraph,
    RelatedItem,
    RelatedList,
    SourceItem,
    Sources,
    Text,
)

MENTIONS = (
    "@everyone",
    "@here",
    "<@123456789012345678>",
    "<@&1>",
    "<#1>",
    "<!channel>",
    "<!here>",
    "<!subteam^S1>",
    "@channel",
)
_PIECES = (
    *MENTIONS,
    *"&<>*_[]()@\\|#`~:/ \n\t",
    "\u202e",
    "\u2066",
    "\u200f",
    "\u200d",
    "\x1b[31m",
    "\x07",
    "́̂",
    "👩‍👩‍👧",
    "🇰🇷",
    "한국어",
    "日本語",
    "e\u0301",
    "word " * 12,
    "w" * 90,
    "& " * 40,
    "[click](https://evil.example)",
    "<https://evil.example|bank>",
    "javascript:alert(1)",
    "||spoiler||",
    "```",
)
texts = st.lists(st.sampled_from(_PIECES) | st.text(max_size=12), max_size=14).map("".join)
lines = texts.filter(lambda text: bool(text.strip()))
urls = st.sampled_from(
    [
        "https://news.example/a",
        "https://news.example/" + "x" * 300,
        "http://news.example/a?b=c&d=e|f>g",
        "javascript:alert(1)",
        "https://news.example/a b",
        "https://news.example/\x1b[31m",
        "",
    ]
)
refs = st.integers(1, 10**6).map(lambda number: f"b{number}")
_inline: st.SearchStrategy[Inline] = st.one_of(
    st.builds(Text, texts, st.booleans()),
    st.builds(Link, texts, urls),
    st.builds(Cite, st.lists(st.integers(1, 12), max_size=4).map(tuple)),
    st.builds(Code, texts),
)
_spans = st.lists(_inline, max_size=6).map(tuple)
_source = st.builds(SourceItem, st.integers(1, 12), texts, texts, urls, st.just("24 Nov 2026, 08:30"))
_related = st.builds(RelatedItem, texts, texts, refs | st.just(""), urls, texts)
_card = st.builds(
    Card,
    refs,
    texts,
    texts,
    st.sampled_from(["", "Update"]),
    st.lists(texts, max_size=4).map(tuple),
    st.lists(st.builds(Link, texts, urls), max_size=4).map(tuple),
    st.lists(st.tuples(refs, texts), max_size=2).map(tuple),
)
blocks: st.SearchStrategy[Block] = st.one_of(
    st.builds(Heading, texts, st.integers(1, 3)),
    st.builds(Paragraph, _spans),
    st.builds(Bullets, st.lists(_spans, max_size=5).map(tuple)),
    _card,
    st.builds(Sources, st.lists(_source, max_size=6).map(tuple)),
    st.builds(RelatedList, st.lists(_related, max_size=5).map(tuple)),
    st.builds(Facts, st.lists(st.tuples(texts, texts), max_size=5).map(tuple)),
    st.builds(Note, _spans),
    st.builds(Divider),
    st.builds(Actions, st.lists(st.builds(Action, texts, texts), max_size=3).map(tuple)),
)
documents: st.SearchStrategy[Document] = st.builds(
    Document,
    kind=st.sampled_from([Kind.BRIEF, Kind.DIGEST, Kind.LIST]),
    title=lines,
    blocks=st.lists(blocks, max_size=14).map(tuple),
    caveat=st.builds(caveat_for, st.sampled_from(sorted(CAVEATS)), texts),
)


def all_texts(document: Document) -> str:
    """Every outside text of a document in a row."""
    return repr(document.blocks)
