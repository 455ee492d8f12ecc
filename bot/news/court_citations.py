"""Citations of courts' cases and opinions that are named with their court.

Shapes: the Bluebook's rule 10 ("No. 24-1234 (D.C. Cir.)"), captions of the Court of International
Trade ("Slip Op. 25-101", "Court No. 23-00123"), and the trade press ("Fed. Cir. # 24-1234"). Each
court counts for itself, so the court is in the normal form; a number that bears its sort
(`1:23-cr-00123`) is read with the other dockets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.news.citation_rule import Found, Rule, series

_DIGITS = r"-(?P<digits>\d{1,5})(?![\w-]|\.\d|%)"
_YEAR = r"(?:(?P<office>\d):)?(?P<year>\d\d|20\d\d)"
_CASE = re.compile(rf"(?<![\w,$€£¥/:-])(?<!\d\.)(?P<own>{_YEAR}{_DIGITS})")
_MORE = re.compile(rf"(?:,? and |, | & )(?P<own>(?:{_YEAR})?{_DIGITS})")
_STATES = (
    "Ala|Alaska|Ariz|Ark|Cal|Colo|Conn|Del|Fla|Ga|Haw|Idaho|Ill|Ind|Iowa|Kan|Ky|La|Me|Md|Mass"
    r"|Mich|Minn|Miss|Mo|Mont|Neb|Nev|Ohio|Okla|Ore?|Pa|Tenn|Tex|Utah|Vt|Va|Wash|W\. ?Va|Wis|Wyo"
    r"|N\.H|N\.J|N\.M|N\.Y|N\.C|N\.D|R\.I|S\.C|S\.D|P\.R|D\.C"
)
_COURT = (
    r"(?:(?P<trade>(?:U\.?S\.? ?)?(?:CIT\b|C\.I\.T\.|Ct\. Int['’]l Trade"
    r"|Court of International Trade))"
    r"|(?P<federal>CAFC|Fed\. ?Cir(?:\.|c\.)|FED\. CIR\.|Federal Circuit)"
    r"|(?P<capital>D\.?C\.? Cir(?:\.|c\.|cuit)|D\.C\. CIR\.|District of Columbia Circuit)"
    r"|(?P<nth>1st|2n?d|3r?d|[4-9]th|1[01]th|First|Second|Third|Fourth|Fifth|Sixth|Seventh|Eighth"
    r"|Ninth|Tenth|Eleventh) (?:Cir(?:\.|c\.|cuit)|CIR\.)"
    r"|(?P<supreme>S\. ?C(?:t|T)\.|Sup\. Ct\.|SCOTUS|Supreme Court)"
    rf"|(?P<district>(?P<division>[CEMNSW]\.)?D\. ?(?P<state>{_STATES})\b\.?))"
)
_MARK = r"(?:#s? ?|[Nn][Oo][Ss]?\.? ?#? ?|[Nn]umbers? )"
_BEFORE = re.compile(
    rf"(?<![\w.]){_COURT}(?: \((?:CIT|CAFC)\))?(?:['’]s|,|:| \()? ?(?:[Cc]onsol(?:\.|idated) )?"
    rf"(?:(?:Ct\.|Court|[Cc]ase|[Aa]ppeal|[Dd]ocket) )?(?P<mark>{_MARK})?$"
)
_MARKED = re.compile(rf"(?<!\w){_MARK}$")
_CAPTION = re.compile(r"\b(?:[Cc]onsol(?:\.|idated) )?(?:Court|Ct\.) [Nn]os?\. $")
_OPINION = re.compile(r"\b[Ss](?:lip|LIP) [Oo](?:p|P|pinion|PINION)s?\.?(?: [Nn]os?\.)?,? ?#?$")
_BEHIND = re.compile(
    r"(?:,? \(|, (?:in |at )?(?:the )?| (?:in|before|at|of) (?:the )?)(?:slip op\.,? )?"
    r"(?:U\.S\. |United States )?(?:Court of Appeals(?: for the |,? \(?))?"
    rf"(?:{_COURT}(?!\w)|(?P<us>U\.S\.)(?= ?\)| (?:[A-Z][a-z]{{2,8}}\.? )?\d))"
    r"(?! ?(?:[Cc]onsol|#|[Nn]os?\. |\d\d-|Group|Bank))"
)
_TRADE_COURT = re.compile(
    r"\bCIT\b|Int(?:ernational|['’]l) Trade|INTERNATIONAL TRADE|[Ss]lip [Oo]p"
)
_WINDOW = 80
"""Characters before a number in which its court stands."""

_NTH = {
    "first": "1st", "second": "2nd", "2d": "2nd", "third": "3rd", "3d": "3rd", "fourth": "4th",
    "fifth": "5th", "sixth": "6th", "seventh": "7th", "eighth": "8th", "ninth": "9th",
    "tenth": "10th", "eleventh": "11th",
}  # fmt: skip
_OPINIONS = "Slip Op."
_SUPREME = "S. Ct."
_LENGTHS = {_OPINIONS: (1, 3), "CIT": (5, 5), _SUPREME: (2, 5)}
"""How many digits numbers have behind the hyphen; those of other courts three to five."""

_OF_COURT = re.compile(
    r"(?:Slip Op\.|CIT|S\. Ct\.|(?:Fed\.|D\.C\.|\d+\w\w) Cir\.|(?:[CEMNSW]\.)?D\..{1,9}) [\d:]+-\d+"
    r"|(?:\d:)?\d\d-(?:cr|cv|mj|mc|md)-\d+"
)


def is_of_court(docket: str) -> bool:
    """Whether a docket, in its normal form, is a court's case or opinion."""
    return _OF_COURT.fullmatch(docket) is not None


def _cases(body: str) -> Iterator[Found]:
    trade: bool | None = None
    taken = 0
    for match, more in series(body, _CASE, _MORE):
        first = max(taken, match.start() - _WINDOW)
        before = body[first : match.start()]
        named = _named_before(before, match)
        if named is None and (mark := _MARKED.search(before)):
            behind = _BEHIND.match(body, more[-1].end() if more else match.end())
            if behind:  # and is not the court of a number that follows
                named, taken = (_court(behind), mark.start()), behind.end()
        if named is None and (caption := _CAPTION.search(before)):
            trade = _TRADE_COURT.search(body) is not None if trade is None else trade
            named = ("CIT", caption.start()) if trade else None
        if named is not None:
            yield from _numbered(named[0], first + named[1], [match, *more])


def _named_before(before: str, match: re.Match[str]) -> tuple[str, int] | None:
    """Give the court that stands before a number, and where."""
    if opinion := _OPINION.search(before):
        return _OPINIONS, opinion.start()
    found = _BEFORE.search(before)
    if found is None:
        return None
    # Two numbers that nothing marks may be years or a score, but not behind a court's short name.
    short = found[0].endswith(("Cir. ", f"{_SUPREME} "))
    unmarked = len(match["year"]) == 2 and (short or len(match["digits"]) > 3)
    sure = found["mark"] or unmarked
    return (_court(found), found.start()) if sure else None


def _court(found: re.Match[str]) -> str:
    """Give what a court is called in a normal form."""
    if nth := found["nth"]:
        return f"{_NTH.get(nth.lower(), nth)} Cir."
    if state := found["state"]:
        joint = "" if "." in state and not state.startswith("W") else " "
        return f"{found['division'] or ''}D.{joint}{state}."
    if found["trade"]:
        return "CIT"
    if found["federal"]:
        return "Fed. Cir."
    return "D.C. Cir." if found["capital"] else _SUPREME


def _numbered(court: str, start: int, numbers: list[re.Match[str]]) -> Iterator[Found]:
    """Give the cases of a list in their normal form, the first with its court."""
    least, most = _LENGTHS.get(court, (3, 5))
    padded = court == "CIT" or ("D." in court and not court.endswith("Cir."))
    year = ""
    for each in numbers:
        digits = each["digits"]
        if not least <= len(digits) <= most or not int(digits):
            return
        year = (each["year"] or year)[-2:]
        office = f"{each['office']}:" if each["office"] else ""
        number = digits.zfill(5) if padded else str(int(digits))
        yield (
            f"{court} {office}{year}-{number}",
            start if each is numbers[0] else each.start("own"),
            each.end(),
        )


RULES = (
    Rule(
        "docket",
        _cases,
        (
            *("CIT", "C.I.T.", "l Trade", "Cir", "CIR.", "CAFC", "S. Ct", "S. CT", "Sup. Ct"),
            *("SCOTUS", "upreme Court", "D.", "lip Op", "lip op", "LIP OP", "ourt No", "Ct. No"),
            "(U.S.",
        ),
        "00-",
    ),
)
