"""Dates that matter: when a rule takes effect, and until when one may comment.

A day counts only where a text says what happens on it; a day that is merely named is none. Where a
day is moved ("delayed from January 13 to March 21"), only the new one counts; what a text denies
("will not take effect January 1") counts for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from bot.feeds.model import FeedEntry
from bot.news.date_words import DATE, SOON, day_of, days_after
from bot.news.model import DateKind, KeyDate
from bot.news.publication_day import publication_day

_MAX_TEXT = 400_000
_TIME = (
    r"(?:(?:at )?(?:\d{1,2}(?::\d\d)? ?[ap]\.?m\.?|\d\d:\d\d|noon|midnight)"
    r"(?:,? ?\(?(?:Eastern|E[SD]?T|UTC|GMT|CET|local|Beijing|U\.S\. Eastern)\)?"
    r"(?: (?:Standard |Daylight )?[Tt]ime)?\)?)?,? ?(?:on )?)?"
)
_ON = rf"(?:on )?{_TIME}(?P<on>{DATE})"
_ENDS = r" +(?-i:[A-Z\"“])|\s*$"
_GAP = rf"(?:[^.;\n]|\.(?!{_ENDS})|(?-i:(?<=\b[A-Z]))\.(?={_ENDS}))"
"""What may stand in one sentence; a dot inside an abbreviation ends none. No two of the three ways
may match at one place: a text of abbreviations would be tried in 2**n ways."""


def _compiled(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


_TAKES = (
    r"\b(?:tak(?:es?|ing)|took|go(?:es|ing)?|went|com(?:es?|ing)|came|enter(?:s|ed|ing)?|put) "
    r"(?:in)?(?:to )?(?:effect|force)"
)
_EFFECTIVE = _compiled(
    rf"\beffective(?: dates?)?(?: (?:is|are|was|on|of|as of|from|beginning|starting))*:? ?{_ON}",
    rf"{_TAKES},?(?: on| as of| from| starting| beginning)? {_ON}",
    rf"{_TAKES} (?P<on>{SOON})\b",
    rf"(?:\bnot|n['’]t|\bcannot)(?: (?:yet|be|become))* (?:effective|{_TAKES})"
    rf" (?:until|till) {_ON}",
    rf"\b(?:in|into) (?:effect|force) (?:on|from|as of|starting|beginning) {_ON}",
    rf"\bwith effect (?:from|as of) {_ON}",
    r"\b(?:appl(?:y|ies) (?:from|as of|as from|starting|beginning)|applicable)"
    rf"(?: from| as of| beginning| starting)? {_ON}",
    rf"\bcompliance (?:date|deadline)s? (?:for|of|with) {_GAP}{{0,160}}?\b(?:is|are|will be) {_ON}",
    r"\bcompliance(?: date| deadline)?:? (?:(?:is|will be|of|required|by|from|begins|on|for) ?)*"
    rf"{_ON}",
    rf"\bkick(?:s|ed)? in (?:on )?{_ON}",
    r"(?:自|于|於) ?(?P<on>20\d\d ?年\d{1,2}月\d{1,2}日) ?(?:起|正式)* ?"
    r"(?:施行|实施|生效|执行|實施|執行)",
)
_AND_ON = re.compile(rf",? and (?:on )?(?P<on>{DATE})(?<=\d{{4}})", re.IGNORECASE)
"""A further day of the same: `effective January 16, 2025 and February 17, 2025`."""

_UNTIL = (
    r"(?:by|before|until|till|through|no later than|not later than|later than|on or before"
    r"|ends?(?: on)?|closes?(?: on)?|deadline(?: is| of)?:?|to|due(?: on| by)?)"
)
_ASKED = (
    r"\b(?:submit(?:ted|ting)?|submissions?|fil(?:e|ing)|send|accept(?:s|ed|ing)?|see(?:k|ks|king)"
    r"|request(?:s|ed|ing)?|invit(?:es?|ing)|solicit(?:s|ing)?|welcom(?:es?|ing)|provide|offer"
    r"|tak(?:e|es|ing)|written|public|open for|due date for)\b"
)
_COMMENT = r"\bcomments?\b(?! (?:that|made|show\w*|suggest\w*|from|about|to reporters)\b)"
_COMMENTS = _compiled(
    rf"{_ASKED}{_GAP}{{0,40}}?{_COMMENT}{_GAP}{{0,160}}?\b{_UNTIL} {_ON}",
    rf"{_COMMENT}{_GAP}{{0,160}}?\b(?:due|received|submitted|accepted|filed|postmarked|considered"
    r"|requested|sought|invited|welcome|wanted)"
    rf"\b:?{_GAP}{{0,60}}?(?:\b{_UNTIL} |(?<=due )|(?<=due: ))(?:on or before )?{_ON}",
    rf"\bcomments?,? (?:are |is )?due:? (?P<on>{DATE}|{SOON}\b)",
    rf"\bcomment (?:period|deadline|due date|window|closing date){_GAP}{{0,100}}?"
    rf"\b(?:is|was|(?:ends?|ended|closes?|closed|runs?)(?: on)?|to|until|through|by) {_ON}",
    rf"\bcomment (?:deadline|due date|closing date|date):? {_ON}",
    rf"\bcomments?[;:,] (?:the )?deadline(?: is)?:? {_ON}",
    rf"\bdeadline (?:for|to) {_GAP}{{0,60}}?\bcomments?\b{_GAP}{{0,40}}?"
    rf"\b(?:is|to|until|by|of) {_ON}",
    rf"\b(?:has|have|had) until {_ON} to (?:\w+ ){{0,3}}comments?\b",
    rf"\bcomments? (?:period )?clos(?:e|es|ed)(?: on)? {_ON}",
)
_MOVED = _compiled(
    r"\b(?:extend|delay|postpon|defer|reopen|push|mov|chang|revis)\w*"
    rf"{_GAP}{{0,160}}?\b(?:to|until|till|through) {_ON}"
)
_NUMBERS = {"fifteen": 15, "thirty": 30, "forty-five": 45, "sixty": 60, "ninety": 90}
_NUMBER = rf"(\d{{1,3}}|{'|'.join(_NUMBERS)})(?: \(\d{{1,3}}\))?"
_IN_DAYS = rf"{_NUMBER}[- ](?:calendar )?days?"
_SINCE = (
    r"(?:after|from|following|of) (?:the )?(?:date of )?(?:its |their |this |the )?"
    r"(?:publi\w+|today|now|issu\w+|notice|being published|Federal Register|appear\w+|release"
    r"|posting|document)"
)
_EFFECTIVE_IN = _compiled(
    rf"(?:effective(?: date:| \[insert date)?|{_TAKES}) (?:"
    rf"(?:in|within|after) {_IN_DAYS}(?! (?:of|after|from|following))"
    rf"|(?:in |within )?{_IN_DAYS} {_SINCE})"
)
_COMMENTS_IN = _compiled(
    rf"\bcomments?\b[^.;\n]{{0,80}}? (?:within|for|in|due|until|by|accepted) {_IN_DAYS}",
    rf"{_NUMBER}[- ]days? (?:public )?(?:comment|notice[- ]and[- ]comment)",
    rf"\bcomment period(?: of| ends| closes) {_IN_DAYS}",
)
_AT_ONCE = re.compile(r"\beffective (?:immediately|(?:up)?on publication)\b", re.IGNORECASE)
_DENIED = re.compile(
    r"(?:\b(?:not|never|cannot|no longer)|n['’]t)"
    r"(?: (?:yet|be|been|being|become|made|to|have|now|also|immediately|automatically|ever))* $",
    re.IGNORECASE,
)
_BRITISH = re.compile(r"\bcom(?:e|es|ing) into force\b")
"""Words of law in which `5/1/27` is 5 January."""
_NOT_DUE = re.compile(r"(?:\bnot|n['’]t)(?: yet)? due\b", re.IGNORECASE)
_BEGINS = re.compile(
    r"(?: period)? (?:that )?(?:begin(?:s|ning)?|start(?:s|ing)?|open(?:s|ing)?)(?: on)?"
    rf" (?P<on>{DATE})",
    re.IGNORECASE,
)
_HINTS: dict[DateKind, tuple[str, ...]] = {
    "effective": ("effect", "force", "compliance", "appl", "kick", "起", "于", "於"),
    "comments": ("comment",),
}
_PATTERNS: dict[DateKind, tuple[re.Pattern[str], ...]] = {
    "effective": _EFFECTIVE,
    "comments": _COMMENTS,
}
_RELATIVE: dict[DateKind, tuple[re.Pattern[str], ...]] = {
    "effective": _EFFECTIVE_IN,
    "comments": _COMMENTS_IN,
}
_SUBJECT = re.compile(
    r"\b(?:(comment)(?: period| deadline|s)?|effective date|effectiveness|compliance date)\b"
    rf"|\beffective (?:on |as of )?{DATE}",
    re.IGNORECASE,
)
_NEAR = 160
"""Characters around a move in which stands what is moved."""


def find_dates(entry: FeedEntry) -> tuple[KeyDate, ...]:
    """Find effective dates and comment deadlines: the publisher's own fields, then the text.

    A field holds one day of a kind, and the sentence that comes with it all of them. A kind that
    came so is not read from the text again. A date without a year is the
    one nearest to the entry's publication, and "in 60 days" counts from it; without that both
    are left out. A span is read only where the text names no date of its kind. Never raises.
    """
    found: dict[tuple[DateKind, date], KeyDate] = {}
    fields: tuple[tuple[DateKind, date | None], ...] = (
        ("effective", entry.effective_on),
        ("comments", entry.comments_close_on),
    )
    for kind, on in fields:
        if on is not None:
            found[kind, on] = KeyDate(kind, on)
    published = publication_day(entry)
    for key_date in _read(entry.dates, published):
        found.setdefault((key_date.kind, key_date.on), key_date)
    given = {kind for kind, _ in found}
    for body in (entry.title[:_MAX_TEXT], entry.text[:_MAX_TEXT]):
        for key_date in _read(body, published):
            if key_date.kind not in given:
                found.setdefault((key_date.kind, key_date.on), key_date)
    dated = given | {kind for kind, _ in found}
    if published is not None:
        for kind, on, said in _spans(_all_of(entry), published):
            if kind not in dated:
                found.setdefault((kind, on), KeyDate(kind, on, said))
    return tuple(sorted(found.values(), key=lambda each: (each.kind, each.on)))[:20]


def _all_of(entry: FeedEntry) -> str:
    return f"{entry.dates}\n{entry.title}. {entry.text[:_MAX_TEXT]}"


def _read(body: str, published: date | None) -> Iterator[KeyDate]:
    lowered = body.lower()
    kinds = [kind for kind, hints in _HINTS.items() if any(hint in lowered for hint in hints)]
    moved: list[tuple[DateKind, int, int]] = []
    day_first = bool(_BRITISH.search(lowered))
    for match in _MOVED[0].finditer(body) if kinds else ():
        kind = _moved_kind(body, match)
        on = day_of(match["on"], published, day_first)
        if kind and _is_denied(body, match):
            moved.append((kind, match.start(), match.end()))
        elif kind and on:
            moved.append((kind, match.start() - _NEAR, match.end()))
            yield KeyDate(kind, on, match[0].strip())
    for kind in kinds:
        for pattern in _PATTERNS[kind]:
            for match in pattern.finditer(body):
                if _is_denied(body, match):
                    continue
                said = match[0].strip()
                named: re.Match[str] | None = match
                while named is not None:
                    on = day_of(named["on"], published, day_first)
                    at = named.start("on")
                    old = any(which == kind and start <= at < end for which, start, end in moved)
                    if on is not None and not old:
                        yield KeyDate(kind, on, said)
                    named = _AND_ON.match(body, named.end())


def _is_denied(body: str, match: re.Match[str]) -> bool:
    """Whether a text says that just this does not happen, or is not due then."""
    before = body[max(0, match.start() - 60) : match.start()]
    return bool(_DENIED.search(before) or _NOT_DUE.search(match[0]))


def _moved_kind(body: str, match: re.Match[str]) -> DateKind | None:
    """Say what is moved: what is named between the word and the day, else next to them."""
    inside = _SUBJECT.search(body, match.start(), match.end())
    if inside is None:
        before = list(_SUBJECT.finditer(body, max(0, match.start() - _NEAR), match.start()))
        inside = before[-1] if before else _SUBJECT.search(body, match.end(), match.end() + 60)
    if inside is None:
        return None
    return "comments" if inside[1] else "effective"


def _spans(body: str, published: date) -> Iterator[tuple[DateKind, date, str]]:
    """Give what is to happen upon publication, or so many days after it."""
    lowered = body.lower()
    for match in _AT_ONCE.finditer(body):
        if not _is_denied(body, match):
            yield "effective", published, match[0]
    for kind, patterns in _RELATIVE.items():
        if "day" not in lowered or not any(hint in lowered for hint in _HINTS[kind]):
            continue
        for pattern in patterns:
            for match in pattern.finditer(body):
                said = next(group for group in match.groups() if group).lower()
                days = _NUMBERS.get(said) or int(said)
                begins = _BEGINS.match(body, match.end())
                first = day_of(begins["on"], published) if begins else None
                on = days_after(first or published, days) if days else None
                if on is not None and not _is_denied(body, match):
                    yield kind, on, match[0].strip()
