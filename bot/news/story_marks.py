"""What identifies a matter in a headline: numbers of documents, months, amounts, named parties.

Two headlines whose marks exclude each other tell two matters, however alike they are: "General
License 13L" and "General License 8K". A mark that only one of them has excludes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from bot.news.folding import fold
from bot.news.licence_numbers import licence_numbers

_DATE = re.compile(
    r"\b(?:(?P<term>(?i:until|till|by|from|since|through|before|starting)) )?"
    r"(?:(?P<month>January|February|April|June|July|August|September|October|November|December"
    r"|(?:March|May)(?= \d|['’]s|$)|(?<=\bin |\bof )(?:March|May))\b"
    r"(?: \d{1,2}\b)?(?:,? (?P<of>20\d\d))?"
    r"|(?:FY ?)?(?P<year>(?:19|20)\d\d)(?![\w-]))"
)
"""Months and years; those of a term ("until November 2026") are not those of the event."""

_STATES = (
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii"
    "|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan"
    "|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico"
    "|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island"
    "|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington State"
    "|West Virginia|Wisconsin|Wyoming"
)
_PEOPLE = (
    "m[ae]n|wom[ae]n|residents?|couple|brothers|businessm[ae]n|engineer|executives?|compan(?:y|ies)"
    "|firms?|manufacturer|maker|exporter|distributor|dealer|supplier|university|professor"
)
_KINDS = {
    kind: re.compile(pattern, re.IGNORECASE)
    for kind, pattern in {
        "bill": r"\b((?:H\.? ?R\.?|H\.?(?: ?J\.?)? ?Res\.?|S\.) ?\d{1,5})\b",
        "order": r"\b(?:E\.?O\.?|executive order)(?: no\.)? ?(\d{5})\b",
        "document": r"(?<![\w-])(20\d\d-\d{5})(?![\w-])",
        "announcement": r"\bannouncement(?: no\.?| number)? ?#?(\d{1,3})\b",
        "eccn": r"(?<!\w)(\d[A-E]\d{3})(?!\d)",
        "category": r"\bcategor(?:y|ies) ([IVX]+|\d)\b",
        "case": r"\b(?:docket|case|file|investigation|inv\.|complaint)"
        r"(?: (?:nos?\.?|numbers?))?:? ?"
        r"((?=[\w:-]*\d[\w:-]*-|[\w-]*-[\w-]*\d)[A-Z0-9][\w:-]+)",
        "quarter": r"\b(Q[1-4]|(?:first|second|third|fourth)[ -]quarter)\b",
        "footnote": r"\bfootnote (\d)\b",
        "part": r"\bpart (\d{3,4})\b",
        "home": rf"\b({_STATES}) (?:{_PEOPLE})\b",
    }.items()
}
_QUARTERS = {"first": "q1", "second": "q2", "third": "q3", "fourth": "q4"}
_MATTER = re.compile(r"\bin the matter of:? ?(.+?)(?:[;,:]|\bOrder\b|$)", re.IGNORECASE)
_DENIED = re.compile(
    r"\b(?:order|renewal)[^;:]{0,60}\bexport privileges(?: (?:of|against))? ?[:;,-]? ?(.+)$",
    re.IGNORECASE,
)
_VERSUS = re.compile(r"^(?:United States|U\.S\.|USA?) v\. (.+?)(?:[;,:]|$)")


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of a headline: values by kind, and the words of the party of a matter."""

    values: frozenset[tuple[str, str]]
    party: frozenset[str]


@lru_cache(maxsize=4_096)
def marks(title: str) -> Marks:
    """Read the marks of a headline. Never raises."""
    values = {
        (kind, _plain(kind, found[1]))
        for kind, pattern in _KINDS.items()
        for found in pattern.finditer(title)
    }
    values |= {("general licence", each.number.lower()) for each in licence_numbers(title)}
    for found in _DATE.finditer(title):
        term = "term " if found["term"] else ""
        year = found["year"] or found["of"]
        values |= {(f"{term}month", found["month"])} if found["month"] else set()
        values |= {(f"{term}year", year)} if year else set()
    party = _MATTER.search(title) or _DENIED.search(title) or _VERSUS.search(title)
    return Marks(frozenset(values), frozenset(fold(party[1]).split()) if party else frozenset())


def exclude(one: Marks, other: Marks) -> bool:
    """Whether two headlines cannot be of one matter: of some kind, both have marks, none shared."""
    kinds = {kind for kind, _ in one.values} & {kind for kind, _ in other.values}
    shared = {kind for kind, _ in one.values & other.values}
    if kinds - shared:
        return True
    return bool(one.party and other.party) and not _one_party(one.party, other.party)


def _one_party(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether one party's name is told within the other's."""
    return set(one) <= set(other) or set(other) <= set(one)


def _plain(kind: str, value: str) -> str:
    folded = "".join(fold(value).split())
    return _QUARTERS.get(folded.removesuffix("quarter"), folded) if kind == "quarter" else folded
