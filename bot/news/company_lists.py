"""Companies that a text lists without a legal form: "toolmakers, including A, B and C".

What stands before a list says that companies follow; where it says less ("three are:"), a name must
have a word that no dictionary has, or its own script in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from bot.news.company_aliases import aliases_after
from bot.news.company_forms import FORM
from bot.news.company_names import start_of_name
from bot.news.countries import (
    country_after,
    country_before,
    country_in,
    country_name,
)
from bot.news.folding import is_cjk
from bot.news.listed_names import (
    Listed,
    has_script,
    is_business,
    is_telling,
    name_at,
    without_words,
)

_MAKER = r"(?<!law)(?<!Law)(?<!olicy)(?<!eace)(?<!film)(?<!Film)maker"
_MANY = (
    rf"(?:{_MAKER}s|(?<![\w-])(?:companies|firms|entities|parties"
    r"|suppliers|subsidiaries|affiliates|units|manufacturers|distributors|designers|developers"
    r"|producers|providers|foundries|start-?ups|vendors|resellers|importers|exporters|operators"
    r"|rivals|customers|institutes|universities|groups|persons|additions|conglomerates|shippers))"
)
_ONE = (
    rf"(?:{_MAKER}|(?<![\w-])(?:company|firm|manufacturer|foundry|start-?up|supplier|developer"
    r"|designer|producer|provider|giant|distributor|subsidiary|conglomerate|vendor|reseller))"
)
_GAP = r"[^.;:\n]{0,110}?"
_SAYS = (
    r"(?:,? (?:including|such as|namely|notably|among them|like|includes?|are|were)(?: the)? |: ?)"
)
_KINDS = rf"(?:{_MANY}|{_ONE})"
_LEAD = re.compile(
    r"(?:the |its |their )?(?:(?:[a-z\d][\w’'-]*|[A-Z][a-z]+(?= [a-z])) ){0,5}?"
    r"(?:(?:[A-Z]\w+ )?[A-Z]\w+-(?:based|registered|headquartered)"
    rf"|(?i:{_KINDS})|(?:units|subsidiaries|affiliates|branches|arms?|parts) of) (?=[A-Z])"
)
_AND_LAST = re.compile(r"(?:,)? and\s")
_BRACKET = re.compile(r"\s?\([^()\n]{1,160}\)")
_OF = re.compile(r" (?:of|in) (?:the )?([A-Z][\w.]*(?: [A-Z][\w.]*){0,2})")
_TOGETHER = re.compile(
    r",? (?:both|all)(?: \w+){0,2} (?:of|in|under(?: the destination of)?) (?:the )?"
    r"([A-Z]\w*(?: [A-Z]\w*){0,3})"
)
_NEXT = re.compile(r"(?:,? and|,|;(?: and)?)\s+(?:the (?=[A-Z]))?")
_MARKER = re.compile(
    r"\s*(?:and\s+)?(?:(?:•|\*|[-–—]|\(?\d{1,3}[.)]|\([a-z]\))\s*)?(?:and\s+(?=[A-Z(]))?"
)
_SPACE = re.compile(r"\s*(?:and\s*\n\s*)?")
_SEGMENT = re.compile(r"[^;\n]{2,600}(?:;|\n|$)")
_AFTER_NAME = re.compile(r"\s*(?:[,;(\n.]|$|of (?:the )?[A-Z])")
# Where a hint may begin at all: its many branches are tried at each letter otherwise, which takes
# three times as long.
_BEGIN = (
    r"(?:(?<!\w)|(?=[-mMuUsSaAeEpP])"
    r"(?=-|(?i:maker|units|subsidiaries|affiliates)|(?:export )?privileges of))"
)
_HINTED = re.compile(
    rf"{_BEGIN}(?:(?P<many>(?i:{_MANY}))(?P<gap>{_GAP})(?P<says>{_SAYS})"
    rf"|(?P<beside>{_MANY}) (?=[A-Z])"
    rf"|(?P<one>(?i:{_ONE})) (?=[A-Z])"
    r"|-(?P<based>based|registered|headquartered) (?=[A-Z])"
    r"|(?P<units>units|subsidiaries|affiliates) of (?=[A-Z])"
    r"|(?P<denied>export privileges of|privileges of) (?=[A-Z])"
    rf"|(?P<comma>{_MANY}|{_ONE}|(?:listed|denied|sanctioned) (?:party|person)), (?=[A-Z])"
    r"|\b(?P<they>They|These|Those(?: \w+)?|[Aa]mong (?:them|those \w+))"
    r" (?:include|are|were) (?=[A-Z])"
    r"|\b(?P<acted>add(?:s|ed|ing)|blacklist(?:s|ed|ing)|list(?:ed|ing)|sanction(?:s|ed|ing)"
    r"|designat(?:es|ed|ing)|penali[sz](?:es|ed|ing)|fin(?:es|ed|ing)) (?=[A-Z]))"
)
_BY_COUNTRY = re.compile(r"(?<=[ \n])([A-Z][\w. ]{2,30}) \((?=[A-Z][^()\d]{3,300}\))")
_BLOCK = re.compile(r"(?<=[\w)]):(?=\s)")
_IN_SCRIPT = re.compile(r"(?<=\w) (?=\([\u4e00-\u9fff]{4,40}\))")
_ENTRY = re.compile(r"(?:^|[;•]) ?(?:\(?\d{1,3}[.)] )?(?=[A-Z][^;\n,]{3,120}, )", re.MULTILINE)
_MOST = 60
_REACH = 6_000
_MANY_BEFORE = re.compile(_MANY)
_OF_A_PERSON = re.compile(
    r"(?:developer|designer|provider|supplier|distributor|vendor) $", re.IGNORECASE
)


def listed_in(body: str, *, title: bool = False) -> Iterator[Listed]:
    """Give the names in lists, in no order; some may overlap."""
    large = title and is_large(body)
    read: dict[tuple[str, bool], int] = {}
    for hint in _HINTED.finditer(body):
        like = str(hint.lastgroup), _OF_A_PERSON.search(hint[0]) is not None
        # A hint inside what one like it has announced announces the rest of the same names again.
        if like[0] not in _ANNOUNCES_AGAIN or hint.end() > read.get(like, 0):
            names = list(_from_hint(body, hint, large=large))
            read[like] = names[-1].end if names else 0
            yield from names
    yield from _by_country(body)
    for found in _BLOCK.finditer(body) if not title else ():
        yield from _block(body, found.end(), _country_over(body, found.end()))
    yield from _in_script(body)
    if not title:
        yield from _with_address(body)


def _country_over(body: str, at: int) -> str:
    """Give the country that the words before a colon tell: `4 U.S. entities are added:`"""
    first = max(0, at - 80)
    nouns = [noun.start() for noun in _MANY_BEFORE.finditer(body, first, at)]
    return country_in(body[first:at]) or (country_before(body, nouns[-1]) if nouns else "")


def _by_country(body: str) -> Iterator[Listed]:
    """Give the names of lists by country: `China (A, B) and Iran (C)`."""
    for found in _BY_COUNTRY.finditer(body):
        country = country_name(found[1].rpartition(" from ")[2].removeprefix("the "))
        if country:
            close = body.find(")", found.end())
            for one in names_from(body, found.end(), country, stop=close):
                if " " in one.name or is_telling(one.name):
                    yield replace(one, firm=True)


def _in_script(body: str) -> Iterator[Listed]:
    """Give the names with their writing in Chinese behind."""
    for found in _IN_SCRIPT.finditer(body) if is_cjk(body) else ():
        start = start_of_name(body, found.start())
        if start < found.start():
            yield Listed(body[start : found.start()], start, found.start())


def _with_address(body: str) -> Iterator[Listed]:
    """Give the names of a list's entries, which their address follows."""
    for found in _ENTRY.finditer(body):
        one = name_at(body, found.end(), len(body), "")
        if one and " " in one.name and is_telling(one.name) and country_after(body, one.end):
            yield one


def is_large(body: str) -> bool:
    """Whether most words of a headline are written large, so that a large letter tells nothing."""
    words = [word for word in body.split() if len(word) > 3 and word[0].isalpha()]
    return sum(word[0].isupper() for word in words) > 0.6 * len(words)


def _from_hint(body: str, hint: re.Match[str], *, large: bool) -> Iterator[Listed]:
    found = list(_announced(body, hint, large=large))
    if not found:
        return
    over = body[max(0, hint.start() - 60) : hint.end()]
    noun = hint.start()
    while noun and body[noun - 1].isalpha():  # `chipmaker` is found by its end
        noun -= 1
    acted = hint.lastgroup in ("acted", "denied")  # "US blacklists A" says nothing of A
    country = (
        ("" if acted else country_before(body, noun)) or country_in(hint[0]) or country_in(over)
    )
    for one in found:
        yield one if one.country else replace(one, country=country)


def _announced(body: str, hint: re.Match[str], *, large: bool) -> Iterator[Listed]:
    """Give the names that words announce, without a country that these tell."""
    kind = str(hint.lastgroup)
    if kind == "says":
        if hint["gap"].startswith(" of "):
            yield from names_from(body, hint.start("gap") + 4, large=large, single=True)
        listing = hint["says"].startswith(":")
        if listing and large:
            return
        block = _block(body, hint.end(), "", sure=True) if listing else []
        found = [] if block else names_from(body, hint.end(), large=large)
        yield from block
        yield from found if not listing or len(found) > 1 else ()
        return
    if kind == "they" and not _MANY_BEFORE.search(body, max(0, hint.start() - 200), hint.start()):
        return
    found = names_from(body, hint.end(), large=large, single=kind in _SINGLE)
    if kind in ("beside", "they") and len(found) < 2 and not large:
        return
    of_firms = kind == "comma" and _OF_FIRMS.match(hint[0]) is not None
    for one in found:
        person = (kind in _OF_ANYBODY and not of_firms) or (
            kind == "one" and _OF_A_PERSON.search(hint[0])
        )
        if not person or (kind == "one" and " " not in one.name) or _tells_firm(one.name):
            yield one


def _tells_firm(name: str) -> bool:
    return is_business(name) or FORM.search(name) is not None


_SINGLE = ("one", "based")
_ANNOUNCES_AGAIN = ("one", "based", "units", "denied", "acted", "comma")
_OF_FIRMS = re.compile(r"subsidiar|units|affiliates", re.IGNORECASE)
_OF_ANYBODY = ("denied", "comma", "acted")
"""What people are listed after as well, and agencies that speak."""


def names_from(
    body: str,
    at: int,
    country: str = "",
    *,
    stop: int = -1,
    large: bool = False,
    single: bool = False,
    most: int = _MOST,
) -> list[Listed]:
    """Read names in the run of a sentence; `single`: one, and such as are announced again."""
    stop = len(body) if stop < 0 else stop
    names: list[Listed] = []
    end = at
    while len(names) < most:
        own = country
        lead = _LEAD.match(body, at, stop)
        if lead:
            own = country_in(lead[0]) or country
            at = lead.end()
        found = name_at(body, at, stop, own)
        if found is not None and large:
            found = without_words(found)
        if found is None:
            break
        found = found if large else _with_form(body, found, stop)
        names.append(found)
        at = end = _past_brackets(body, found.end, stop)
        following = _NEXT.match(body, at, stop)
        if following is None or (single and not _LEAD.match(body, following.end(), stop)):
            break
        ends = _AND_LAST.match(body, at, stop) is not None
        at = following.end()
        if ends:
            left = most - len(names)
            more = names_from(body, at, country, stop=stop, large=large, single=True, most=left)
            names += more
            end = more[-1].end if more else end
            break
    return _all_of(body, end, stop, names)


def _with_form(body: str, found: Listed, stop: int) -> Listed:
    """Take the legal form behind a name to it: `Lanhai Etch, Inc.`, `Orinoco C.A.`"""
    for form in FORM.finditer(body, found.start, min(stop, found.end + 40)):
        if form.start() <= found.end < form.end():
            whole = " ".join(body[found.start : form.end()].split())
            return replace(found, name=whole, end=form.end())
    return found


def _all_of(body: str, at: int, stop: int, names: list[Listed]) -> list[Listed]:
    """Give names the country that is told of all of them: `A, B and C, all in China`."""
    together = _TOGETHER.match(body, at, stop)
    common = country_name(together[1]) if together else ""
    return [replace(one, country=common) for one in names] if common else names


def _past_brackets(body: str, at: int, stop: int) -> int:
    """Give the place behind what belongs to a name: its other names, its country."""
    bracket = _BRACKET.match(body, at, stop)
    at = bracket.end() if bracket else min(aliases_after(body, at)[1], stop)
    of = _OF.match(body, at, stop)
    return of.end() if of and country_name(of[1].rstrip(".")) else at


def _block(body: str, at: int, country: str, *, sure: bool = False) -> list[Listed]:
    """Read names that begin the lines or the parts between semicolons; none where there is but
    one. Where it is not `sure` that companies follow, a name must tell that it is one."""
    names: list[Listed] = []
    stop = min(len(body), at + _REACH)
    for _ in range(_MOST):
        if space := _SPACE.match(body, at, stop):
            at = space.end()
        segment = _SEGMENT.match(body, at, stop)
        marker = _MARKER.match(body, at, stop)
        if segment is None or marker is None:
            break
        found = name_at(body, marker.end(), segment.end(), country)
        if found is None or not _AFTER_NAME.match(body, found.end):
            break
        if sure or is_telling(found.name) or has_script(body, found.end):
            names.append(found)
        at = segment.end()
    if len(names) < 2:
        return []
    return _all_of(body, _past_brackets(body, names[-1].end, stop), stop, names)
