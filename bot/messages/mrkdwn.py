"""Slack's mrkdwn: texts from outside made harmless, links, dates in the reader's zone.

Source: docs.slack.dev/messaging/formatting-message-text. Only `&`, `<` and `>` have escapes;
marks such as `*bold*` have none, so a zero-width space is put behind a mark that would open.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from bot.messages.limits import ADDRESS, cut

LINK_ADDRESS = 2_000
"""The longest address that is put into text, where it shares the room of its paragraph."""

ZERO_WIDTH = "\u200b"
HIT_START, HIT_END = "\ue000", "\ue001"

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]")
"""Control characters, and the marks that turn the direction of what follows them."""
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_OPENING = re.compile(
    r"(?<!\w)([*_~`])(?=\S)|(:)(?=(?=[^:\s]*[a-z])[a-z0-9_+'-]+:|[+-]1:|100:|1234:)", re.IGNORECASE
)
"""A mark that would format what follows, or the colon of an emoji's name."""
_UNSAFE_IN_URL = re.compile(r"[\x00-\x20\x7f-\x9f\"<>|\\^`{}\s]")
_WEB = re.compile(r"https?://[^\s/]", re.IGNORECASE)


def clean(text: str, most: int) -> str:
    """Give `text` from outside as one line of at most `most` characters, without control
    characters. Not escaped."""
    start = text[: most * 4 + 100]
    start = _CONTROLS.sub("", start.replace("\r", " ").replace("\n", " ").replace("\t", " "))
    start = _SURROGATES.sub("\ufffd", start.replace(HIT_START, "").replace(HIT_END, ""))
    return cut(start, most)


def escape(text: str, most: int) -> str:
    """Give `text` from outside as harmless mrkdwn of at most `most` characters.

    Nobody is notified by it, nothing in it is formatted, it stays on one line and is cut after a
    word where it is too long.
    """
    plain = clean(text, most)
    marked = _escaped(plain)
    while len(marked) > most and plain:
        plain = cut(plain, max(1, len(plain) - (len(marked) - most)))
        marked = _escaped(plain)
        if len(plain) == 1 and len(marked) > most:
            return ""
    return marked


def _escaped(plain: str) -> str:
    if plain.startswith(">"):
        plain = ZERO_WIDTH + plain  # `&gt;` at the start of a line is a quotation
    return escape_entities(unformatted(plain))


def unformatted(plain: str) -> str:
    """Give one line of text in which no mark formats anything. Not escaped."""
    return _OPENING.sub(lambda found: (found[1] or found[2]) + ZERO_WIDTH, plain)


def escape_entities(text: str) -> str:
    """Give text with the three characters escaped that have a meaning to Slack."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def code(text: str, most: int) -> str:
    """Give text as code, in which nothing is formatted and that can be copied as it is."""
    plain = clean(text, most).replace("`", "'")
    return f"`{escape_entities(plain)}`" if plain else ""


def address(url: str) -> str:
    """Give a web address as Slack takes it in a link or button, or nothing when it will not do.

    Spaces, `|`, `<`, `>` and quotes are percent-encoded. Only `http` and `https` are let through.
    """
    if not _WEB.match(url) or len(url) > ADDRESS:
        return ""
    safe = _UNSAFE_IN_URL.sub(_percent, _SURROGATES.sub("", url))
    return safe if len(safe) <= ADDRESS else ""


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found.group().encode())


def link(url: str, text: str, most: int) -> str:
    """Give a link with a text of at most `most` characters; only the text when the address will
    not do."""
    label = escape(text, most)
    plain = address(url)
    safe = plain.replace("&", "&amp;")
    if not safe or len(safe) > LINK_ADDRESS:
        return label
    return f"<{safe}|{label or escape(plain, most)}>"


def bold(marked: str) -> str:
    """Give mrkdwn in bold; a link as a whole."""
    return f"*{marked}*" if marked.strip() else marked


def date_time(moment: datetime, *, form: str = "{date_short_pretty} at {time}") -> str:
    """Give a moment that Slack shows in the reader's own zone, with UTC where it cannot.

    Source: docs.slack.dev/messaging/formatting-message-text#date-formatting.
    """
    fallback = f"{moment.astimezone(UTC):%d %b %Y %H:%M} UTC"
    return f"<!date^{int(moment.timestamp())}^{form}|{fallback}>"
