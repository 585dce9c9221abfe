"""Words that help to tell names: titles, countries with their people, and words that merely begin a sentence. Pure."""

from __future__ import annotations

import re
from typing import Final

TITLES: Final = frozenset(
    """mr mrs ms dr prof professor sir dame lord lady sen senator sens rep representative reps gov governor gen
    general lt lieutenant col colonel sgt sergeant capt captain cpl maj major adm admiral president vice prime
    minister chancellor secretary speaker chairman chairwoman chair chief justice judge attorney king queen
    prince princess pope bishop archbishop cardinal reverend rev pastor rabbi imam mayor sheriff officer
    detective ambassador commissioner director congressman congresswoman councilman leader majority minority
    former ex coach manager ceo cfo st saint acting deputy special counsel candidate founder spokesman
    spokeswoman""".split()  # noqa: SIM905
)
"""Words before a name that are no part of it."""

_PEOPLES: Final = """
    america=american,americans,us,u.s.,u.s.a.,usa,united states,united states of america,the states
    britain=british,briton,britons,uk,u.k.,united kingdom,great britain
    china=chinese,beijing,prc japan=japanese,tokyo russia=russian,russians,moscow,kremlin germany=german,germans
    france=french,frenchman italy=italian,italians spain=spanish,spaniard,spaniards portugal=portuguese
    ireland=irish scotland=scottish,scots wales=welsh england=english netherlands=dutch,holland belgium=belgian,belgians
    switzerland=swiss austria=austrian,austrians poland=polish,poles ukraine=ukrainian,ukrainians,kyiv,kiev
    sweden=swedish,swedes norway=norwegian,norwegians denmark=danish,danes finland=finnish,finns greece=greek,greeks
    turkey=turkish,turks,turkiye,türkiye,ankara syria=syrian,syrians iraq=iraqi,iraqis iran=iranian,iranians,tehran
    israel=israeli,israelis palestine=palestinian,palestinians egypt=egyptian,egyptians libya=libyan,libyans
    saudi=saudi arabia,saudis,saudi,riyadh yemen=yemeni,yemenis lebanon=lebanese jordan=jordanian,jordanians
    qatar=qatari,qataris afghanistan=afghan,afghans,kabul pakistan=pakistani,pakistanis india=indian,indians
    korea=korean,koreans south_korea=south korean,south koreans,seoul north_korea=north korean,north koreans,pyongyang,dprk
    vietnam=vietnamese thailand=thai,thais indonesia=indonesian,indonesians philippines=philippine,filipino,filipinos
    malaysia=malaysian,malaysians singapore=singaporean taiwan=taiwanese,taipei mexico=mexican,mexicans
    canada=canadian,canadians,ottawa brazil=brazilian,brazilians argentina=argentine,argentinian,argentines
    chile=chilean,chileans colombia=colombian,colombians venezuela=venezuelan,venezuelans,caracas peru=peruvian,peruvians
    cuba=cuban,cubans,havana haiti=haitian,haitians nigeria=nigerian,nigerians kenya=kenyan,kenyans ghana=ghanaian
    ethiopia=ethiopian,ethiopians somalia=somali,somalis sudan=sudanese south_africa=south african,south africans
    zimbabwe=zimbabwean australia=australian,australians,canberra new_zealand=new zealander,new zealanders
    hungary=hungarian,hungarians romania=romanian,romanians bulgaria=bulgarian serbia=serbian,serb,serbs
    croatia=croatian,croats czech=czech republic,czechia,czechs,czech europe=european,europeans africa=african,africans
    asia=asian,asians republican=republicans,gop,republican party democrat=democrats,democratic,democratic party
    muslim=muslims,islam,islamic christian=christians,christianity jew=jews,jewish catholic=catholics
    eu=e.u.,european union un=u.n.,united nations congress=congressional senate=senators,senator
    greenland=greenlandic,greenlanders iceland=icelandic,icelanders texas=texan,texans california=californian,californians
    labour=labour party conservative=conservatives,tory,tories liberal=liberals dems=democrats
"""


def _aliases() -> dict[str, str]:
    found: dict[str, str] = {}
    for key, words in re.findall(r"(\w+)=(.*?)(?=\s+\w+=|\Z)", " ".join(_PEOPLES.split())):
        name = key.replace("_", " ")
        found |= {word.strip(): name for word in (name, *words.split(","))}
    return found


ALIASES: Final = _aliases()
"""From a name of a country, its people or its government to one name for all."""

COMMON: Final = frozenset(
    """a an the this that these those he she it they we you i his her its their our your my one two three four five
    six seven eight nine ten some many most more few several all both each every any no none neither either
    another other others such and but or nor so yet for if when while as after before since until because
    although though unless whereas whether once in on at by to from of with without within under over above
    below between among amid during through throughout across against about around along behind beyond despite
    except like near off onto out per than toward towards upon up down via who what where why how which whose
    not also still just only even ever never always often sometimes now then here there today yesterday tomorrow
    tonight earlier later meanwhile however moreover furthermore nevertheless instead indeed thus hence
    therefore otherwise finally first second third last next previously recently currently initially eventually
    additionally according asked following citing speaking based given including included regardless rather
    perhaps maybe officials lawmakers prosecutors critics experts researchers analysts scientists investigators
    authorities police protesters demonstrators voters residents workers students teachers doctors supporters
    opponents activists leaders members people men women children others sources reports reporters journalists
    investors economists lawyers attorneys judges families parents passengers soldiers troops rebels militants
    gunmen firefighters rescuers aides advisers advisors senators governors democrats republicans agents
    officers detectives witnesses neighbors neighbours customers companies banks shares stocks prices sales
    profits markets traders polls results votes ballots data figures statistics documents records evidence
    emails talks negotiations negotiators tensions sanctions tariffs attacks strikes protests fires floods
    storms quakes earthquakes temperatures schools hospitals courts states cities countries nations government
    parliament congress senate court police president minister lawmaker spokesman spokeswoman spokesperson
    company firm bank agency department ministry office team club league party campaign group organization
    organisation committee commission council board union coalition administration opposition army military navy
    news media rescue search work efforts plans details questions concerns fears hopes support opposition
    criticism pressure new old former current senior top local federal state national international foreign
    public private early late nearly almost about roughly approximately around at least more fewer less half
    dozens hundreds thousands millions let lets let's don't doesn't didn't isn't wasn't aren't can't won't it's
    that's there's he's she's they're we're i'm mr mrs ms dr yes no well ok okay oh please thank thanks sorry
    good great bad big small long high low could would should will shall may might must can do does did is are
    was were be been being has have had part parts fact facts large small minor major key main additional final
    initial potential possible recent previous following failure success video videos clips footage photos
    images posts tweets comments remarks statements letters appeals cases charges claims allegations accusations
    arguments supporters detractors pundits commentators observers outlets websites platforms users viewers
    readers fans players owners employers employees consumers taxpayers citizens immigrants migrants refugees
    asylum civilians patients nurses physicians healthcare health medical legal political economic financial
    social cultural military civil criminal internal external domestic global regional rural urban demographic
    freshman veteran senior junior retired longtime fellow rival outgoing incoming interim acting inflation
    unemployment employment income revenue earnings spending taxes debt trade energy oil gas electricity water
    food housing rent mortgage insurance education science technology research climate weather traffic crime
    murder violence war peace security safety race racism gender abortion religion marriage children's women's
    men's people's evidence proof documents papers files emails messages phone calls interviews hearings trials
    lawsuits rulings decisions orders laws bills legislation amendments proposals measures policies rules
    regulations restrictions programs programmes projects plans budgets funds money cash loans grants donations
    aid relief benefits payments elections primaries caucuses debates rallies speeches campaigns candidates
    nominees incumbents turnout support deaths injuries infections vaccinations vaccines tests testing masks
    shots doses variants cases symptoms heavy light strong weak hard soft fast slow hot cold warm dry wet deep
    wide open closed free full empty american's nobody everyone everybody someone somebody anyone anything
    something everything nothing thousands tens scores billions half quarter most least lots plenty rather
    whatever whoever wherever whenever merry happy dear welcome watch look see read listen consider imagine
    remember note call ask tell take make get give it's during early late mid monday tuesday wednesday thursday
    friday saturday sunday january february march april may june july august september october november december
    say says said""".split()  # noqa: SIM905
)
"""Words that begin a sentence with a capital and name nobody."""
