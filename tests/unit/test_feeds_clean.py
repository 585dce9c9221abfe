"""Outside text becomes harmless plain text."""

from __future__ import annotations

import time

import pytest

from bot.text.clean import TEXT_LIMIT, clipped, harmless, one_line, paragraphs


@pytest.mark.parametrize(
    ("html", "plain"),
    [
        ("<p>One.</p>\n<p>Two &amp; three.</p>", "One.\nTwo & three."),
        ("One<br>Two", "One\nTwo"),
        ("<ul><li>a<li>b</ul>", "a\nb"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ("a<script>alert(1)</script>b<style>p{}</style>", "ab"),
        ('<p onclick="x()">Hi <a href="javascript:x()">there</a></p>', "Hi there"),
        ("<!-- secret -->shown", "shown"),
        ("<p>Use &lt;b&gt; for bold.</p>", "Use <b> for bold."),
        ("&lt;p&gt;All escaped twice&lt;/p&gt;", "All escaped twice"),
        ("AT&amp;amp;T", "AT&T"),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("<p>cut off in the mid", "cut off in the mid"),
        ("<figure><img src=x><figcaption>Photo: A. Person</figcaption></figure><p>Text.</p>", "Text."),
        ("<p>Same.</p><p>Same.</p>", "Same."),
    ],
)
def test_html_becomes_paragraphs(html: str, plain: str) -> None:
    assert paragraphs(html, is_html=True) == plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a\u202egnp.exe\u202c b", "agnp.exe b"),
        ("in\u200bvis\u2060ible\ufeff \u2066x\u2069 so\u00adft", "invisible x soft"),
        ("bell\x07 null\x00 esc\x1b[31m", "bell null esc[31m"),
        ("lone \ud800 surrogate", "lone  surrogate"),
        ("e\u0301", "é"),
        ("Z" + "\u0301" * 50, "Ź\u0301\u0301\u0301"),
        ("👩\u200d🚀 👨\u200d👩\u200d👧", "👩\u200d🚀 👨\u200d👩\u200d👧"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("a\u200db\u200cc", "abc"),
        ("क\u094d\u200dष", "क\u094d\u200dष"),
    ],
)
def test_deceiving_characters_are_taken_out(text: str, plain: str) -> None:
    assert harmless(text) == plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("시장 quot;다리 곧 연다quot; 약속", '시장 "다리 곧 연다" 약속'),
        ("폭우hellip;항구 폐쇄", "폭우…항구 폐쇄"),
        ("수영middot;체조 대표 3명nbsp;", "수영·체조 대표 3명"),
        ("시장 lsquo;새 다리rsquo; ldquo;연다rdquo;", "시장 ‘새 다리’ “연다”"),
        ("영화 lt;푸른 바다 1987gt;의 감독", "영화 <푸른 바다 1987>의 감독"),
        ("노래 lt;Somedaygt;를 불렀다", "노래 <Someday>를 불렀다"),
        ("#39;다리#39; 열려", "'다리' 열려"),
        ("Mayor: quot;It opens.quot; He left.", 'Mayor: "It opens." He left.'),
    ],
)
def test_entities_that_lost_their_ampersand_are_decoded(text: str, plain: str) -> None:
    assert one_line(text, is_html=False) == plain
    assert paragraphs(f"<p>{text}</p>", is_html=True) == plain


@pytest.mark.parametrize(
    "text",
    [
        "foo; amp; bar",
        "Stocks fall in subdued trade; Dow slips; two times; a copy; right; image; data;",
        "see issue #39; then go on",
        "it is not xquot; nor myamp; or fooampere;",
        "a lt; b gt; c",
    ],
)
def test_words_that_only_look_like_entities_stay(text: str) -> None:
    assert one_line(text, is_html=False) == text
    assert paragraphs(text, is_html=False) == text


def test_a_title_is_one_line_of_plain_words() -> None:
    assert one_line("  <b>Big</b>\n news &#8217;here&#8217; \u3000 now ", is_html=False) == "Big news ’here’ now"


def test_a_title_with_a_script_loses_it() -> None:
    assert one_line("News<script>alert(1)</script>", is_html=False) == "News"


def test_a_title_that_only_mentions_a_tag_keeps_it() -> None:
    assert one_line("When to use <section>", is_html=False) == "When to use <section>"


def test_lines_of_plain_text_are_joined_when_they_are_only_wrapped() -> None:
    wrapped = "The first sentence goes\non here. It ends.\nA second paragraph."
    assert paragraphs(wrapped, is_html=False) == "The first sentence goes on here. It ends.\nA second paragraph."
    assert paragraphs("one\ntwo", is_html=False, is_wrapped=False) == "one\ntwo"
    assert paragraphs("a\nb\n\nc", is_html=False) == "a b\nc"


@pytest.mark.parametrize(
    "foot",
    [
        "The post Rain in Spain. Again appeared first on Example News.",
        "Read more",
        "Read more...",
        "Continue reading →",
        "Read the full story at The Verge.",
        "Continue reading Rain in Spain »",
        "[…]",
        "더보기",
        "続きを読む",
        "Der Beitrag Regen erschien zuerst auf Beispiel.",
        "Comments",
    ],
)
def test_what_a_publishing_system_adds_is_cut_off(foot: str) -> None:
    text = paragraphs(f"<p>It rained.</p><p>{foot}</p>", is_html=True)
    assert text == "It rained."


@pytest.mark.parametrize(
    "text",
    [
        "She told us where to read more",
        "He declined to make comments",
        "He left the post in May. Nobody appeared first on stage",
        "The post office appeared to be closed.",
    ],
)
def test_words_that_only_look_like_an_addition_stay(text: str) -> None:
    assert paragraphs(text, is_html=False) == text


def test_a_post_footer_does_not_take_a_sentence_with_it() -> None:
    text = "He left the post in May. The post Leaving appeared first on Example."
    assert paragraphs(text, is_html=False) == "He left the post in May."


def test_a_very_long_text_is_cut_at_a_paragraph() -> None:
    text = paragraphs("".join(f"<p>{'word ' * 200}{n}</p>" for n in range(100)), is_html=True)
    assert TEXT_LIMIT - 1100 < len(text) <= TEXT_LIMIT
    assert text.endswith(tuple("0123456789"))


def test_clipped_ends_at_a_word() -> None:
    assert clipped("one two three", 9) == "one two…"
    assert clipped("one", 9) == "one"


@pytest.mark.parametrize(
    "html", ["<div>" * 100_000 + "deep", "<" * 500_000, "&" * 500_000, "<b" * 200_000, "lt;a" * 150_000]
)
def test_hostile_markup_takes_no_longer_than_plain_one(html: str) -> None:
    started = time.thread_time()
    paragraphs(html, is_html=True)
    assert time.thread_time() - started < 5
