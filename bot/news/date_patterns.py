"""How texts say on which day something happens: a rule takes effect, a licence ends."""

from __future__ import annotations

import re

from bot.news.date_words import DATE, SOON
from bot.news.model import DateKind

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
    rf"\bkick(?:s|ed)? in (?:on )?{_ON}",
    r"(?:自|于|於) ?(?P<on>20\d\d ?年\d{1,2}月\d{1,2}日) ?(?:起|正式)* ?"
    r"(?:施行|实施|生效|执行|實施|執行)",
)
_COMPLIANCE = _compiled(
    rf"\bcompliance (?:date|deadline)s? (?:for|of|with) {_GAP}{{0,160}}?\b(?:is|are|will be) {_ON}",
    r"\bcompliance(?: date| deadline)?:? (?:(?:is|will be|of|required|by|from|begins|on|for) ?)*"
    rf"{_ON}",
    rf"\b(?:must|shall|have to) (?:comply|be in compliance)\b{_GAP}{{0,80}}?"
    rf"\b(?:by|from|before|until) {_ON}",
)
_ENDS_ON = (
    r"(?:(?:expir(?:es?|ing|y)|ends?|ending|lapses?|lapsing|sunsets?|terminates?"
    r"|runs? (?:out|until|through|to))(?: on| at)?"
    r"|(?:is|are|remains?|stays?)? ?"
    r"(?:valid|in (?:effect|force)|effective|available|good|appl(?:y|ies))"
    r"(?: for [\w ]{1,20},)? (?:only )?(?:until|till|through|to))"
)
_NOT_DENIED = r"(?<!not )(?<!never )(?<!n't )(?<!n’t )"
_LEAVE = (
    r"(?:general licen[cs]es?|licen[cs]es?|authori[sz]ations?|exclusions?|waivers?|exemptions?"
    r"|suspensions?|pauses?|truce|moratori(?:um|a)|wind[- ]?downs?|orders?|sanctions|measures"
    r"|embargo|GL ?\d+\w?)"
)
"""What is given, or stands, for a time."""
_EXPIRY = _compiled(
    rf"\b(?:expir(?:es?|ing)|sunsets?|sunsetting|lapses?)(?: on)?,? {_ON}",
    rf"\b(?:expiration|expiry|sunset|termination)(?: dates?)?(?: (?:of|for) {_GAP}{{0,80}}?)?"
    rf"(?: (?:is|are|will be|remains)|:)? {_ON}",
    rf"\b{_LEAVE}\b{_GAP}{{0,80}}?\b{_NOT_DENIED}{_ENDS_ON} {_ON}",
    rf"\bvalid (?:only )?(?:until|till|through|to) {_ON}",
    rf"\bauthori[sz](?:es?|ed|ing)\b{_GAP}{{0,200}}?\b(?:until|till|through) {_ON}",
    rf"\bwind(?:ing)?[- ]?down\b{_GAP}{{0,120}}?"
    rf"\b(?:by|until|till|through|before|no later than) {_ON}",
    rf"\b(?:until|till|through) {_ON} to wind(?: it| them)? down\b",
    rf"\b(?:suspend(?:s|ed|ing)?|paus(?:es?|ed|ing)|waiv(?:es?|ed|ing))\b{_GAP}{{0,120}}?"
    rf"\b(?:until|till|through) {_ON}",
    r"(?:至|到) ?(?P<on>20\d\d ?年\d{1,2}月\d{1,2}日) ?(?:止|为止|為止|到期|失效)",
)
AND_ON = re.compile(rf",? and (?:on )?(?P<on>{DATE})(?<=\d{{4}})", re.IGNORECASE)
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
MOVED = _compiled(
    r"\b(?:extend|prolong|renew|delay|postpon|defer|reopen|push|mov|chang|revis)\w*"
    rf"{_GAP}{{0,160}}?\b(?:to|until|till|through) {_ON}"
)
NUMBERS = {"fifteen": 15, "thirty": 30, "forty-five": 45, "sixty": 60, "ninety": 90}
_NUMBER = rf"(\d{{1,3}}|{'|'.join(NUMBERS)})(?: \(\d{{1,3}}\))?"
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
AT_ONCE = re.compile(r"\beffective (?:immediately|(?:up)?on publication)\b", re.IGNORECASE)
DENIED = re.compile(
    r"(?:\b(?:not|never|cannot|no longer)|n['’]t)"
    r"(?: (?:yet|be|been|being|become|made|to|have|now|also|immediately|automatically|ever))* $",
    re.IGNORECASE,
)
BRITISH = re.compile(r"\bcom(?:e|es|ing) into force\b")
"""Words of law in which `5/1/27` is 5 January."""
NOT_DUE = re.compile(r"(?:\bnot|n['’]t)(?: yet)? due\b", re.IGNORECASE)
BEGINS = re.compile(
    r"(?: period)? (?:that )?(?:begin(?:s|ning)?|start(?:s|ing)?|open(?:s|ing)?)(?: on)?"
    rf" (?P<on>{DATE})",
    re.IGNORECASE,
)
HINTS: dict[DateKind, tuple[str, ...]] = {
    "effective": ("effect", "force", "appl", "kick", "起", "于", "於"),
    "comments": ("comment",),
    "compliance": ("compl",),
    "expiry": (
        *("expir", "sunset", "laps", "terminat", "until", "through", "till", "valid", "wind"),
        *("end", "止", "到期", "失效"),
    ),
}
PATTERNS: dict[DateKind, tuple[re.Pattern[str], ...]] = {
    "effective": _EFFECTIVE,
    "comments": _COMMENTS,
    "compliance": _COMPLIANCE,
    "expiry": _EXPIRY,
}
RELATIVE: dict[DateKind, tuple[re.Pattern[str], ...]] = {
    "effective": _EFFECTIVE_IN,
    "comments": _COMMENTS_IN,
}
SUBJECT = re.compile(
    r"\b(?:(?P<comments>comment)(?: period| deadline|s)?|effective date|effectiveness"
    r"|(?P<compliance>compliance (?:date|deadline)))\b"
    rf"|\beffective (?:on |as of )?{DATE}",
    re.IGNORECASE,
)
"""What may be moved to another day."""
TERM = re.compile(rf"{SUBJECT.pattern}|\b(?P<expiry>expir\w+(?: date)?|{_LEAVE})\b", re.IGNORECASE)
"""What may be moved by being extended."""
EXTENDS = re.compile(r"(?:extend|prolong|renew)", re.IGNORECASE)
NEAR = 160
"""Characters around a move in which stands what is moved."""
