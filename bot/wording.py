"""What libraries say of a wrong value, in words that a person can act on."""

from __future__ import annotations

import re

_REWORDED = (
    (r"^Value error, ", ""),
    (r"^Input should be a valid integer.*", "must be a whole number"),
    (r"^Input should be a valid number.*", "must be a number"),
    (r"^Input should be a valid boolean.*", "must be 1 (on) or 0 (off)"),
    (r"^Input should be a valid string.*", "must be text"),
    (r"^Input should be greater than or equal to (\S+)$", r"must be \1 or more"),
    (r"^Input should be less than or equal to (\S+)$", r"must be \1 or less"),
    (r"^Input should be greater than (\S+)$", r"must be more than \1"),
    (r"^Input should be less than (\S+)$", r"must be less than \1"),
    (r"^Input should be ", "must be "),
    (r"^.* is not one of (.+), ('[^']*')\.?$", r"must be \1 or \2"),
    (r"^Field required$", "must be set"),
)


def requirement(message: str) -> str:
    """Say what a value must be, from a validator's message: "must be 1 or more"."""
    for pattern, words in _REWORDED:
        message = re.sub(pattern, words, message, flags=re.DOTALL)
    return message.replace("'", "").strip().rstrip(".")
