"""Entries of official lists, as OFAC, the United Kingdom, the EU and others publish them: a number
or a label, a name with others, an address, and marks of what is listed.

People, ships and aircraft are listed so too: where they stand, other finders' names are none.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from bot.news.company_aliases import other_names_after
from bot.news.company_forms import FORM
from bot.news.company_names import ORGANISATION
from bot.news.countries import (
    country_after,
    country_beside,
    country_name,
    country_of_address,
    is_nationality,
)
from bot.news.listed_names import is_telling

_MOST = 600
_LONGEST = 3_000
_BEGIN = re.compile(
    r"(?:^|(?<=[.:;\])\d]\s))(?:"
    r"\(?\d{1,4}[.)] +(?=[A-Z“\"«])"
    r"|(?P<label>(?:Organi[sz]ation name|Entity name|Company name|Entity|Name):) ?(?=[A-Z“\"«])"
    r"|(?P<bare>\d{1,4}) (?=[A-Z]\w))",
    re.MULTILINE,
)
_PROSE = re.compile(r"Statement of reasons|UK Statement of Reasons|Designated pursuant|Reasons?:")
_PERSON = re.compile(
    r"\(individual\)|\b(?:DOB|POB|Gender|Passport)\b"
    r"|\b[Nn]ationality:? [A-Z]"
)
_BORN = re.compile(r"\bborn\b")
_SENTENCE = re.compile(r"\. (?=[A-Z])")
_CRAFT = re.compile(
    r"\((?:vessel|aircraft)\)|\bVessel (?:Registration|Type|Year|Flag)|\bIMO number: "
    r"|\bflag of ship|\bAircraft (?:Model|Type|Operator|Manufacturer)"
)
_ENTITY = re.compile(
    r"\[[A-Z][A-Z\d-]{2,}\]|\bOrgani[sz]ation (?:Type|Established)|\bTax ID\b|\bAddress: "
    r"|\b(?:Company|Registration|Identification|Registered) Number\b|Statement of reasons"
    r"|\bListed on: |\bUnique ID|\bType of entity|\bregistered in (?=[A-Z])|\bDate of listing"
    r"|Sanctions List Ref|\bLinked To: "
)
_NAME_MAY_END = re.compile(r"[,(;\n]|:|\.(?=\s|$)|$")
_PART = re.compile(r"\([A-Z][\w ]{0,24}\)(?= [A-Z])")
"""Brackets inside a name: `Harmony (HK) Co.`"""
_SHORTENED = re.compile(r"(?:\b(?:St|Dr|No|Bros|Mfg|Intl|[A-Z])|(?:[A-Z]\.)+[A-Z])$")
_FIELDS = re.compile(
    r"\b(?:[af]\.?k\.?a\.?|Alias(?:es)?|Other names?|(?:Organisation )?[Nn]ame \(non-Latin script\)"
    r"|Non-Latin(?: script)?): ?(.{2,400}?)"
    r"(?=\n|;|$|\.? (?:Address|Regime|Unique ID|Other Information|Country|WMD|Date)\b)"
)
_PARTS = re.compile(r"\s*(?:\(\d{1,2}\)|\b[a-z]\)|;|, (?=[A-Z]))\s*")
_ADDRESS = re.compile(r"\bAddress: ([^\n;]{3,300}?)(?=\. [A-Z][\w ]*:|\n|;|$|\. [A-Z]{2})")
_ADDRESS_END = re.compile(r"[;\[\n]")
_REGISTERED = re.compile(r",? registered in (?:the )?")
_LINE = re.compile(
    r"^[\s‘“\"•*–—-]*([A-Z][^\n]{2,120}?) \(([A-Z][\w .’']{2,40})\)[’”\";,.]*$", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Record:
    """An entry and its place; `name` is empty where no company is listed. `after`: where what
    belongs to the name ends; behind it other companies may be named."""

    start: int
    end: int
    after: int
    name: str = ""
    country: str = ""
    aliases: tuple[str, ...] = ()


def records_in(body: str) -> tuple[Record, ...]:
    """Give the entries of official lists in a text, by place. Never raises."""
    return tuple(sorted({*_numbered(body), *_lines(body)}, key=lambda one: one.start))[:_MOST]


def _numbered(body: str) -> Iterator[Record]:
    begins = list(islice(_BEGIN.finditer(body), _MOST))
    fields = [field.span() for field in _FIELDS.finditer(body)] if begins else []
    begins = [begin for begin in begins if not _is_in(fields, begin.start())]
    ascending = _ascending(begins)
    begins = [begin for begin in begins if not begin["bare"] or begin.start() in ascending]
    stops = [*(begin.start() for begin in begins[1:]), len(body)]
    for begin, stop in zip(begins, stops, strict=False):
        record = _record(body, begin, min(stop, begin.end() + _LONGEST))
        if record is not None:
            yield record


def _is_in(spans: Sequence[tuple[int, int]], place: int) -> bool:
    """Whether a place is in one of the spans, which stand in order."""
    index = bisect_left(spans, (place, 0)) - 1
    return index >= 0 and spans[index][0] < place < spans[index][1]


def _ascending(begins: Iterable[re.Match[str]]) -> set[int]:
    """Give the places of numbers without a stop that go up from one to the next."""
    bare = [begin for begin in begins if begin["bare"]]
    return {
        one.start()
        for first, second in pairwise(bare)
        if int(first["bare"]) < int(second["bare"])
        for one in (first, second)
    }


def _record(body: str, begin: re.Match[str], stop: int) -> Record | None:
    at = begin.end()
    prose = _PROSE.search(body, at, stop)
    told = prose.start() if prose else stop
    end = _name_end(body, at, told)
    name = " ".join(body[at:end].split()).strip('“”"«» ')
    told_first = _SENTENCE.search(body, at, told)
    first = told_first.start() if told_first else told
    person = _PERSON.search(body, at, told) or _BORN.search(body, at, first)
    if person or _CRAFT.search(body, at, told):
        _aliases, after = other_names_after(body, name, end)
        return Record(begin.start(), stop, after)
    of_country = body[end : end + 2] == " (" and country_beside(body, end)
    sure = begin["label"] or of_country or _ENTITY.search(body, at, stop)
    if not sure and not (begin["bare"] and _tells(name)):
        return None
    if not 3 <= len(name) <= 160 or country_name(name) or is_nationality(name.split(" ")[0]):
        return None
    aliases, after = other_names_after(body, name, end)
    for field in _FIELDS.finditer(body, at, told):
        aliases += tuple(filter(None, (p.strip(' .,;“”"') for p in _PARTS.split(field[1]))))
    return Record(
        begin.start(), stop, after, name, _country(body, after, told), tuple(dict.fromkeys(aliases))
    )


def _tells(name: str) -> bool:
    return " " in name and (is_telling(name) or ORGANISATION.search(name) is not None)


def _country(body: str, after: int, stop: int) -> str:
    registered = _REGISTERED.match(body, after, stop)
    if registered:
        return country_of_address(body[registered.end() : stop].split(";")[0])
    address = _ADDRESS.search(body, after, stop)
    if address:
        return country_of_address(address[1])
    if body[after : after + 1] != ",":
        return country_after(body, after)
    end = min(
        (place for mark in ";[\n" if (place := body.find(mark, after, stop)) > 0), default=stop
    )
    return country_of_address(body[after:end])


def _name_end(body: str, at: int, stop: int) -> int:
    """Give where the name ends that begins there; its legal form belongs to it."""
    place = at
    while place < stop:
        end = _NAME_MAY_END.search(body, place, stop)
        if end is None:
            return stop
        form = FORM.match(body, end.start(), stop) if end[0] == "," else None
        if form is None and (part := _PART.match(body, end.start(), stop)):
            place = part.end()
        elif form is not None:
            place = form.end()
        elif end[0] == "." and _is_of_form(body, at, end.end()):
            further = FORM.match(body, end.end(), stop)
            return further.end() if further else end.end()
        elif end[0] == "." and _SHORTENED.search(body, at, end.start()):
            place = end.end()
        else:
            return end.start()
    return stop


def _is_of_form(body: str, at: int, end: int) -> bool:
    """Whether a stop that ends there is a legal form's own."""
    return any(form.end() == end for form in FORM.finditer(body, at, end))


def _lines(body: str) -> Iterator[Record]:
    """Give the names of lines that are a name and a country in brackets, two or more."""
    if "\n" not in body:
        return
    found = [line for line in _LINE.finditer(body) if country_name(line[2].removeprefix("the "))]
    for line in found[:_MOST] if len(found) > 1 else ():
        name = line[1].strip('“”"«»‘’ ')
        yield Record(line.start(1), line.end(), line.end(), name, country_name(line[2]))
