"""Words that say the opposite of each other, by what they are about; and words that deny. Pure."""

from __future__ import annotations

from typing import Final

from bot.briefs.grounding.stems import stem

_AXES: Final = """
move: rise increase climb jump surge soar skyrocket grow gain spike rally raise boost expand swell escalate accelerate double
 triple quadruple up upward higher increasing rebound widen strengthen add hike uptick upturn improve intensify balloon
 recover multiply extend elevate inflate uptrend growth ascend heighten enlarge upgrade advance mount rocket
 / fall decrease drop decline plunge plummet sink slump slide tumble dip dive shrink lower reduce cut slash ease shed lessen
 contract slow diminish halve down downward decreasing narrow weaken subtract downturn worsen ebb crash collapse
 curb trim drawdown deteriorate dwindle descend curtail deflate subside downgrade retreat abate scale-back fade
assent: approve accept back endorse support adopt ratify uphold agree welcome favor favour embrace authorise authorize allow
 permit grant confirm affirm admit acknowledge concede pass consent legalize legalise praise advocate validate verify
 honor comply defend applaud hail sanctioned corroborate greenlight
 / reject block oppose refuse veto deny dispute dismiss ban prohibit forbid bar decline overturn disapprove condemn rebuff
 disagree rebut refute contradict disavow repudiate denounce blast criticize criticise slam defy resist prevent
 outlaw criminalize debunk strike-down scrap spurn discredit bash attack object
win: win victory triumph victorious winner succeed success successful beat defeating prevail successfully
 / lose loss defeat loser fail failure unsuccessful flop unsuccessfully
life: survive alive live survivor rescue save born / die dead kill death perish fatal deceased slay
free: release free acquit exonerate pardon clear innocent absolve bail
 / arrest jail imprison detain convict charge indict guilty capture sentence incriminate accuse custody
begin: begin start launch open resume initiate commence reopen restart kick-off introduce restore reinstate continue
 / end stop close halt suspend finish conclude cease cancel terminate shut shutter abandon pause discontinue
 abolish repeal revoke rescind withdraw
come: arrive enter join come return / leave depart exit quit resign flee
trade: buy purchase acquire import / sell divest export
place: hire appoint recruit nominate reappoint / fire sack dismiss oust lay-off
time: before prior earlier ahead precede / after following later afterward subsequently succeed
more: more most majority greater above exceed over maximum largest biggest highest larger bigger longer
 / less fewer least minority below under minimum smallest lowest smaller shorter
all: all every always everyone everything / none never nobody nothing
side: left left-wing / right right-wing
good: better best good positive optimistic legal legitimate possible likely able safe stable true
 / worse worst bad negative pessimistic illegal illegitimate impossible unlikely unable unsafe unstable false
keep: keep retain maintain preserve protect stay remain / drop scrap discard destroy change
include: include with / exclude without omit
public: public open reveal disclose publish / private secret hide conceal withhold
first: first / last
peace: truce ceasefire peace / war
friend: ally friend partner / enemy foe rival
agree: unanimous united / divided split
love: love like / hate dislike
expect: expected / unexpected surprise
remember: remember recall / forget
give: give lend provide offer / take borrow
attend: attend / skip miss
north: north northern / south southern
east: east eastern / west western
man: man male boy husband father son brother / woman female girl wife mother daughter sister
young: young youngest new newest / old oldest
hot: hot warm hottest warmest / cold cool coldest coolest
day: morning / evening
trust: trust believe / doubt distrust suspect
size: major big large huge significant / minor small little tiny insignificant
harm: injure hurt wound harm / unhurt unharmed uninjured safe
strong: strong strongest robust / weak weakest
rich: rich wealthy / poor
blame: credit / blame
ko-move: 증가 상승 늘어 늘었 올랐 올라 인상 급등 확대 오른 늘어난 상향 / 감소 하락 줄어 줄었 내렸 내려 인하 급락 축소 내린 줄어든 하향
ko-assent: 찬성 승인 허용 가결 합의 동의 인정 지지 / 반대 거부 불허 부결 결렬 부인 금지
ko-win: 승리 이겼 성공 / 패배 졌다 실패
ko-free: 석방 무죄 / 체포 구속 유죄
ko-begin: 시작 개시 재개 / 중단 종료 폐지
ja-move: 増加 上昇 増え 拡大 急騰 引上 値上 / 減少 下落 減っ 縮小 急落 引下 値下 低下
ja-assent: 賛成 承認 可決 合意 許可 支持 認 / 反対 拒否 否決 決裂 禁止 否定
ja-win: 勝利 成功 / 敗北 失敗
ja-free: 釈放 無罪 / 逮捕 拘束 有罪
ja-begin: 開始 再開 / 中止 終了 廃止
"""
STRONG: Final = frozenset(["move", "assent", "win"])
"""Axes on which a word that takes the place of another changes what happened."""


def _table() -> dict[str, tuple[tuple[str, bool], ...]]:
    found: dict[str, list[tuple[str, bool]]] = {}
    for entry in _AXES.strip().replace("\n ", " ").split("\n"):
        axis, _, words = entry.partition(":")
        for is_positive, side in zip((True, False), words.split("/"), strict=True):
            for word in side.split():
                found.setdefault(stem(word), []).append((axis, is_positive))
    return {word: tuple(dict.fromkeys(poles)) for word, poles in found.items()}


DIRECTIONS: Final = _table()
"""From the stem of a word to what it says, on which axis."""

_NEGATORS_WORDS: Final = """
    not no never none neither nor nobody nothing without cannot n't hardly barely scarcely non fail refuse decline
    deny lack absent unable
"""
NEGATORS: Final = frozenset(_NEGATORS_WORDS.split())
"""Stems that deny what follows them."""
_PLAIN_NEGATORS_WORDS: Final = """
    not no never none neither nor nobody nothing without cannot n't non hardly barely
"""
PLAIN_NEGATORS: Final = frozenset(_PLAIN_NEGATORS_WORDS.split())
