"""One sentence against its sources: what is faithful passes, and an error of each kind is named, in three languages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.briefs.grounding.check import check
from bot.briefs.grounding.sources import ReadSource, SourceText

ENGLISH = SourceText(
    title="Central bank of Veltria holds its rate as prices rise",
    text=(
        "The central bank of Veltria left its key rate at 3.25 percent on Tuesday, Governor Anna Holt said. "
        "Shares in Port Ferrow rose 2 percent after the decision, their best day since March 3. "
        "“We will not rush into cuts that we regret later,” Holt told reporters. "
        "Finance Minister Paul Reed criticised the bank over 1.2 million jobs lost since 2021. "
        "Parliament approved a plan worth $40 million without a vote against it. "
        "The World Grain Council did not comment. The European Union will send twelve observers for 10 days."
    ),
    publisher="Courier",
    published_at=datetime(2026, 3, 10, 9, tzinfo=UTC),
)
KOREAN = SourceText(
    title="벨트리아 중앙은행 금리 동결",
    text=(
        "벨트리아 중앙은행은 3월 10일 기준금리를 3.25%로 동결했다고 밝혔다. "
        "수출은 지난해보다 12% 증가한 1조2000억원을 기록했다. "
        "홀트 총재는 “서두르지 않겠다는 방침은 그대로다”라고 말했다. 리드 장관은 일자리 120만개가 사라졌다고 비판했다. "
        "다음 회의는 금요일에 열린다."
    ),
    publisher="신문",
    published_at=datetime(2026, 3, 10, 9, tzinfo=UTC),
)
JAPANESE = SourceText(
    title="ベルトリア中央銀行、金利据え置き",
    text=(
        "ベルトリア中央銀行は3月10日、政策金利を3.25%に据え置くと発表した。輸出額は前年より12%増加し、1兆2000億円となった。"
        "ホルト総裁は「急いで利下げはしない」と述べた。リード大臣は雇用が120万人減ったと批判した。次の会合は金曜日に開かれる。"
    ),
    publisher="新聞",
    published_at=datetime(2026, 3, 10, 9, tzinfo=UTC),
)


def kinds(text: str, source: SourceText = ENGLISH, language: str = "en") -> set[str]:
    return {str(fault.kind) for fault in check(text, [ReadSource(source, language)])}


@pytest.mark.parametrize(
    "text",
    [
        "The central bank of Veltria left its key rate at 3.25 percent on Tuesday, Governor Anna Holt said.",
        "The central bank of Veltria left its key rate at 3.25% on Tuesday, Holt said.",
        "The central bank of Veltria left its key rate at 3.25 per cent on March 10.",
        "Shares in Port Ferrow rose two percent after the decision.",
        "Shares in Port Ferrow climbed 2 percent after the decision, their best day since 3 March.",
        "“We will not rush into cuts,” Holt told reporters.",
        "Anna Holt said the bank “will not rush into cuts … later.”",
        "Reed criticised the bank over 1,200,000 jobs lost since 2021.",
        "Parliament approved a plan worth 40 million dollars.",
        "The WGC did not comment.",
        "The EU will send 12 observers for ten days.",
        "The central bank of Veltria left its key rate at 3.25 percent; Shares in Port Ferrow rose 2 percent.",
        "According to Courier, Finance Minister Paul Reed criticised the bank.",
    ],
)
def test_faithful_sentence_passes(text: str) -> None:
    assert not kinds(text), check(text, [ReadSource(ENGLISH, "en")])


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("number", "The central bank of Veltria left its key rate at 3.52 percent on Tuesday."),
        ("number", "The central bank of Veltria left its key rate at 2 percent on Tuesday."),
        ("number", "Shares in Port Ferrow rose 2 percentage points after the decision."),
        ("number", "Shares in Port Ferrow rose 20 percent after the decision."),
        ("number", "Parliament approved a plan worth $40 billion without a vote against it."),
        ("number", "Parliament approved a plan worth €40 million without a vote against it."),
        ("number", "Reed criticised the bank over 1.2 billion jobs lost since 2021."),
        ("number", "The European Union will send ten observers for 10 days."),
        ("number", "The European Union will send twelve observers for 10 weeks."),
        ("date", "The central bank of Veltria left its key rate at 3.25 percent on Wednesday."),
        ("date", "Shares in Port Ferrow rose 2 percent, their best day since March 4."),
        ("date", "Shares in Port Ferrow rose 2 percent, their best day since May 3."),
        ("date", "Finance Minister Paul Reed criticised the bank over 1.2 million jobs lost since 2012."),
        ("name", "The central bank of Veltria left its key rate at 3.25 percent, Governor Paul Reed said."),
        ("name", "Finance Minister Anna Reed criticised the bank over 1.2 million jobs lost since 2021."),
        ("name", "Finance Minister Ingrid Falk criticised the bank over 1.2 million jobs lost since 2021."),
        ("name", "The World Wheat Council did not comment."),
        ("name", "Shares in Lisbon rose 2 percent after the decision."),
        ("quotation", "“We will not rush into rate cuts that we regret later,” Holt told reporters."),
        ("quotation", "“We will rush into cuts that we regret later,” Holt told reporters."),
        ("speaker", "“We will not rush into cuts that we regret later,” Paul Reed told reporters."),
        ("negation", "The World Grain Council did comment."),
        ("negation", "Finance Minister Paul Reed did not criticise the bank over 1.2 million jobs lost since 2021."),
        ("negation", "Parliament approved a plan worth $40 million with a vote against it."),
        ("direction", "Shares in Port Ferrow fell 2 percent after the decision."),
        ("direction", "Parliament rejected a plan worth $40 million without a vote against it."),
    ],
)
def test_error_is_named_by_its_kind(kind: str, text: str) -> None:
    assert kind in kinds(text)


@pytest.mark.parametrize(
    ("source", "language", "text"),
    [
        (KOREAN, "ko", "벨트리아 중앙은행은 3월 10일 기준금리를 3.25%로 동결했다."),
        (KOREAN, "ko", "수출은 지난해보다 12퍼센트 증가한 1조 2000억 원을 기록했다."),
        (KOREAN, "ko", "리드 장관은 일자리 1,200,000개가 사라졌다고 비판했다."),
        (JAPANESE, "ja", "ベルトリア中央銀行は3月10日、政策金利を3.25％に据え置くと発表した。"),
        (JAPANESE, "ja", "輸出額は前年より12%増加し、1兆2000億円となった。"),
        (JAPANESE, "ja", "ホルト総裁は「急いで利下げはしない」と語った。"),
    ],
)
def test_faithful_korean_and_japanese_pass(source: SourceText, language: str, text: str) -> None:
    assert not kinds(text, source, language), check(text, [ReadSource(source, language)])


@pytest.mark.parametrize(
    ("kind", "source", "language", "text"),
    [
        ("number", KOREAN, "ko", "벨트리아 중앙은행은 3월 10일 기준금리를 3.52%로 동결했다고 밝혔다."),
        ("number", KOREAN, "ko", "수출은 지난해보다 12%포인트 증가한 1조2000억원을 기록했다."),
        ("number", KOREAN, "ko", "수출은 지난해보다 12% 증가한 1조2000억달러를 기록했다."),
        ("number", KOREAN, "ko", "리드 장관은 일자리 120억개가 사라졌다고 비판했다."),
        ("date", KOREAN, "ko", "벨트리아 중앙은행은 3월 11일 기준금리를 3.25%로 동결했다고 밝혔다."),
        ("date", KOREAN, "ko", "다음 회의는 목요일에 열린다."),
        ("quotation", KOREAN, "ko", "홀트 총재는 “서두르겠다는 방침은 그대로다”라고 말했다."),
        ("speaker", KOREAN, "ko", "김철수 의원은 “서두르지 않겠다는 방침은 그대로다”라고 말했다."),
        ("direction", KOREAN, "ko", "수출은 지난해보다 12% 감소한 1조2000억원을 기록했다."),
        ("number", JAPANESE, "ja", "ベルトリア中央銀行は3月10日、政策金利を3.52%に据え置くと発表した。"),
        ("number", JAPANESE, "ja", "輸出額は前年より12%増加し、1兆2000万円となった。"),
        ("number", JAPANESE, "ja", "輸出額は前年より12%増加し、1兆2000億ドルとなった。"),
        ("date", JAPANESE, "ja", "ベルトリア中央銀行は4月10日、政策金利を3.25%に据え置くと発表した。"),
        ("date", JAPANESE, "ja", "次の会合は木曜日に開かれる。"),
        ("quotation", JAPANESE, "ja", "ホルト総裁は「急いで利下げをする」と述べた。"),
        ("speaker", JAPANESE, "ja", "田中議員は「急いで利下げはしない」と述べた。"),
        ("direction", JAPANESE, "ja", "輸出額は前年より12%減少し、1兆2000億円となった。"),
    ],
)
def test_error_in_korean_and_japanese_is_named(kind: str, source: SourceText, language: str, text: str) -> None:
    assert kind in kinds(text, source, language)
