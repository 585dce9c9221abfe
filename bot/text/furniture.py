"""What stands around a news text and is no part of it: datelines, bylines, times, calls to read on. Pure."""

from __future__ import annotations

import re
from typing import Final

_AGENCY: Final = r"CNN|AP|AFP|UPI|BBC|CBS|NBC|ABC|Reuters|Bloomberg|Kyodo|Yonhap|Xinhua|Associated Press|Fox News|VOA"
_DASH: Final = r"(?:--|[-–—―_])"
_MONTH: Final = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
_DATE: Final = rf"(?:{_MONTH} \d{{1,2}}|\d{{1,2}} {_MONTH})(?:,? \d{{4}})?"
_CITY: Final = r"(?:[A-Z][a-z]{1,2}(?=[A-ZÀ-Þ]{2}))?[A-ZÀ-Þ][A-ZÀ-Þ .,'’/-]{2,40}"
"""In capitals, with the "Mc" of McLEAN before them."""
_LAND: Final = rf"(?:,\s*(?:{_DATE}|[A-Z][A-Za-z.]+(?: [A-Z][A-Za-z]+){{0,2}}))"
_PLACE: Final = r"[A-Z][A-Za-z.'’-]+(?:[ ,]+[A-Z][A-Za-z.'’-]+){0,4}"
_NEWS_BEGINS: Final = r"(?=[\"“‘'A-ZÀ-Þ0-9])"
_REPORTER: Final = r"[가-힣]{2,4}(?:[·, ]+[가-힣]{2,4}){0,2}\s*"
_DATELINES: Final = (
    rf"(?:(?:By|BY) [^.—–]{{3,60}}?\s)?{_CITY}{_LAND}{{0,2}}\s*(?:\([^)]{{2,40}}\))?"
    rf"(?:\s*{_DASH}\s+|\s+[—―]){_NEWS_BEGINS}",
    rf"{_DATE}\s*\([^)]{{2,40}}\)\s*{_DASH}\s+",
    rf"(?:{_PLACE}\s*)?[(（](?:{_AGENCY})[^)）]{{0,24}}[)）]\s*(?:{_DASH}\s*|(?<=[)）])|{_NEWS_BEGINS})",
    rf"\((?:[^()]{{1,12}}=)?[^()]{{2,24}}\)\s*(?:{_REPORTER}(?:특파원|기자|통신원|인턴기자)\s*)?[=-]\s*",
    r"[\[【［〔<〈][^\]】］〕>〉]{2,30}[\]】］〕>〉]\s*"
    rf"(?:{_REPORTER}(?:특파원|기자|통신원|인턴기자)?\s*=\s*|[-–—]\s*)?",
    rf"{_REPORTER}(?:특파원|기자|통신원)\s*=\s*",
    r"[（(][^（）()]{0,12}(?:共同|時事|ロイター|聯合ニュース|通信)[^（）()]{0,8}[)）]\s*[=＝]?\s*",
)
_DATELINE: Final = re.compile(f"^(?:{'|'.join(_DATELINES)})")
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
    r"|this (?:article|story|post) (?:was|has been|is|will be|may be) (?:last |since |also )?(?:originally|first"
    r"|updated|published|produced|written|part of|edited|republished|translated|sponsored|for subscribers)"
    r"|this (?:article|story|report|post|page|piece|headline) (?:was|has been) (?:amended|corrected|clarified|updated)"
    r"|this is a (?:developing|breaking)|\bearlier versions? of this (?:article|story|report|post|page|piece|headline)"
    r"|\b(?:in|to|into) your (?:e-?mail )?inbox\b|\bunsubscribe\b|\balready (?:a subscriber|subscribed)\b"
    r"|^to continue reading|\bcookies (?:to (?:improve|personali[sz]e|analy[sz]e|enhance)|and (?:other|similar)"
    r" (?:tracking )?technolog|on (?:this|our|your) (?:web ?site|site|device|browser|computer))"
    r"|\bby (?:signing up|subscribing|continuing to (?:use|browse)|using (?:this|our) (?:web ?)?site)\b"
    r"[^.]{0,60},? you\b"
    r"|\b(?:enable|turn on) javascript\b|\b(?:disable|turn off|using) (?:an |your )?ad ?blocker\b"
    r"|\byour browser (?:does|doesn|may not|is (?:not|no|out))\b|\bskip to (?:main )?content\b"
    r"|\bcreate (?:a|your) free account\b"
    r"|(?:photo(?:graph)?|image|picture|video|file photo)s?(?: credit| courtesy| by)?\s*[:/]|getty images"
    r"|\bAP photo\b|https?://|\bwww\.|(?<![\w.])[\w.]++@[\w.]+\w",
    re.IGNORECASE,
)
_SIGNS_OF_CALLS: Final = """
    sign subscribe click tap read download follow share listen watch join log see newsletter rights cookie
    advertisement continues policy terms comment related contributed check this photo image picture video getty http
    www. @ inbox subscribing signing continuing site javascript blocker browser skip account
"""
_HINTS: Final = tuple(_SIGNS_OF_CALLS.split())
"""One of these stands in each sentence that `_CALL` finds, and all are quicker to look for than it is."""
_CREDIT: Final = re.compile(
    r"^(?:By|BY) [A-Z][\w.'’-]+(?: [A-Z][\w.'’-]+){1,3}(?:\s*$|,| and [A-Z]|\s*[|–—-])|\b(?:[Ee]diting"
    r"|[Rr]eporting|[Ww]riting) by [A-Z]|©|ⓒ|\s[|｜]\s|Copyright\s*(?:\(c\)|\d)"
)
_EASTERN: Final = re.compile("[\u3040-\u30ff\u4e00-\u9fff가-힣]")
"""Korean, Japanese or Chinese letters, one of which stands in whatever the two patterns below find."""
_CALL_KOREAN: Final = re.compile(
    r"무단\s*전재|재배포|저작권자|구독(?:하기|\s*신청|하세요|해\s*주세요)|기사\s*제보|카카오톡\s*(?:오픈|제보"
    r"|채널|:)|사진\s*[=|:]|사진\s*제공"
    r"|더\s*보기|기사\s*보기|클릭하|바로\s*가기|(?:본|이)\s*기사는|기사\s*원문|좋아요"
    r"|관련\s*(?:기사|뉴스|영상)\s*[:=|☞▶>]|^\[?관련\s*기사(?![가-힣])|뉴스레터\s*(?:구독|신청|를?\s*받아)"
    r"|재판매\s*(?:및|·|,)\s*DB|DB\s*(?:및|금지|화\s*금지)|앱(?:을|에서)?\s*(?:다운로드|설치)(?:하세요|해\s*주세요|하기)"
    r"|[가-힣]{2,4}\s*(?:선임|인턴|수습)?기자\s*(?:의\s*)?(?:이메일|메일|페이지|구독)"
    r"|\((?:맨\s*)?(?:왼쪽|오른쪽|가운데|앞줄|뒷줄|위|아래)[^)]{0,12}\)"
)
_CALL_JAPANESE: Final = re.compile(
    r"無断(?:転載|複製|使用|引用)|続きを読む|続きは|会員限定|有料会員|会員登録|ログイン|クリック"
    r"|写真\s*[：=＝:]|＝写真|【写真|残り\d+文字|この記事は|購読"
    r"|転載を?(?:禁|固くお断)|^(?:[【＜<▶・]\s*)?関連(?:記事|ニュース|リンク|キーワード)(?![をがはのに])|メール(?:マガジン|ニュース)の?(?:登録|配信)"
    r"|メルマガの?(?:登録|配信)|(?:詳しく|詳細|登録|申し込み|お問い合わせ|ダウンロード)は(?:こちら|コチラ)|こちら(?:から|をご覧)"
    r"|フォローして(?:ください|ね)|アプリを(?:ダウンロード|入手)|(?:クッキー|[Cc]ookie)(?:を使用|の使用|ポリシー)"
    r"|記事の(?:全文|続き)|全文を読む"
)
_YEAR: Final = r"(?:19|20)\d\d"
_STAMP: Final = re.compile(
    rf"^(?:(?:기사)?(?:입력|등록|수정|승인|송고|업데이트|최종\s?수정|公開|更新|配信|投稿|掲載)(?:일|일시|시간|시각|日時?)?\s*[:：]?\s*"
    rf"{_YEAR}\s?[-./년年]\s?\d{{1,2}}\s?[-./월月]\s?\d{{1,2}}[.일日]?(?:\s?[(（].[)）])?"
    r"(?:\s*(?:오전|오후|午前|午後)?\s*\d{1,2}[:시時]\s?\d{1,2}(?::\d\d)?[분分]?)?\s*[|/·]?\s*)+"
)
"""When a page was put up, glued to its text."""


def body(paragraph: str) -> str:
    """A paragraph without the time, dateline and byline before it."""
    text = _BULLET.sub("", _STAMP.sub("", paragraph, count=1), count=1)
    return _BULLET.sub("", _DATELINE.sub("", text, count=1), count=1)


def without_bullet(sentence: str) -> str:
    return _BULLET.sub("", sentence, count=1)


def is_furniture(sentence: str) -> bool:
    """Whether a sentence speaks to the reader of a page, or of the page itself, rather than of the news."""
    low = sentence.casefold()
    if any(hint in low for hint in _HINTS) and _CALL.search(sentence):
        return True
    if _CREDIT.search(sentence):
        return True
    is_eastern = not sentence.isascii() and _EASTERN.search(sentence) is not None
    return is_eastern and bool(_CALL_KOREAN.search(sentence) or _CALL_JAPANESE.search(sentence))
