"""Which step of a matter's life each of its entries is: what a time line calls them. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.feeds.addresses import host_of
from bot.news.court_citations import is_of_court

_CORRECTION = re.compile(r";\s*corrections?\b|\bcorrect(?:ion|ing amendments?)\W*$", re.IGNORECASE)
_CORRECTING = re.compile(r"[CRX]\d+-")
_COURT = re.compile(
    r"\b(?:sues?|sued|suing|lawsuits?|courts?|judges?|jury|injunctions?|indict(?:s|ed|ments?)?"
    r"|plead(?:s|ed)?|pleads? guilty|convict(?:s|ed|ion)?|sentenc(?:e[sd]?|ing)|arraign\w*"
    r"|acquit\w*|appeals court|(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth"
    r"|tenth|eleventh|d\.c\.|federal) circuit)\b",
    re.IGNORECASE,
)
_OFFICIAL = re.compile(
    r"(?:^|\.)(?:gov|mil|govdelivery\.com|gov\.\w\w|go\.jp|go\.kr|gc\.ca|canada\.ca|europa\.eu"
    r"|rijksoverheid\.nl|government\.nl|bund\.de|gouv\.fr|govt\.nz)$"
)


_ISSUED = re.compile(
    r"\b(?:issue[sd]|publishe[sd]|release[sd]|adopt(?:s|ed)|finali[sz]e[sd]"
    r"|takes? effect|took effect|in (?:force|effect))\b",
    re.IGNORECASE,
)
_REGISTER_HOST = re.compile(r"(?:^|\.)federalregister\.gov$")
_DESK = re.compile(r"^/public-inspection/")
_DOCUMENT = re.compile(r"^/(?:documents|d)/")


@dataclass(frozen=True, slots=True)
class Step:
    """What of an entry tells which step it is; `dockets` are those that it cites."""

    title: str
    link: str = ""
    document_number: str = ""
    document_type: str = ""
    filed: bool = False
    dockets: tuple[str, ...] = ()


def steps(matter: Sequence[Step]) -> tuple[str, ...]:
    """Name the steps of a matter, which come the oldest first.

    A report that comes before anything official, or before the first that tells of something
    official as done ("BIS Issues"), is an early one: a leak, or an announcement.
    """
    named = [_named(one) for one in matter]
    official = [
        place
        for place, (name, one) in enumerate(zip(named, matter, strict=True))
        if name not in (_REPORT, _IN_COURT) or (name == _REPORT and _ISSUED.search(one.title))
    ]
    first = official[0] if official else 0
    return tuple(
        _EARLY if name == _REPORT and place < first else name for place, name in enumerate(named)
    )


_REPORT, _EARLY, _IN_COURT, _RELEASE = "Report", "Early report", "Court", "Press release"


def _named(one: Step) -> str:
    if one.document_number:
        if one.filed:
            return "Public inspection"
        if _CORRECTING.match(one.document_number) or _CORRECTION.search(one.title):
            return "Correction"
        return one.document_type or "Federal Register"
    if _COURT.search(one.title) or any(map(is_of_court, one.dockets)):
        return _IN_COURT
    return _of_register(one.link) or (_RELEASE if _OFFICIAL.search(host_of(one.link)) else _REPORT)


def _of_register(link: str) -> str:
    """Say what an address of the Federal Register is of, as an import without numbers has it."""
    if not _REGISTER_HOST.search(host_of(link)):
        return ""
    path = urlsplit(link).path
    if _DESK.match(path):
        return "Public inspection"
    return "Federal Register" if _DOCUMENT.match(path) else ""
