"""A watch as it is typed, in the chat as in the shell: a term, and its other names after `=`."""

from __future__ import annotations

import re

from bot.news.company_forms import is_legal_form

_EQUALS = re.compile("[=＝]")
_BETWEEN = re.compile("[,，、]")


def read_names(text: str) -> tuple[str, tuple[str, ...]]:
    """Read `TERM = ALIAS, ...` as the term and its aliases; quotation marks around each go.

    The comma before a legal form belongs to its name: `Acme Co., Ltd.` is one.
    """
    term, *rest = _EQUALS.split(text, maxsplit=1)
    aliases: list[str] = []
    for part in _BETWEEN.split(rest[0]) if rest else ():
        if aliases and is_legal_form(part):
            aliases[-1] = f"{aliases[-1].rstrip()}, {part.strip()}"
        else:
            aliases.append(part)
    return unquoted(term), tuple(name for alias in aliases if (name := unquoted(alias)))


def unquoted(text: str) -> str:
    """Take away what quotes a whole text."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    return text.strip()
