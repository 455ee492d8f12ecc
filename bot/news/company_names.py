"""Where a text names a company: by its legal form, by other names that follow, by its address."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.news.company_aliases import KNOWN_AS
from bot.news.company_forms import BEFORE_CHINESE, BEGINS, CHINESE, FORM, PREFIXED
from bot.news.countries import US_STATES, country_after
from bot.news.folding import is_cjk

Named = tuple[str, int, int]
"""A name, and its place."""

_TOKEN = re.compile(r"\S+")
NAME_WORD = re.compile(r"[(“\"'‘«]?(?:[A-Z0-9ÀÖØ-ÞĀ-ŽА-Я]|[a-z]{1,2}[A-Z])")
_LINK_WORDS = "of and the de du des del da do di e y et la le von van und der für hynix & for"
_LINKS = frozenset(_LINK_WORDS.split())
_STOPS = (".", ";", ":", "!", "?", ",", "”", '"', "—", "–")
_ABBREVIATED = re.compile(
    r"(?:[A-Z]\.)+|(?:St|Bros|Intl|Int'l|Mfg|Tech|Sci|Elec|Ind|Eng|Dr|Mr|Nat'l|No)\."
)
_MARKER = re.compile(r"\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})[.)]|[•·*–—-]|\d{1,3}\.\d{1,3}")
"""The number or bullet before a listed name."""
_DASHES = "—–•"
_MARK_OF_CHINESE = re.compile(r".*[（）、；，。：《》]")
_DESCRIBES = re.compile(
    r".*-(?:based|linked|backed|owned|headquartered|listed|affiliated|controlled|made|born|run|led"
    r"|sanctioned|registered|funded|tied|focused)",
    re.IGNORECASE,
)
_JOINED_WORDS = """
    development export import technology technologies trade trading engineering equipment machinery
    electronics communications services sons company partners design production manufacturing
    telecommunications supply commerce industry industries research space sciences investment
    construction consulting logistics shipping chemical chemicals optics power energy electric
    control automation materials software systems application applications science marketing
    distribution sales transport aerospace aviation marine metals steel mining medicine culture
    information education innovation testing measurement maintenance repair
    """
_JOINED = frozenset(_JOINED_WORDS.split())
"""What "and" joins inside a name: `Research and Development Co.`"""
_MAX_NAME = 130
_MAX_WORDS = 12
_FULL_LINE = 55
"""Characters from which on a line's end may be a break inside a sentence."""
LEAD = re.compile(
    r"(?:(?:The|In|On|By|And|But|For|With|From|To|At|Of|As|If|When|While|After|Before|Under|Against"
    r"|Adding|Adds?|Addition|Removes?|Removing|Chinese|Russian|Iranian|American|Dutch|German"
    r"|Japanese|Korean|Indian|Turkish|British|French|Matter|Order|Agreement|Chipmaker|CEO|Commerce"
    r"|Also|Its|Their|His|Company|Companies|Entity|Firms?|Former|Both|That|This|Sues|Charges|Fines"
    r"|Sanctions|Between|Versus"
    r"|(?:Chief [A-Z][a-z]+ Officer|President|(?:Managing )?Director|Chairman|Owner"
    r"|Founder|General Manager) of|(?:Related|Denied) Persons?|List"
    r"|of|and|the|for|de|du|von|van|e|y|et|& ) |[“\"'‘«, ])*"
)
ORGANISATION = re.compile(
    r"\b(?:University|Universit[éà]|Institute|Laborator(?:y|ies)|Academy|Cent(?:er|re)|Bureau"
    r"|Factory|Plant|Works|Enterprise|Company|Group|Corporation|Association|Foundation|Airlines"
    r"|Airways|Shipyards?|Arsenal|Observatory|College|School|Trust|Agency|Organi[sz]ation)\b"
)
_LISTED = re.compile(
    r"(?:^|[;•]|\.\s)\s*(?:and\s+)?(?:\(\d+\)\s*|[—–•]\s*)?([A-Z][^;\n,]{4,120}),", re.MULTILINE
)
_PREFIX_AFTER = re.compile(r" (?:[A-ZÀ-ÞА-Я]|[\"“«])")


def names_in(body: str) -> Iterator[Named]:
    """Give the names of companies with their places, in no order; some may overlap."""
    for form in FORM.finditer(body):
        start = start_of_name(body, form.start())
        if start < form.start() and not _begins_next(body, start, form):
            yield _one_line(body[start : form.end()]), start, form.end()
    for match in PREFIXED.finditer(body):
        yield _one_line(match[0]), match.start(), match.end()
    for match in KNOWN_AS.finditer(body) if _names_others(body) else ():
        start = start_of_name(body, match.start())
        if start < match.start():
            yield _one_line(body[start : match.start()]), start, match.start()
    for match in _LISTED.finditer(body) if ORGANISATION.search(body) else ():
        if ORGANISATION.search(match[1]) and country_after(body, match.end(1)):
            start = start_of_name(body, match.end(1))
            yield _one_line(body[start : match.end(1)]), start, match.end(1)
    if is_cjk(body):
        for match in CHINESE.finditer(body):
            before = BEFORE_CHINESE.match(match[0])
            start = match.start() + (before.end() if before else 0)
            yield body[start : match.end()].strip("()（）"), start, match.end()


_OTHERWISE = ("k.a", "aka", "k/a", "known as", "formerly", "doing business", "b.a", "b/a", "dba")


def _names_others(body: str) -> bool:
    lowered = body.lower()
    return any(hint in lowered for hint in _OTHERWISE)


def _one_line(name: str) -> str:
    return " ".join(name.split()).strip('“”"«» ') if name[:1] in '“"«' else " ".join(name.split())


def _begins_next(body: str, start: int, form: re.Match[str]) -> bool:
    """Whether a form behind a name is that of the next: `Foo Ltd., PJSC Bar`; or no form at all:
    `Illinois AG`."""
    name = body[start : form.start()]
    if len(form[0].strip(" ,")) < 3 and name.rsplit(" ", 1)[-1].lower() in US_STATES:
        return True
    leads = BEGINS.fullmatch(form[0]) and _PREFIX_AFTER.match(body, form.end())
    return bool(leads) and (form[0].startswith(",") or FORM.search(f"x {name}") is not None)


def start_of_name(body: str, end: int) -> int:
    """Walk back from a name's end over its words; give where the name begins."""
    window = max(0, end - _MAX_NAME)
    start = end
    following = ""
    for word in list(_TOKEN.finditer(body, window, end))[: -_MAX_WORDS - 1 : -1]:
        text = word[0]
        if word.start() == window and window > 0:
            break
        if start == end and text in {"and", "or"}:
            break
        if start < end and _ends_before(body, text, word.end(), start, following):
            break
        mark = _MARK_OF_CHINESE.match(text)
        if mark and NAME_WORD.match(text[mark.end() :]):
            start = word.start() + mark.end()
            break
        if text[0] in _DASHES and NAME_WORD.match(text[1:]):
            start = word.start() + 1
            break
        if not (NAME_WORD.match(text) or text in _LINKS) or _MARKER.fullmatch(text):
            break
        start, following = word.start(), text
        if text[0] in "“\"'‘«":
            break
    lead = LEAD.match(body, start, end)
    start = lead.end() if lead else start
    if body[start] == "(" and ")" not in body[start:end]:
        start += 1
    return start if NAME_WORD.match(body, start, end) else end


def _ends_before(body: str, text: str, end: int, start: int, following: str) -> bool:
    """Whether the word `text`, which ends at `end`, is no part of the name that begins at `start`
    with the word `following`."""
    if text.endswith(_STOPS) and not _ABBREVIATED.fullmatch(text):
        return True
    if _DESCRIBES.fullmatch(text):
        return True
    if text == "and":
        word = re.sub(r"\W", "", following).lower()
        before = body[:end].rsplit(None, 3)[-3:-1]
        twice = before[-1:] == [following] and not NAME_WORD.match(before[0])  # Lark and Lark
        return word not in _JOINED and not twice
    if "\n" in body[end:start]:
        return end - body.rfind("\n", 0, end) <= _FULL_LINE
    return False
