"""Countries as export rules name them: destinations of a list, and ends of addresses."""

from __future__ import annotations

import re
from bisect import bisect_left

_NAMES = {
    "china": "China",
    "people's republic of china": "China",
    "china, people's republic of": "China",
    "prc": "China",
    "hong kong": "Hong Kong",
    "macau": "Macau",
    "taiwan": "Taiwan",
    "russia": "Russia",
    "russian federation": "Russia",
    "turkey": "Turkey",
    "türkiye": "Turkey",
    "turkiye": "Turkey",
    "u.a.e.": "United Arab Emirates",
    "uae": "United Arab Emirates",
    "united arab emirates": "United Arab Emirates",
    "united kingdom": "United Kingdom",
    "u.k.": "United Kingdom",
    "uk": "United Kingdom",
    "burma": "Burma",
    "myanmar": "Burma",
    "south korea": "South Korea",
    "republic of korea": "South Korea",
    "korea": "South Korea",
    "north korea": "North Korea",
    "crimea": "Crimea",
    "kyrgyzstan": "Kyrgyzstan",
    "kyrgyz republic": "Kyrgyzstan",
    "czech republic": "Czechia",
    "united states": "United States",
    "the netherlands": "Netherlands",
    "u.s.": "United States",
    "syrian arab republic": "Syria",
    "islamic republic of iran": "Iran",
    "viet nam": "Vietnam",
    "côte d'ivoire": "Ivory Coast",
    "bosnia and herzegovina": "Bosnia and Herzegovina",
    "new zealand": "New Zealand",
    "north macedonia": "North Macedonia",
    "british virgin islands": "British Virgin Islands",
    "cayman islands": "Cayman Islands",
    "marshall islands": "Marshall Islands",
}
_PLAIN = """
    Afghanistan Albania Algeria Armenia Australia Austria Azerbaijan Bahrain Bangladesh
    Belarus Belgium Belize Bolivia Brazil Bulgaria Cambodia Canada Chile Colombia Croatia Cuba
    Cyprus Czechia Denmark Ecuador Egypt Estonia Ethiopia Finland France Georgia Germany Ghana
    Greece Hungary Iceland India Indonesia Iran Iraq Ireland Israel Italy Japan Jordan
    Kazakhstan Kenya Kuwait Laos Latvia Lebanon Liechtenstein Lithuania Luxembourg Malaysia
    Mali Malta Mexico Moldova Mongolia Montenegro Morocco Nepal Netherlands Nicaragua Nigeria
    Norway Oman Pakistan Panama Peru Philippines Poland Portugal Qatar Romania Serbia
    Seychelles Singapore Slovakia Slovenia Spain Sudan Sweden Switzerland Syria Tajikistan
    Libya Malawi Angola Cameroon Honduras Guatemala Djibouti Eritrea Somalia Senegal Jamaica
    Tanzania Thailand Tunisia Turkmenistan Ukraine Uzbekistan Venezuela Vietnam Yemen Zimbabwe
"""
_NAMES |= {name.lower(): name for name in _PLAIN.split()}
_NAMES |= {"south africa": "South Africa", "saudi arabia": "Saudi Arabia", "sri lanka": "Sri Lanka"}
_ANY = "|".join(
    re.escape(name).replace("'", "['’]") for name in sorted(_NAMES, key=len, reverse=True)
)
_DESTINATION = re.compile(
    rf"(?:under (?:the )?(?:destination of |heading of |country heading )?(?:the )?"
    rf"|destination of (?:the )?|\bCountry(?: or Region)?: |in (?=[A-Z][\w ]{{1,60}}:))"
    rf"({_ANY})(?![\w-])(?! \(\d+\),)"
    rf"|^[^\w\n]*({_ANY})[^\w\n]*(?:\(\d+\)[^\w\n]*)?$",
    re.IGNORECASE | re.MULTILINE,
)
_ADDRESS_END = re.compile(
    rf"[.,]?[\s,]++[^;\n]{{0,220}}?(?<=[ ,])({_ANY})(?=[.;,)\s”\"]|$)(?-i:(?! [A-Z][a-z]))",
    re.IGNORECASE,
)
_TOWN = re.compile(r"[A-Z][^\s,]*(?: (?:[A-Z][^\s,]*|de|of|al)){0,3}")
"""A part of an address without a number: `Kuala Lumpur`."""
_ADDRESS_WORD = re.compile(
    r"\d|\b(?:Road|Rd|Street|St|Avenue|Ave|Building|Bldg|Room|Floor|District|Park|Zone|Box|Tower|Office"
    r"|Province|City|County|Boulevard|Highway|Lane|Plaza|Suite)\b"
)
_OF_COUNTRY = re.compile(
    r"[”\"'’]?,? ?(?:\(?(?:of|(?:located |based |headquartered |registered )?in|from) "
    r"|\(under (?:the )?(?:destination of )?|(?:all |both )?under the destination of |\()"
    rf"(?:the )?(?i:({_ANY}))(?![\w-])"
)
_HEADING_REACH = 6_000

_US_STATES = """
    alabama alaska arizona arkansas california carolina colorado connecticut dakota delaware
    florida georgia hampshire hawaii idaho illinois indiana iowa island jersey kansas kentucky
    louisiana maine maryland massachusetts mexico michigan minnesota mississippi missouri
    montana nebraska nevada ohio oklahoma oregon pennsylvania tennessee texas utah vermont
    virginia washington wisconsin wyoming york
"""
US_STATES = frozenset(_US_STATES.split())
"""The last words of the states' names, in small letters."""


def country_name(text: str) -> str:
    """Give a country's one name here, or nothing: `Türkiye` and `Turkey` are one."""
    return _NAMES.get(text.lower().replace("’", "'"), "")


def country_beside(text: str, position: int) -> str:
    """Give the country in the words right behind a name: `, of China`, `(Russia)`."""
    direct = _OF_COUNTRY.match(text, position)
    return country_name(direct[1]) if direct else ""


def country_after(text: str, position: int) -> str:
    """Give the country that directly follows a name: `... of China`, `(Russia)`, an address."""
    if direct := country_beside(text, position):
        return direct
    address = _ADDRESS_END.match(text, position, position + 300)
    if address is None:
        return ""
    parts = address[0].strip(" .,").split(", ")
    enough = {",": 1, ".": 2}.get(text[position : position + 1], 5)
    towns = enough <= len(parts) < 5 and all(map(_TOWN.fullmatch, parts))
    return country_name(address[1]) if towns or _is_address(address[0]) else ""


_IN_ADDRESS = re.compile(rf"(?<![\w-])(?i:({_ANY}))(?=[.,;)\s]|$)")


def country_of_address(text: str) -> str:
    """Give the country of an address: the last one that it names, or nothing; Hong Kong and Macau
    for themselves. Never raises."""
    told = [country_name(match[1]) for match in _IN_ADDRESS.finditer(text)]
    own = [country for country in told if country in ("Hong Kong", "Macau", "Taiwan")]
    return own[0] if own and told[-1] == "China" else told[-1] if told else ""


def _is_address(text: str) -> bool:
    """Whether what stands before a country tells a place: with a number, and in no sentence."""
    return _ADDRESS_WORD.search(text) is not None and not re.search(
        r"\b(?:and|was|were|is|are|has|have|said|which|who|that|to|its|by|for|with)\b(?! P)", text
    )


_BEFORE = re.compile(
    rf"(?i:({_ANY}))-(?:based|headquartered|registered|incorporated) (?:[a-z-]+ ){{0,4}}$"
    r"|\b(Hong Kong|Singapore|UAE|UK|Macau) (?:[a-z-]+ ){0,2}$"
    r"|\b(U\.?S\.?) (?:defen[cs]e |military |drone |aerospace |technology |tech |chip ){0,2}$"
    r"|\b(Chinese|Russian|Iranian|Dutch|German|Japanese|South Korean|North Korean|Korean|Indian"
    r"|Turkish|British|French|Taiwanese|Israeli|Pakistani|Vietnamese|Malaysian|Singaporean|Emirati|Italian"
    r"|Swiss|Spanish|Belarusian|Kazakh|Syrian|Polish|Swedish|Canadian|Mexican|American)"
    r"(?: [a-z-]+){0,4} $"
)
_NATIONS = {
    "Chinese": "China", "Russian": "Russia", "Iranian": "Iran", "Dutch": "Netherlands",
    "German": "Germany", "Japanese": "Japan", "South Korean": "South Korea",
    "North Korean": "North Korea", "Korean": "South Korea", "Indian": "India", "Turkish": "Turkey",
    "British": "United Kingdom", "French": "France", "Taiwanese": "Taiwan", "Israeli": "Israel",
    "Pakistani": "Pakistan", "Vietnamese": "Vietnam", "Malaysian": "Malaysia",
    "Singaporean": "Singapore", "Emirati": "United Arab Emirates", "Italian": "Italy",
    "Swiss": "Switzerland", "Spanish": "Spain", "Belarusian": "Belarus", "Kazakh": "Kazakhstan",
    "Syrian": "Syria", "Polish": "Poland", "Swedish": "Sweden", "Canadian": "Canada",
    "Mexican": "Mexico", "American": "United States",
}  # fmt: skip


def country_before(text: str, position: int) -> str:
    """Give the country that a name's beginning tells: `Chinese chipmaker ...`, `Dubai-...`."""
    found = _BEFORE.search(text, max(0, position - 60), position)
    if found is None:
        return ""
    based, adjective, american, nation = found.groups()
    if based or adjective:
        return country_name(based or adjective)
    return "United States" if american else _NATIONS[nation]


_CHINESE = {
    "美国": "United States", "英国": "United Kingdom", "日本": "Japan", "韩国": "South Korea",
    "荷兰": "Netherlands", "德国": "Germany", "法国": "France", "加拿大": "Canada",
    "俄罗斯": "Russia", "伊朗": "Iran", "中国": "China",
}  # fmt: skip
_OF_CHINESE = re.compile(rf"({'|'.join(_CHINESE)})(?:军工|国防)?(?:实体|公司|企业)")


def chinese_country(text: str) -> str:
    """Give the one country whose companies a Chinese text says it lists (`美国实体`)."""
    told = {_CHINESE[match[1]] for match in _OF_CHINESE.finditer(text)}
    return told.pop() if len(told) == 1 else ""


_TOLD = re.compile(
    rf"\b({'|'.join(sorted(_NATIONS, key=len, reverse=True))})\b"
    rf"|\b(?:in|from|under|of) (?:the )?(?:destination of )?(?:the )?(?i:({_ANY}))(?![\w-])"
    rf"|(?<![\w-])(?i:({_ANY}))(?:-(?:based|registered|headquartered)|['’]s )"
)


_AND_MORE = re.compile(rf"(?:,|,? (?:and|or)) (?:in |from |the )*(?i:{_ANY})(?![\w-])")


def country_in(text: str) -> str:
    """Give the one country that a text tells its companies are of, or nothing where it tells of
    none or several."""
    told = {
        _NATIONS[match[1]] if match[1] else country_name(match[2] or match[3])
        for match in _TOLD.finditer(text)
        if not _AND_MORE.match(text, match.end())
    }
    return told.pop() if len(told) == 1 else ""


def is_nationality(word: str) -> bool:
    """Whether a word is an adjective of a country (`Chinese`)."""
    return word in _NATIONS


class Destinations:
    """The destinations under which a rule lists what it lists, by their place in the text."""

    def __init__(self, text: str) -> None:
        found = list(_DESTINATION.finditer(text))
        self._places = [match.start() for match in found]
        self._countries = [country_name(match[1] or match[2]) for match in found]

    def before(self, position: int) -> str:
        """Give the destination last named before a place, unless that is far, or nothing."""
        index = bisect_left(self._places, position) - 1
        near = index >= 0 and position - self._places[index] <= _HEADING_REACH
        return self._countries[index] if near else ""
