"""Entries found, as Adaptive Cards: each with its buttons, pages, filters, suggestions."""

from __future__ import annotations

from bot.commands import lines
from bot.commands.answers import Listing
from bot.commands.card_offers import offer_buttons, reply
from bot.commands.reply import CardReply
from bot.messages import actions, card_kit
from bot.messages.card_kit import Element
from bot.messages.mrkdwn import clean
from bot.messages.rich import ours, outside
from bot.search.model import Result

_FILTERS_BYTES = 4_000
_ENTRIES_BYTES = 13_000
_SAID, _BRIEF_SAID, _BRIEF_TITLE = 300, 20, 60
_FIRST = (actions.ShareHere, actions.SaveEntry)
"""What is done most with an entry; the rest is behind the three dots."""


def listing(answer: Listing) -> CardReply:
    """Render a page of entries."""
    notes = [card_kit.small(outside(note, 300)) for note in answer.notes[:3]]
    if not answer.results.results:
        text = lines.empty(answer)
        body = [card_kit.paragraph(outside(text, 500)), *notes]
        if answer.suggestions:
            body.append(card_kit.small(ours("Try instead:")))
        return reply(body, answer.suggestions, text=text)
    body = [card_kit.paragraph(lines.listing_head(answer), size="Medium"), *notes]
    body += _entries(answer)
    if answer.filters:
        filters = card_kit.fitting(offer_buttons(answer.filters), _FILTERS_BYTES)
        body += [card_kit.apart(card_kit.small(ours("Narrow it down:"))), card_kit.row(filters)]
    return reply(body, lines.turning(answer), text=lines.listing_text(answer))


def _entries(answer: Listing) -> list[Element]:
    """Render every entry; without snippets and links where those would take too much room."""
    shown = [_entry(result, answer) for result in answer.results.results]
    if card_kit.size(shown) > _ENTRIES_BYTES:
        shown = [_brief(result, answer) for result in answer.results.results]
    return shown


def _entry(result: Result, answer: Listing) -> Element:
    items = [card_kit.paragraph(lines.entry_title(result), weight="Bolder")]
    if snippet := lines.entry_snippet(result):
        items.append(card_kit.line(snippet))
    items.append(card_kit.small(lines.entry_about(result, answer)))
    items.append(card_kit.row(_buttons(result, answer)))
    return card_kit.apart(card_kit.container(items))


def _brief(result: Result, answer: Listing) -> Element:
    title = outside(result.title, _BRIEF_TITLE) or ours("Untitled")
    buttons = card_kit.row(_buttons(result, answer, most=_BRIEF_SAID))
    items = [card_kit.paragraph(title, weight="Bolder"), buttons]
    return card_kit.apart(card_kit.container(items))


def _buttons(result: Result, answer: Listing, *, most: int = _SAID) -> list[Element]:
    """Give the buttons of an entry; screen readers say `most` characters of its title."""
    title = clean(result.title, most)
    return [
        card_kit.button(
            choice.label,
            choice.action,
            said=f"{choice.label}: {title}",
            second=not isinstance(choice.action, _FIRST),
        )
        for choice in lines.entry_choices(result, answer)
    ]
