"""Citations of regulations: Federal Register, Code of Federal Regulations, dockets, RINs.

Shapes: 1 CFR 8 for Federal Register citations; reginfo.gov's RINs; regulations.gov's dockets,
Commerce's own (`230928-0234`), trade-remedy and section 337 cases, federal courts' numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.news.citation_rule import Found, Rule, before, is_date

_DOCUMENT = re.compile(r"(?<![\w./$-])((?:19|20)\d{2}-\d{5}|[CREZ]\d-\d{4}-\d{5})(?![\w-])")
_DOCUMENT_LINK = re.compile(
    r"federalregister\.gov/(?:documents/\d{4}/\d\d/\d\d/|d/)([CREZ]?\d+-[\d-]*\d)"
)
_PAGE = re.compile(
    r"(?<![\w.,$-])(\d{1,3}) (?:FR|F\.R\.|Fed\. ?Reg\.|Federal Register)"
    r",?(?: at| page| p\.)? (\d{1,3},\d{3}|\d{1,6})(?![\w-]|,\d|\.\d)"
)


def _documents(body: str) -> Iterator[Found]:
    for match in _DOCUMENT.finditer(body):
        yield match[1], match.start(), match.end()
    for match in _DOCUMENT_LINK.finditer(body):
        yield match[1], match.start(1), match.end(1)


def _pages(body: str) -> Iterator[Found]:
    for match in _PAGE.finditer(body):
        if int(match[1]) > 0:
            yield f"{match[1]} FR {int(match[2].replace(',', ''))}", match.start(), match.end()


_END = r"((?:\([A-Za-z0-9]{1,5}\)){0,8})(?!\w|\.\d|,\d{3})"
_NUMBER = rf"(\d{{1,4}}(?:\.\d{{1,4}}[a-z]?)?){_END}"
_CFR = re.compile(
    r"(?<![\w.$-])(\d{1,2}) (?:CFR|C\.F\.R\.)(?:,? (?:(?:sub)?parts?|pts?\.?|chapters?|secs?\.?"
    rf"|sections?))?(?: ?§{{1,2}})? ?{_NUMBER}",
    re.IGNORECASE,
)
_MORE_PARTS = re.compile(rf"(?:, and|, or|, &|,| and| or| &) (?:part |§{{1,2}} ?)?{_NUMBER}")
_CITES_ON = re.compile(r" (?:CFR|C\.F\.R\.|FR|F\.R\.|Fed)\b")
_SECTION = re.compile(rf"(?:§{{1,2}} ?|\b[Ss]ections? )(\d{{3,4}}\.\d{{1,4}}){_END}")
_PART_OF = re.compile(
    r"\b[Pp]arts? (7[3-7]\d|1[23]\d) (?:of|to) the (EAR|ITAR|Export Admin|International Traffic)"
)


def _cfr(body: str) -> Iterator[Found]:
    for match in _CFR.finditer(body):
        if 1 <= int(match[1]) <= 50:
            title = int(match[1])
            yield f"{title} CFR {match[2]}", match.start(), match.end()
            yield from _more_parts(body, title, match[2], match.end())
    for match in _SECTION.finditer(body):
        own_title = _title_of(int(match[1].split(".")[0]))
        cited = before(body, match.start(), 12).rstrip().endswith(("cfr", "c.f.r."))
        if own_title and not cited:
            yield f"{own_title} CFR {match[1]}", match.start(), match.end()
    for match in _PART_OF.finditer(body):
        title = 15 if match[2].startswith("E") else 22
        yield f"{title} CFR {match[1]}", match.start(), match.end(1)


def _more_parts(body: str, title: int, first: str, position: int) -> Iterator[Found]:
    """Read the rest of a list: `15 CFR 740, 744 and 748`, but not `... and 12`."""
    while more := _MORE_PARTS.match(body, position):
        if len(first.split(".")[0]) != len(more[1].split(".")[0]):
            return
        if _CITES_ON.match(body, more.end()):
            return
        yield f"{title} CFR {more[1]}", more.start(1), more.end()
        position = more.end()


def _title_of(part: int) -> int | None:
    """Give the CFR title of the parts that our subject names without one."""
    if 730 <= part <= 774:
        return 15  # Export Administration Regulations
    if 120 <= part <= 130:
        return 22  # International Traffic in Arms Regulations
    if 500 <= part <= 599 or 800 <= part <= 802 or part == 850:
        return 31  # OFAC's programmes; CFIUS; outbound investment
    return None


_AGENCIES = (
    "BIS|USTR|ITA|DOS|OFAC|TREAS|DHS|CBP|USCBP|DOJ|DOC|USITC|NRC|DOE|FCC|EPA|FDA|NIST|DOD|DARS|FAR"
    "|FTC|USPTO|PTO|NTIA|OMB|SEC|FERC|USDA|NASA|NOAA|FAA|NHTSA|FRA|ED|HHS|CMS|USBC|CRC|ILAB|DOL"
)
_DOCKET = re.compile(
    rf"(?<![\w-])((?:{_AGENCIES})(?:-[A-Z]{{2,6}})?-20\d{{2}}-\d{{4}})(?![\w-]|\.\d)"
    r"|(?<![\w-])(\d{6}-\d{4})(?![\w-])"
    r"|(?<![\w-])(337-TA-\d{3,4}|[AC]-\d{3}-\d{3}|7[03]1-TA-\d{3,4})(?![\w-])"
    r"|(?<![\w-])(?:(\d):)?(\d{2})[- ](cr|cv|mj|mc|md|CR|CV|MJ|MC|MD)[- ](\d{3,5})(?!\d)"
)
_DOCKET_WORD = re.compile(r"docket|number|\bnos?\.")


def _dockets(body: str) -> Iterator[Found]:
    for match in _DOCKET.finditer(body):
        agency, commerce, case, division, year, sort, number = match.groups()
        if commerce:
            if is_date(commerce) and _DOCKET_WORD.search(before(body, match.start(), 30)):
                yield commerce, match.start(), match.end()
        elif year:
            court = f"{division}:" if division else ""
            value = f"{court}{year}-{sort.lower()}-{number.zfill(5)}"
            yield value, match.start(), match.end()
        else:
            yield agency or case, match.start(), match.end()


_RIN = re.compile(r"(?<![\w-])(\d{4})[-–]([A-Z]{2}\d{2})(?![\w-])")


def _rins(body: str) -> Iterator[Found]:
    for match in _RIN.finditer(body):
        yield f"{match[1]}-{match[2]}", match.start(), match.end()


_SORTS = ("cr", "cv", "mj", "mc", "md")
_COURT_SHAPES = tuple(
    f"{sort}{sign}0" for name in _SORTS for sort in (name, name.upper()) for sign in "- "
)

RULES = (
    Rule("fr-document", _documents, ("-00000", "federalregister.gov")),
    Rule("fr-page", _pages, ("0 FR", "0 F.R.", "0 Fed")),
    Rule(
        "cfr",
        _cfr,
        ("CFR", "C.F.R", "cfr", "c.f.r", "§", "ection 000", "ections 000", "art 000", "arts 000"),
    ),
    Rule("docket", _dockets, ("-0000", "-TA-", "-000-000", *_COURT_SHAPES)),
    Rule("rin", _rins, ("0000-", "0000–")),
)
