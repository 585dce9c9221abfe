"""Sentences that ask, call or speak as "I": not chosen where others tell the news, and never put in another's mouth."""

from __future__ import annotations

import pytest

from bot.briefs.attribution import attributed
from bot.briefs.extractive import write_brief
from bot.briefs.person import is_aside, is_personal
from bot.models import BriefText, Story
from tests.unit.test_brief_differences import told

ASIDES = (
    "Here’s what you need to know.",
    "Let's look at what the harbour board decided.",
    "Take a look at the seven ferries that will go.",
    "How did the harbour come to this?",
    "다리는 왜 무너졌을까.",
    "새 다리는 언제 열리는가.",
    "먼저 지난 회의를 살펴보자.",
    "橋はなぜ落ちたのか。",
    "まず経緯を見てみましょう。",
)
PERSONAL = (
    "We don’t know who sank the ferry.",
    "Last spring I rowed the whole length of the Velt.",
    "The footage tells us little of what happened at the quay.",
    "If you disagree with the board, write to the mayor.",
    "The board says it told nobody and our own count gives nine boats.",
    "우리는 아직 답을 모른다.",
    "내가 본 부두는 텅 비어 있었다.",
    "私たちはまだ理由を知らない。",
)
NEWS = (
    "World War I mines were found below the quay on Monday.",
    "Senator Ada Vell (I-Lorne) voted against the ferry bill.",
    "“We are sorry,” the harbour board said in a letter.",
    "The board called the plan ‘our best hope’ and the mayor didn’t object.",
    "The US and the EU agreed on new rules for ferries.",
    "The Our Town festival begins on Friday, its organisers said.",
    "Readers' reports of delays doubled in March.",
    "시는 '우리가 지킨 바다'라는 전시를 연다고 밝혔다.",
    "안개가 자주 나는 항구에 등대가 섰다.",
    "국가는 비용을 전부 낸다.",
    "市は「私たちの海」という展示を開いた。",
    "原因は明らか。",
)


def brief(*texts: str, language: str = "en") -> BriefText:
    publishers = ("Meridian", "Courier", "Harbour Post")
    return write_brief(
        Story(
            id=1,
            articles=tuple(
                told(n, publishers[n], f"Lorne ferry harbour closes {n}", text, language=language)
                for n, text in enumerate(texts)
            ),
        )
    )


@pytest.mark.parametrize("sentence", ASIDES)
def test_question_or_call_is_an_aside(sentence: str) -> None:
    assert is_aside(sentence)


@pytest.mark.parametrize("sentence", PERSONAL)
def test_sentence_in_its_writers_person_is_personal(sentence: str) -> None:
    assert is_personal(sentence)
    assert not is_aside(sentence)


@pytest.mark.parametrize("sentence", NEWS)
def test_news_is_neither(sentence: str) -> None:
    assert not is_aside(sentence)
    assert not is_personal(sentence)


@pytest.mark.parametrize("language", ["en", "ko", "ja"])
@pytest.mark.parametrize("sentence", ASIDES + PERSONAL)
def test_no_publisher_is_named_with_what_it_does_not_say_as_news(sentence: str, language: str) -> None:
    assert attributed(sentence, "Meridian", language) == sentence


CLOSED = "The ferry harbour of Lorne was closed on Monday after two boats collided in the fog."
AGAIN = "Lorne closed its ferry harbour on Monday when two boats hit each other in thick fog."
REPAIRS = "Engineers from Veltria began to repair the eastern quay wall late on Tuesday evening."
TRAINS = "Extra trains carried nine thousand commuters around the bay of Lorne on Tuesday."


def test_sentences_in_the_writers_person_are_left_where_others_tell_the_news() -> None:
    text = brief(
        f"Here’s what you need to know. I was at the ferry harbour of Lorne when two boats collided. {CLOSED}",
        f"We think the ferry harbour of Lorne should stay closed after two boats collided. {AGAIN} {REPAIRS}",
        f"What will become of the ferry harbour of Lorne? {TRAINS}",
    )
    said = [text.deck, *(sentence.text for sentence in text.sentences)]
    assert any(TRAINS[:-1] in one for one in said)
    assert not [one for one in said if is_aside(one) or is_personal(one)]


def test_opinion_that_speaks_of_itself_throughout_is_told_in_its_own_words() -> None:
    mine = (
        "I have crossed the ferry harbour of Lorne every Monday for twenty years. "
        "What did my neighbours ever gain from the closing of the ferry harbour? "
        "We lost our market, our school and our doctor in one winter."
    )
    other = "My family has repaired the boats of the ferry harbour of Lorne since the great storm."
    text = brief(mine, other)
    said = [text.deck, *(sentence.text for sentence in text.sentences)]
    assert any("I have crossed" in one for one in said)
    assert not [one for one in said if "according to" in one or is_aside(one)]


def test_question_gives_no_number_that_others_could_contradict() -> None:
    text = brief(
        "Did at least 12 people die when a bus fell into a ravine near Lorne on Monday? " + TRAINS,
        "Fifteen people died when a bus fell into a ravine near Lorne on Monday. " + REPAIRS,
    )
    assert not text.differs
