"""Words too common to tell one thing from another."""

from __future__ import annotations

_COMMON = frozenset(
    """apple target gap amazon intel shell visa square block meta alphabet oracle arm micron""".split()
)


def is_common(word: str) -> bool:
    """Whether a folded word is a common word of English."""
    return word in _COMMON
