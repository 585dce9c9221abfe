"""Korean captions and photo credits, which feeds set before or between the sentences of a text. Pure."""

from __future__ import annotations

import re
from typing import Final

_HOUSE: Final = (
    r"(?:연합뉴스(?:TV)?|뉴시스|뉴스1|로이터|(?:신화|조선중앙|교도)통신|게티이미지(?:뱅크|코리아)?|셔터스톡"
    r"|(?:국회|대통령실|사진|공동){1,3}\s?(?:사진)?(?:취재|기자)단)"
)
_SHORT: Final = r"(?:AP(?: Photo)?|AFP(?: PHOTO)?|EPA|REUTERS|Reuters|Getty Images|신화)"
"""Houses whose names mean other things, too: they are credits beside another house or behind a mark."""
_GIVEN: Final = r"(?:제공|자료사진|갈무리|캡처|캡쳐|DB)"
_HOUSES: Final = rf"(?:(?:{_SHORT}|로이터)[·/=\s]?){{0,2}}{_HOUSE}(?:[·/=\s]?{_HOUSE})?(?:\s?{_GIVEN})?"
_MARK: Final = r"(?:\(C\)|[ⓒ©]|(?:사진|출처|자료|[/|｜]\s?제공)\s?[=|:/])\s?"
"""What stands before the name of a photographer, and before nothing else."""
_NO_NAMES: Final = "무료|무상|서비스|정보|콘텐츠|편의|기회|자료|혜택|할인|데이터|인력|숙식|정부|솔루션|쿠폰|인센티브|금"
_NAME: Final = (
    rf"(?!(?:\S{{0,20}}(?:에|에게|에서|으로|로|을|를|은|는|의|와|과)|(?:\S{{0,12}})(?:{_NO_NAMES}))\s)"
    r"[^\s.,=\[\]]{2,16}\s"
)
"""A word of a name: neither "시민에게 제공" nor "서비스 제공"."""
_BODY: Final = r"(?:원|청|부|시|군|구|도|사|실|은행|그룹|전자|공단|협회|재단|학교|서|관|백화점|의회|LH)"
_NAMED: Final = rf"(?:(?:{_NAME}){{1,3}}{_GIVEN}|[^\s.,=\[\]]{{0,8}}{_BODY}제공)"
_CAPTION: Final = r"(?:[^.\[]|\.(?=\d)){0,200}"
_NOUN: Final = r"(?:(?<=[^다]\.)|(?<=있다\.)|(?<=[|｜/]))\s?"
"""Behind what no news ends in: "… 본사 전경.", "… 하고 있다."."""
_STOP: Final = r"(?:(?<=[.|｜/])\s?(?:[가-힣]{2,8}[|｜])?)"
_CREDIT: Final = (
    rf"{_MARK}(?:{_HOUSES}|{_SHORT}|{_NAMED}|[^\s.,\[\]]{{2,16}}(?=\[))"
    rf"|{_STOP}{_HOUSES}"
    rf"|{_NOUN}(?:{_NAMED}|[가-힣]{{2,4}}\s(?:선임|인턴)?기자)"
    rf"|(?<=다\.)\s?{_NAME}{_GIVEN}"
    r"|\([^()]{1,24}제공(?: 사진)?\)"
)
_BARE: Final = rf"{_HOUSES}|{_NAMED}"
_BEGINNING: Final = rf"{_HOUSES}|(?!정부)[^\s.,=\[\]]{{2,14}}{_BODY}\s제공"
"""A credit whose caption the feed has left out."""
_FURTHER: Final = (
    r"(?!\s*(?:통신|등|보도|보고서|기자|취재|사진|업체|업자|사업|기관|기업|회사|서비스|대상|방안|방식|여부|의무|노조|사장|대표"
    r"|자료|예정|약속|계획|순|규모|금액|차원|행사|횟수))"
)
"""What makes prose of a name: "로이터 통신에 따르면"."""

_UNDER: Final = rf"({_CAPTION}\.?),?\s?[|｜/]?\s?(?:{_CREDIT})"
_ALONE: Final = re.compile(rf"(?:{_UNDER}|{_BARE})\s?\.?")
_BEFORE: Final = re.compile(rf"(?:{_UNDER}|{_BEGINNING})\.?(?=\s|\[){_FURTHER}\s*")
_BYLINE: Final = re.compile(r"(?:[^.\[]|\.(?=[\d,])){1,80}(?<!다)\.?(?=\[[^\[\]]{2,24} 기자\])")
"""Whom a picture shows, glued to the byline behind it."""


def captioned(paragraph: str, *, is_last: bool) -> tuple[str, str]:
    """What a caption says, and the paragraph without it and its credit.

    Such a paragraph has one sentence at most. The last one of a text stays: behind it stands who reports.
    """
    if not is_last and (found := _ALONE.fullmatch(paragraph)):
        return found[1] or "", ""
    if found := _BEFORE.match(paragraph):
        return found[1] or "", paragraph[found.end() :]
    found = _BYLINE.match(paragraph)
    return "", paragraph[found.end() :] if found else paragraph


def tells_news(caption: str) -> bool:
    """Whether a caption is a sentence that says more than what the picture shows people doing."""
    return caption.endswith("다.") and not caption.endswith("있다.")
