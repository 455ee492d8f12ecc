"""Citations of codes: the Code of Federal Regulations and the United States Code.

Shapes: 1 CFR 8.9; a regulation's supplements are what the Export Administration Regulations call
them, and have a citation beside their part's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bot.news.citation_rule import Found, Rule, before, series

_END = r"((?:\([A-Za-z0-9]{1,5}\)){0,8})(?!\w|\.\d|,\d{3})"
_NUMBER = rf"(\d{{1,4}}(?:\.\d{{1,4}}[a-z]?)?){_END}"
_DASHED = rf"(\d{{1,4}}(?:\.\d{{1,4}}[a-z]?(?:-\d{{1,4}})?)?){_END}"
_CODE = r"(?:CFR|C\.F\.R\.?|Code of Federal Regulations)"
_WITHIN = r"(?:,? (?:(?:sub)?parts?|pts?\.?|chapters?|secs?\.?|sections?))?(?: ?§{1,2})? ?"
_CFR = re.compile(
    rf"(?<![\w.$-])(?:title )?(\d{{1,2}}),? (?:of )?(?:the )?{_CODE}(?: \(CFR\))?,?"
    rf"{_WITHIN}{_DASHED}",
    re.IGNORECASE,
)
_MORE_PARTS = re.compile(
    rf"(?:, and|, or|, &|,|;| and| or| &) (?:parts? |sections? |§{{1,2}} ?)?{_NUMBER}",
    re.IGNORECASE,
)
_CITES_ON = re.compile(r" (?:CFR|C\.F\.R\.|FR|F\.R\.|Fed|U\.?S\.?C)\b")
_SECTION = re.compile(rf"(?:§{{1,2}} ?|\bsections? )(\d{{3,4}}\.\d{{1,4}}){_END}", re.IGNORECASE)
_OWN_PARTS = r"((?:7[3-7]\d|1[23]\d)(?:(?:,? and |, | or )(?:7[3-7]\d|1[23]\d)){0,9})(?![\d.])"
_PART_OF = re.compile(
    rf"\bparts? {_OWN_PARTS}(?:\(\w+\))? (?:of|to) the"
    r" (EAR|ITAR|Export Admin|International Traffic)"
    rf"|\b(EAR|ITAR),? parts? {_OWN_PARTS}",
    re.IGNORECASE,
)
_DASHED_TITLES = {41, 48}
"""Titles whose sections have a dash in their number."""


def _cfr(body: str) -> Iterator[Found]:
    yield from _titled(body)
    for match, more in series(body, _SECTION, _MORE_PARTS, _goes_on(1)):
        title = _title_of(int(match[1].split(".")[0]))
        cited = before(body, match.start(), 12).rstrip().endswith(("cfr", "c.f.r."))
        if title and not cited:
            yield f"{title} CFR {match[1]}", match.start(), match.end()
            yield from _more(title, more)
    for match in _PART_OF.finditer(body):
        name, group = (match[2], 1) if match[2] else (match[3], 4)
        for part in re.finditer(r"\d+", match[group]):
            start = match.start(group) + part.start()
            yield f"{15 if name[0] in 'Ee' else 22} CFR {part[0]}", start, start + len(part[0])
    yield from _supplements(body)


def _titled(body: str) -> Iterator[Found]:
    """Give what is cited with its title: `15 CFR parts 740, 744 and 748`."""
    for match, more in series(body, _CFR, _MORE_PARTS, _goes_on(2)):
        title, number = int(match[1]), match[2]
        whole = number if title in _DASHED_TITLES else number.partition("-")[0]
        if 1 <= title <= 50:
            end = match.end() if whole == number else match.start(2) + len(whole)
            yield f"{title} CFR {whole}", match.start(), end
            yield from _more(title, more)


def _goes_on(group: int) -> Callable[[re.Match[str], re.Match[str]], bool]:
    """Make what says whether a number is another of a list: of as many digits (`... and 12` is
    none), a section among sections, and none that a citation of its own begins with."""

    def goes_on(first: re.Match[str], more: re.Match[str]) -> bool:
        part, _, section = first[group].partition(".")
        other, _, other_section = more[1].partition(".")
        alike = len(part) == len(other) and (not section or bool(other_section))
        return alike and _CITES_ON.match(more.string, more.end()) is None

    return goes_on


def _more(title: int, more: list[re.Match[str]]) -> Iterator[Found]:
    for each in more:
        yield f"{title} CFR {each[1]}", each.start(1), each.end()


def _title_of(part: int) -> int | None:
    """Give the CFR title of the parts that our subject names without one."""
    if 730 <= part <= 774:
        return 15  # Export Administration Regulations
    if 120 <= part <= 130:
        return 22  # International Traffic in Arms Regulations
    if 500 <= part <= 599 or 800 <= part <= 802 or part == 850:
        return 31  # OFAC's programmes; CFIUS; outbound investment
    return None


_SUPPLEMENT_WORD = r"\bsupp(?:lements?|s?\.)"
_NUMBERS = r"(?:nos?\. ?|numbers? )?(\d{1,2}(?:(?:,? and |,? or |, |-)\d{1,2}){0,8})"
_PART_774 = r"(7[3-7]\d)(?![\d.])"
_SUPPLEMENT = re.compile(
    rf"{_SUPPLEMENT_WORD} {_NUMBERS}(?: (?:to|of) (?:(?:15 (?:CFR|C\.F\.R\.) )?part )?{_PART_774})"
    rf"|\bpart {_PART_774},? (?:\(?{_SUPPLEMENT_WORD} {_NUMBERS})(?!\d)",
    re.IGNORECASE,
)


def _supplements(body: str) -> Iterator[Found]:
    """Give the supplements of the Export Administration Regulations' parts, and the part where it
    stands after them without its title."""
    for match in _SUPPLEMENT.finditer(body):
        listed, part, group = (match[1], match[2], 1) if match[1] else (match[4], match[3], 4)
        start = match.start() if group == 1 else match.start(4)
        for number in re.finditer(r"\d+", listed):
            at = match.start(group) + number.start()
            first = start if number.start() == 0 else at
            yield f"15 CFR {part} Supp. {number[0]}", first, at + len(number[0])
        if group == 1:
            yield f"15 CFR {part}", match.start(2), match.end(2)


_USC = re.compile(
    r"(?<![\w.$-])(\d{1,2}) (?:USC|U\.S\.C\.?)(?:A\.?)?(?: (?:sections?|secs?\.))?(?: ?§{1,2})?"
    r" ?(\d{1,5}[a-z]{0,2}(?:-\d{1,2}[a-z]?)?)((?:\([A-Za-z0-9]{1,4}\)){0,6})(?![\w.]*\d|\w)"
)


def _usc(body: str) -> Iterator[Found]:
    for match in _USC.finditer(body):
        section, _, rest = match[2].partition("-")
        # 50 U.S.C. 1701-1708 is a range; 22 U.S.C. 2295a-1 and 42 U.S.C. 300aa-1 are sections.
        name = match[2] if rest and section[-1].isalpha() else section
        if 1 <= int(match[1]) <= 54 and not match[2].startswith("0"):
            yield f"{int(match[1])} USC {name}", match.start(), match.end()


RULES = (
    Rule(
        "cfr",
        _cfr,
        (
            *("CFR", "C.F.R", "cfr", "c.f.r", "§", "ection 000", "ections 000", "ECTION 000"),
            *("art 000", "arts 000", "PART 000", "ode of Federal", "upp", "SUPP"),
        ),
    ),
    Rule("usc", _usc, ("USC", "U.S.C")),
)
