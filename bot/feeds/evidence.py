"""Whether an entry that was just read is a stored one with which it shares a key. Pure.

No key decides alone: publishers use a guid again, number their entries by position, give all of
them the address of one page. Nor does one difference: they make new ids, move to another domain,
edit headlines, move dates. So all that is known of the two is weighed, and they are one entry when
more speaks for it than against it:

| what               | for it                                      | against it                  |
| ------------------ | ------------------------------------------- | --------------------------- |
| publisher's number | 3; 6 when the API itself gives it           | another one: never the same |
| guid               | 2.5; 1.5 when it is short or a list's page  | 1; 0 when ids are unstable  |
| link               | 3 as the feed's rule, 2.25 else; 1 when it  | 1                           |
|                    | looks like a list's page; 0 for a home page |                             |
| title              | 1; 0.5 when words were only added           | 1.5 when words were changed |
| text               | 2; 1 when it was edited; 0.5 when short     | 1.75 when it is another one |
| date               | 1 to the second; 0.5 by the day             | 0.5 when it is another one  |

A number in a link and the link are one piece of evidence, and so are a guid and the link that it
is. What is missing on either side says nothing. So any two changes leave an entry with ids, title,
text and date what it is; and of two that differ in all but one key, the second is new. A text is
another one, and not an edited one, when each has names that the other lacks, or when they share few
words: recurring notices have a fixed wording and other names.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlsplit

from bot.feeds.addresses import normalise
from bot.feeds.identity import (
    CERTAIN,
    Identified,
    IdRule,
    article_number,
    document_number,
    place,
)
from bot.feeds.likeness import COMPARED, compare_dates, compare_texts, compare_titles
from bot.feeds.model import FeedEntry

_SHORT_GUID = 6
_HEADLINE = 3
"""Words that the last part of an article's address has at least."""

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Known:
    """What is needed of a stored entry to compare it with one that was just read.

    `text` is its beginning, and there only where `text_hash` is another one.
    """

    id: int
    feed_id: int | None
    title: str
    guid: str
    link: str
    published_at: datetime
    text_hash: str
    article_number: str | None
    document_number: str | None
    history: bool
    first_seen_at: datetime
    text: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """From where an entry is read: a feed and its rule."""

    feed_id: int
    rule: IdRule


def weigh(known: Known, one: Identified, held: AbstractSet[str], side: Side) -> float:
    """Weigh whether `one` is `known`: more than 0 when it is.

    `held` are the kinds of those keys of `one` by which the stored entry is known.
    """
    entry = one.entry
    for stored, read in (
        (known.article_number, article_number(entry.link)),
        (known.document_number, entry.document_number or document_number(entry.link)),
    ):
        if stored and read and stored != read:
            return -1.0
    dates = compare_dates(known.published_at, entry)
    if known.text_hash == one.text_hash:
        # Title and day are the same then as well, when they are the key that was found.
        said = 9.0 if "title" in held else 3.0 if entry.text else 1.0
    else:
        said = compare_titles(known.title, entry.title)
        said += compare_texts(known.text, entry.text[:COMPARED])
    return _ids(known, entry, held, side) + said + dates


def contradicts(known: Known, one: Identified) -> bool:
    """Whether `one` says something else than the stored entry."""
    if known.text_hash == one.text_hash:
        return False
    texts = compare_texts(known.text, one.entry.text[:COMPARED])
    return texts < 0 or (texts <= 0 and compare_titles(known.title, one.entry.title) < 0)


def _ids(known: Known, entry: FeedEntry, held: AbstractSet[str], side: Side) -> float:
    number = 0.0
    if held & CERTAIN:
        given = entry.document_number and entry.document_number == known.document_number
        number = 6.0 if given else 3.0
    guid, link = _guids(known, entry, held, side), _links(known, entry, held, side.rule)
    if guid > 0 and link > 0 and normalise(entry.guid) == normalise(entry.link):
        guid, link = max(guid, link), 0.0
    if number and link > 0:
        number, link = max(number, link), 0.0
    return number + guid + link


def _guids(known: Known, entry: FeedEntry, held: AbstractSet[str], side: Side) -> float:
    if not entry.guid or not known.guid:
        return 0.0
    if "guid" in held or entry.guid == known.guid:
        return 1.5 if len(entry.guid) < _SHORT_GUID or _is_list(entry.guid) else 2.5
    # Another feed of the publication has ids of its own, and those of a feed may be unstable.
    return -1.0 if side.rule == "guid" and known.feed_id in {None, side.feed_id} else 0.0


def _links(known: Known, entry: FeedEntry, held: AbstractSet[str], rule: IdRule) -> float:
    if not entry.link or not known.link:
        return 0.0
    if "link" not in held and normalise(entry.link) != normalise(known.link):
        return -1.0
    if place(entry.link) != place(known.link):
        return -1.0
    return _strength(entry.link, rule)


@lru_cache(maxsize=4096)
def _strength(link: str, rule: IdRule) -> float:
    page = normalise(link)
    if "/" not in page and "?" not in page:
        return 0.0
    return 1.0 if _is_list(link) else 3.0 if rule == "link" else 2.25


@lru_cache(maxsize=4096)
def _is_list(address: str) -> bool:
    """Whether an address looks like that of a page that bears something new every time: an
    article's has a number, or a headline."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if parts.scheme not in {"http", "https"}:
        return False
    name = parts.path.rstrip("/").rpartition("/")[2] + "?" + parts.query
    return len(_WORD.findall(name)) < _HEADLINE and not any(letter.isdigit() for letter in name)
