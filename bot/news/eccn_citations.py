"""Citations of export control classification numbers. Shape: 15 CFR 738.2(d).

A number that the list has is one where the text speaks of trade controls at all, and another of
that shape where it speaks of such numbers; neither where it is a room's, a part's or the like.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from bot.news.citation_rule import Found, Rule, before
from bot.news.tables import read_table

_PARAGRAPH = (
    r"((?:(?:\.?\([a-z]\)|\.?[a-z](?![a-z]))"
    r"(?:\.?\([a-z0-9]{1,4}\)|\.[a-z](?![a-z])|\.[0-9]{1,2}(?!\d)){0,5})?)"
)
_ECCN = re.compile(
    r"(?:(?<![\w.$€£#-])|(?<=ECCN)|(?<=[0-9a-z)]-))(?:(EAR ?99)(?!%)|([0-9])([A-Ea-e])([0-9]{3})"
    rf"{_PARAGRAPH})(?!\w|-(?![a-z]{{4}}|[0-9][A-Ea-e][0-9]{{3}})|\.\d)"
)
_NAMED = re.compile(
    r"(?:\beccns?(?:\(s\))?|\bexport control classification numbers?)"
    r"(?: (?:no|nos|numbers?)\.?)?[\s:(]*"
    r"(?:[0-9][a-e][0-9]{3}[\w.()]*(?:,| and| or| to| through|/|-|\s)+)*$"
)
_NO_ECCN = re.compile(
    r"\b(?:parts?|p/n|pn|model|serial|s/n|rooms?|rm|suite|ste|gates?|flight|seats?|apartment|apt"
    r"|floor|hall|booth|stand|unit|channel|building|bldg|invoice|order|plates?|postcode|zip"
    r"|version|sku|item (?:no|number)|catalog|connector|resistor|relay|platform|track|vitamin"
    r"|locker|berth)"
    r"\.?(?: (?:no|nos|number|numbers|code)\.?)?[ :#(]*$"
)
_PART = re.compile(
    r" (?:connector|relay|part number|resistor|capacitor|fuse|bracket|gasket|mg|km|kg)\b"
)
_NUMBERS = re.compile(
    r"\beccn|\bear\b|\bccl\b|commerce control|export control|control list|dual.use|\bbis\b"
    r"|(?:classified|controlled) (?:as|under|by)\b",
    re.IGNORECASE,
)
"""Words of texts that speak of classification numbers."""

_CONTROLS = re.compile(
    rf"{_NUMBERS.pattern}|export|licen[cs]|controlled|entity list|sanction|embargo|commerce"
    r"|[56]00.series",
    re.IGNORECASE,
)
_FAMOUS = frozenset(("3A090", "4A090", "3B090", "5A992", "5D002", "9A515", "9A610"))
"""What a headline says without a word of controls."""


@cache
def _listed() -> frozenset[str]:
    """Read the numbers of the list."""
    groups: dict[str, str] = read_table("eccns.toml")
    return frozenset(
        group + number for group, listed in groups.items() for number in listed.split()
    )


def _eccns(body: str) -> Iterator[Found]:
    speaks: dict[re.Pattern[str], bool] = {}
    last = -1
    for match in _ECCN.finditer(body):
        if body[match.start() - 1 : match.start()] == "-" and match.start() - 1 != last:
            continue  # what stands behind a hyphen is the end of a range, or a part's number
        if match[1]:
            yield "EAR99", match.start(), match.end()
            continue
        shape = f"{match[2]}{match[3].upper()}{match[4]}"
        context = before(body, match.start(), 120)
        if _NAMED.search(context) is None:
            if match[3].islower() or _NO_ECCN.search(context) or _PART.match(body, match.end()):
                continue
            # 738.2(d)(1): the third character gives the reason for control; 4, 7 and 8 give none.
            if shape not in _listed() and match[4][0] in "478":
                continue
            wanted = _CONTROLS if shape in _listed() else _NUMBERS
            if wanted not in speaks:
                speaks[wanted] = wanted.search(body) is not None
            if not (speaks[wanted] or shape in _FAMOUS or _is_told(body, match, shape)):
                continue
        paragraph = match[5].rstrip(".")
        end = match.end() - (len(match[5]) - len(paragraph))
        yield shape + _dotted(paragraph), match.start(), end
        last = end


def _is_told(body: str, match: re.Match[str], shape: str) -> bool:
    """Whether a listed number shows what it is by itself: by its paragraph, or in brackets."""
    return shape in _listed() and (bool(match[5]) or body[match.start() - 1 : match.start()] == "(")


def _dotted(paragraph: str) -> str:
    """Write `(a)(1)`, `.a.1` and a letter that was joined to the number in one way."""
    return "".join(f".{part}" for part in re.findall(r"[a-z0-9]+", paragraph))


_FAMILY = re.compile(r"(?<![\w.-])(?:([09])[xX](515|5[zZ]{2})|(600)[ -][Ss]eries)(?![\w-])")
_SUBJECT = re.compile(rf"{_NUMBERS.pattern}|\busml\b|\bitar\b", re.IGNORECASE)
_MAKE = re.compile(
    r"(?:^|[^.:;?!] )\b(?!(?:ECCNs?|CCL|EAR|BIS|The|New|All|Some|Commerce) )[A-Z][\w-]+ $"
)
"""A name right before a series of 600, which is then a maker's."""


def _families(body: str) -> Iterator[Found]:
    """Give the families of numbers that rules and the press name as one: 15 CFR 772.1's "600
    series", spacecraft (`9x515`) and firearms (`0x5zz`)."""
    speaks: bool | None = None
    for match in _FAMILY.finditer(body):
        if not match[3]:
            yield f"{match[1]}x{match[2].lower()}", match.start(), match.end()
            continue
        speaks = _SUBJECT.search(body) is not None if speaks is None else speaks
        if speaks and not _MAKE.search(body[max(0, match.start() - 40) : match.start()]):
            yield "600 series", match.start(), match.end()


_FAMILIES = (
    (re.compile(r"[0-9][A-E]6[0-9]{2}\b"), "600 series"),
    (re.compile(r"9[A-E]515\b"), "9x515"),
    (re.compile(r"0[A-E]5[0-9]{2}\b"), "0x5zz"),
)


def family(value: str) -> str:
    """Give the family that a number, in its normal form, is of, or nothing."""
    return next((name for shape, name in _FAMILIES if shape.match(value)), "")


RULES = (
    Rule("eccn", _eccns, (*(f"0{group}000" for group in "ABCDEabcde"), "EAR00", "EAR 00")),
    Rule("eccn", _families, ("0x0", "0X0", "000 series", "000-series", "000 Series", "000-Series")),
)
