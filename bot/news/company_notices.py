"""Names in the sentences of notices: quoted entries of a list that is amended, parties with their
country behind, what an authority determined to add, and Chinese names with Latin ones in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.news.company_forms import BEFORE_CHINESE, FORM
from bot.news.company_lists import names_from
from bot.news.company_names import ORGANISATION, start_of_name
from bot.news.countries import chinese_country, country_beside, country_name, is_nationality
from bot.news.folding import is_cjk
from bot.news.listed_names import BUSINESS, Listed, is_business, name_at

_QUOTED = re.compile(
    r"\b(?:entr(?:y|ies)(?: [a-z]+){0,3} for|adding|removing|revising):? (?=[“\"])"
)
_QUOTE = re.compile(r"[“\"]([A-Z][^”\"\n]{2,160}?)[;,]?[”\"](?:[;,.]?\s(?:and |or )?)?")
_TO_ENTRY = re.compile(
    r"\balias(?:es)? ((?:[“\"][^”\"\n]{2,120}[”\"](?:,? and |, )?){1,8}) (?:is|are) added"
    r"[^.“\"\n]{0,60} entry for (?=[“\"])"
)
_PLACED = re.compile(r",? (?:of|(?:located|based|registered|headquartered) in) (?:the )?(?=[A-Z])")
_TRADES = "|".join(sorted(word.title() for word in BUSINESS))
_COMPANY = re.compile(
    rf" (?:(?:{_TRADES}) Company|(?P<kind>Airlines|Airways|Shipyards?))\b(?!-| [A-Z])"
)
_UNDER = re.compile(
    r"\b(?:entit(?:y|ies)|persons?|compan(?:y|ies)|part(?:y|ies)) under (?:the )?"
    r"(?:destinations? of )?(?:the )?([A-Z][\w’' ]{2,40}?)[,:] (?=[A-Z])"
)
_TO_LIST = r"(?:(?:to|from|on) (?:the|its) (?:[A-Z][\w-]+ ){0,3}[Ll]ist:? )?"
_DETERMINED = re.compile(
    r"\b(?:determined|decided|ordered|resolved) (?:that |to (?:add|include|place|put|list|remove) )"
    rf"{_TO_LIST}(?=[A-Z])"
)
_ACT = re.compile(rf"\bto (?:add|remove) {_TO_LIST}(?=[A-Z])")
_ENTRY_FOR = re.compile(r"\bentr(?:y|ies) for (?:the )?(?=[A-Z])")
_PASSIVE = re.compile(
    r" (?:are|were|is|was|has been|have been|will be) (?:also )?"
    r"(?:placed|put|added|listed|included|designated|blacklisted|removed)\b[^.;\n]{0,60}?\b[Ll]ist\b"
)
_SAID = re.compile(r"(?:^|[.;:]\s|\b(?:said|announced|that)(?: that)? )(?=[A-Z])", re.MULTILINE)
_BESIDE = re.compile(r", (?:along|together) with\b|, as well as\b")
_BOTH_SCRIPTS = re.compile(
    r"([\u4e00-\u9fff·]{2,40}) ?[（(]"
    r"([A-Z][^（）()\n]{2,90}(?:\([^()]{1,20}\)[^（）()\n]{0,40})?)[）)]"
)
_CHINESE_BODY = re.compile(
    r"(?:公司|集[团團]|研究所|研究院|学院|大[学學]|中心|系统|厂|银行|株式会社)$"
)


def noticed_in(body: str) -> Iterator[Listed]:
    """Give the names that a notice's sentences list, in no order; some may overlap."""
    for found in _QUOTED.finditer(body) if "“" in body or '"' in body else ():
        yield from _quoted(body, found.end())
    yield from _by_themselves(body)
    if " under " in body:
        for found in _UNDER.finditer(body):
            if country := country_name(found[1]):
                yield from names_from(body, found.end(), country)
    yield from _acted_on(body)
    if is_cjk(body):
        yield from _in_both_scripts(body)


def aliases_to_add(body: str) -> dict[int, tuple[str, ...]]:
    """Give aliases that an amendment adds, by the place of the name that they are added to."""
    return {
        found.end() + 1: tuple(quote[1].strip(" .,;") for quote in _QUOTE.finditer(found[1] + " "))
        for found in (_TO_ENTRY.finditer(body) if "alias" in body else ())
    }


def _quoted(body: str, at: int) -> Iterator[Listed]:
    while quote := _QUOTE.match(body, at):
        name = quote[1]
        formed = list(FORM.finditer(f"{name} "))
        if name.endswith(".") and not (formed and formed[-1].end() == len(name)):
            name = name[:-1]
        yield Listed(name, quote.start(1), quote.start(1) + len(name))
        at = quote.end()


def _acted_on(body: str) -> Iterator[Listed]:
    """Give the names that an authority adds to a list, or removes."""
    if " to " in body:
        for found in _DETERMINED.finditer(body):
            yield from names_from(body, found.end())
        for found in _ENTRY_FOR.finditer(body):
            one = name_at(body, found.end(), len(body), "")
            yield from (one,) if one else ()
        for found in _ACT.finditer(body):
            yield from (one for one in names_from(body, found.end()) if is_business(one.name))
    for found in _PASSIVE.finditer(body) if "list" in body or "List" in body else ():
        yield from _told_of(body, found.start())


def _by_themselves(body: str) -> Iterator[Listed]:
    """Give names that a country follows, and such as end like a company's or an airline's."""
    for found in _PLACED.finditer(body):
        yield from _placed(body, found)
    for found in _COMPANY.finditer(body):
        start = start_of_name(body, found.end() - len(found["kind"] or "Company") - 1)
        least = found.end() if found["kind"] else found.start()
        if start < found.start() and not is_nationality(body[start:least].split(" ")[0]):
            yield Listed(" ".join(body[start : found.end()].split()), start, found.end())


def _placed(body: str, found: re.Match[str]) -> Iterator[Listed]:
    country = country_beside(body, found.start())
    start = start_of_name(body, found.start()) if country else found.start()
    if start == found.start():
        return
    one = name_at(body, start, found.start(), country)
    if one and one.end == found.start() and is_business(one.name):
        yield one


def _told_of(body: str, end: int) -> Iterator[Listed]:
    """Give the names of a sentence whose verb comes behind: `A and B are placed on its list`."""
    begins = [said.end() for said in _SAID.finditer(body, max(0, end - 300), end)]
    if not begins:
        return
    beside = _BESIDE.search(body, begins[-1], end)
    stop = beside.start() if beside else end
    names = names_from(body, begins[-1], stop=stop)
    if names and names[-1].end == stop:
        yield from (one for one in names if is_business(one.name))


def _in_both_scripts(body: str) -> Iterator[Listed]:
    country = chinese_country(body)
    for found in _BOTH_SCRIPTS.finditer(body):
        latin, chinese = found[2].strip(), BEFORE_CHINESE.sub("", found[1])
        ends = FORM.search(latin) or ORGANISATION.search(latin) or is_business(latin)
        if ends or _CHINESE_BODY.search(chinese):
            yield Listed(
                latin, found.end(1) - len(chinese), found.end(), country, aliases=(chinese,)
            )
