"""How each platform's messages are rendered: Block Kit, Adaptive Cards, plain text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.messages import blocks, cards, digest_blocks, digest_cards, plain
from bot.messages.model import Alert, Digest, Message


@dataclass(frozen=True, slots=True)
class Style:
    """What makes the messages of one platform; `zone` (IANA) is for those that show times as
    text. A notice has a text, and may have a title with its address."""

    alert: Callable[[Alert, str], Message]
    digest: Callable[[Digest, str], Message]
    notice: Callable[[str, str, str], Message]


def style_of(platform: str) -> Style:
    """Give the style of a platform; one that is not known gets plain text."""
    return _STYLES.get(platform, _PLAIN)


def _together(text: str, title: str, url: str) -> str:
    return " ".join(part for part in (text, title, url) if part)


_PLAIN = Style(
    alert=plain.alert_message,
    digest=plain.digest_message,
    notice=lambda text, title, url: plain.notice_message(_together(text, title, url)),
)
_STYLES: Mapping[str, Style] = {
    "slack": Style(
        alert=lambda alert, _zone: blocks.alert_message(alert),
        digest=lambda digest, _zone: digest_blocks.digest_message(digest),
        notice=blocks.notice_message,
    ),
    "teams": Style(
        alert=lambda alert, _zone: cards.alert_message(alert),
        digest=lambda digest, _zone: digest_cards.digest_message(digest),
        notice=lambda text, title, url: cards.notice_message(_together(text, title, url)),
    ),
    # Of a button that is posted through a workflow nobody hears.
    "webhook": Style(
        alert=lambda alert, _zone: cards.alert_message(alert, buttons=False),
        digest=lambda digest, _zone: digest_cards.digest_message(digest, buttons=False),
        notice=lambda text, title, url: cards.notice_message(_together(text, title, url)),
    ),
}
