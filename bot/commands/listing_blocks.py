"""Entries found, as Block Kit: each with its menu, pages by button, filters, suggestions."""

from __future__ import annotations

from collections.abc import Sequence

from bot.commands import lines
from bot.commands.answers import Listing, Offer
from bot.messages import kit, limits
from bot.messages.action_values import encode
from bot.messages.kit import Block
from bot.messages.model import Message
from bot.messages.mrkdwn import escape
from bot.messages.rich import bold, italic
from bot.messages.slack_text import mrkdwn
from bot.search.model import Result


def listing(answer: Listing) -> Message:
    """Render a page of entries."""
    notes = [kit.context(escape(note, 300)) for note in answer.notes[:3]]
    if not answer.results.results:
        return _nothing(answer, notes)
    blocks = [kit.section(mrkdwn(lines.listing_head(answer))), *notes]
    blocks += [_entry(result, answer) for result in answer.results.results]
    if answer.filters:
        blocks.append(offers(answer.filters, "filter"))
    if turning := lines.turning(answer):
        blocks.append(offers(turning, "page"))
    return Message(text=escape(lines.listing_text(answer), 600), blocks=tuple(blocks))


def _nothing(answer: Listing, notes: Sequence[Block]) -> Message:
    text = escape(lines.empty(answer), 500)
    blocks = [kit.section(text), *notes]
    if answer.suggestions:
        blocks.append(kit.context("Try instead:"))
        blocks.append(offers(answer.suggestions, "suggestion"))
    return Message(text=text, blocks=tuple(blocks))


def _entry(result: Result, answer: Listing) -> Block:
    said = [
        bold(lines.entry_title(result)),
        lines.entry_snippet(result),
        italic(lines.entry_about(result, answer)),
    ]
    menu = kit.overflow(
        "more",
        [
            kit.option(choice.label, encode(choice.action))
            for choice in lines.entry_choices(result, answer)
        ],
    )
    return kit.section("\n".join(mrkdwn(line) for line in said if line), accessory=menu)


def offers(offered: Sequence[Offer], name: str) -> Block:
    """Render what can be done next as buttons; one whose value has no room is left out."""
    return kit.actions(
        [
            kit.button(
                offer.label,
                f"{name}-{number}",
                encode(offer.action),
                style="primary" if offer.primary else "",
            )
            for number, offer in enumerate(lines.fitting(offered)[: limits.ACTION_ELEMENTS])
        ]
    )
