"""The official page of a citation, where there is one that its number alone leads to."""

from __future__ import annotations

import re
from urllib.parse import quote

_ECFR = "https://www.ecfr.gov/current"
_REGISTER = "https://www.federalregister.gov"
_LIST = f"{_ECFR}/title-15/subtitle-B/chapter-VII/subchapter-C"
_CCL = f"{_LIST}/part-774/appendix-Supplement%20No.%201%20to%20Part%20774"
_ENTITIES = f"{_LIST}/part-744/appendix-Supplement%20No.%204%20to%20Part%20744"
_FIXED = {
    "eccn": _CCL,
    "usml": f"{_ECFR}/title-22/section-121.1",
    "footnote": _ENTITIES,
}
_BEFORE = {
    "fr-document": f"{_REGISTER}/d/",
    "hts": "https://hts.usitc.gov/search?query=",
    "rin": f"{_REGISTER}/r/",
}
_BILLS = {
    "H.R.": "house-bill",
    "S.": "senate-bill",
    "H.Res.": "house-resolution",
    "S.Res.": "senate-resolution",
    "H.J.Res.": "house-joint-resolution",
    "S.J.Res.": "senate-joint-resolution",
    "H.Con.Res.": "house-concurrent-resolution",
    "S.Con.Res.": "senate-concurrent-resolution",
}
_CONGRESS = re.compile(r"\b(1[0-9]{2})(?:st|nd|rd|th) Congress")


def ordinal(text: str) -> str:
    """Give the Congress that `text` names as an address wants it (`118th`), or nothing."""
    found = _CONGRESS.search(text)
    if found is None:
        return ""
    number = int(found[1])
    ending = (
        "th" if 11 <= number % 100 <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    )
    return f"{number}{ending}"


def page(kind: str, value: str, congress: str = "") -> str:
    """Give the official page of a citation, or nothing.

    A bill's number begins anew with each Congress, so it has a page only where `congress` (such
    as `118th`) is known. An article's page is found when the article itself is stored.
    """
    if kind in _FIXED:
        return (
            "https://www.ecfr.gov/current/title-15/section-734.3"
            if value == "EAR99"
            else _FIXED[kind]
        )
    if kind in _BEFORE:
        return _BEFORE[kind] + quote(value)
    if kind == "fr-page":
        return f"{_REGISTER}/citation/{value.replace(' ', '-')}"
    if kind == "cfr":
        title, _, number = value.partition(" CFR ")
        return f"{_ECFR}/title-{title}/{'section' if '.' in number else 'part'}-{number}"
    if kind == "executive-order":
        return f"{_REGISTER}/executive-order/{value.removeprefix('E.O. ')}"
    if kind == "docket" and re.fullmatch(r"[A-Z-]+-20\d{2}-\d{4}", value):
        return f"https://www.regulations.gov/docket/{value}"
    if kind == "bill" and congress:
        chamber, _, number = value.rpartition(" ")
        return f"https://www.congress.gov/bill/{congress}-congress/{_BILLS[chamber]}/{number}"
    return ""
