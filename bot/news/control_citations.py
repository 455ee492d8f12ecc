"""Citations of control lists: ECCNs, USML categories, tariff lines, Entity List footnotes.

Shapes: ECCNs 15 CFR 738.2(d), USML categories 22 CFR 121.1, tariff lines the HTSUS, footnotes
Supplement No. 4 to 15 CFR 744.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.news.citation_rule import Found, Rule, before

_ECCN = re.compile(
    r"(?<![\w.$€£#-])(?:(EAR ?99)|([0-9])([A-Ea-e])([0-9]{3})"
    r"((?:\.?\([a-z0-9]{1,3}\)|\.[a-z](?![a-z])|\.[0-9]{1,2}(?!\d)){0,6}))"
    r"(?!\w|-(?![a-z]{4})|\.\d)"
)
_NAMED = re.compile(
    r"\beccns?(?: (?:no|numbers?)\.?)?[\s:(]*"
    r"(?:[0-9][a-e][0-9]{3}[\w.()]*(?:,| and| or|/|\s)+)*$"
)
_NO_ECCN = re.compile(
    r"\b(?:part(?: number| no\.?|s)?|p/n|pn|model|serial(?: number| no\.?)?|s/n|room|rm\.?|suite"
    r"|ste\.?|gate|flight|seat|apartment|apt\.?|floor|building|bldg\.?|invoice|order|plate"
    r"|version|sku|item no\.?|catalog(?: no\.?)?|connector|resistor|relay|platform|track)[\s:#(]*$"
)
_PART = re.compile(r"\s+(?:connector|relay|part number|resistor|capacitor|fuse|bracket|gasket)\b")
_CONTROLS = re.compile(
    r"\beccn|export|\bear\b|\bccl\b|licen[cs]|\bbis\b|commerce control|controlled|classified"
    r"|entity list|sanction|control list|dual.use|embargo",
    re.IGNORECASE,
)
# ECCNs that news names bare so often that they need no other word to be known by.
_OFTEN = """
    0A501 0A504 0A521 1A001 1A613 1C010 1C210 1C350 1C351 1E001 2A983 2B001 2B006 2B201 2B230 2B350
    2B352 2B999 2D001 2E001 3A001 3A002 3A090 3A225 3A233 3A504 3A611 3A901 3A904 3A981 3A991 3A992
    3A999 3B001 3B002 3B090 3B903 3B904 3B991 3B992 3B993 3B994 3C001 3C002 3C907 3C908 3C909 3D001
    3D002 3D003 3D006 3D901 3D992 3D993 3D994 3E001 3E002 3E003 3E901 3E905 3E991 3E992 3E993 3E994
    4A001 4A003 4A004 4A005 4A090 4A906 4A994 4D001 4D004 4D090 4D906 4D993 4D994 4E001 4E091 4E906
    4E992 4E993 5A001 5A002 5A003 5A004 5A980 5A991 5A992 5B001 5B002 5D001 5D002 5D992 5E001 5E002
    5E992 6A001 6A002 6A003 6A005 6A006 6A008 6A203 6A993 6E001 7A003 7A101 7A103 7A994 7E001 8A001
    8A992 9A001 9A004 9A012 9A115 9A120 9A515 9A610 9A991 9B515 9D515 9E003 9E515 9E610
"""
_WELL_KNOWN = frozenset(_OFTEN.split())


def _eccns(body: str) -> Iterator[Found]:
    controls: bool | None = None
    for match in _ECCN.finditer(body):
        if match[1]:
            yield "EAR99", match.start(), match.end()
            continue
        shape = f"{match[2]}{match[3].upper()}{match[4]}"
        context = before(body, match.start(), 120)
        if _NAMED.search(context) is None:
            if match[3].islower() or _NO_ECCN.search(context) or _PART.match(body, match.end()):
                continue
            if controls is None:
                controls = _CONTROLS.search(body) is not None
            # 738.2(d)(1): the third character gives the reason for control; 4, 7 and 8 give none.
            if shape not in _WELL_KNOWN and (not controls or match[4][0] in "478"):
                continue
        paragraph = match[5].rstrip(".")
        end = match.end() - (len(match[5]) - len(paragraph))
        yield shape + re.sub(r"\.?\(([a-z0-9]+)\)", r".\1", paragraph), match.start(), end


_ROMAN = r"(?:XX|XIX|XVIII|XVII|XVI|XV|XIV|XIII|XII|XI|X|IX|VIII|VII|VI|V|IV|III|II|I)"
_CATEGORY = rf"({_ROMAN})((?:\([a-z0-9]{{1,4}}\)){{0,4}})(?![\w-])"
_LIST = r"(?:USML|(?:U\.?S\.? )?Munitions List)"
_USML = re.compile(
    rf"{_LIST},? ?(?:\(USML\) )?(?:[Cc]at(?:egor(?:y|ies)|s?\.)) {_CATEGORY}"
    rf"|[Cc]at(?:egor(?:y|ies)|s?\.) {_CATEGORY}"
    rf"(?=(?:(?:,| and| or|, and| &|-|–)* ?{_ROMAN}(?:\([a-z0-9]+\))*){{0,20}},?"
    rf" (?:of|on|in|to) the {_LIST})"
)
_MORE_CATEGORIES = re.compile(rf"(?:, and|, or|,| and| or| &) {_CATEGORY}")


def _usml(body: str) -> Iterator[Found]:
    for match in _USML.finditer(body):
        yield f"{match[1] or match[3]}{match[2] or match[4] or ''}", match.start(), match.end()
        position = match.end()
        while more := _MORE_CATEGORIES.match(body, position):
            yield f"{more[1]}{more[2]}", more.start(1), more.end()
            position = more.end()


_LINE = re.compile(r"(?<![\w.$€£-])(\d{4})\.(\d{2})(?:\.(\d{2})(?:\.?(\d{2}))?)?(?![\w-]|\.\d)")
_TARIFF = re.compile(r"\bhts|harmoni[sz]ed (?:tariff|system)|heading|tariff (?:code|line|number)")
_DAY = re.compile(r"(?:19|20)\d\d\.(?:0[1-9]|1[0-2])\.(?:[0-2]\d|3[01])")
_HEADING = re.compile(
    r"\b(?:HTSUS?|harmoni[sz]ed tariff schedule)[^.\d]{0,40}(\d{4})(?![\w-]|\.\d|,\d)"
    r"|\b(?:sub)?headings? (\d{4})(?![\w-]|\.\d|,\d)",
    re.IGNORECASE,
)


def _hts(body: str) -> Iterator[Found]:
    if not _TARIFF.search(body.lower()):
        return
    for match in _LINE.finditer(body):
        looks_like_day = _DAY.fullmatch(match[0]) is not None
        named = _TARIFF.search(before(body, match.start(), 16 if looks_like_day else 120))
        sure = named or (match[3] is not None and not looks_like_day)
        if sure and int(match[1][:2]) > 0:
            yield ".".join(filter(None, match.groups())), match.start(), match.end()
    for match in _HEADING.finditer(body):
        number = match[1] or match[2]
        if int(number[:2]) > 0 and not 1900 <= int(number) <= 2100:
            yield number, match.start(match.lastindex or 0), match.end()


_FOOTNOTE = re.compile(r"\b(?:[Ff]ootnotes?|FOOTNOTE|[Ff]n\.)[ -]([1-9])(?![\w.]*\d)")
_LISTED = re.compile(
    r"entity list|entities|foreign direct product|fdp|listed|designat|part 744|export|huawei",
    re.IGNORECASE,
)
_OTHER_NOTE = re.compile(
    r" (?:of|in|to) (?:the|its|his|her|their|that|this|a)"
    r" (?:report|brief|opinion|footer|filing|paper)"
)


def _footnotes(body: str) -> Iterator[Found]:
    if not _LISTED.search(body):
        return
    for match in _FOOTNOTE.finditer(body):
        if not _OTHER_NOTE.match(body, match.end()):
            yield f"footnote {match[1]}", match.start(), match.end()


_ECCN_SHAPES = tuple(f"0{group}000" for group in "ABCDEabcde")

RULES = (
    Rule("eccn", _eccns, (*_ECCN_SHAPES, "EAR00", "EAR 00")),
    Rule("usml", _usml, ("USML", "unitions List")),
    Rule("hts", _hts, ("0000.00", "HTS", "hts", "armoni", "eading", "EADING")),
    Rule("footnote", _footnotes, ("ootnote", "OOTNOTE", "n. 0", "n.-0")),
)
