"""Citations: checked references in a text, in their normal form, with their official page.

Shapes follow the sources: ECCNs 15 CFR 738.2, USML 22 CFR 121.1, Federal Register citations
1 CFR 8, RINs and docket numbers as reginfo.gov and regulations.gov write them, article numbers as
Warren's addresses end (`YYMMDD` and four digits). Official addresses are those that
federalregister.gov, ecfr.gov, hts.usitc.gov, regulations.gov and congress.gov give for a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from bot.news.citation_pages import ordinal, page
from bot.news.model import Citation, Field

Found = tuple[str, int, int]
"""A normal form and its place in the text."""

_MAX_TEXT = 400_000
"""Characters of one field that are read; a rule's whole text has about 300,000."""

_MAX_CITATIONS = 400


@dataclass(frozen=True, slots=True)
class _Rule:
    """One kind of reference: how to find it, and what must be in the text for it to be there."""

    kind: str
    find: Callable[[str], Iterator[Found]]
    hint: re.Pattern[str]


def find_citations(title: str, text: str, text_field: Field) -> tuple[Citation, ...]:
    """Find the references of an entry, the title's first, each value once.

    `text_field` says which field `text` is. Places are offsets in characters into the field, so
    that `field[start:end] == text` holds. Never raises.
    """
    found: dict[tuple[str, str], Citation] = {}
    context = f"{title}\n{text[:_MAX_TEXT]}"
    rules = [rule for rule in _RULES if rule.hint.search(context)]
    if not rules:
        return ()
    congress = ordinal(context)
    fields: tuple[tuple[str, Field], ...] = (
        (title[:_MAX_TEXT], "title"),
        (text[:_MAX_TEXT], text_field),
    )
    for body, field in fields:
        for kind, (value, start, end) in _in_field(rules, body):
            if (kind, value) not in found and len(found) < _MAX_CITATIONS:
                url = page(kind, value, congress)
                cited = Citation(kind, value, body[start:end], start, end, field, url)
                found[kind, value] = cited
    return tuple(found.values())


def _in_field(rules: list[_Rule], body: str) -> list[tuple[str, Found]]:
    """Give what the rules find in one field, by place; of two that overlap, the longer."""
    hits = [(rule.kind, hit) for rule in rules for hit in rule.find(body)]
    hits.sort(key=lambda hit: (hit[1][1], -hit[1][2]))
    kept: list[tuple[str, Found]] = []
    end = -1
    for kind, hit in hits:
        if hit[1] >= end:
            kept.append((kind, hit))
            end = hit[2]
    return kept


def _context(body: str, start: int, length: int = 60) -> str:
    return body[max(0, start - length) : start].lower()


# ECCN, USML, HTS --------------------------------------------------------------------------

_ECCN = re.compile(
    r"(?<![\w.$€£#-])(?:(EAR ?99)|([0-9])([A-Ea-e])([0-9]{3})"
    r"((?:\.?\([a-z0-9]{1,3}\)|\.[a-z](?![a-z])|\.[0-9]{1,2}(?!\d)){0,6}))(?!\w|-(?![a-z]{4})|\.\d)"
)
_NO_ECCN = re.compile(
    r"(?:part(?: number| no\.?|s)?|p/n|model|serial(?: number| no\.?)?|s/n|room|rm\.?|suite|ste\.?"
    r"|gate|flight|seat|apartment|apt\.?|unit|floor|building|bldg\.?|invoice|order|license plate"
    r"|version|sku|item no\.?|catalog(?: no\.?)?)[\s:#(]*$"
)
_ECCN_HINT = re.compile(r"\b[0-9][A-E][0-9]{3}|EAR ?99|\beccns? +[0-9][a-e][0-9]{3}", re.IGNORECASE)
_CONTROL_WORD = re.compile(
    r"eccn|export|\bear\b|\bccl\b|control|licen[cs]|\bbis\b|commerce|classif|dual.use"
    r"|entity list|sanction|chip|semiconductor|comput|item",
    re.IGNORECASE,
)


def _eccns(body: str) -> Iterator[Found]:
    controls: bool | None = None
    for match in _ECCN.finditer(body):
        if match[1]:
            yield "EAR99", match.start(), match.end()
            continue
        before = _context(body, match.start())
        named = re.search(r"eccns?[\s:]*$", before) is not None
        if not named:
            if match[3].islower() or _NO_ECCN.search(before):
                continue
            if controls is None:
                controls = _CONTROL_WORD.search(body) is not None
            # 15 CFR 738.2(d)(1): the third character is the reason for control.
            if not controls or match[4][0] in "478":
                continue
        paragraph = re.sub(r"\.?\(([a-z0-9]+)\)", r".\1", match[5].rstrip("."))
        value = f"{match[2]}{match[3].upper()}{match[4]}{paragraph}"
        yield value, match.start(), match.end() - (len(match[5]) - len(match[5].rstrip(".")))


_ROMAN = r"(?:XX|XIX|XVIII|XVII|XVI|XV|XIV|XIII|XII|XI|X|IX|VIII|VII|VI|V|IV|III|II|I)"
_CATEGORY = rf"({_ROMAN})((?:\([a-z0-9]{{1,4}}\)){{0,4}})(?![\w-])"
_USML_LIST = r"(?:USML|(?:U\.?S\.? )?Munitions List)"
_USML = re.compile(
    rf"{_USML_LIST},? ?(?:\(USML\) )?(?:[Cc]at(?:egor(?:y|ies)|s?\.)) {_CATEGORY}"
    rf"|[Cc]at(?:egor(?:y|ies)|s?\.) {_CATEGORY}"
    rf"(?=(?:(?:,| and| or|, and| &|-|–)* ?{_ROMAN}(?:\([a-z0-9]+\))*)*,? (?:of|on|in|to) the "
    rf"{_USML_LIST})"
)
_MORE_CATEGORIES = re.compile(rf"(?:, and|, or|,| and| or| &) {_CATEGORY}")


def _usml(body: str) -> Iterator[Found]:
    for match in _USML.finditer(body):
        yield f"{match[1] or match[3]}{match[2] or match[4] or ''}", match.start(), match.end()
        position = match.end()
        while more := _MORE_CATEGORIES.match(body, position):
            yield f"{more[1]}{more[2]}", more.start(1), more.end()
            position = more.end()


_HTS = re.compile(r"(?<![\w.$€£-])(\d{4})\.(\d{2})(?:\.(\d{2})(?:\.?(\d{2}))?)?(?![\w-]|\.\d)")
_HTS_WORD = re.compile(r"\bhts|harmoni[sz]ed (?:tariff|system)|heading|tariff (?:code|line|number)")
_HEADING = re.compile(
    r"\b(?:HTSUS?|harmoni[sz]ed tariff schedule)[^.\d]{0,40}?(?:heading )?"
    r"(\d{4})(?![\w-]|\.\d|,\d)",
    re.IGNORECASE,
)


def _hts(body: str) -> Iterator[Found]:
    if not _HTS_WORD.search(body.lower()):
        return
    for match in _HTS.finditer(body):
        near = bool(match[3]) or _HTS_WORD.search(_context(body, match.start(), 120))
        if 1 <= int(match[1][:2]) <= 99 and near:
            value = ".".join(filter(None, (match[1], match[2], match[3])))
            yield value + (f".{match[4]}" if match[4] else ""), match.start(), match.end()
    for match in _HEADING.finditer(body):
        if 1 <= int(match[1][:2]) <= 99 and not 1900 <= int(match[1]) <= 2100:
            yield match[1], match.start(1), match.end(1)


# Federal Register, CFR, dockets, RIN ------------------------------------------------------

_FR_DOCUMENT = re.compile(r"(?<![\w./$-])((?:19|20)\d{2}-\d{5}|[CREZ]\d-\d{4}-\d{5})(?![\w-])")
_FR_PAGE = re.compile(
    r"(?<![\w.,$-])(\d{1,3}) (?:FR|F\.R\.|Fed\. ?Reg\.|Federal Register)"
    r",?(?: at| page| p\.)? (\d{1,3},\d{3}|\d{1,6})(?![\w-]|,\d|\.\d)"
)


def _fr_documents(body: str) -> Iterator[Found]:
    for match in _FR_DOCUMENT.finditer(body):
        yield match[1], match.start(), match.end()


def _fr_pages(body: str) -> Iterator[Found]:
    for match in _FR_PAGE.finditer(body):
        if int(match[1]) > 0:
            yield f"{match[1]} FR {int(match[2].replace(',', ''))}", match.start(), match.end()


_END = r"((?:\([A-Za-z0-9]{1,5}\))*)(?!\w|\.\d|,\d{3})"
_NUMBER = rf"(\d{{1,4}}(?:\.\d{{1,4}}[a-z]?)?){_END}"
_CFR = re.compile(
    r"(?<![\w.$-])(\d{1,2}) (?:CFR|C\.F\.R\.)(?:,? (?:(?:sub)?parts?|pts?\.?|chapters?|secs?\.?"
    rf"|sections?))?(?: ?§{{1,2}})? ?{_NUMBER}",
    re.IGNORECASE,
)
_SECTION = re.compile(rf"(?:§{{1,2}} ?|\b[Ss]ections? )(\d{{3,4}}\.\d{{1,4}}){_END}")
_PART_OF = re.compile(
    r"\b[Pp]arts? (7[3-7]\d|1[23]\d) (?:of|to) the (EAR|ITAR|Export Admin|Internat)"
)
_MORE_PARTS = re.compile(rf"(?:, and|, or|, &|,| and| or| &) (?:part |§{{1,2}} ?)?{_NUMBER}")


def _cfr(body: str) -> Iterator[Found]:
    for match in _CFR.finditer(body):
        title = int(match[1])
        if not 1 <= title <= 50:
            continue
        yield f"{title} CFR {match[2]}", match.start(), match.end()
        position = match.end()
        while (more := _MORE_PARTS.match(body, position)) and _like(match[2], more[1]):
            if re.match(r" (?:CFR|C\.F\.R\.|FR)\b", body[more.end() : more.end() + 8]):
                break
            yield f"{title} CFR {more[1]}", more.start(1), more.end()
            position = more.end()
    for match in _SECTION.finditer(body):
        section_title = _title_of(int(match[1].split(".")[0]))
        if section_title and not _context(body, match.start(), 12).rstrip().endswith(("cfr", "r.")):
            yield f"{section_title} CFR {match[1]}", match.start(), match.end()
    for match in _PART_OF.finditer(body):
        ear = match[2].startswith(("EAR", "Exp"))
        yield f"{15 if ear else 22} CFR {match[1]}", match.start(), match.end(1)


def _like(first: str, other: str) -> bool:
    """Whether two numbers may stand in one list: `15 CFR 740, 744 and 748`, not `... and 12`."""
    return len(first.split(".")[0]) == len(other.split(".")[0])


def _title_of(part: int) -> int | None:
    """Give the CFR title of the parts that our subject names without one."""
    if 730 <= part <= 774:
        return 15  # Export Administration Regulations
    if 120 <= part <= 130:
        return 22  # International Traffic in Arms Regulations
    if 500 <= part <= 599 or 800 <= part <= 802 or part == 850:
        return 31  # OFAC's programmes; CFIUS; outbound investment
    return None


_DOCKET = re.compile(
    r"(?<![\w-])((?:BIS|USTR|ITA|DOS|OFAC|TREAS|DHS|CBP|USCBP|DOJ|DOC|USITC|NRC|DOE|FCC|EPA|FDA|NIST"
    r"|DOD|DARS|FAR|FTC|USPTO|PTO|NTIA|OMB|SEC|FERC|USDA|NASA|NOAA)(?:-[A-Z]{2,6})?-20\d{2}-\d{4})"
    r"(?![\w-]|\.\d)"
    r"|(?<![\w-])(\d{6}-\d{4})(?![\w-])"
    r"|(?<![\w-])(337-TA-\d{3,4}|[ACac]-\d{3}-\d{3}|701-TA-\d{3,4}|731-TA-\d{3,4})(?![\w-])"
    r"|(?<![\w-])(?:(\d):)?(\d{2})[- ](cr|cv|mj|mc|md|CR|CV|MJ|MC|MD)[- ](\d{3,5})(?!\d)"
)


def _dockets(body: str) -> Iterator[Found]:
    for match in _DOCKET.finditer(body):
        if match[1] or match[3]:
            yield match[1] or match[3].upper(), match.start(), match.end()
        elif match[2]:
            named = re.search(r"docket|number|\bnos?\.", _context(body, match.start(), 30))
            if named and is_date(match[2][:6]):
                yield match[2], match.start(), match.end()
        else:
            division = f"{match[4]}:" if match[4] else ""
            value = f"{division}{match[5]}-{match[6].lower()}-{match[7].zfill(5)}"
            yield value, match.start(), match.end()


_RIN = re.compile(r"(?<![\w-])(\d{4})[-–]([A-Z]{2}\d{2})(?![\w-])")


def _rins(body: str) -> Iterator[Found]:
    for match in _RIN.finditer(body):
        yield f"{match[1]}-{match[2]}", match.start(), match.end()


# Footnotes, articles, bills, orders -------------------------------------------------------

_FOOTNOTE = re.compile(r"\b(?:[Ff]ootnotes?|FOOTNOTE|[Ff]n\.) ([1-9])(?![\w.]*\d)")
_LISTED = re.compile(
    r"entity list|entities|foreign direct product|fdp|listed|designat|part 744|export|huawei",
    re.IGNORECASE,
)


def _footnotes(body: str) -> Iterator[Found]:
    if not _LISTED.search(body):
        return
    for match in _FOOTNOTE.finditer(body):
        following = body[match.end() : match.end() + 20]
        if not re.match(
            r" (?:of|in|to) (?:the|its|his|that) (?:report|brief|opinion|foot)", following
        ):
            yield f"footnote {match[1]}", match.start(), match.end()


_ARTICLE = re.compile(r"(?<![\w.,$€£¥+#/%-])(\d{10})(?![\w%/-]|[.,:]\d)")
_ARTICLE_LINK = re.compile(
    r"(?:exportcompliancedaily|internationaltradetoday|tradelawdaily|communicationsdaily)\.com\.?"
    r"/[^\s?#]{0,300}?[-/](\d{10})(?!\d)"
)
_REFERENCE = re.compile(
    r"\b(?:see|ref|reference|refs|article|story|also|and|or)[\s:.;(]*$|[(;,]\s*$"
)
_OTHER_NUMBER = re.compile(
    r"\b(?:tel|telephone|phone|call|calls|fax|contact|text|whatsapp|mobile|account|invoice|isbn|npi"
    r"|case|order|number|no|id|ein|duns|serial)\b[\s:.#(]*$"
)
_UNIT = re.compile(
    r"\s*(?:dollars|usd|yuan|euros?|units|shares|bytes|won|yen|rubles)\b", re.IGNORECASE
)


def is_date(digits: str) -> bool:
    """Whether six digits are a date as `YYMMDD`, of this century's first four decades."""
    try:
        date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        return False
    return int(digits[:2]) < 40


def _articles(body: str) -> Iterator[Found]:
    for match in _ARTICLE.finditer(body):
        number, before = match[1], _context(body, match.start(), 24)
        if not is_date(number[:6]) or _OTHER_NUMBER.search(before):
            continue
        # Their day has fewer than a thousand articles, so a bare number must look like one.
        referred = _REFERENCE.search(before) or number[6] == "0"
        if referred and number[6:] != "0000" and not _UNIT.match(body, match.end()):
            yield number, match.start(), match.end()
    for match in _ARTICLE_LINK.finditer(body):
        if is_date(match[1][:6]):
            yield match[1], match.start(1), match.end(1)


_BILL = re.compile(
    r"(?<![\w.&-])(H\. ?R\.|HR|[HS]\. ?(?:J\. ?|Con\. ?)?Res\.|S\.) ?(\d{1,5})(?![\w-]|[.,]\d|%)"
)
_NO_BILL = re.compile(r" (?:percent|million|billion|people|st|street|ave|avenue)\b", re.IGNORECASE)
_LAW_WORD = re.compile(
    r"\bbills?\b|\bact\b|congress|legislation|\bhouse\b|senat|lawmaker|resolution|ndaa",
    re.IGNORECASE,
)


def _bills(body: str) -> Iterator[Found]:
    law: bool | None = None
    for match in _BILL.finditer(body):
        law = _LAW_WORD.search(body) is not None if law is None else law
        if law and not _NO_BILL.match(body, match.end()):
            yield f"{_chamber(match[1])} {int(match[2])}", match.start(), match.end()


def _chamber(written: str) -> str:
    letters = re.sub(r"[^A-Za-z]", "", written).upper()
    house = "H." if letters[0] == "H" else "S."
    if letters in {"HR", "S"}:
        return "H.R." if letters == "HR" else "S."
    middle = {"J": "J.", "C": "Con."}.get(letters[1], "")
    return f"{house}{middle}Res."


_ORDER = re.compile(
    r"\b(?:Executive Orders?|executive orders?|E\.O\.s?|EOs?|Exec\. Orders?)"
    r"(?: Nos?\.?| Numbers?)? ?\(?(?:E\.?O\.?\) )?(\d{1,2},\d{3}|\d{4,5})(?![\w-]|[.,]\d)"
)
_MORE_ORDERS = re.compile(r"(?:, and|,| and| or) (?:E\.O\. |EO )?(1\d{4})(?![\w-]|[.,]\d)")


def _orders(body: str) -> Iterator[Found]:
    for match in _ORDER.finditer(body):
        yield f"E.O. {match[1].replace(',', '')}", match.start(), match.end()
        position = match.end()
        while more := _MORE_ORDERS.match(body, position):
            yield f"E.O. {more[1]}", more.start(1), more.end()
            position = more.end()


_RULES = (
    _Rule("eccn", _eccns, _ECCN_HINT),
    _Rule("usml", _usml, re.compile(r"USML|Munitions List")),
    _Rule("fr-document", _fr_documents, re.compile(r"\d-\d{5}(?!\d)")),
    _Rule("fr-page", _fr_pages, re.compile(r"\d (?:FR|F\.R\.|Fed)")),
    _Rule("cfr", _cfr, re.compile(r"CFR|C\.F\.R|cfr|§|[Ss]ections? \d{3,4}\.\d|[Pp]arts? \d{3}")),
    _Rule("hts", _hts, re.compile(r"\d{4}\.\d{2}|HTS|[Hh]armoni[sz]ed")),
    _Rule("docket", _dockets, re.compile(r"\d-\d{3,4}(?!\d)|\d[- ](?:c[rv]|m[jcd])[- ]\d", re.I)),
    _Rule("rin", _rins, re.compile(r"\d{4}[-–][A-Z]{2}\d{2}")),
    _Rule("footnote", _footnotes, re.compile(r"(?:footnotes?|fn\.) [1-9]", re.IGNORECASE)),
    _Rule("article", _articles, re.compile(r"\d{10}")),
    _Rule("bill", _bills, re.compile(r"(?:H\. ?R\.|HR|Res\.|S\.) ?\d")),
    _Rule("executive-order", _orders, re.compile(r"(?:Order|E\.?O\.?s?)\b", re.IGNORECASE)),
)
