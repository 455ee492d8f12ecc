"""Companies that a text names: by their legal form, or because they are well known.

A name's `key` is the folded name without its legal form: what names are compared by.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from bot.news.countries import Destinations, country_after, country_name
from bot.news.folding import is_cjk, squeeze
from bot.news.model import Company

_MAX_TEXT = 400_000
_MAX_NAMES = 3_000
_MAX_COMPANIES = 600
"""The largest additions to the Entity List name some 150 parties, with their aliases."""

# Endings and beginnings that say what kind of company it is, as `squeeze` leaves them.
_ENDING_FORMS = """
    co ltd, co limited, company limited, company ltd, corp ltd, corporation ltd, ltd co, co inc,
    co llc, inc, incorporated, corp, corporation, co, company, ltd, limited, llc, l l c, llp, l l p,
    lp, l p, plc, p l c, gmbh, gmbh co kg, mbh, ag, kg, kgaa, ug, e v, bv, b v, nv, n v, sa, s a,
    sas, s a s, sarl, s a r l, srl, s r l, spa, s p a, ab, as, a s, aps, oy, oyj, kk, k k, gk,
    pte ltd, pte, pty ltd, pty, pvt ltd, private limited, pvt, sdn bhd, bhd, tbk, pt, jsc, pjsc,
    ojsc, cjsc, ooo, oao, zao, pao, ao, too, tov, fze, fzco, fzc, fz llc, fz co, fzllc, dmcc,
    dwc llc, wll, w l l, saoc, d o o, doo, a d, sp z o o, s r o, ltda, ltd sti, limited sirketi,
    anonim sirketi, sti, sl, s l, group co ltd, holding co ltd, joint stock company,
    public joint stock company, limited liability company, co kg
"""
_BEGINNING_FORMS = """
    ooo, oao, zao, pao, ao, jsc, pjsc, ojsc, cjsc, llc, too, tov, fgup, npo, nvo, pt, fsue,
    limited liability company, joint stock company, public joint stock company,
    obshchestvo s ogranichennoi otvetstvennostyu
"""


def _forms(listed: str) -> list[tuple[str, ...]]:
    return sorted((tuple(form.split()) for form in listed.split(",")), key=len, reverse=True)


_ENDINGS, _BEGINNINGS = _forms(_ENDING_FORMS), _forms(_BEGINNING_FORMS)
_CHINESE_FORM = re.compile(
    r"(?:股份有限公司|有限责任公司|集团有限公司|有限公司|股份公司|株式会社|주식회사|集团公司|公司)$"
)


def company_key(name: str) -> str:
    """Fold a company's name without its legal form, for comparison.

    `Huawei Technologies Co., Ltd.` gives `huawei technologies`. A name that is nothing but legal
    forms keeps them. Never raises; gives an empty text for one without letters or digits.
    """
    words = squeeze(name).split()
    if words and words[0] == "the" and len(words) > 2:
        words = words[1:]
    while ending := _form(words, _ENDINGS, at_end=True):
        words = words[: -len(ending)]
    while beginning := _form(words, _BEGINNINGS, at_end=False):
        words = words[len(beginning) :]
    if words:
        words[-1] = _CHINESE_FORM.sub("", words[-1]) or words[-1]
    return " ".join(words)


def _form(
    words: list[str], forms: list[tuple[str, ...]], *, at_end: bool
) -> tuple[str, ...] | None:
    for form in forms:
        size = len(form)
        part = words[-size:] if at_end else words[:size]
        if len(words) > size and tuple(part) == form:
            return form
    return None


_LONG_FORM = (
    r"Co(?:mpany|rp(?:oration)?)?\.?,? ?(?:\([^()]{1,20}\) ?)?"
    r"(?:Ltd|Limited|LTD|LIMITED|Inc|LLC)\b\.?"
    r"|CO\.?,? ?LTD\b\.?|(?:Pte|Pty|Pvt|PTE|PTY|PVT)\.? (?:Ltd|Limited|LTD)\b\.?|Private Limited\b"
    r"|Sdn\.? Bhd\b\.?|Inc(?:orporated)?\b\.?|Corp(?:oration)?\b\.?|Ltd\b\.?|Limited\b|LIMITED\b"
    r"|LTD\b\.?|INC\b\.?|CORP\b\.?|Co\.|GmbH(?: & Co\.? KG)?|KGaA\b|B\.V\.?|N\.V\.?"
    r"|S\.A\.(?:S\.)?|S\.p\.A\.?|SpA\b|S\.r\.l\.?|SARL\b|A/S\b|Oyj?\b|K\.K\.?|L\.?L\.?C\b\.?"
    r"|L\.?L\.?P\b\.?|PLC\b|plc\b|P?JSC\b|OJSC\b|CJSC\b|OOO\b|OAO\b|ZAO\b|FZE\b|FZCO\b|FZ-LLC\b"
    r"|FZ LLC\b|DMCC\b|W\.?L\.?L\b\.?|d\.o\.o\.?|Sp\. z o\.o\.|s\.r\.o\.|Ltda\b\.?"
    r"|(?:Limited|Anonim) (?:Sirketi|Şirketi)|Joint[- ]Stock Company|Limited Liability Company"
)
_SHORT_FORM = r"(?:AG|SE|BV|NV|SAS|AB|SA)\b(?! ?[A-Z\d])"
"""Also names of states and of attorneys general, so that no capital may follow."""

_FORM = re.compile(rf"(?<=[\w.)”\"'’]),? (?:{_LONG_FORM}|{_SHORT_FORM})(?!\w)")
_TOKEN = re.compile(r"\S+")
_NAME_WORD = re.compile(r"[(“\"'‘]?(?:[A-Z0-9ÀÖØ-Þ]|[a-z]{1,2}[A-Z])")
_LINKS = frozenset(("of", "and", "the", "de", "du", "von", "van", "hynix", "&"))
_STOPS = (".", ";", ":", "!", "?", ",", "”", '"', "—", "–")
_ABBREVIATED = re.compile(r"(?:[A-Z]\.)+|St\.|Bros\.|Intl\.|Int'l\.|Mfg\.|Tech\.|Sci\.|Elec\.")
_MAX_NAME = 130
_MAX_WORDS = 10
_PREFIXED = re.compile(
    r"(?<!\w)(?:OOO|OAO|ZAO|PAO|AO|P?JSC|OJSC|CJSC|LLC|TOO|FGUP|FSUE|NPO|PT) "
    r"(?:[\"“«„']([^\"”»“']{2,60})[\"”»“']|([A-Z][\w-]+(?: [A-Z][\w-]+){0,4}))"
)
_CHINESE = re.compile(
    r"[\u4e00-\u9fff（）()]{2,30}?(?:股份有限公司|有限责任公司|有限公司|集团公司|研究院|研究所|大学)"
)
_ALIASES = re.compile(
    r"[,(]? ?\(?(?:a\.?k\.?a\.?|f\.?k\.?a\.?|d\.?b\.?a\.?|also known as|formerly known as)[,:]?"
    r"(?: the following [\w-]+ alias(?:es)?:?)?"
    r" ?([^;).\n]{2,200}(?:; ?(?:and )?[—–-][^;).\n]{2,120}){0,30})",
    re.IGNORECASE,
)
_ALIAS_SPLIT = re.compile(r";|—|–|,? a\.?k\.?a\.?,? |,? and (?=[A-Z])|, (?=[A-Z])", re.IGNORECASE)
_LEAD = re.compile(
    r"(?:(?:The|In|On|By|And|But|For|With|From|To|At|Of|As|If|When|While|After|Before|Under|Against"
    r"|Adding|Adds?|Addition|Removes?|Removing|Chinese|Russian|Iranian|American|Dutch|German"
    r"|Japanese|Korean|Indian|Turkish|British|French|Matter|Order|Agreement|Chipmaker|CEO|Commerce"
    r"|Also|Its|Their|His|Company|Companies|Entity|Firms?|Former|Both|That|This|Sues|Charges|Fines"
    r"|Sanctions|of|and|the|for|de|du|von|van|&) |[“\"'‘, ])*"
)


def find_companies(title: str, text: str) -> tuple[Company, ...]:
    """Find the companies that an entry names, the title's first, each once.

    `country` is the destination under which a rule lists the name, or the one in its address,
    or empty; `aliases` are those given with the name. Never raises.
    """
    found: dict[str, Company] = {}
    for body in (title[:_MAX_TEXT], text[:_MAX_TEXT]):
        for company in _in_field(body):
            known = found.get(company.key)
            if known is not None:
                company = _merge(known, company)
            if known is not None or len(found) < _MAX_COMPANIES:
                found[company.key] = company
    return tuple(found.values())


def _merge(known: Company, again: Company) -> Company:
    aliases = tuple(dict.fromkeys(known.aliases + again.aliases))
    return Company(known.name, known.key, known.country or again.country, aliases)


def _in_field(body: str) -> Iterator[Company]:
    yield from _with_legal_form(body)
    known = _well_known()
    for match in _NAME_OF_TWO.finditer(body):
        names = (match[0],) if match[0] in known else match[0].split(" ")
        yield from (known[name] for name in names if name in known)
    if is_cjk(body):
        yield from (found for name, found in known.items() if is_cjk(name) and name in body)


_NAME_OF_TWO = re.compile(r"(?<![\w.])[A-Za-z]*[A-Z][A-Za-z\d]+(?: [A-Za-z]+)?(?![\w-])")


@cache
def _well_known() -> Mapping[str, Company]:
    """Read the companies that news names without their legal form, by each of their names."""
    text = files("bot.news").joinpath("known_companies.toml").read_text(encoding="utf-8")
    known: dict[str, Company] = {}
    for country, listed in tomllib.loads(text).items():
        for line in listed:
            name, _, others = line.partition(" = ")
            also = tuple(filter(None, others.split(", ")))
            company = Company(name, company_key(name), country, also)
            known |= dict.fromkeys((name, *also), company)
    return known


def _with_legal_form(body: str) -> Iterator[Company]:
    names = sorted(_names(body), key=lambda found: (found[1], -found[2]))
    if not names:
        return
    listed = Destinations(body)
    for name, start, end in names[:_MAX_NAMES]:
        key = company_key(name)
        if len(key) < 2 or key.isdigit() or country_name(key):
            continue
        aliases, after = _aliases(body, end)
        country = country_after(body, after) or listed.before(start)
        yield Company(name, key, country, aliases)


def _names(body: str) -> Iterator[tuple[str, int, int]]:
    """Give names with their places: what stands before a legal form, or after one, or Chinese."""
    for form in _FORM.finditer(body):
        start = _start_of_name(body, form.start())
        if start < form.start():
            yield body[start : form.end()], start, form.end()
    for match in _PREFIXED.finditer(body):
        yield match[0], match.start(), match.end()
    if is_cjk(body):
        for match in _CHINESE.finditer(body):
            yield match[0].strip("()（）"), match.start(), match.end()


def _start_of_name(body: str, end: int) -> int:
    """Walk back from a legal form over the words of the name; give where the name begins."""
    window = max(0, end - _MAX_NAME)
    start = end
    for word in list(_TOKEN.finditer(body, window, end))[: -_MAX_WORDS - 1 : -1]:
        text = word[0]
        ends_before = start < end and text.endswith(_STOPS) and not _ABBREVIATED.fullmatch(text)
        named = _NAME_WORD.match(text) is not None or text in _LINKS
        if ends_before or not named or (word.start() == window and window > 0):
            break
        start = word.start()
        if text[0] in "“\"'‘":
            break
    lead = _LEAD.match(body, start, end)
    start = lead.end() if lead else start
    return start if _NAME_WORD.match(body, start, end) else end


def _aliases(body: str, end: int) -> tuple[tuple[str, ...], int]:
    """Read the aliases that directly follow a name; give them and where they end."""
    match = _ALIASES.match(body, end)
    if match is None:
        return (), end
    parts = (part.strip(" ,—–-“”\"'()") for part in _ALIAS_SPLIT.split(match[1]))
    names = (re.sub(r"^and ", "", part) for part in parts)
    return tuple(dict.fromkeys(name for name in names if _is_name(name)))[:40], match.end()


def _is_name(text: str) -> bool:
    return 2 <= len(text) <= 100 and (
        text[0].isupper() or text[0].isdigit() or ord(text[0]) > 0x3000
    )
