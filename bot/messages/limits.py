"""Slack's published limits, and how text is cut to fit them.

Source, unless another page is named: docs.slack.dev/reference/block-kit/blocks and
.../block-elements. Lengths are in characters.
"""

from __future__ import annotations

import re

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
SECTION_TEXT = 3_000
FIELD_TEXT = 2_000
FIELDS = 10
HEADER_TEXT = 150
CONTEXT_ELEMENTS = 10
ACTION_ELEMENTS = 25
BUTTON_TEXT = 75
BUTTON_VALUE = 2_000
ADDRESS = 3_000
ID = 255

# docs.slack.dev/reference/block-kit/composition-objects
OPTION_TEXT = 75
OPTION_VALUE = 150
OPTIONS = 100
OVERFLOW_OPTIONS = 5
CHECKBOX_OPTIONS = 10

# docs.slack.dev/reference/views
VIEW_TITLE = 24
PRIVATE_METADATA = 3_000
INPUT_LABEL = 2_000
INPUT_TEXT = 3_000
PLACEHOLDER = 150

# docs.slack.dev/reference/methods/chat.postMessage: longer text is cut by Slack; 4,000 advised.
MESSAGE_TEXT = 40_000
ADVISED_TEXT = 4_000

MESSAGE_CHARACTERS = 12_000
"""All text of one message's blocks. Slack refuses more at some point it does not publish
(`msg_blocks_too_long`); this is what it names for its `markdown` block, the strictest of all."""

ELLIPSIS = "…"
_LONGEST_WORD = 40
"""What is longer is no word (or a text in a script without spaces), and is cut where it is."""
_SPACES = re.compile(r"\s+")
_TOKEN = re.compile(r"<[^<>]*>|&(?:amp|lt|gt);|[^<&]+|.", re.DOTALL)


def cut(text: str, most: int) -> str:
    """Give plain `text` on one line in at most `most` characters, cut after a word.

    A word longer than the room there is cut itself. Never reads more of `text` than it needs.
    """
    room = _SPACES.sub(" ", text[: most * 4 + 100]).strip()
    if len(room) <= most:
        return room
    if most <= len(ELLIPSIS):
        return room[:most]
    return _at_word(room, most - len(ELLIPSIS)) + ELLIPSIS


def _at_word(text: str, most: int) -> str:
    """The longest start of `text` within `most` characters that ends with a word."""
    if text[most : most + 1].isspace():
        return text[:most].rstrip()
    space = text.rfind(" ", 0, most)
    near = space >= 0 and most - space <= _LONGEST_WORD
    return text[: space if near else most].rstrip(" ,;:-–—")


def cut_marked(text: str, most: int) -> str:
    """Give mrkdwn in at most `most` characters, cut after a word, never inside `<...>` or an
    entity (`&amp;`)."""
    if len(text) <= most:
        return text
    kept, length, room = [], 0, most - len(ELLIPSIS)
    for match in _TOKEN.finditer(text):
        token = match.group()
        if length + len(token) > room:
            if token[0] not in "<&":
                kept.append(_at_word(token, room - length) if room > length else "")
            break
        kept.append(token)
        length += len(token)
    return "".join(kept).rstrip() + ELLIPSIS


def fit_lines(lines: list[str], most: int, *, more: str = "") -> str:
    """Join as many whole lines as fit in `most` characters; `more` (with `{count}`) says how
    many were left out. A first line that is too long by itself is cut."""
    kept: list[str] = []
    for number, line in enumerate(lines):
        left = len(lines) - number - 1
        tail = more.format(count=left) if more and left else ""
        room = most - (len(tail) + 1 if tail else 0)
        if sum(len(one) + 1 for one in kept) + len(line) > room:
            break
        kept.append(line)
    if not kept and lines:
        kept = [cut_marked(lines[0], most - (len(more) + 12 if more else 0))]
    left = len(lines) - len(kept)
    return "\n".join([*kept, more.format(count=left)] if more and left else kept)
