"""Citations of other lands' instruments: acts of the EU, statutory instruments of the UK, and
announcements and orders of China's Ministry of Commerce.

Shapes: the EU's Interinstitutional style guide 10.9 (since 2015 year/number, before it number/year
after "No"); legislation.gov.uk; mofcom.gov.cn, where a number begins anew each year.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.news.citation_rule import Found, Rule, series

_TREATY = r"\((EU|UE|EC|EG|CE|EEC|CFSP|Euratom|EU, Euratom)\)"
_TREATIES = {"EU": "EU", "UE": "EU", "EG": "EC", "CE": "EC"}
_SORTS = {
    "reg": "Regulation",
    "ver": "Regulation",
    "règ": "Regulation",
    "dec": "Decision",
    "dir": "Directive",
    "rec": "Recommendation",
}
"""By the first letters, of the German, Dutch and French as well."""

_SORT = (
    r"(Regulations?|REGULATIONS?|Reg\.?|Decisions?|DECISIONS?|Directives?|DIRECTIVES?"
    r"|Recommendations?|RECOMMENDATIONS?|Verordnung(?:en)?|Verordening(?:en)?|[Rr]èglements?)"
)
_EU = re.compile(
    r"\b(EU |Implementing |IMPLEMENTING |Delegated |DELEGATED |[Dd]elegierte[nr]? "
    rf"|[Gg]edelegeerde )?{_SORT} (?:{_TREATY} )?(?:(?:Nos?|NO|Nr|n°|nº)\.? ?)?"
    r"(\d{1,4})/(\d{1,5})(?:/(EU|EC|CFSP))?(?![\w/]|\.\d|%)"
)
_MORE_ACTS = re.compile(
    rf"(?:,? and|,| &) (?:{_TREATY} )?(?:Nos?\.? ?)?(\d{{1,4}})/(\d{{1,5}})(?:/(EU|EC|CFSP))?"
    r"(?![\w/]|\.\d|%)"
)


def _eu(body: str) -> Iterator[Found]:
    for match, more in series(body, _EU, _MORE_ACTS):
        sort, treaty = _SORTS[match[2][:3].lower()], match[3]
        value = _act(sort, treaty, match[4], match[5], match[6])
        sure = treaty or match[6] or match[1] or min(len(match[4]), len(match[5])) > 2
        if value is None or not sure:
            continue  # "Regulation 24/7"
        yield value, match.start(), match.end()
        for each in more:
            value = _act(sort, each[1] or treaty, each[2], each[3], each[4])
            if value is not None:
                yield value, each.start(1) - 1 if each[1] else each.start(2), each.end()


def _act(sort: str, treaty: str | None, first: str, second: str, ending: str | None) -> str | None:
    """Give an act's normal form, or nothing where no part is a year."""
    if ending:
        return f"{sort} {first}/{second}/{ending}" if _is_year(first) else None
    treaty = _TREATIES.get(treaty or "EU", treaty)
    if _is_year(first) and (int(first) >= 2015 or not _is_year(second)):
        return f"{sort} ({treaty}) {first}/{int(second)}"
    return f"{sort} ({treaty}) No {int(first)}/{second}" if _is_year(second) else None


def _is_year(digits: str) -> bool:
    return len(digits) == 4 and 1958 <= int(digits) <= 2060


_SI_NUMBER = r"((?:19|20)\d\d)(?:/| ?,? ?[Nn]o\.? ?)(\d{1,4})(?![\w/]|\.\d)"
_SI = re.compile(rf"(?<![\w.])(?:S\.I\.|(?:UK)?SIs?|[Ss]tatutory [Ii]nstruments?),? ?{_SI_NUMBER}")
_MORE_SIS = re.compile(rf"(?:,? and |, | & )(?:S\.I\. ?|SI )?{_SI_NUMBER}")


def _instruments(body: str) -> Iterator[Found]:
    for match, more in series(body, _SI, _MORE_SIS):
        yield f"SI {match[1]}/{int(match[2])}", match.start(), match.end()
        for each in more:
            yield f"SI {each[1]}/{int(each[2])}", each.start(1), each.end()


_NUMBERS = (
    r"(?P<numbers>(?:[Nn]os?\. ?)?\d{1,3}(?:(?:,? and |, )(?:[Nn]o\.? ?)?\d{1,3}(?!\d)){0,12})"
)
_YEAR = r"(?P<year>20[0-3]\d)"
_WORD = r"\b(?P<sort>[Aa]nnouncements?|ANNOUNCEMENTS?|[Nn]otices?|[Dd]ecrees?|[Oo]rders?)"
_CHINESE = r"\d{1,3}(?:[、,，和及至-]\d{1,3}){0,12}"
_ANNOUNCED = (
    re.compile(rf"{_WORD} {_YEAR},? {_NUMBERS}(?![\w/-])"),
    re.compile(rf"{_WORD} [\[(]{_YEAR}[\])] {_NUMBERS}(?!\d)"),
    re.compile(rf"{_WORD} {_NUMBERS},? ?(?:of|in|\(|\[|,)? ?{_YEAR}(?![\w/-])"),
    re.compile(rf"\b{_YEAR} {_WORD} {_NUMBERS}(?![\w/-])"),
    re.compile(
        r"(?P<sort>公告|令) ?[〔\[(（]?(?P<year>20\d\d)(?:[〕\])）] ?第?| ?年 ?第) ?"
        rf"(?P<numbers>{_CHINESE}) ?[号號]"
    ),
    re.compile(rf"(?P<year>20\d\d) ?年 ?第 ?(?P<numbers>{_CHINESE}) ?[号號](?P<sort>公告|令)"),
)
_MINISTRY = re.compile(r"MOFCOM|Ministry of Commerce|[Cc]ommerce [Mm]inistry|商[务務]部")
_BEFORE, _AFTER = 160, 60
"""Characters around an announcement in which the ministry is named."""


def _announcements(body: str) -> Iterator[Found]:
    for pattern in _ANNOUNCED:
        for match in pattern.finditer(body):
            if not _MINISTRY.search(body, max(0, match.start() - _BEFORE), match.end() + _AFTER):
                continue
            order = match["sort"][0] in "OoDd令"
            sort = "Order" if order else "Announcement"
            several = list(re.finditer(r"\d+", match["numbers"]))
            for each in several:
                start, end = match.span()
                if len(several) > 1:
                    start = match.start("numbers") + each.start()
                    end = start + len(each[0])
                yield f"MOFCOM {sort} No. {int(each[0])} of {match['year']}", start, end


RULES = (
    Rule(
        "eu-act",
        _eu,
        (
            *("egulation", "Reg. (", "Reg (", "ecision", "irective", "ecommendation", "erord"),
            *("EGULATION", "ECISION", "IRECTIVE", "ECOMMENDATION", "èglement"),
        ),
        "0/0",
    ),
    Rule(
        "uk-si",
        _instruments,
        ("S.I.", "SI 0000", "SI0000", "SIs 0000", "SI, 0000", "tatutory "),
        "0000",
    ),
    Rule(
        "cn-announcement",
        _announcements,
        (
            "MOFCOM",
            "inistry of Commerce",
            "ommerce Ministry",
            "ommerce ministry",
            "商务部",
            "商務部",
        ),
        "000",
    ),
)
