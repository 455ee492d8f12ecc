"""Citations of articles, bills and executive orders.

An article number is what Warren's addresses end in: `YYMMDD` and four digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.news.citation_rule import Found, Rule, before, is_date

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
    r"\bbills?\b|\bact\b|congress|legislation|\bhouse\b|senat|lawmaker|resolution|ndaa|sponsor",
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


_ORDER = re.compile(
    r"\b(?:[Ee]xecutive [Oo]rders?|E\.O\.s?|EOs?|Exec\. Orders?)"
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


RULES = (
    Rule("article", _articles, ("0000000000",)),
    Rule("bill", _bills, ("R. 0", "R.0", "R 0", "HR0", "s. 0", "s.0", "S. 0", "S.0")),
    Rule("executive-order", _orders, ("rder", "E.O", "EO")),
)
