"""What surrounds a news text never reaches a brief, in three languages; what only looks like it stays."""

from __future__ import annotations

import pytest

from bot.text.sentences import split, without_opener

ENGLISH = "The harbour bridge in Sandwick will close for six weeks."
KOREAN = "한들시는 다음 달부터 시립 수영장을 무료로 연다고 밝혔다."
JAPANESE = "緑川市は15日、路面電車の運行を20年ぶりに始めた。"


@pytest.mark.parametrize(
    "before",
    [
        "WASHINGTON (AP) — ",
        "SANDWICK, Veltria (Reuters) - ",
        "NEW YORK, Jan 5 (Reuters) - ",
        "BRUSSELS -- ",
        "(CNN) - ",
        "Sandwick (CNN) ",
        "By ANA HOLT Associated Press WASHINGTON (AP) — ",
        "• ",
    ],
)
def test_english_text_begins_after_its_dateline(before: str) -> None:
    assert [*split(before + ENGLISH, "en")] == [ENGLISH]


@pytest.mark.parametrize(
    "before",
    [
        "[서울=뉴시스] ",
        "[서울=뉴시스]홍길동 기자 = ",
        "(서울=연합뉴스) 홍길동 기자 = ",
        "(부산=뉴스1) 홍길동·김철수 기자 = ",
        "【서울=뉴시스】홍길동 기자 = ",
        "홍길동 기자 = ",
        "● ",
        "한들시 시장이 15일 시청에서 웃고 있다. |한들시 제공 ",
    ],
)
def test_korean_text_begins_after_its_dateline(before: str) -> None:
    assert [*split(before + KOREAN, "ko")] == [KOREAN]


@pytest.mark.parametrize(
    "before", ["【東京】", "【東京共同】", "［東京　１５日　ロイター］ - ", "【緑川＝山田花子】", "（共同）"]
)
def test_japanese_text_begins_after_its_dateline(before: str) -> None:
    assert [*split(before + JAPANESE, "ja")] == [JAPANESE]


@pytest.mark.parametrize(
    ("language", "furniture"),
    [
        ("en", "Sign up for our newsletter and never miss a story."),
        ("en", "Read more about it on our pages today."),
        ("en", "Click here for all the pictures of the day."),
        ("en", "Photo: the bridge as it stood before the storm."),
        ("en", "We use cookies to make this site better for you."),
        ("en", "By Ana Holt, Political Correspondent in Sandwick."),
        ("en", "Reporting by Ana Holt and editing by Jan Petrak."),
        ("en", "This article was originally published last week."),
        ("en", "The council will meet again on Monday to decide on the..."),
        ("en", "’ he had said of the bridge a year before that day."),
        ("ko", "무단 전재 및 재배포 금지를 알려 드립니다."),
        ("ko", "왼쪽부터 시장과 의장(왼쪽)이 악수를 하고 있다."),
        ("ko", "기사 제보는 언제든지 기다리고 있습니다."),
        ("ko", "한들시는 다음 달부터 시립 수영장을 무료로 연다고 밝혔다..."),
        ("ja", "続きを読むには会員登録が必要です。"),
        ("ja", "写真：駅前に並ぶ多くの人々の様子。"),
        ("ja", "無断転載を禁じますのでご注意ください。"),
    ],
)
def test_furniture_is_left_out(language: str, furniture: str) -> None:
    assert [*split(furniture, language)] == []


@pytest.mark.parametrize(
    ("language", "news"),
    [
        ("en", "Share prices fell by a tenth after the recall was announced."),
        ("en", "The video service lost 200,000 subscribers in the spring."),
        ("en", "Follow-up talks on the bridge will begin on Monday."),
        ("en", "By Friday evening the water had fallen below the dyke."),
        ("en", "From New York, the ship will sail to Port Ardel on Sunday."),
        ("en", "Some 40,000 people signed up for health insurance in a day."),
        ("en", "NASA's probe is now in orbit around the asteroid Tesselle."),
        ("ko", "이 채널의 구독자는 한 해 사이 100만 명을 넘어섰다."),
        ("ja", "男は無断で建物に入ったとして逮捕された。"),
    ],
)
def test_news_that_look_like_furniture_stay(language: str, news: str) -> None:
    assert [*split(news, language)] == [news]


def test_country_with_full_stops_can_end_a_sentence() -> None:
    text = 'No other country lost more ships than the U.S. "Today, we mourn," the admiral said. The U.S. Navy agreed.'
    assert [*split(text, "en")] == [
        "No other country lost more ships than the U.S.",
        '"Today, we mourn," the admiral said.',
    ]


def test_korean_sentences_without_a_space_between_them_are_cut() -> None:
    assert [*split("시는 무료 버스를 늘린다고 밝혔다.15일 시에 따르면 예산은 두 배가 된다.", "ko")] == [
        "시는 무료 버스를 늘린다고 밝혔다.",
        "15일 시에 따르면 예산은 두 배가 된다.",
    ]


@pytest.mark.parametrize(
    ("language", "tied", "free"),
    [
        ("en", "But the bridge stays open.", "The bridge stays open."),
        ("en", "Additionally, the bridge stays open.", "The bridge stays open."),
        ("ko", "한편 다리는 계속 열려 있다.", "다리는 계속 열려 있다."),
        ("ja", "しかし、橋は開いたままだ。", "橋は開いたままだ。"),
    ],
)
def test_opener_is_removed(language: str, tied: str, free: str) -> None:
    assert without_opener(tied, language) == free
