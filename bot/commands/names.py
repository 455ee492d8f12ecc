"""A watch as it is typed, in the chat as in the shell: a term, and its other names after `=`."""

from __future__ import annotations


def read_names(text: str) -> tuple[str, tuple[str, ...]]:
    """Read `TERM = ALIAS, ...` as the term and its aliases; quotation marks around each go."""
    term, _equals, aliases = text.partition("=")
    return unquoted(term), tuple(name for alias in aliases.split(",") if (name := unquoted(alias)))


def unquoted(text: str) -> str:
    """Take away what quotes a whole text."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    return text.strip()
