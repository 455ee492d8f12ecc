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
    Tanzania Thailand Tunisia Turkmenistan Ukraine Uzbekistan Venezuela Vietnam Yemen Zimbabwe
"""
_NAMES |= {name.lower(): name for name in _PLAIN.split()}
_NAMES |= {"south africa": "South Africa", "saudi arabia": "Saudi Arabia", "sri lanka": "Sri Lanka"}
_ANY = "|".join(
    re.escape(name).replace("'", "['’]") for name in sorted(_NAMES, key=len, reverse=True)
)
_DESTINATION = re.compile(
    rf"(?:under (?:the )?(?:destinations? of |heading of |country heading )?(?:the )?"
    rf"|destinations? of (?:the )?|in (?=[A-Z][\w ]+:)|^\W*)({_ANY})(?![\w-])",
    re.IGNORECASE | re.MULTILINE,
)
_ADDRESS_END = re.compile(
    rf",? (?:\([^)]{{1,80}}\))?[^;:\n]{{0,160}}?(?<=[ ,])({_ANY})(?=[.;,)\s]|$)", re.IGNORECASE
)
_OF_COUNTRY = re.compile(
    r"[”\"'’]?,? ?(?:\(?(?:of|in|based in|from) |\(under (?:the )?(?:destination of )?|\()"
    rf"(?:the )?(?i:({_ANY}))(?![\w-])"
)
_HEADING_REACH = 6_000


def country_name(text: str) -> str:
    """Give a country's one name here, or nothing: `Türkiye` and `Turkey` are one."""
    return _NAMES.get(text.lower().replace("’", "'"), "")


def country_after(text: str, position: int) -> str:
    """Give the country that directly follows a name: `... of China`, `(Russia)`, an address."""
    direct = _OF_COUNTRY.match(text, position)
    if direct:
        return country_name(direct[1])
    if not text.startswith(",", position):
        return ""
    address = _ADDRESS_END.match(text, position, position + 260)
    return country_name(address[1]) if address and re.search(r"\d", address[0]) else ""


class Destinations:
    """The destinations under which a rule lists what it lists, by their place in the text."""

    def __init__(self, text: str) -> None:
        found = list(_DESTINATION.finditer(text))
        self._places = [match.start() for match in found]
        self._countries = [country_name(match[1]) for match in found]

    def before(self, position: int) -> str:
        """Give the destination last named before a place, unless that is far, or nothing."""
        index = bisect_left(self._places, position) - 1
        near = index >= 0 and position - self._places[index] <= _HEADING_REACH
        return self._countries[index] if near else ""
