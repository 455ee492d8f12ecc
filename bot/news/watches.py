"""Watches: teams' own terms, all found in one pass over a text.

Terms and texts are folded (case, accents, punctuation, Chinese script), and all terms stand in one
Aho-Corasick automaton, so that the time does not grow with their number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import cast

import ahocorasick

from bot.news.common_words import is_common
from bot.news.companies import company_key
from bot.news.company_forms import writings
from bot.news.folding import fold, is_cjk, squeeze, words_with_places
from bot.news.known_companies import other_names
from bot.news.model import Evidence, Field, WatchHit, WatchTerm

_MAX_TEXT = 400_000
_MAX_KEY = 160
_MAX_EVIDENCE = 20
_SAID = 160
"""Characters of the names that an answer lists."""
_SHORT = 5
"""Letters; shorter everyday words in capitals (`IT`, `SAGE`) are an abbreviation."""


_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ud800-\udfff]"
)


def as_seen(term: str) -> str:
    """Give a term on one line without what nobody sees of it: control characters, joiners, marks of
    direction, halves of characters. Never raises."""
    return " ".join(_UNSEEN.sub("", term).split())


def watch_key(term: str) -> str:
    """Give what a term is compared by: `HUAWEI Technologies Co. Ltd` is `huawei technologies`.

    At most 160 characters; never raises.
    """
    term = as_seen(term)
    return (company_key(term) or squeeze(term) or term.strip().casefold())[:_MAX_KEY]


_CURRENCIES = frozenset("$€£¥₩₹")

_ANY, _CAPITAL, _CAPITALS = range(3)
"""How a word must be written to be the name: anyhow, `Target`, `SIA`."""

_Seekers = tuple[tuple[int, int], ...]
"""Who looks for a form: the watch, and how the form must be written."""


class WatchMatcher:
    """Finds which watches a text names; thread-safe, as it never changes."""

    def __init__(self, terms: Iterable[WatchTerm]) -> None:
        forms: dict[str, dict[int, int]] = {}
        for term in terms:
            for name in watched_names(term.names):
                for form in _forms(name):
                    seekers = forms.setdefault(form, {})
                    seekers[term.id] = min(_writing(name, form), seekers.get(term.id, _CAPITALS))
        self._automaton = ahocorasick.Automaton()
        for form, seekers in forms.items():
            self._automaton.add_word(form, (len(form), tuple(seekers.items())))
        self._empty = not forms
        if forms:
            self._automaton.make_automaton()

    def find(self, title: str, text: str, text_field: Field) -> tuple[WatchHit, ...]:
        """Find the watches that an entry names, by id, with the places where they stand.

        Matches are whole words; case, accents and punctuation are free. A name is also found
        without its legal form. Never raises.
        """
        if self._empty:
            return ()
        hits: dict[int, list[Evidence]] = {}
        self._scan(title[:_MAX_TEXT], "title", hits)
        self._scan(text[:_MAX_TEXT], text_field, hits)
        return tuple(
            WatchHit(watch_id, tuple(hits[watch_id][:_MAX_EVIDENCE])) for watch_id in sorted(hits)
        )

    def _scan(self, body: str, field: Field, hits: dict[int, list[Evidence]]) -> None:
        if _INVISIBLE.search(body):
            kept = [
                place for place, character in enumerate(body) if not _INVISIBLE.match(character)
            ]
            seen = "".join(map(body.__getitem__, kept))
        else:
            kept, seen = None, body
        folded = fold(seen)
        compact = " ".join(folded.split())
        last = len(compact) - 1
        places: list[int] = []
        for end, found in self._automaton.iter(compact):
            length, seekers = cast(tuple[int, _Seekers], found)
            start = end + 1 - length
            if start > 0 and _joined(compact[start - 1], compact[start]):
                continue
            if end < last and _joined(compact[end + 1], compact[end]):
                continue
            places = places or _places(folded)
            first, after = places[start], places[end] + 1
            if kept is not None:
                first, after = kept[first], kept[after - 1] + 1
            if body[first].isdigit() and body[first - 1 : first] in _CURRENCIES:
                continue  # "$3m" is no news of 3M
            evidence = Evidence(body[first:after], first, after, field)
            for watch_id, writing in seekers:
                if writing == _ANY or _is_written(evidence.text, writing):
                    _add(hits.setdefault(watch_id, []), evidence)

    def __len__(self) -> int:
        """Give the number of forms that are looked for."""
        return len(self._automaton)


def _add(evidence: list[Evidence], new: Evidence) -> None:
    """Keep of overlapping places of one watch the longest; they come by their ends."""
    last = evidence[-1] if evidence else None
    if last is None or last.field != new.field or last.end <= new.start:
        evidence.append(new)
    elif len(new.text) > len(last.text):
        evidence[-1] = new


def _writing(name: str, form: str) -> int:
    """Say how a form of a watch must be written: an everyday word needs the name's capitals, and an
    abbreviation all of them; before a legal form (`ACME Ltd`) capitals may be the list's."""
    short = _without_form(name)
    if len(form) < _SHORT and form.isalpha() and short.isascii() and short.isupper():
        return _CAPITALS if company_key(name) == squeeze(name) else _CAPITAL
    if " " in form or not name[:1].isupper() or not is_common(form):
        return _ANY
    return _CAPITALS if name.isupper() and len(form) < _SHORT else _CAPITAL


def _is_written(text: str, writing: int) -> bool:
    return text.isupper() if writing == _CAPITALS else text[0].isupper()


def _joined(outside: str, inside: str) -> bool:
    """Whether two neighbours are one word. Chinese script has no spaces, so it never is."""
    return outside != " " and not is_cjk(outside) and not is_cjk(inside)


def _places(folded: str) -> list[int]:
    """Give for each character of the compact text its place in the folded text."""
    places: list[int] = []
    for start, end in words_with_places(folded):
        places.append(start - 1)
        places.extend(range(start, end))
    return places[1:]


_INVISIBLE = re.compile(
    "[\u00ad\u0300-\u036f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
"""Soft hyphens, joiners, marks of direction and accents that stand after their letter: no part of a
word."""

_CYRILLIC = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфыэіґ", "abvgdeziyklmnoprstufyeig", strict=True))
    | {"ё": "e", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu"}
    | {"я": "ya", "ъ": "", "ь": "", "є": "ye", "ї": "yi", "ў": "w"}
)
"""As the US Board on Geographic Names writes Russian, without its marks."""

_ABBREVIATION = re.compile(r"[A-Z]{3,6}")


def watched_names(names: Iterable[str]) -> tuple[str, ...]:
    """Give the names of a watch, and those that a well-known company has besides."""
    seen = [_INVISIBLE.sub("", name) for name in names]
    others = (other for name in seen for other in other_names(name))
    return tuple(dict.fromkeys([*seen, *others]))


def said_of(names: Sequence[str]) -> str:
    """Say in a sentence under which other names a watch finds its company; nothing where it looks
    only for what was given. `names`: the term and its aliases."""
    names = [as_seen(name) for name in names]
    keys = {company_key(name) for name in names}
    others = [name for name in watched_names(names) if company_key(name) not in keys]
    if others:
        return f"A well-known company, found under its other names too: {_some(others)}."
    term = names[0]
    short = _without_form(term)
    if not short or company_key(term) == squeeze(term):
        return ""
    also = "; “Tech” for “Technologies” and the like is one word" if _other_writings(term) else ""
    return f"It is found without its legal form too (“{short}”), but under no shorter name{also}."


def _some(names: Sequence[str]) -> str:
    """List names, those in Latin script first, as many as an answer holds, and how many more."""
    ordered = sorted(names, key=is_cjk)
    told = [
        name
        for name, so_far in zip(ordered, accumulate(map(len, ordered)), strict=True)
        if so_far <= _SAID
    ]
    more = len(ordered) - len(told)
    return ", ".join(told) + (f" and {more} more" if more else "")


def _without_form(name: str) -> str:
    """Give a name as it is written, without its legal form."""
    words = map(re.escape, company_key(name).split())
    found = re.search(r"\s+".join(words), fold(name))
    return name[found.start() : found.end()] if found else ""


def _other_writings(name: str) -> tuple[str, ...]:
    """Give the other writings of a name; a phrase in small letters has none."""
    return () if name.islower() else writings(company_key(name))[1:]


def _forms(name: str) -> set[str]:
    """Give the folded forms under which a name is looked for."""
    whole, key = squeeze(name), company_key(name)
    forms = {whole, key, key.translate(_CYRILLIC), *_other_writings(name)}
    letters = whole.split()
    if len(letters) > 1 and all(len(letter) == 1 for letter in letters):
        forms.add("".join(letters))  # S.M.I.C. is SMIC
    if _ABBREVIATION.fullmatch(name):
        forms.add(" ".join(whole))  # and SMIC is S.M.I.C.
    if len(letters) > 1 and name.islower() and letters[-1].isalpha() and whole[-1] != "s":
        forms.add(f"{whole}s")  # of a phrase the plural too
    return {form for form in forms if len(form) > 1 or is_cjk(form)}
