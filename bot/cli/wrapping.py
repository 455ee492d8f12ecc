"""Rich text as indented paragraphs of a terminal."""

from __future__ import annotations

import shutil
import textwrap

from bot.messages.plain_text import plain_text
from bot.messages.rich import Rich

_WIDEST = 100
_INDENT = "  "


def indented(rich: Rich, zone: str = "UTC") -> str:
    """Give rich text as a paragraph no wider than the terminal; times in `zone` (IANA)."""
    return textwrap.fill(
        plain_text(rich, zone),
        min(shutil.get_terminal_size().columns, _WIDEST),
        initial_indent=_INDENT,
        subsequent_indent=_INDENT * 2,
        break_long_words=False,
        break_on_hyphens=False,
    )
