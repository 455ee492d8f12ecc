"""Companies that news names without their legal form, in one script or another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from bot.news.company_forms import company_key
from bot.news.folding import fold, is_cjk
from bot.news.model import Company
from bot.news.tables import read_table

_NAME_OF_TWO = re.compile(
    r"(?<![\w.])(?:[A-Za-z]*[A-Z][A-Za-z\d]+(?: [A-Za-z]+)?|[А-ЯЁ][\w-]+)(?![\w-])"
)


@cache
def well_known() -> Mapping[str, Company]:
    """Read the companies of `known_companies.toml`, by each of their names."""
    known: dict[str, Company] = {}
    for country, listed in read_table("known_companies.toml").items():
        for line in listed:
            name, _, others = line.partition(" = ")
            also = tuple(filter(None, others.split(", ")))
            company = Company(name, company_key(name), country, also)
            known |= dict.fromkeys((name, *also), company)
    return known


@cache
def _by_key() -> Mapping[str, Company]:
    return {company_key(name): company for name, company in well_known().items()}


@cache
def _in_script() -> tuple[tuple[str, Company], ...]:
    return tuple((fold(name), found) for name, found in well_known().items() if is_cjk(name))


def other_names(name: str) -> tuple[str, ...]:
    """Give all names of a company that is known by this one, in any script."""
    found = _by_key().get(company_key(name))
    return (found.name, *found.aliases) if found else ()


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
