"""Citations of OFAC's general licences.

Shapes: ofac.treasury.gov; a number has up to three digits and grows letters as it is amended (`8`,
`8A`), Iran's have a letter first (`D-2`). Others have general licences too: those of BIS and DDTC,
of the NRC, of the United Kingdom and its bird wardens, are none of these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from bot.news.citation_rule import Found, Rule
from bot.news.licence_numbers import Numbered, licence_numbers
from bot.news.licence_programmes import called, countries, names, normal_form

KIND = "general-licence"

_BEHIND = (
    r"(?:[- ]related)?(?: transactions(?: and)?)?(?: sanctions?(?: regulations)?)?"
    r"(?: programm?e?)?(?:'s|’s|:|[,;:]? (?:publication|issuance) of)?"
    r"(?: (?:OFAC|web|amended|new|revised|updated)){0,2} \(?$"
)
_BEFORE = re.compile(rf"\b(?P<name>{names()}){_BEHIND}", re.IGNORECASE)
_AFTER = re.compile(
    rf"(?:,? (?:issued )?(?:under|of|pursuant to|for) (?:the )?| ?\()(?P<name>{names()})\b",
    re.IGNORECASE,
)
_JOINT = re.compile(r"(?:,? and |, | & |/)(?:Web )?")
"""What stands between two licences of a list, which are of one programme: "Cuba GL 7 and GL 8"."""

_WINDOW = 130
"""Characters before a number in which its programme stands: the longest name and what follows."""

_NEAR = 60
"""Characters before a licence in which another agency is named whose it is."""

_OFAC = re.compile(
    r"\bOFAC|Foreign Assets Control|(?<!HM )(?<!His Majesty's )\bTreasury\b|\bSDN\b"
    r"|[Ss]anction|SANCTION"
)
_OTHERS = re.compile(
    r"\b(?:BIS|Bureau of Industry|Commerce|DDTC|State Department|NRC|Nuclear Regulatory|OFSI"
    r"|Financial Sanctions Implementation|HM Treasury|UK|U\.K\.|British|Britain|DEFRA|Defra"
    r"|Natural England|NatureScot|MOFCOM|ministry)\b"
)
_OWN = re.compile(r"\bOFAC|Foreign Assets Control|(?<!HM )\bTreasury\b")
_OTHER_LICENCE = re.compile(
    r"\b(?:temporary|open|nuclear|hunting|wildlife|export|Mercedes|Benz|mercedes-benz)[ -]$",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r" (?:(?:more|other|new|Russian|Iranian|Chinese|related)[ -]){0,2}(?:compan|firm|entit"
    r"|individual|people|person|vessel|ship|tanker|bank|target|FAQ|day|week|month|year|licen)"
)


def _licences(body: str) -> Iterator[Found]:
    return _within(body, body)


def _within(body: str, context: str) -> Iterator[Found]:
    text = _Text(body, context)
    programme = ""
    ours = False
    last = 0
    for each in licence_numbers(body):
        end, last = last, each.end
        first = max(end, each.start - _WINDOW)
        number = each.number.upper()
        if each.further:
            if ours and _goes_on(body, each):
                yield normal_form(number, programme), each.start, each.end
            continue
        before = _BEFORE.search(body[first : each.start])
        told = before or _AFTER.match(body, each.end)
        if told:
            programme = called(told["name"])
        elif not _JOINT.fullmatch(body, end, each.start):
            programme = ""
        ours = text.has_of_ofac(each, named=bool(programme))
        if ours:
            # "Sanctions Regulations; Publication of General License 22" is more than a citation.
            joint = before is not None and not re.search("[,;:]", before[0])
            start = first + before.start() if before and joint else each.start
            yield normal_form(number, programme), start, each.end


class _Text:
    """A text, and whether it is about sanctions: looked up once, if at all."""

    def __init__(self, body: str, context: str) -> None:
        self._body = body
        self._context = context

    def has_of_ofac(self, each: Numbered, *, named: bool) -> bool:
        """Whether a licence is OFAC's: its programme is `named`, or else it is said to be no other
        agency's and the text is about sanctions, or the number has a letter, as only OFAC's do."""
        short = each.name[:2].lower() == "gl"
        near = self._body[max(0, each.start - _NEAR) : each.start]
        if (short and not each.name.startswith("GL")) or _OTHER_LICENCE.search(near):
            return False
        if named:
            return True
        if _OTHERS.search(near) and not _OWN.search(near):
            return False
        if self._is_on_sanctions:
            return True
        return not short and (not each.number.isdigit() or self._names_a_country)

    @cached_property
    def _is_on_sanctions(self) -> bool:
        return _OFAC.search(self._context) is not None

    @cached_property
    def _names_a_country(self) -> bool:
        return bool(countries(self._context))


def _goes_on(body: str, each: Numbered) -> bool:
    """Whether a number behind a licence's is another's: "GL 8L and 40 tankers" has but one."""
    if not each.number.isdigit():
        return True
    plural = each.name.lower().rstrip(")").endswith("s")
    return plural and not _COUNTED.match(body, each.end)


RULES = (
    Rule(
        KIND,
        _licences,
        ("eneral Licen", "eneral licen", "ENERAL LICEN", "GL ", "GLs ", "GL0", "GL-0", "GL#"),
        find_within=_within,
    ),
)
