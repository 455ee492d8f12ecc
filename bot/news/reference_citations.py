"""Citations of articles, bills, public laws and executive orders.

An article number is what Warren's addresses end in: `YYMMDD` and four digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.news.citation_rule import Found, Rule, before, is_date, series
from bot.news.countries import US_STATES

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
    r"|case|order|number|no|id|ein|duns|serial|upc|ean|gtin|barcode|tracking|contract|ticket|batch"
    r"|lot|sku|badge|license|timestamp|rmb|cny|usd|eur|gbp|jpy|krw|inr|hkd|nt|hk|s|rs|won|yen|yuan|po)\b[\s:.#($]*$"
)
_UNIT = re.compile(
    r" ?(?:dollars|usd|krw|jpy|cny|rmb|eur|yuan|euros?|units|shares|bytes|won|yen|rubles"
    r"|rupees|people|tons|pounds)\b",
    re.IGNORECASE,
)


def _articles(body: str) -> Iterator[Found]:
    for match in _ARTICLE.finditer(body):
        number, context = match[1], before(body, match.start(), 24)
        if not is_date(number) or number[6:] == "0000" or _OTHER_NUMBER.search(context):
            continue
        # A day has fewer than a thousand articles, so a bare number must look like one.
        referred = number[6] == "0" or _REFERENCE.search(context)
        if referred and not _UNIT.match(body, match.end()):
            yield number, match.start(), match.end()
    for match in _ARTICLE_LINK.finditer(body):
        if is_date(match[1]):
            yield match[1], match.start(1), match.end(1)


_BILL = re.compile(
    r"(?<![\w.&-])(H\. ?R\.|HR|[HS]\. ?(?:J\. ?|Con\. ?)?Res\.|S\.) ?(\d{1,5})(?![\w-]|[.,]\d|%)"
)
_NO_BILL = re.compile(
    r" (?:percent|million|billion|people|st|street|ave|avenue|main)\b", re.IGNORECASE
)
_LAW_WORD = re.compile(
    r"\bbills?\b|\bact\b|congress|\bcong\.|legislation|\bhouse\b|senat|lawmaker|resolution|ndaa|sponsor",
    re.IGNORECASE,
)


def _bills(body: str) -> Iterator[Found]:
    if not _LAW_WORD.search(body):
        return
    for match in _BILL.finditer(body):
        if int(match[2]) and not _NO_BILL.match(body, match.end()):
            yield f"{_chamber(match[1])} {int(match[2])}", match.start(), match.end()


def _chamber(written: str) -> str:
    """Give the normal form: `H.R.`, `S.`, `H.Res.`, `S.J.Res.`, `H.Con.Res.` and the like."""
    letters = re.sub(r"[^A-Za-z]", "", written).upper()
    if letters in {"HR", "S"}:
        return "H.R." if letters == "HR" else "S."
    middle = {"J": "J.", "C": "Con."}.get(letters[1], "")
    return f"{letters[0]}.{middle}Res."


_SPELLED = re.compile(r"\b(House|Senate) [Bb]ill (?:[Nn]o\.? )?(\d{1,5})(?![\w-]|[.,]\d|%)")
_STATE_BEFORE = re.compile(rf"\b(?:{'|'.join(sorted(US_STATES))}|state)(?:'s|’s)? $")


def _spelled_bills(body: str) -> Iterator[Found]:
    """Give `House Bill 8315`, unless a state's legislature is named with it."""
    for match in _SPELLED.finditer(body):
        if int(match[2]) and not _STATE_BEFORE.search(before(body, match.start(), 24)):
            chamber = "H.R." if match[1] == "House" else "S."
            yield f"{chamber} {int(match[2])}", match.start(), match.end()


_LAW = re.compile(
    r"\b(?:[Pp]ublic [Ll]aws?|PUBLIC LAW|Pub\. ?L\.?|P\. ?L\.)(?: [Nn]os?\.)? ?(\d{2,3})-(\d{1,3})"
    r"(?![\w-]|\.\d)"
)


def _laws(body: str) -> Iterator[Found]:
    for match in _LAW.finditer(body):
        yield f"Pub. L. {int(match[1])}-{int(match[2])}", match.start(), match.end()


_ORDER = re.compile(
    r"\b(?:[Ee]xecutive [Oo]rders?|EXECUTIVE ORDERS?|E\. ?O\.s?|EOs?|Exec\. Orders?)(?:[ -]?)"
    r"(?:(?:[Nn]os?\.?|[Nn]umbers?|#) ?)?\(?(?:E\.?O\.?\) )?(\d{1,2},\d{3}|\d{4,5})(?![\w-]|[.,]\d)"
)
_MORE_ORDERS = re.compile(
    r"(?: \([^()]{1,40}\))?(?:,? and|,? or|,|;)(?: of)? (?:E\.O\. |EO )?(1\d{4})(?![\w-]|[.,]\d)"
)


def _orders(body: str) -> Iterator[Found]:
    for match, more in series(body, _ORDER, _MORE_ORDERS):
        number = int(match[1].replace(",", ""))
        if 1900 <= number < 2100 and "," not in match[1]:
            continue  # "an executive order 2025"
        yield f"E.O. {number}", match.start(), match.end()
        for each in more:
            yield f"E.O. {each[1]}", each.start(1), each.end()


RULES = (
    Rule("article", _articles, ("0000000000",)),
    Rule("bill", _bills, ("R. 0", "R.0", "R 0", "HR0", "s. 0", "s.0", "S. 0", "S.0")),
    Rule("bill", _spelled_bills, ("ouse Bill", "ouse bill", "enate Bill", "enate bill")),
    Rule(
        "public-law",
        _laws,
        ("ublic Law", "ublic law", "PUBLIC LAW", "Pub. L", "Pub.L", "P.L", "P. L"),
    ),
    Rule("executive-order", _orders, ("rder", "ORDER", "E.O", "E. O", "EO"), "000"),
)
