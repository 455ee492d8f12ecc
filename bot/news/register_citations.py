"""Citations of the Federal Register and of proceedings: documents, pages, dockets, RINs.

Shapes: 1 CFR 8 for Federal Register citations; reginfo.gov's RINs; regulations.gov's dockets,
Commerce's own (`230928-0234`), trade-remedy and section 337 cases, federal courts' numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.news.citation_rule import Found, Rule, before, is_date

_DOCUMENT = re.compile(
    r"(?<![\w./$-])((?:19|20)\d{2}-\d{5}|[CREZ]\d-\d{4}-\d{5}|[CREZ]\d-\d{4,5})(?![\w-])"
)
_DOCUMENT_LINK = re.compile(
    r"(?:federalregister\.gov/(?:documents/\d{4}/\d\d/\d\d/|d/|a/|public-inspection/)"
    r"|govinfo\.gov/[^\s?#]{0,80}?FR-[\d-]+/(?:pdf|html?)/)([CREZ]?\d+-[\d-]*\d)"
)
_PAGE = re.compile(
    r"(?<![\w.,$-])(\d{1,3}) (?:FR|F\.R\.|Fed\. ?Reg\.|Federal Register)"
    r",?(?: at)?(?: page| pp?\.)? (\d{1,3},\d{3}|\d{1,6})(?:-\d{1,3}(?:,?\d{3})?)?"
    r"(?![\w-]|,\d|\.\d)"
)
_LAST_VOLUME = 120
"""Volume 90 is 2025; a higher number is a price or a count."""


def _documents(body: str) -> Iterator[Found]:
    for match in _DOCUMENT.finditer(body):
        short = len(match[1]) < 9  # as E9-12345, until 2009
        if not short or "fr doc" in before(body, match.start(), 30):
            yield match[1], match.start(), match.end()
    for match in _DOCUMENT_LINK.finditer(body):
        yield match[1], match.start(1), match.end(1)


def _pages(body: str) -> Iterator[Found]:
    for match in _PAGE.finditer(body):
        if 0 < int(match[1]) <= _LAST_VOLUME:
            yield f"{match[1]} FR {int(match[2].replace(',', ''))}", match.start(), match.end(2)


_AGENCIES = (
    "BIS|USTR|ITA|DOS|OFAC|TREAS|DHS|CBP|USCBP|DOJ|DOC|USITC|NRC|DOE|FCC|EPA|FDA|NIST|DOD|DARS|FAR"
    "|FTC|USPTO|PTO|NTIA|OMB|SEC|FERC|USDA|NASA|NOAA|FAA|NHTSA|FRA|ED|HHS|CMS|USBC|CRC|ILAB|DOL"
)
_DOCKET = re.compile(
    rf"(?<![\w-])((?:{_AGENCIES})(?:-[A-Z]{{2,6}})?-20\d{{2}}-\d{{4}})(?:-\d{{4,6}})?(?![\w-]|\.\d)"
    r"|(?<![\w-])(\d{6}-\d{4}|\d{9}-\d{4}-\d{2})(?![\w-])"
    r"|(?<![\w-])(337-TA-\d{3,4}|[AC]-\d{3}-\d{3}|7[03]1-TA-\d{3,4})(?![\w-])"
    r"|(?<![\w-])(?:(\d):)?(\d{2})[- ](cr|cv|mj|mc|md|CR|CV|MJ|MC|MD|Cr\.|Civ\.)[- ](\d{3,5})(?!\d)"
)
_DOCKET_WORD = re.compile(r"docket|number|\bnos?\.")


def _dockets(body: str) -> Iterator[Found]:
    for match in _DOCKET.finditer(body):
        agency, commerce, case, division, year, sort, number = match.groups()
        if commerce:
            if is_date(commerce[:6]) and _DOCKET_WORD.search(before(body, match.start(), 30)):
                yield commerce, match.start(), match.end()
        elif year:
            court = f"{division}:" if division else ""
            short = "cv" if sort == "Civ." else sort.lower().rstrip(".")
            value = f"{court}{year}-{short}-{number.zfill(5)}"
            yield value, match.start(), match.end()
        elif agency:
            yield agency, match.start(), match.end(1)
        else:
            yield case, match.start(), match.end()


_RIN = re.compile(r"(?<![\w-])(\d{4}) ?- ?(X?[A-Z]{2}\d{2,3})(?![\w-])")
# Commerce, State, Treasury, Justice, Homeland Security, Defense, Energy, FTC, NRC and SEC.
_KNOWN_AGENCIES = """
    0605 0607 0610 0625 0648 0651 0660 0690 0691 0693 0694 1400 1505 1506 1515 1105 1110 1121 1124
    1125 1601 1615 1651 1653 0701 0703 0750 0790 9000 1901 1990 1992 1994 3084 3150 3235 0350
"""
_RIN_AGENCIES = frozenset(_KNOWN_AGENCIES.split())
"""Whose numbers are known without the word before them."""


def _rins(body: str) -> Iterator[Found]:
    for match in _RIN.finditer(body):
        if match[1] in _RIN_AGENCIES or "rin" in before(body, match.start(), 40):
            yield f"{match[1]}-{match[2]}", match.start(), match.end()


_SORTS = ("cr", "cv", "mj", "mc", "md")  # and, in New York, "26 Cr. 417"
_COURT_SHAPES = tuple(
    f"{sort}{sign}0" for name in _SORTS for sort in (name, name.upper()) for sign in "- "
)

RULES = (
    Rule("fr-document", _documents, ("-0000", "federalregister.gov", "govinfo.gov")),
    Rule("fr-page", _pages, ("0 FR", "0 F.R.", "0 Fed")),
    Rule("docket", _dockets, ("-0000", "-TA-", "-000-000", "0 Cr. 0", "0 Civ. 0", *_COURT_SHAPES)),
    Rule("rin", _rins, ("0000-", "0000 -")),
)
