"""Legal forms of companies, and a name without them: what names are compared by.

Forms stand in `company_forms.toml`, by language, as they are written; they are compared folded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import islice, product

from bot.news.folding import is_cjk, squeeze
from bot.news.tables import read_table

_Forms = Mapping[str, Sequence[tuple[str, ...]]]


@cache
def _listed() -> tuple[_Forms, _Forms, tuple[str, ...]]:
    """Read the forms that end a name by their last word, those that begin one by their first, and
    those of scripts without spaces; the longest first."""
    listed: dict[str, dict[str, str]] = read_table("company_forms.toml")
    endings = {squeeze(form) for form in _split(listed["ending"].values())}
    beginnings = {squeeze(form) for form in _split(listed["beginning"].values())}
    joined = {squeeze(form) for form in _split(listed["joined"].values())} - {""}
    return (
        _by_word(endings, last=True),
        _by_word(beginnings, last=False),
        tuple(sorted(joined, key=len, reverse=True)),
    )


def _split(groups: Iterable[str]) -> list[str]:
    return [form for group in groups for form in group.split(",") if form.strip()]


def _by_word(forms: set[str], *, last: bool) -> _Forms:
    found: dict[str, list[tuple[str, ...]]] = {}
    for form in sorted((tuple(form.split()) for form in forms), key=len, reverse=True):
        found.setdefault(form[-1 if last else 0], []).append(form)
    return found


_ALSO_NAMES = frozenset(("sia", "sas", "asa", "sca", "ead", "ike", "psc", "ksc", "bsc"))
"""Forms that are names too: of an association, an airline, a body that one may watch."""


def is_legal_form(text: str) -> bool:
    """Whether a text is a legal form and no name: `Co., Ltd.`, `Inc`, `S.A.`, `有限公司`.

    Never raises.
    """
    endings, _beginnings, joined = _listed()
    whole = squeeze(text)
    if whole in joined or whole in _ALSO_NAMES:
        return whole in joined
    words = ["", *whole.split()]
    while len(words) > 1 and (size := _ending(words, endings)):
        words = words[:-size]
    return bool(whole) and len(words) == 1


def company_key(name: str) -> str:
    """Fold a company's name without its legal form, for comparison.

    `Huawei Technologies Co., Ltd.` gives `huawei technologies`. A name that is nothing but legal
    forms keeps them. Never raises; gives an empty text for one without letters or digits.
    """
    endings, beginnings, joined = _listed()
    words = squeeze(name).split()
    if words and words[0] == "the" and len(words) > 2:
        words = words[1:]
    lower = name.islower()
    while words and (size := _ending(words, endings)):
        if lower and words[-1] in _ALSO_WORDS:
            break
        words = words[:-size]
    while words and (size := _beginning(words, beginnings)):
        words = words[size:]
    if words and is_cjk(words[-1] + words[0]):
        words[-1] = _without(words[-1], joined, at_end=True)
        words[0] = _without(words[0], joined, at_end=False)
    return " ".join(words)


_SHORTENED = """
    technologies=technology=tech international=intl electronics=elec manufacturing=mfg
    industries=ind engineering=eng equipment=equip semiconductors=semiconductor development=dev
    brothers=bros group=grp
    """
_SAME = {word: tuple(line.split("=")) for line in _SHORTENED.split() for word in line.split("=")}
_MOST_WRITINGS = 24


def one_word(key: str) -> str:
    """Write words of names that are shortened on lists in one way: `huawei tech` is `huawei
    technologies`."""
    return " ".join(_SAME.get(word, (word,))[0] for word in key.split())


def writings(key: str) -> tuple[str, ...]:
    """Give how else a folded name may be written, with `tech` for `technologies` and the like, the
    name itself first; only where another word tells whose name it is."""
    words = key.split()
    if all(word in _SAME for word in words):
        return (key,)
    each = [dict.fromkeys((word, *_SAME.get(word, ()))) for word in words]
    return tuple(" ".join(one) for one in islice(product(*each), _MOST_WRITINGS))


_ALSO_WORDS = frozenset(("ad", "ae", "as", "bt", "hf", "pt", "rt", "sa", "se"))
"""Forms that are no form where all is in small letters ("such as")."""


def _ending(words: list[str], endings: _Forms) -> int:
    for form in endings.get(words[-1], ()):
        if len(words) > len(form) and tuple(words[-len(form) :]) == form:
            return len(form)
    return 0


def _beginning(words: list[str], beginnings: _Forms) -> int:
    for form in beginnings.get(words[0], ()):
        if len(words) > len(form) and tuple(words[: len(form)]) == form:
            return len(form)
    return 0


def _without(word: str, joined: tuple[str, ...], *, at_end: bool) -> str:
    """Take one form off a word that is written without spaces, unless nothing were left."""
    for form in joined:
        if len(word) > len(form) and (word.endswith(form) if at_end else word.startswith(form)):
            return word[: -len(form)] if at_end else word[len(form) :]
    return word


_LONG_FORM = (
    r"Co(?:mpany|rp(?:oration)?)?\.?,? ?(?:\([^()]{1,20}\) ?)?"
    r"(?:Ltd|Limited|LTD|LIMITED|Inc|LLC)\b\.?"
    r"|CO\.?,? ?LTD\b\.?|\(?(?:Pte|Pty|Pvt|PTE|PTY|PVT)\.?\)?,? (?:Ltd|Limited|LTD)\b\.?"
    r"|Private Limited\b|Ltd\.? [SŞ]ti\b\.?|LTD\.? [SŞ]T[Iİ]\b\.?"
    r"|(?:Public |Open |Closed |Private )?Joint[- ]Stock Company"
    r"|Limited Liability (?:Company|Partnership)"
    r"|Sdn\.? Bhd\b\.?|SDN\.? BHD\b\.?|Tbk\b|Bhd\b\.?|Berhad\b"
    r"|Inc(?:orporated)?\b\.?|Corp(?:oration)?\b\.?|Ltd\b\.?|Limited\b|LIMITED\b"
    r"|LTD\b\.?|INC\b\.?|CORP\b\.?|Co\.|CO\.|LLC-FZ\b|P?LLC\b|P?L\.L\.C\.?(?:-FZ)?|LLP\b|L\.L\.P\.?|PLC\b|plc\b"
    r"|[GM]mbH(?: & Co\.? KG)?|KGaA\b|e\.V\.|B\.V\.?|N\.V\.?|V\.o\.f\.?|BVBA\b|SPRL\b"
    r"|S\.A\.? de C\.V\.?|SA de CV\b|S\. de R\.L\.?(?: de C\.V\.?)?|S\.L\.U\.?|SLU\b|S\.L\."
    r"|SAU\b|S\.A\.U\.|C\.A\.(?!,? \d)"
    r"|S\.A\.S\.?|SASU?\b|S\.A\.|S/A\b|S\.p\.A\.?|SpA\b|S\.r\.l\.?|Srl\b|SRL\b|S\.R\.L\.?"
    r"|S\.à r\.l\.?"
    r"|S\.A\.R\.L\.?|SARL\b|Lda\b\.?|Ltda\b\.?|EIRELI\b"
    r"|A/S\b|ApS\b|ASA\b|Oyj?\b|Abp\b|ehf\b\.?|OÜ|UAB\b|SIA\b"
    r"|K\.K\.?|G\.K\.|P?JSC\b|OJSC\b|CJSC\b|OOO\b|OAO\b|ZAO\b|PAO\b|TOO\b|TOV\b"
    r"|FZE\b|FZCO\b|FZ-LLC\b|FZ LLC\b|FZC\b|DMCC\b|JLT\b|WLL\b|W\.L\.L\.?|SAOG\b|SAOC\b|S\.A\.L\.?"
    r"|d\.o\.o\.?|D\.O\.O\.?|d\.d\.|EOOD\b|OOD\b|Sp\. ?z o\.?o\.?|sp\. ?z o\.?o\.?|s\.r\.o\.?"
    r"|a\.s\."
    r"|Kft\b\.?|Zrt\b\.?|Nyrt\b\.?|A\.[SŞ]\.?|AŞ\b|(?:Limited|Anonim) (?:Sirketi|Şirketi)"
)
_SHORT_FORM = r"(?:AG|SE|BV|NV|AB|SA|AS|KK|GK|OU)\b(?! ?[A-Z\d])"
"""Also names of states and of attorneys general, so that no capital may follow."""

FORM = re.compile(rf"(?<=[\w.)!”\"'’]),? (?:{_LONG_FORM}|{_SHORT_FORM})(?!\w|-\d)")
"""A legal form behind a name."""

_LEADING = (
    r"OOO|OAO|ZAO|PAO|AO|P?JSC|OJSC|CJSC|LLC|TOO|TOV|FGUP|FSUE|NPO|NPP|PT|UAB|SIA"
    r"|ООО|ОАО|ЗАО|ПАО|АО|ФГУП|НПО|НПП|ТОО|ТОВ|ПрАТ|ПАТ"
    r"|(?:Public |Open |Closed |Private )?Joint[- ]Stock Company|Limited Liability Company"
    r"|Federal State (?:Unitary|Budgetary) Enterprise"
)
PREFIXED = re.compile(
    rf"(?<![\w-])(?:{_LEADING}) "
    r"(?:[\"“«„']([^\"”»“'\n]{2,60})[\"”»“']"
    r"|([A-ZÀ-ÞА-Я][\w-]+(?: (?!(?:and|of|in)\b)[A-ZÀ-ÞА-Я][\w-]+){0,4}))"
)
"""A name behind a legal form."""

BEGINS = re.compile(rf",? (?:{_LEADING})")
"""A form that may be the beginning of the next name."""

CHINESE = re.compile(
    r"[\u4e00-\u9fff（）()]{2,30}?"
    r"(?:股份有限公司|有限责任公司|有限責任公司|有限公司|集团公司|集團公司|研究院|研究所|大学|大學)"
    r"|(?:株式会社|주식회사 ?|㈜)[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7afー]{2,20}"
    r"|[\u30a0-\u30ff\u4e00-\u9fff\uac00-\ud7afー]{2,20}(?:株式会社| ?주식회사)"
)
"""A name in Chinese, Japanese or Korean script."""

BEFORE_CHINESE = re.compile(r"^.*(?:将|把|对|由|包括|决定|关于|以及|与|和|及)(?=.{4})")
"""Words of a sentence before a name that is written without spaces."""
