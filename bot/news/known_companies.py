"""Companies that news names without their legal form, in one script or another."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import cache

from bot.news.company_forms import company_key, one_word
from bot.news.folding import fold, is_cjk, squeeze
from bot.news.model import Company
from bot.news.tables import read_table

_NAME_OF_TWO = re.compile(
    r"(?<![\w.])(?:[A-Za-z]*[A-Z][A-Za-z\d]+(?: [A-Za-z]+)?|[А-ЯЁ][\w-]+)(?![\w-])"
)


@cache
def _listed() -> tuple[tuple[Company, tuple[str, ...]], ...]:
    """Read `known_companies.toml`: each company, and its full names without their legal form."""
    return tuple(
        _read(line, country)
        for country, listed in read_table("known_companies.toml").items()
        for line in listed
    )


def _read(line: str, country: str) -> tuple[Company, tuple[str, ...]]:
    short, _, full = line.partition("; ")
    name, _, others = short.partition(" = ")
    also = tuple(filter(None, others.split(", ")))
    company = Company(name, company_key(name), country, also)
    return company, tuple(filter(None, full.split(", ")))


@cache
def well_known() -> Mapping[str, Company]:
    """Give the companies by each of the names that news calls them by."""
    return {name: one for one, _full in _listed() for name in (one.name, *one.aliases)}


@cache
def _by_key() -> Mapping[str, tuple[str, ...]]:
    known: dict[str, tuple[str, ...]] = {}
    for one, full in _listed():
        names = (one.name, *one.aliases, *full)
        known |= dict.fromkeys((one_word(company_key(name)) for name in names), names)
    return known


@cache
def _in_script() -> tuple[tuple[str, Company], ...]:
    return tuple((fold(name), found) for name, found in well_known().items() if is_cjk(name))


def other_names(name: str) -> tuple[str, ...]:
    """Give all names of a company that is known by this one, in any script, the full ones too."""
    return _known_as(company_key(name))


def _known_as(key: str) -> tuple[str, ...]:
    return _by_key().get(one_word(key), ())


def home_of(key: str) -> str:
    """Give the country of a company that is known by a name with this key, or nothing."""
    names = _known_as(key)
    return well_known()[names[0]].country if names else ""


def identity(key: str) -> Hashable:
    """Give what is equal for the keys of all names of one company: of `DJI`, `DJI Technology Co.`
    and `大疆`."""
    return _known_as(key) or key


def fuller(first: str, second: str) -> str:
    """Give of two names of one company the fuller, in Latin script where one is; the first where
    they say as much."""
    return max(first, second, key=_fullness)


def _fullness(name: str) -> tuple[bool, int, bool]:
    key = company_key(name)
    return not is_cjk(name), len(key), key != squeeze(name)


def each_once(companies: Sequence[Company]) -> list[Company]:
    """Leave out a well-known company beside itself under another name (`Inspur Group`, `Inspur`):
    it stands where it is first named, under its fullest name, with its country."""
    kept: dict[Hashable, Company] = {}
    for one in companies:
        same = identity(one.key)
        before = kept.get(same, one)
        name = fuller(before.name, one.name)
        kept[same] = Company(
            name, company_key(name), before.country or one.country, before.aliases + one.aliases
        )
    return list(kept.values())


def known_in(body: str) -> Iterator[tuple[Company, int]]:
    """Give the companies that a text names so, with the place of the name."""
    known = well_known()
    for match in _NAME_OF_TWO.finditer(body):
        if match[0] in known:
            yield known[match[0]], match.start()
            continue
        at = match.start()
        for name in match[0].split(" "):
            if name in known:
                yield known[name], at
            at += len(name) + 1
    if is_cjk(body):
        folded = fold(body)
        for name, found in _in_script():
            at = folded.find(name)
            if at >= 0:
                yield found, at
