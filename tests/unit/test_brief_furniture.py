"""What surrounds a news text never reaches a brief, in three languages; what only looks like it stays."""

from __future__ import annotations

import pytest

from bot.text.sentences import fit_sentences, split, without_opener

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
        "NEW ARDEL (Reuters) - ",
        "PORT ARDEL, New Veltria (AP) — ",
        "PORT ARDEL, United Veltrian Isles — ",
        "McSANDWICK, Va. (AP) — ",
        "McSANDWICK, Va. — ",
        "（CNN）",
        "（CNN） ",
        "Nov 26 (Reuters) - ",
        "26 November 2026 (BBC) — ",
        "SANDWICK, Nov 26 (Reuters) - ",
        "SANDWICK, Nov. 26, 2026 (AFP) -- ",
        "SANDWICK —",
        "Port-au-Ardel, Veltria (AP) — ",
        "PORT ARDEL (CNNMoney) ",
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


CAPTIONED = "시장이 15일 시청에서 시민들과 이야기하고 있다."
LATER = "시는 예산을 두 배로 늘린다고 덧붙였다."


@pytest.mark.parametrize(
    "before",
    [
        CAPTIONED + " 한들전자 제공 ",
        CAPTIONED + " 연합뉴스 자료사진. ",
        CAPTIONED + "ⓒ연합뉴스 ",
        CAPTIONED + " | AP연합뉴스 ",
        CAPTIONED + " /국회사진기자단 ",
        CAPTIONED + " 홍길동 기자 ",
        "한들시 시립 수영장 전경. 게티이미지뱅크 ",
        "한들시 시립 수영장 전경. 한들시 제공 ",
        "홍길동 한들시장. 사진=한들시 제공[한들일보 김철수 기자] ",
        "수영장 앞에 줄을 선 시민들/한들시 제공 ",
        "한들시 다리 조감도. 자료=한들시[한들일보 김철수 기자] ",
        "홍길동 논설위원[한들일보 홍길동 기자]",
        "한들시청 제공 ",
        "(사진 한들시 제공) ",
        "입력 2026.11.26 10:30 수정 2026.11.26 11:00 ",
        "기사입력 2026-11-26 오전 10:30 | ",
    ],
)
def test_korean_text_begins_after_its_caption_and_time(before: str) -> None:
    assert [*split(f"{before}{KOREAN} {LATER}", "ko")] == [KOREAN, LATER]


@pytest.mark.parametrize(
    "caption",
    [
        CAPTIONED + " 한들전자 제공",
        CAPTIONED + " 연합뉴스",
        CAPTIONED + "/국회사진기자단",
        "시는 15일 시립 수영장의 문을 열었다. 한들시 제공",
        "한들시 시립 수영장이 새로 들어설 옛 시청 건물의 모습. 게티이미지뱅크.",
        "한들시 시립 수영장의 조감도. 한들시청 자료사진",
    ],
)
def test_korean_caption_in_a_paragraph_of_its_own_is_left_out(caption: str) -> None:
    assert [*split(f"{caption}\n{KOREAN}", "ko")] == [KOREAN]


@pytest.mark.parametrize(
    "news",
    [
        "시는 버스를 늘린다고 밝혔다. 서비스 제공 업체는 다음 달에 정해진다.",
        "시는 버스를 늘린다고 밝혔다. 로이터 통신에 따르면 예산은 두 배가 된다.",
        "시는 버스를 늘리고 있다. 장학금 제공 규모도 내년에 두 배로 커진다.",
        "시는 버스를 늘리고 있다. 신화 속 인물을 그린 벽화도 함께 공개했다.",
        "시는 버스를 늘린다고 밝혔다. 연합뉴스 보도에 따르면 예산은 두 배가 된다.",
    ],
)
def test_korean_news_that_look_like_a_caption_stay(news: str) -> None:
    assert " ".join(split(f"{news}\n{LATER}", "ko")) == f"{news} {LATER}"


def test_korean_caption_that_is_all_there_is_to_tell_stays() -> None:
    assert [*split("시는 15일 시립 수영장의 문을 열었다. 한들시 제공\n수영장은 내년부터...", "ko")] == [
        "시는 15일 시립 수영장의 문을 열었다."
    ]
    assert [*split(KOREAN + " 연합뉴스", "ko")] == [KOREAN]
    assert [*split(CAPTIONED + " 한들시 제공\n수영장은 내년부터...", "ko")] == []


@pytest.mark.parametrize(
    "news",
    ["EPA rules on clean water will change next spring.", "The harbour is shut. AP says so of Sandwick as well."],
)
def test_names_of_news_houses_in_english_are_no_credits(news: str) -> None:
    assert split(f"{news}\n{ENGLISH}", "en")[-2].endswith(news[-28:])


@pytest.mark.parametrize(
    "before",
    [
        "【東京】",
        "【東京共同】",
        "［東京　１５日　ロイター］ - ",
        "【緑川＝山田花子】",
        "（共同）",
        "公開日時：2026年11月26日 10:30 ",
    ],
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
        ("en", "Get the best of the Sandwick Post delivered straight to your inbox."),
        ("en", "You can unsubscribe at any time with one click."),
        ("en", "This article was amended on 26 November 2026 to correct the name of the bridge."),
        ("en", "An earlier version of this story gave the wrong name of the bridge."),
        ("en", "Cookies on this site help us to remember you."),
        ("en", "By signing up to the daily letter, you agree to its rules."),
        ("en", "Please enable JavaScript to see the map of the harbour."),
        ("en", "Your browser does not support this map of the harbour."),
        ("en", "Create a free account and keep up with the harbour."),
        ("en", "To continue reading, choose one of these plans."),
        ("ko", "관련기사 한들시 수영장의 이용 시간이 바뀐다."),
        ("ko", "더 궁금한 점은 홍길동 기자 이메일로 보내면 된다."),
        ("ko", "한들일보 뉴스레터를 받아 보시면 더 많은 소식이 있습니다."),
        ("ko", "재판매 및 DB 금지를 알려 드립니다."),
        ("ja", "関連記事：緑川市の路面電車が復活した。"),
        ("ja", "メールマガジンの登録で毎朝届きます。"),
        ("ja", "詳しくはこちらのページをご覧になってください。"),
        ("ja", "記事の全文はアプリで読むことができます。"),
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
        ("en", "She sold cookies and other sweets at the harbour for a year."),
        ("en", "He surprised his friends by signing up for the navy in May."),
        ("en", "This report was published by the council of Sandwick in May."),
        ("ko", "관련 기사를 쓴 기자 두 명이 상을 받았다."),
        ("ko", "두 회사는 뉴스레터 서비스를 하나로 합치기로 했다."),
        ("ja", "関連記事を載せた新聞社が謝罪した。"),
        ("ko", "이 채널의 구독자는 한 해 사이 100만 명을 넘어섰다."),
        ("ja", "男は無断で建物に入ったとして逮捕された。"),
    ],
)
def test_news_that_look_like_furniture_stay(language: str, news: str) -> None:
    assert [*split(news, language)] == [news]


def test_name_with_an_exclamation_mark_ends_no_sentence() -> None:
    first = "While both Yahoo! News and Google carried the story, no one at the agency read it."
    assert split(f"{first} “We won the case!” The two men left the court.", "en")[0] == first


def test_text_that_two_read_at_once_is_cut_once_and_whole_for_either() -> None:
    text = " ".join(f"The ferry number {number} came to the pier of the harbour in time." for number in range(6))
    first, second = fit_sentences(text, "en"), fit_sentences(text, "en")
    assert next(first) is next(second), "the same object: it was cut for one of them"
    assert [next(second), next(first)] == [split(text, "en")[1]] * 2
    assert len(split(text, "en", 3)) == 3
    assert [*first] == [*second] == [*split(text, "en")[2:]]


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
    ("text", "sentences"),
    [
        (
            '시장은 "다리를 곧 다시 연다고 했다."그는 이어 예산도 늘린다고 밝혔다.',
            ['시장은 "다리를 곧 다시 연다고 했다."', "그는 이어 예산도 늘린다고 밝혔다."],
        ),
        (
            "시장은 “다리를 곧 다시 엽니다.”시의회는 예산을 깎겠다며 반대했다.",
            ["시장은 “다리를 곧 다시 엽니다.”", "시의회는 예산을 깎겠다며 반대했다."],
        ),
        (
            '시장은 다리를 곧 연다고 했다."이제 시작일 뿐이다"라고 그는 말했다.',
            ["시장은 다리를 곧 연다고 했다.", '"이제 시작일 뿐이다"라고 그는 말했다.'],
        ),
    ],
)
def test_korean_sentences_glued_at_a_quotation_are_cut(text: str, sentences: list[str]) -> None:
    assert [*split(text, "ko")] == sentences


@pytest.mark.parametrize(
    "sentence",
    [
        '시장은 "다리를 곧 다시 연다."라고 시청에서 말했다.',
        "시장은 “다리를 곧 다시 연다.”고 시청에서 말했다.",
        "“다리를 곧 다시 엽니다.”홍길동 시장은 시청에서 이같이 말했다.",
        "‘비상구’는 다리에서 벌어진 일을 다룬 영화다.",
    ],
)
def test_korean_sentence_with_a_quotation_stays_whole(sentence: str) -> None:
    assert [*split(sentence, "ko")] == [sentence]


@pytest.mark.parametrize(
    ("language", "tied", "free"),
    [
        ("en", "But the bridge stays open.", "The bridge stays open."),
        ("en", "Additionally, the bridge stays open.", "The bridge stays open."),
        ("ko", "한편 다리는 계속 열려 있다.", "다리는 계속 열려 있다."),
        ("ko", "반면 다리는 계속 열려 있다.", "다리는 계속 열려 있다."),
        ("ja", "ところが、橋は開いたままだ。", "橋は開いたままだ。"),
        ("ja", "しかし、橋は開いたままだ。", "橋は開いたままだ。"),
    ],
)
def test_opener_is_removed(language: str, tied: str, free: str) -> None:
    assert without_opener(tied, language) == free
