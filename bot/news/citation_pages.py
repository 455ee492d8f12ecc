"""The official page of a citation, where there is one that its number alone leads to."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

from bot.news.licence_programmes import page_of

_ECFR = "https://www.ecfr.gov/current"
_REGISTER = "https://www.federalregister.gov"
_LINK = "https://www.govinfo.gov/link"
_SUPREME = "https://www.supremecourt.gov/docket/docketfiles/html/public"
_OPINIONS = "https://www.cit.uscourts.gov/sites/cit/files"
_LIST = f"{_ECFR}/title-15/subtitle-B/chapter-VII/subchapter-C"
_SUPPLEMENT = _LIST + "/part-{0}/appendix-Supplement%20No.%20{1}%20to%20Part%20{0}"
_FIXED = {
    "eccn": _SUPPLEMENT.format(774, 1),
    "usml": f"{_ECFR}/title-22/section-121.1",
    "footnote": _SUPPLEMENT.format(744, 4),
}
_BEFORE = {
    "fr-document": (f"{_REGISTER}/d/", ""),
    "hts": ("https://hts.usitc.gov/search?query=", ""),
    "rin": (f"{_REGISTER}/r/", ""),
    "executive-order": (f"{_REGISTER}/executive-order/", "E.O. "),
    "uk-si": ("https://www.legislation.gov.uk/uksi/", "SI "),
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
_ACTS = {
    "Regulation": "reg",
    "Decision": "dec",
    "Directive": "dir",
    "Recommendation": "reco",
}
_CONGRESS = re.compile(r"\b(1[0-9]{2})(?:st|nd|rd|th) Cong(?:ress\b|\.)")
_ITS_CONGRESS = re.compile(rf",? ?[(\[]?(?:(?:of|in|from) )?(?:the )?{_CONGRESS.pattern}")


def ordinal(text: str) -> str:
    """Give the Congress that `text` names as an address wants it (`118th`), or nothing."""
    return _ordinal(_CONGRESS.search(text))


def ordinal_behind(text: str, end: int) -> str:
    """Give the Congress named right behind a bill that ends at `end`, or nothing."""
    return _ordinal(_ITS_CONGRESS.match(text, end))


def _ordinal(found: re.Match[str] | None) -> str:
    if found is None:
        return ""
    number = int(found[1])
    ending = (
        "th" if 11 <= number % 100 <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    )
    return f"{number}{ending}"


def page(kind: str, value: str, written: str = "", congress: str = "") -> str:
    """Give the official page of a citation, or nothing.

    A bill's number begins anew with each Congress, so it has a page only where `congress` (such
    as `118th`) is known. An act of the EU has one by its sort, which only what is `written` tells.
    An article's page is found when the article itself is stored.
    """
    if value == "EAR99":
        return f"{_ECFR}/title-15/section-734.3"
    if kind in _FIXED:
        return _FIXED[kind]
    if kind in _BEFORE:
        start, dropped = _BEFORE[kind]
        return start + quote(value.removeprefix(dropped))
    if kind == "bill":
        return _bill(value, congress) if congress else ""
    if kind == "eu-act":
        return _act(value, written)
    made = _MADE.get(kind)
    return made(value) if made else ""


def _bill(value: str, congress: str) -> str:
    chamber, _, number = value.rpartition(" ")
    return f"https://www.congress.gov/bill/{congress}-congress/{_BILLS[chamber]}/{number}"


def _docket(value: str) -> str:
    """Give the page of a docket that is open for comments, of a case of the Supreme Court, and of
    an opinion of the Court of International Trade; others have none that their number leads to."""
    if value.startswith("S. Ct. "):
        return f"{_SUPREME}/{value[7:]}.html"
    # How a number of one digit, or an older year, is written in an address is not known.
    if opinion := re.fullmatch(r"Slip Op\. (2\d-\d{2,3})", value):
        return f"{_OPINIONS}/{opinion[1]}.pdf"
    known = re.fullmatch(r"[A-Z-]+-20\d{2}-\d{4}", value)
    return f"https://www.regulations.gov/docket/{value}" if known else ""


def _regulation(value: str) -> str:
    """Give the page of `15 CFR 744`, `15 CFR 744.11` or `15 CFR 744 Supp. 4`."""
    title, _, number = value.partition(" CFR ")
    part, _, supplement = number.partition(" Supp. ")
    if supplement:
        return _SUPPLEMENT.format(part, supplement)
    return f"{_ECFR}/title-{title}/{'section' if '.' in number else 'part'}-{number}"


def _act(value: str, written: str) -> str:
    """Give the address of an act by the European Legislation Identifier."""
    first, second = re.findall(r"\d+", value)[:2]
    year, number = (second, first) if " No " in value else (first, second)
    sort = _ACTS[value.partition(" ")[0]]
    lowered = written.lower()
    ending = "_impl" if "implementing" in lowered else "_del" if "deleg" in lowered else ""
    return f"https://eur-lex.europa.eu/eli/{sort}{ending}/{year}/{number}/oj"


_MADE: dict[str, Callable[[str], str]] = {
    "fr-page": lambda value: f"{_REGISTER}/citation/{value.replace(' ', '-')}",
    "cfr": _regulation,
    "docket": _docket,
    "public-law": lambda value: f"{_LINK}/plaw/{value[8:].replace('-', '/public/')}",
    "general-licence": page_of,
    "usc": lambda value: f"{_LINK}/uscode/{value.replace(' USC ', '/')}",
}
