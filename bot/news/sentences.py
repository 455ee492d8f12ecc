"""Cut a text into sentences, as far as a rule needs: what stands together belongs together."""

from __future__ import annotations

import re

_ABBREVIATIONS = """
Inc Ltd Co Corp Cos Bros No Nos vs v Dr Mr Mrs Ms St Rep Sen Gov Gen Sec Supp Jr Sr LLC al
"""
_ABBREVIATED = "".join(rf"(?<!\b{word})" for word in _ABBREVIATIONS.split())
_END = re.compile(
    rf"(?<=[a-z0-9)\]%\"”’']){_ABBREVIATED}[.!?][\"”’')]*\s+(?=[A-Z0-9\"“‘'(\[])|[。！？]|\n+"
)


def sentence_starts(text: str) -> list[int]:
    """Give where sentences begin, the first at 0. A dot after a capital ("U.S.") ends none."""
    return [0, *(found.end() for found in _END.finditer(text))]
