"""By what an entry is known again. Pure.

An entry has several keys: publishers' own numbers (the ten digits that end the address of an
article, a Federal Register document number, the day and number of an OFAC action), its guid, its
link. Title and day are a key only inside one feed, and never for entries that have a number.
A key only says which stored entry to compare with; `bot.feeds.evidence` says whether it is that.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple
from urllib.parse import parse_qsl

from rapidfuzz import fuzz

from bot.feeds.addresses import normalise
from bot.feeds.likeness import COMPARED, compare_texts, fold
from bot.feeds.model import FeedEntry

KeyKind = Literal["article", "document", "ofac", "guid", "link", "title"]
IdRule = Literal["guid", "link", "title"]
"""What identifies the entries of one feed: its guids, its links, or titles with their days."""

CERTAIN: frozenset[str] = frozenset({"article", "document", "ofac"})
MAX_KEY = 80
SAME_TITLE = 90.0

_ARTICLE = re.compile(r"(?<!\d)(\d{2})(\d{2})(\d{2})0\d{3}(?:\.html?)?/?$")
_OF_A_VISIT = frozenset({"p", "page", "sid", "session"})
"""Parameters that say nothing of the article, beside those that `normalise` leaves out."""

DOCUMENT_NUMBER = r"[CREZ]?\d{1,4}-\d{4,5}(?:-\d{5})?"
"""How a Federal Register document's number is typed, for use in a longer expression."""

_FEDERAL_REGISTER = re.compile(
    r"//(?:www\.)?federalregister\.gov/(?:d|documents/\d{4}/\d\d/\d\d)/([A-Z]?\d[\w.-]*-\d+)"
)
_OFAC = re.compile(r"ofac\.treasury\.gov/recent-actions/(\d{8}(?:_\d{1,3})?)$")


class Key(NamedTuple):
    """One row of `entry_key`: `scope` is `p:ID` (publication) or `f:ID` (feed)."""

    scope: str
    kind: KeyKind
    key: str


@dataclass(frozen=True, slots=True)
class Identified:
    """An entry with the keys by which it is known, the best first.

    `shared` are keys that other entries of the document have too: they lead to what is stored,
    and are never stored. `scope` is the feed's. `barred` are stored entries that are others.
    """

    entry: FeedEntry
    keys: tuple[Key, ...]
    text_hash: str
    scope: str = ""
    shared: tuple[Key, ...] = ()
    barred: frozenset[int] = frozenset()


def article_number(link: str) -> str:
    """Give the ten digits (YYMMDDnnnn) that end the path of an article, or an empty text.

    A day has fewer than a thousand articles, so the seventh digit is 0: the time in seconds is
    none. Nor is a number that several articles share, each with its own query or fragment.
    """
    path = link.partition("#")[0].partition("?")[0]
    found = _ARTICLE.search(path)
    if not found or "://" not in path:
        return ""
    month, day = int(found.group(2)), int(found.group(3))
    if not (1 <= month <= 12 and 1 <= day <= 31) or _one_of_several(link):
        return ""
    return re.sub(r"\D", "", found.group())[:10]


def _one_of_several(link: str) -> bool:
    query = parse_qsl(normalise(link).partition("?")[2], keep_blank_values=True)
    return bool(place(link)) or any(name not in _OF_A_VISIT for name, _ in query)


def place(link: str) -> str:
    """Give the fragment that names one of several articles on a page (it has a number), or an
    empty text."""
    fragment = link.partition("#")[2]
    return fragment if any(letter.isdigit() for letter in fragment) else ""


def document_number(link: str) -> str:
    """Give the Federal Register's document number that an address names, or an empty text."""
    found = _FEDERAL_REGISTER.search(link)
    return found.group(1) if found else ""


def choose_rule(entries: Sequence[FeedEntry]) -> IdRule:
    """Choose what identifies a feed's entries, by what one document of it shows."""
    guids = [entry.guid for entry in entries]
    if guids and all(guids) and len(set(guids)) == len(guids):
        return "guid"
    links = [normalise(entry.link) for entry in entries if entry.link]
    if links and len(links) == len(entries) and len(set(links)) >= 0.9 * len(links):
        return "link"
    return "guid" if guids and len(set(filter(None, guids))) >= 0.9 * len(guids) else "title"


def identify(
    entries: Iterable[FeedEntry], *, publication_id: int, feed_id: int | None, rule: IdRule
) -> tuple[Identified, ...]:
    """Give each entry its keys; the same entry twice in one document comes out once.

    A key that several entries of the document share, which are not the same, is no key; an entry
    that is left with none is known by all that it says.
    """
    listed = list(entries)
    scope = _narrow(publication_id, feed_id)
    keys = [_keys(entry, publication_id, feed_id, rule) for entry in listed]
    ambiguous = _ambiguous(listed, keys)
    found: list[Identified] = []
    place_of: dict[Key, int] = {}
    for entry, own in zip(listed, keys, strict=True):
        usable = tuple(key for key in own if key not in ambiguous)
        shared = tuple(key for key in own if key in ambiguous) if ambiguous else ()
        usable = usable or (whole(entry, scope),)
        place = next((place_of[key] for key in usable if key in place_of), None)
        if place is None:
            place = len(found)
            found.append(Identified(entry, usable, text_hash(entry), scope, shared))
        else:
            found[place] = _merged(found[place], entry, usable)
        for key in usable:
            place_of.setdefault(key, place)
    return tuple(found)


def _merged(first: Identified, entry: FeedEntry, keys: tuple[Key, ...]) -> Identified:
    """The same entry twice: the one that was updated last counts (RFC 4287, 4.1.1)."""
    later = (
        entry.updated is not None
        and first.entry.updated is not None
        and entry.updated > first.entry.updated
    )
    kept = entry if later else first.entry
    every = tuple(dict.fromkeys((*first.keys, *keys)))
    return replace(first, entry=kept, keys=every, text_hash=text_hash(kept))


def _keys(
    entry: FeedEntry, publication_id: int, feed_id: int | None, rule: IdRule
) -> tuple[Key, ...]:
    wide, narrow = f"p:{publication_id}", _narrow(publication_id, feed_id)
    keys: list[Key] = []
    if number := article_number(entry.link) or article_number(entry.guid):
        keys.append(Key(wide, "article", number))
    if number := entry.document_number or document_number(entry.link):
        # What is on public inspection is told of; so is what is then published under its number.
        keys.append(Key(wide, "document", _short(f"{number} filed" if entry.filed else number)))
    page = normalise(entry.link) if entry.link else ""
    if action := _OFAC.search(page):
        keys.append(Key(wide, "ofac", action.group(1)))
    numbered = bool(keys)
    by_guid = [Key(narrow, "guid", _short(_guid(entry.guid)))] if entry.guid else []
    by_link = [Key(wide, "link", _short(page))] if page else []
    if rule == "guid":
        keys += by_guid + by_link
    elif rule == "link":
        keys += by_link
    told_apart = feed_id is None and (by_guid or by_link)  # of an import nothing can be guessed
    if not numbered and entry.title and not told_apart:
        keys.append(Key(narrow, "title", _short(_title_and_day(entry))))
    return tuple(keys)


def _narrow(publication_id: int, feed_id: int | None) -> str:
    return f"f:{feed_id}" if feed_id else f"p:{publication_id}"


def whole(entry: FeedEntry, scope: str) -> Key:
    """Give the key of all that an entry says, for one that has no other of its own."""
    said = (entry.guid, entry.link.strip(), _title_and_day(entry), text_hash(entry))
    return Key(scope, "title", _hashed("|".join(said)))


def _ambiguous(entries: Sequence[FeedEntry], keys: Sequence[tuple[Key, ...]]) -> set[Key]:
    """Find the keys that different entries of one document share."""
    holders: dict[Key, list[FeedEntry]] = defaultdict(list)
    for entry, own in zip(entries, keys, strict=True):
        for key in own:
            holders[key].append(entry)
    return {
        key
        for key, shared in holders.items()
        if len(shared) > 1 and any(_differ(key.kind, shared[0], other) for other in shared[1:])
    }


def _differ(kind: KeyKind, one: FeedEntry, other: FeedEntry) -> bool:
    """Whether two entries that share a key of `kind` are different all the same."""
    titles = fold(one.title) != fold(other.title)
    links = normalise(one.link) != normalise(other.link)
    guids = one.guid != other.guid or not one.guid
    if kind == "guid":
        return titles and (links or not one.link)
    if not guids:
        return False
    texts = compare_texts(one.text[:COMPARED], other.text[:COMPARED]) < 0
    if kind in CERTAIN:
        numbered = bool(one.document_number or other.document_number)
        return titles and texts and not numbered and (links or one.link != other.link)
    if kind == "link":
        return titles or texts
    return links or texts


def guids_are_unstable(changed: int, known: int) -> bool:
    """Whether a feed makes new guids for entries that it gave before.

    `changed` of the `known` entries of one document were recognised under another guid.
    """
    return changed >= 2 and changed * 2 >= known


def is_substantial(before: FeedEntry, after: FeedEntry) -> bool:
    """Whether an edit changes the meaning: title, dates, or much of the text."""
    if (before.effective_on, before.comments_close_on) != (
        after.effective_on,
        after.comments_close_on,
    ):
        return True
    if fuzz.ratio(fold(before.title), fold(after.title)) < SAME_TITLE:
        return True
    old, new = fold(before.text[:COMPARED]), fold(after.text[:COMPARED])
    return bool(new) and fuzz.ratio(old, new) < 80.0


def text_hash(entry: FeedEntry) -> str:
    """Give the hash of what an entry says: its title, texts, dates and references."""
    said = "\0".join(
        (
            " ".join(entry.title.split()),
            " ".join(entry.summary.split()),
            " ".join(entry.content.split()),
            str(entry.effective_on or ""),
            str(entry.comments_close_on or ""),
            # A page's number comes late: the next issue is listed before it has any.
            *filter(None, (entry.dates, entry.citation, *entry.references)),
        )
    )
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()


def _title_and_day(entry: FeedEntry) -> str:
    when = entry.published or entry.updated
    day = when.date().isoformat() if when else ""
    start = fold(entry.text[:500]) if not when else ""
    return f"{fold(entry.title)}|{day}|{start}"


def _guid(guid: str) -> str:
    return normalise(guid) if guid.startswith(("http://", "https://")) else guid


def _short(key: str) -> str:
    if len(key) <= MAX_KEY and key.isascii():
        return key
    return _hashed(key)


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
