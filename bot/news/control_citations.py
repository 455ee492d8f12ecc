"""Citations of control lists: USML categories, tariff lines, Entity List footnotes.

Shapes: USML categories 22 CFR 121.1, tariff lines the HTSUS and the Harmonized System, footnotes
Supplement No. 4 to 15 CFR 744.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.news.citation_rule import Found, Rule, before, series

_NUMERALS = "I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII XVIII XIX XX XXI".split()  # noqa: SIM905
_ROMAN = "|".join(sorted(_NUMERALS, key=len, reverse=True))
_CATEGORY = rf"({_ROMAN}|[1-9]|1\d|2[01])((?: ?\([a-z0-9]{{1,4}}\)){{0,5}})(?![\w-])"
_RANGED = rf"({_ROMAN}|[1-9]|1\d|2[01])((?: ?\([a-z0-9]{{1,4}}\)){{0,5}})(?!\w)"
_LIST = r"(?:USML|ITAR|(?:(?:U\.?S\.?|United States) )?Munitions List)"
_WORD = r"(?:[Cc]at(?:egor(?:y|ies)|s?\.|s)?|CATEGOR(?:Y|IES)|CAT\.?)"
_USML = re.compile(rf"{_LIST},? ?(?:\(USML\) )?(?:{_WORD} )?{_RANGED}|\b{_WORD} {_RANGED}")
_MORE_CATEGORIES = re.compile(
    rf"(?:,? (?:and|or|through|to)|,|;|/|-| ?&) ?(?:{_WORD} )?{_CATEGORY}"
)
_MUNITIONS = re.compile(r"\bUSML\b|Munitions List|\bITAR\b|\b121\.1\b|Traffic in Arms")
_OTHER_CATEGORY = re.compile(
    r"(?:mtcr|missile technology|control list|\bccl|\beccn|hurricane|evidence|license)[^.;]{0,30}$"
)


def _usml(body: str) -> Iterator[Found]:
    if not _MUNITIONS.search(body):
        return
    for match, more in series(body, _USML, _MORE_CATEGORIES, _same_numerals):
        if _is_usml(body, match):
            yield _category(*_parts(match)), match.start(), match.end()
            for each in more:
                yield _category(each[1], each[2]), each.start(1), each.end()


def _parts(match: re.Match[str]) -> tuple[str, str]:
    return match[1] or match[3], match[2] or match[4] or ""


def _same_numerals(first: re.Match[str], more: re.Match[str]) -> bool:
    return _parts(first)[0].isdigit() is more[1].isdigit()


def _is_usml(body: str, match: re.Match[str]) -> bool:
    """Whether a category is one of this list: named with it, or in a text that is about it."""
    number, paragraph = _parts(match)
    if match[1] is None:
        other = _OTHER_CATEGORY.search(before(body, match.start()))
        return not number.isdigit() and other is None
    if _is_category(match[0]):
        return True
    return not number.isdigit() and bool(paragraph or len(number) > 1)  # not "the ITAR I know"


def _is_category(written: str) -> bool:
    return re.search(_WORD + " ", written) is not None


def _category(number: str, paragraph: str) -> str:
    numeral = _NUMERALS[int(number) - 1] if number.isdigit() else number
    return numeral + paragraph.replace(" ", "")


_LINE = re.compile(r"(?<![\w.$€£-])(\d{4})\.(\d{2})(?:\.(\d{2})(?:\.?(\d{2}))?)?(?![\w-]|\.\d)")
_TARIFF = re.compile(
    r"\bhts|\bhs[ -]|harmoni[sz]ed (?:tariff|system)|\bheading|\bsubheading|schedule b\b"
    r"|\bcn codes?"
    r"|tariff (?:code|line|number|item|classification|provision|schedule|rate)|commodity code"
)
_CUSTOMS = re.compile(r"tariff|customs|dut(?:y|ies)\b", re.IGNORECASE)
_DAY = re.compile(r"(?:19|20)\d\d\.(?:0[1-9]|1[0-2])\.(?:[0-2]\d|3[01])")
_CODE_WORD = (
    r"(?:(?:HTS(?:US)?|HS|CN|Schedule B|TARIC|[Tt]ariff|[Cc]ommodity|[Cc]ustoms)(?:-\d{1,2})?"
    r"(?: ?[Cc]odes?| (?:(?:sub)?headings?|items?|lines?|numbers?|nos?\.?))*"
    r"|HTSUS?|[Hh]armoni[sz]ed [Tt]ariff [Ss]chedule(?: of the United States)?(?: \(HTS(?:US)?\))?"
    r"(?: (?:(?:sub)?headings?|codes?|items?|numbers?))*|[Hh]armoni[sz]ed [Ss]ystem(?: \(HS\))?"
    r"(?: (?:(?:sub)?headings?|codes?))*|\b[Ss]ubheadings?|\b[Hh]eadings?)"
)
_DIGITS = (
    r"(\d{10}|\d{8}|\d{6}|\d{4}(?:\.\d{2}){1,3}(?:\d{2})?|\d{4} \d{2}(?: \d{2}(?: \d{2})?)?|\d{4})"
)
_CODE = re.compile(rf"(?<!\w){_CODE_WORD}[ :]+{_DIGITS}(?![\w-]|[.,]\d)")
_MORE_CODES = re.compile(
    rf"(?:,? (?:and|or|to|through)|,|;|/) ?(?:(?:sub)?headings? )?{_DIGITS}(?![\w-]|[.,]\d)"
)


def _hts(body: str) -> Iterator[Found]:
    customs = _CUSTOMS.search(body) is not None
    for match in _LINE.finditer(body):
        digits = [group for group in match.groups() if group]
        if int(digits[0][:2]) > 0 and _is_line(body, match, digits, customs=customs):
            yield ".".join(digits), match.start(), match.end()
    for match, more in series(body, _CODE, _MORE_CODES, lambda _, more: _is_code(more[1])):
        for each in (match, *more) if _is_code(match[1]) else ():
            yield _pairs(each[1]), each.start(1), each.end()


def _is_line(body: str, match: re.Match[str], digits: list[str], *, customs: bool) -> bool:
    """Whether digits with dots are a tariff line: said to be, or by their shape where the text
    speaks of `customs`."""
    looks_like_day = _DAY.fullmatch(match[0]) is not None
    if _TARIFF.search(before(body, match.start(), 16 if looks_like_day else 120)):
        return True
    if looks_like_day or len(digits) < 3:
        return False
    return digits[0] in {"9902", "9903"} or customs


def _is_code(digits: str) -> bool:
    """Whether digits without dots can be one: a chapter there is, and no year."""
    if _DAY.fullmatch(digits):
        return False
    chapter = 0 < int(digits[:2]) < 100
    return chapter and (len(digits) > 4 or not 1900 <= int(digits) <= 2100)


def _pairs(written: str) -> str:
    """Write `85423100` and `8542 31 00` as `8542.31.00`."""
    digits = re.sub(r"\D", "", written)
    return ".".join((digits[:4], *re.findall("..", digits[4:])))


_NUMBERS = {"one": "1", "two": "2", "three": "3", "four": "4", "five": "5"}
_NOTE_NUMBER = rf"([1-9]|{'|'.join(_NUMBERS)})"
_FOOTNOTE = re.compile(
    rf"(?:\b(?:footnotes?|fn\.?)[ -]|\bFN){_NOTE_NUMBER}(?![\w.]*\d|[a-z])", re.IGNORECASE
)
_MORE_NOTES = re.compile(
    rf"(?:,? (?:and|or|to|through)|,|/| ?&) ?(?:footnote )?{_NOTE_NUMBER}(?![\w.]*\d)"
)
_LISTED = re.compile(
    r"entity list|entities|foreign[ -](?:produced )?direct product|fdp|\blisted|designat|part 744"
    r"|supplement no|huawei|blacklist",
    re.IGNORECASE,
)
_LISTING = re.compile(
    r"[)”\"']? (?:entit|compan|firm|part(?:y|ies)|design|restrict|rule|fdp|licen|list"
    r"|status|foreign)"
)
_OTHER_NOTE = re.compile(
    r" (?:of|in|to) (?:the|its|his|her|their|that|this|an?|each|our) (?:[\w-]+ )?"
    r"(?:report|brief|opinion|footer|filing|paper|decision|ruling|order|complaint|table|study|letter)"
)
_WHOSE = re.compile(r"(?:'s|’s|s') $")


def _footnotes(body: str) -> Iterator[Found]:
    listed = _LISTED.search(body) is not None
    for match, more in series(body, _FOOTNOTE, _MORE_NOTES):
        subject = listed or _LISTING.match(body, match.end())
        if not subject or _OTHER_NOTE.match(body, match.end()):
            continue
        if _WHOSE.search(before(body, match.start(), 3)) and not _LISTING.match(body, match.end()):
            continue
        yield _note(match[1]), match.start(), match.end()
        for each in more:
            yield _note(each[1]), each.start(1), each.end()


def _note(written: str) -> str:
    return f"footnote {_NUMBERS.get(written.lower(), written)}"


RULES = (
    Rule("usml", _usml, ("USML", "unitions List", "ITAR", "000.0", "Traffic in Arms")),
    Rule(
        "hts",
        _hts,
        (
            "0000.00",
            "HTS",
            "HS ",
            "HS-",
            "CN code",
            "chedule B",
            "ariff ",
            "ustoms ",
            "ommodity ",
            "armoni",
            "eading",
        ),
        "0000",
    ),
    Rule("footnote", _footnotes, ("ootnote", "OOTNOTE", "n. 0", "n.-0", "N. 0", "FN0", "fn 0")),
)
