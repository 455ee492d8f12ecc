"""Companies that a text names: by their legal form, or because they are well known.

A name's `key` is the folded name without its legal form: what names are compared by.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace

from bot.news.company_aliases import other_names_after
from bot.news.company_forms import company_key
from bot.news.company_headlines import without_headline
from bot.news.company_lists import listed_in
from bot.news.company_names import ORGANISATION, Named, names_in
from bot.news.company_notices import aliases_to_add, noticed_in
from bot.news.company_records import Record, records_in
from bot.news.countries import Destinations, country_after, country_before, country_name
from bot.news.folding import squeeze
from bot.news.known_companies import fuller, home_of, identity, known_in
from bot.news.listed_names import is_business
from bot.news.model import Company
from bot.news.offices import is_office

__all__ = ["company_key", "find_companies"]

_MAX_TEXT = 400_000
_MAX_NAMES = 3_000
_MAX_COMPANIES = 600
"""The largest additions to the Entity List name some 150 parties, with their aliases."""
_GAP = re.compile(r"\s{3,}")


def find_companies(title: str, text: str) -> tuple[Company, ...]:
    """Find the companies that an entry names, the title's first, each once.

    `country` is the destination under which a rule lists the name, or the one in its address,
    or empty; `aliases` are those given with the name. Never raises.
    """
    found: dict[Hashable, Company] = {}
    for body, is_title in ((title[:_MAX_TEXT], True), (text[:_MAX_TEXT], False)):
        for company in _in_field(_GAP.sub(_narrow, body), title=is_title):
            if is_office(company.name):
                continue
            same = identity(company.key)
            if home := home_of(company.key):
                company = replace(company, country=home)
            known = found.get(same)
            if known is not None:
                company = _merge(known, company)
            if known is not None or len(found) < _MAX_COMPANIES:
                found[same] = company
    return tuple(found.values())


def _narrow(gap: re.Match[str]) -> str:
    """Close a wide gap (boilerplate leaves one): it parts nothing more than a narrow one does, and
    each pattern that begins with spaces would be tried from all of them."""
    return "\n" if "\n" in gap[0] else " "


def _merge(known: Company, again: Company) -> Company:
    """Join two mentions of one company under the fuller name; the other is an alias of it."""
    name = fuller(known.name, again.name)
    key = company_key(name)
    others = (known.name, again.name) if known.key != again.key else ()
    aliases = dict.fromkeys((*others, *known.aliases, *again.aliases))
    aliases.pop(name, None)
    return Company(name, key, known.country or again.country, tuple(aliases))


def _in_field(body: str, *, title: bool) -> Iterator[Company]:
    taken: list[tuple[int, int]] = []
    for company, start, end in _named(body, title=title):
        taken.append((start, end))
        yield company
    for company, at in known_in(body):
        # "Beijing Naura Magnetoelectric" is another company than Naura.
        if not any(start < at < end for start, end in taken):
            yield company


_AND = re.compile(r",? (?:and|or|&) ")
_BOTH = re.compile(r",? (?:both|all)(?: \w+)? (?:of|in) (?:the )?")


def _named(body: str, *, title: bool) -> Iterator[tuple[Company, int, int]]:
    """Give the companies that are named with a legal form or the like, with the place of the name
    and what belongs to it."""
    records = () if title else records_in(body)
    found_in_lists = [*listed_in(body, title=title), *(() if title else noticed_in(body))]
    found_in_lists.sort(key=lambda one: bool(one.country))  # of two at one place that with most
    in_lists = {(one.start, one.end): one for one in found_in_lists}
    names = _apart(body, [(one.name, one.start, one.end) for one in in_lists.values()], records)
    if not names and not records:
        return
    listed = Destinations(body)
    for one in records:
        if one.name:
            country = one.country or listed.before(one.start)
            company = Company(one.name, company_key(one.name), country, one.aliases)
            yield company, one.start, one.after
    over = {one.start: one for one in in_lists.values()}
    added = aliases_to_add(body)
    found: list[tuple[Company, int, int]] = []
    following = ""
    last = len(body) + 1
    for name, start, end in reversed(names):
        own = over[start].aliases if start in over else ()
        others, after = other_names_after(body, name, end)
        aliases = tuple(dict.fromkeys((*own, *others, *added.get(start, ()))))
        country = country_after(body, after) or _of_both(body, after)
        if not country and _AND.fullmatch(body, after, min(last, after + 8)) and last < len(body):
            country = following
        if start in over and over[start].firm:
            country = over[start].country
        following, last = country, start
        company = Company(
            name,
            company_key(name),
            country
            or (over[start].country if start in over else "")
            or country_before(body, start)
            or listed.before(start),
            aliases,
        )
        found.append((company, start, after))
    yield from reversed(found)


def _of_both(body: str, after: int) -> str:
    both = _BOTH.match(body, after)
    return country_after(body, both.end() - len(" of ")) if both else ""


_PERSON_AFTER = re.compile(
    r"\s*\((?:[\w ]+ )?(?:individual|national|citizen)\)"
    r"|,? (?:its |their |the |an? )?(?i:chief [a-z]+ officer|president|director|ceo|owner|founder"
    r"|chairman|chairwoman|general manager|managing director|employee|shareholder)\b"
)


def _apart(body: str, in_lists: Sequence[Named], records: Sequence[Record]) -> list[Named]:
    """Give the names by place: of those that overlap the first and longest, and none that is
    another's alias, or in the entry of an official list what is no company's by its own words."""
    starts = [record.start for record in records]
    by_form = (without_headline(body, found) for found in names_in(body))
    names = sorted((*by_form, *in_lists), key=lambda found: (found[1], -found[2]))
    kept: list[Named] = []
    end = -1
    for name, start, stop in names[:_MAX_NAMES]:
        key = company_key(name)
        if start < end or len(key) < 2 or key.isdigit() or country_name(key):
            continue
        formed = key != squeeze(name) or is_business(name) or ORGANISATION.search(name)
        if not formed and _PERSON_AFTER.match(body, stop):
            continue
        inside = bisect_right(starts, start) - 1
        if inside >= 0 and start < records[inside].end:
            record = records[inside]
            if start < record.after or not formed or name in record.aliases:
                continue
        kept.append((name, start, stop))
        end = other_names_after(body, name, stop)[1]
    return kept
