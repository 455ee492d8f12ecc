"""By what news is recognised in messages of another life of the database.

Ids say nothing after a back-up was put back: the same article is read anew and gets another. Its
publisher's number or its address stays, so every message carries their marks in its metadata,
beside the ids (`event_payload.marks`).
"""

from __future__ import annotations

import hashlib

from bot.feeds.addresses import normalise

_BYTES = 6
"""Of a mark; two articles told to one channel have the same by one chance in 2**48."""


def mark_of(*, number: str, link: str, publication: str, title: str) -> str:
    """Give the mark of an article: of its publisher's number, else its address, else its title."""
    if number:
        telling = f"number {number}"
    elif link:
        telling = f"link {normalise(link)}"
    else:
        telling = f"title {publication} {' '.join(title.casefold().split())}"
    return hashlib.blake2b(telling.encode(), digest_size=_BYTES).hexdigest()


def mark_of_delivery(delivery_id: int) -> str:
    """Give the mark of a delivery that was owed already when the copy was made."""
    return f"delivery:{delivery_id}"
