"""Cut a text into sentences, as far as a rule needs: what stands together belongs together."""

from __future__ import annotations

import re

_END = re.compile(r"[.!?][\"”’')]*\s+(?=[A-Z0-9\"“‘'(\[])|[。！？]|\n+")
_ABBREVIATED = re.compile(
    r"\b(?:[A-Z]|Inc|Ltd|Co|Corp|Cos|Bros|No|Nos|vs|v|Dr|Mr|Mrs|Ms|St|Rep|Reps|Sen|Sens|Gov|Gen"
    r"|Sec|Supp|Jr|Sr|LLC|al|seq)$"
)
_PART = re.compile(r";\s+")
_LONGEST = 5


def sentence_starts(text: str) -> list[int]:
    """Give where sentences begin, the first at 0.

    A dot after a capital ("U.S.") or an abbreviation ("Inc.") ends none.
    """
    starts = [0]
    for found in _END.finditer(text):
        at = found.start()
        if text[at] != "." or not _ABBREVIATED.search(text, max(0, at - _LONGEST), at):
            starts.append(found.end())
    return starts


def heading_starts(title: str) -> list[int]:
    """Give where the parts of a title begin: a semicolon parts two subjects."""
    return [0, *(found.end() for found in _PART.finditer(title))]
