"""What people type for a citation, in the normal form that is stored; and its short form."""

from __future__ import annotations

from collections.abc import Iterator

from bot.news.citations import find_citations
from bot.news.court_citations import is_of_court
from bot.news.licence_programmes import normal_form, parts

_LONGEST = 100
_LEADS = ("", "RIN ", "Docket No. ", "OFAC ", "CIT ")
"""What a text has before a number that alone would not be taken for one."""


def meant_by(typed: str) -> tuple[str, ...]:
    """Give the normal forms of the citation that was typed, the first where there are several."""
    return tuple(dict.fromkeys(found[0][1] for found in _readings(typed) if found))


def citations_in(typed: str) -> tuple[tuple[str, str], ...]:
    """Give the citations, by kind and in their normal form, that what was typed can mean.

    >>> citations_in("gl 124a")
    (('general-licence', 'GL 124A'),)
    """
    return tuple(dict.fromkeys(one for found in _readings(typed) for one in found))


def _readings(typed: str) -> Iterator[list[tuple[str, str]]]:
    """Give what is cited by what was typed, as it stands and with each word before it."""
    shown = typed[:_LONGEST]
    for words in dict.fromkeys((shown, shown.upper())):
        for lead in _LEADS:
            found = find_citations("", f"{lead}{words}", "summary")
            yield [(one.kind, one.value) for one in found]


def short_form(kind: str, value: str) -> str:
    """Give what a citation is also asked for by: a licence without its programme, a case without
    its court; nothing for others."""
    if kind == "general-licence":
        programme, number = parts(value)
        return normal_form(number) if programme else ""
    if kind == "docket" and is_of_court(value) and " " in value:
        return value.rpartition(" ")[2]
    return ""
