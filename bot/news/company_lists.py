"""Companies that a text lists without a legal form: "toolmakers, including A, B and C".

What stands before a list says that companies follow; where it says less ("three are:"), a name must
have a word that no dictionary has, or its own script in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.news.company_names import ORGANISATION, start_of_name
from bot.news.countries import (
    US_STATES,
    country_after,
    country_before,
    country_in,
    country_name,
    is_nationality,
)
from bot.news.folding import is_cjk
from bot.news.tables import read_table
from bot.news.unlisted import unlisted

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
_WORD = r"[A-ZÀ-ÖØ-ÞĀ-Ž](?:[^\s.,;:$()“”\"•—]|\.(?=\w)){0,40}"
_NAME = re.compile(
    rf"{_WORD}(?:(?: (?:of|de|&)(?: the)?)? (?:{_WORD}|\({_WORD}\)(?= {_WORD}))){{0,8}}"
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
    r",? (?:both|all)(?: \w+){0,2} (?:of|in) (?:the )?([A-Z]\w*(?: [A-Z]\w*){0,3})"
)
_OWNED = re.compile(r"[’']s ")
_OF_PLACE = re.compile(r" of (?:the )?(.+)$")
_ENDING = re.compile(r"(?:[’']s?|[.!?])$")
_CAPITALS = re.compile(r"(?<![-–])[A-Z]")
_NO_LETTERS = re.compile(r"[\W\d_]+")
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
    rf"|(?P<comma>{_MANY}|{_ONE}), (?=[A-Z])"
    r"|\b(?P<they>They|These|Those(?: \w+)?|[Aa]mong (?:them|those \w+))"
    r" (?:include|are|were) (?=[A-Z])"
    r"|\b(?P<acted>add(?:s|ed|ing)|blacklist(?:s|ed|ing)|list(?:ed|ing)|sanction(?:s|ed|ing)"
    r"|designat(?:es|ed|ing)|penali[sz](?:es|ed|ing)|fin(?:es|ed|ing)) (?=[A-Z]))"
)
_BY_COUNTRY = re.compile(r"(?<=[ \n])([A-Z][\w. ]{2,30}) \((?=[A-Z][^()\d]{3,300}\))")
_BLOCK = re.compile(r"(?<=[\w)]):(?=\s)")
_IN_SCRIPT = re.compile(r"(?<=\w) (?=\([\u4e00-\u9fff]{4,40}\))")
_ENTRY = re.compile(r"(?:^|[;•]) ?(?:\(?\d{1,3}[.)] )?(?=[A-Z][^;\n,]{3,120}, )", re.MULTILINE)
_WORDS = {
    name: frozenset(words.split()) for name, words in read_table("company_words.toml").items()
}
_NOT_NAMES, _TOWNS, _BUSINESS = (_WORDS[name] for name in ("no_name", "town", "business"))
_NOT_FIRST = re.compile(
    r"(?:Reps?|Sens?|Mr|Ms|Mrs|Dr|Gov|Under|Deputy|Assistant|Secretary|President|Senator|Minister"
    r"|Director|Chair\w*|CEO|Chief|FBI|License|Country|Supplement|Part|Section|Category|Entity List"
    r"|Military End|Unverified|Export|Department|Ministry|Bureau|Office of|Commission|Committee"
    r"|Congress|Parliament|Council|General License|Executive Order|Foreign|Missile|Wassenaar)\b"
)

_MOST = 60
_REACH = 6_000
_MANY_BEFORE = re.compile(_MANY)
_OF_A_PERSON = re.compile(
    r"(?:developer|designer|provider|supplier|distributor|vendor) $", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A name in a list, its place, and the country that stands over the list; `firm`: the list is
    that country's own, whatever stands behind the name."""

    name: str
    start: int
    end: int
    country: str = ""
    firm: bool = False


def listed_in(body: str, *, title: bool = False) -> Iterator[Listed]:
    """Give the names in lists, in no order; some may overlap."""
    large = title and _is_large(body)
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
        over = body[max(0, found.end() - 80) : found.end()]
        yield from _block(body, found.end(), country_in(over))
    yield from _in_script(body)
    if not title:
        yield from _with_address(body)


def _by_country(body: str) -> Iterator[Listed]:
    """Give the names of lists by country: `China (A, B) and Iran (C)`."""
    for found in _BY_COUNTRY.finditer(body):
        country = country_name(found[1].rpartition(" from ")[2].removeprefix("the "))
        if country:
            close = body.find(")", found.end())
            for one in _run(body, found.end(), country, stop=close):
                if " " in one.name or _is_telling(one.name):
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
        one = _name(body, found.end(), len(body), "")
        if one and " " in one.name and _is_telling(one.name) and country_after(body, one.end):
            yield one


def _is_large(body: str) -> bool:
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
    country = country_before(body, noun) or country_in(hint[0]) or country_in(over)
    for one in found:
        yield one if one.country else replace(one, country=country)


def _announced(body: str, hint: re.Match[str], *, large: bool) -> Iterator[Listed]:
    """Give the names that words announce, without a country that these tell."""
    kind = str(hint.lastgroup)
    if kind == "says":
        if hint["gap"].startswith(" of "):
            yield from _run(body, hint.start("gap") + 4, large=large, single=True)
        listing = hint["says"].startswith(":")
        if listing and large:
            return
        found = _run(body, hint.end(), large=large)
        yield from _block(body, hint.end(), "", sure=True) if listing else ()
        yield from found if not listing or len(found) > 1 else ()
        return
    if kind == "they" and not _MANY_BEFORE.search(body, max(0, hint.start() - 200), hint.start()):
        return
    found = _run(body, hint.end(), large=large, single=kind in _SINGLE)
    if kind in ("beside", "they") and len(found) < 2 and not large:
        return
    for one in found:
        person = kind in _OF_ANYBODY or (kind == "one" and _OF_A_PERSON.search(hint[0]))
        if not person or (kind == "one" and " " not in one.name) or _is_business(one.name):
            yield one


_SINGLE = ("one", "based")
_ANNOUNCES_AGAIN = ("one", "based", "units", "denied", "acted", "comma")
_OF_ANYBODY = ("denied", "comma", "acted")
"""What people are listed after as well, and agencies that speak."""


def _run(
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
    while len(names) < most:
        own = country
        lead = _LEAD.match(body, at, stop)
        if lead:
            own = country_in(lead[0]) or country
            at = lead.end()
        found = _name(body, at, stop, own)
        if found is not None and large:
            found = _without_words(found)
        if found is None:
            break
        names.append(found)
        at = _past_brackets(body, found.end, stop)
        following = _NEXT.match(body, at, stop)
        if following is None or (single and not _LEAD.match(body, following.end(), stop)):
            break
        ends = _AND_LAST.match(body, at, stop) is not None
        at = following.end()
        if ends:
            left = most - len(names)
            more = _run(body, at, country, stop=stop, large=large, single=True, most=left)
            names += more
            at = more[-1].end if more else at
            break
    return _all_of(body, at, stop, names)


def _all_of(body: str, at: int, stop: int, names: list[Listed]) -> list[Listed]:
    """Give names the country that is told of all of them: `A, B and C, all in China`."""
    together = _TOGETHER.match(body, at, stop)
    common = country_name(together[1]) if together else ""
    return [replace(one, country=common) for one in names] if common else names


def _past_brackets(body: str, at: int, stop: int) -> int:
    """Give the place behind what belongs to a name: its other names, its country."""
    bracket = _BRACKET.match(body, at, stop)
    at = bracket.end() if bracket else at
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
        found = _name(body, marker.end(), segment.end(), country)
        if found is None or not _AFTER_NAME.match(body, found.end):
            break
        if sure or _is_telling(found.name) or _has_script(body, found.end):
            names.append(found)
        at = segment.end()
    if len(names) < 2:
        return []
    return _all_of(body, _past_brackets(body, names[-1].end, stop), stop, names)


def _has_script(body: str, at: int) -> bool:
    return body[at : at + 2] == " (" and is_cjk(body[at + 2 : at + 6])


def _name(body: str, at: int, stop: int, country: str) -> Listed | None:
    """Read one name; none where it is a place, a date, an office or a person's title."""
    match = _NAME.match(body, at, stop)
    if match is None:
        return None
    start, name = match.start(), match[0]
    if owned := _OWNED.search(name):
        owner = name[: owned.start()]
        if country_name(owner):
            country, name = country_name(owner), name[owned.end() :]
            start += owned.end()
        else:
            name = owner
    place = _OF_PLACE.search(name)
    if place and country_name(place[1]):
        name = name[: place.start()]
    name = _ENDING.sub("", name)
    words = name.split(" ")
    while words and (is_nationality(words[0]) or words[0].lower() in _NOT_NAMES):
        start += len(words[0]) + 1
        words = words[1:]
    name = " ".join(words)
    if len(name) < 3 or country_name(name) or name.lower() in _TOWNS or _NOT_FIRST.match(name):
        return None
    if words[-1].lower() in _NOT_NAMES or name.lower() in US_STATES | _BUSINESS:
        return None
    return Listed(name, start, start + len(name), country)


def _without_words(found: Listed) -> Listed | None:
    """Keep of a name in a headline what is no word: `Naura Tells US Staff` is Naura."""
    words = found.name.split(" ")
    kept = 0
    while kept < len(words) and _is_no_word(words[kept]):
        kept += 1
    while 0 < kept < len(words) and words[kept].lower() in _BUSINESS:
        kept += 1
    name = " ".join(words[:kept])
    return replace(found, name=name, end=found.start + len(name)) if name else None


def _is_no_word(word: str) -> bool:
    return bool(unlisted(word.lower())) or _CAPITALS.search(word, 1) is not None


def _is_telling(name: str) -> bool:
    """Whether a name tells by itself that it is a company's."""
    return _is_business(name) or bool(unlisted(_NO_LETTERS.sub(" ", name.lower())))


def _is_business(name: str) -> bool:
    """Whether a name of several words ends like a company's."""
    words = name.lower().split(" ")
    return len(words) > 1 and (words[-1] in _BUSINESS or ORGANISATION.search(name) is not None)
