"""What stands around a news text and is no part of it: datelines, bylines, captions, calls to read on. Pure."""

from __future__ import annotations

import re
from typing import Final

_AGENCY: Final = r"CNN|AP|AFP|UPI|BBC|CBS|NBC|ABC|Reuters|Bloomberg|Kyodo|Yonhap|Xinhua|Associated Press|Fox News|VOA"
_DASH: Final = r"(?:--|[-–—_])"
_NEWS_HOUSE: Final = r"(?:연합뉴스|뉴시스|뉴스1|로이터|제공|사진기자단|자료사진|기자)"

_DATELINE: Final = re.compile(
    r"^(?:"
    r"(?:(?:By|BY) [^.—–]{3,60}?\s)?"
    rf"[A-ZÀ-Þ][A-ZÀ-Þ .,'’/-]{{2,40}}(?:,\s*[A-Z][A-Za-z]+\.?(?:\s\d{{1,2}})?){{0,2}}"
    rf"\s*(?:\([^)]{{2,40}}\))?\s*{_DASH}\s+(?=[\"“‘'A-ZÀ-Þ0-9])"
    rf"|(?:[A-Z][a-z]+(?:[ ,]+[A-Z][A-Za-z.]+){{0,3}}\s*)?\((?:{_AGENCY})[^)]{{0,24}}\)\s*{_DASH}?\s*"
    r"|\((?:[^()]{1,12}=)?[^()]{2,24}\)\s*(?:[가-힣]{2,4}(?:[·, ]+[가-힣]{2,4}){0,2}\s*(?:특파원|기자|통신원"
    r"|인턴기자)\s*)?[=-]\s*"
    r"|[\[【［〔<〈][^\]】］〕>〉]{2,30}[\]】］〕>〉]\s*(?:[가-힣]{2,4}(?:[·, ]+[가-힣]{2,4}){0,2}\s*(?:특파원"
    r"|기자|통신원|인턴기자)?\s*=\s*|[-–—]\s*)?"
    r"|[가-힣]{2,4}(?:[·, ]+[가-힣]{2,4}){0,2}\s*(?:특파원|기자|통신원)\s*=\s*"
    r"|[（(][^（）()]{0,12}(?:共同|時事|ロイター|聯合ニュース|通信)[^（）()]{0,8}[)）]\s*[=＝]?\s*"
    r")"
)
_CAPTION: Final = re.compile(
    rf"^[^.]{{5,160}}(?:다|모습|장면|사진)\.\s*(?:사진\s*[|=]?\s*)?[|｜]?\s*(?:[가-힣A-Z]{{1,10}}["
    rf"|｜/])?[가-힣A-Z]{{0,12}}\s?{_NEWS_HOUSE}(?=\s)\s*"
)
_BULLET: Final = re.compile(r"^(?:[●▲■◆◇△▶▷※•·○◎□★☆*>|｜/–—-]+\s*)+(?=\S)")

_CALL: Final = re.compile(
    r"^(?:please )?(?:sign up|subscribe|click (?:here|to|on|the)|tap (?:here|to)|read more|read the full"
    r"|download (?:the|our|now)|follow (?:us|our|the latest|live|@|\w+ on)|share (?:this|on|via|your)"
    r"|listen to (?:the|our|this|more)|watch (?:the|live|now|more|:)|join (?:us|our|the conversation)"
    r"|log in|sign in|see also|also read)\b"
    r"(?!.*\b(?:said|says|told|according)\b)"
    r"|sign up (?:here|now|for (?:our|the|a free|daily|free)|to (?:get|receive|our))\b|\bsubscribe (?:to|now"
    r"|today|here)\b"
    r"|(?:our|free|daily|weekly|email) newsletters?\b|read more(?:\s*(?:[:.»>]|here|about|at|on)|$)"
    r"|\bclick here\b|follow us\b"
    r"|download (?:our|the) app|all rights reserved|\b(?:uses?|accept|our|of|these) cookies\b"
    r"|\bcookie (?:policy|notice|settings|consent|preferences)\b"
    r"|^advertisement\b|advertisement\s*$|article continues below|our (?:privacy policy|terms of)|share this"
    r"|leave a comment|join the conversation"
    r"|^related (?:stories|articles|:)|watch (?:live|the video)|contributed to this (?:report|story|article)"
    r"|check back for updates"
    r"|this (?:article|story) (?:was|has been|is) (?:originally|first|updated|published|produced|written"
    r"|part of)|this is a (?:developing|breaking)"
    r"|(?:photo(?:graph)?|image|picture|video|file photo)s?(?: credit| courtesy| by)?\s*[:/]|getty images"
    r"|\bAP photo\b|https?://|\bwww\.|(?<![\w.])[\w.]++@[\w.]+\w",
    re.IGNORECASE,
)
_SIGNS_OF_CALLS: Final = """
    sign subscribe click tap read download follow share listen watch join log see newsletter rights cookie
    advertisement continues policy terms comment related contributed check this photo image picture video getty http
    www. @
"""
_HINTS: Final = tuple(_SIGNS_OF_CALLS.split())
"""One of these stands in each sentence that `_CALL` finds, and all are quicker to look for than it is."""
_CREDIT: Final = re.compile(
    r"^(?:By|BY) [A-Z][\w.'’-]+(?: [A-Z][\w.'’-]+){1,3}(?:\s*$|,| and [A-Z]|\s*[|–—-])|\b(?:[Ee]diting"
    r"|[Rr]eporting|[Ww]riting) by [A-Z]|©|ⓒ|\s[|｜]\s"
)
_CALL_KOREAN: Final = re.compile(
    r"무단\s*전재|재배포|저작권자|구독(?:하기|\s*신청|하세요|해\s*주세요)|기사\s*제보|카카오톡\s*(?:오픈|제보"
    r"|채널|:)|사진\s*[=|:]|사진\s*제공"
    r"|더\s*보기|클릭하|바로\s*가기|(?:본|이)\s*기사는|기사\s*원문|좋아요"
    r"|\((?:맨\s*)?(?:왼쪽|오른쪽|가운데|앞줄|뒷줄|위|아래)[^)]{0,12}\)"
)
_CALL_JAPANESE: Final = re.compile(
    r"無断(?:転載|複製|使用|引用)|続きを読む|続きは|会員限定|有料会員|会員登録|ログイン|クリック"
    r"|写真\s*[：=＝:]|＝写真|【写真|残り\d+文字|この記事は|購読"
)


def body(paragraph: str) -> str:
    """A paragraph without the caption, dateline and byline before it."""
    text = _BULLET.sub("", _CAPTION.sub("", paragraph, count=1), count=1)
    return _BULLET.sub("", _DATELINE.sub("", text, count=1), count=1)


def without_bullet(sentence: str) -> str:
    return _BULLET.sub("", sentence, count=1)


def is_furniture(sentence: str) -> bool:
    """Whether a sentence speaks to the reader of a page, or of the page itself, rather than of the news."""
    low = sentence.casefold()
    if any(hint in low for hint in _HINTS) and _CALL.search(sentence):
        return True
    return any(pattern.search(sentence) for pattern in (_CREDIT, _CALL_KOREAN, _CALL_JAPANESE))
