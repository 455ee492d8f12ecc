"""What a search from the compose box finds, as Teams takes it: cards to put into a conversation."""

from __future__ import annotations

from html import escape
from typing import Any

from bot.commands import lines
from bot.commands.answers import Listing
from bot.messages import card_kit
from bot.messages.card_kit import Card
from bot.messages.rich import words_of
from bot.search.model import Result

_PREVIEW = "application/vnd.microsoft.card.thumbnail"


def results(answer: Listing) -> list[dict[str, Any]]:
    """Give each entry as an attachment: its card, and the preview it is chosen by.

    A preview is HTML. The card has no buttons but the one that opens the article: the bot need
    not be a member of the conversation that it is put into.
    """
    return [
        {
            "contentType": card_kit.CONTENT_TYPE,
            "content": _card(result, answer),
            "preview": {
                "contentType": _PREVIEW,
                "content": {
                    "title": escape(words_of(lines.entry_title(result))),
                    "text": escape(words_of(lines.entry_about(result, answer))),
                },
            },
        }
        for result in answer.results.results
    ]


def _card(result: Result, answer: Listing) -> Card:
    title = lines.entry_title(result)
    body = [card_kit.paragraph(title, size="Medium", weight="Bolder")]
    if snippet := lines.entry_snippet(result):
        body.append(card_kit.paragraph(snippet))
    body.append(card_kit.small(lines.entry_about(result, answer)))
    return card_kit.card(body, card_kit.open_button(result.link), fallback=words_of(title))
