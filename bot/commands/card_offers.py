"""What can be done next, as buttons of a card, and cards as replies."""

from __future__ import annotations

from collections.abc import Sequence

from bot.commands import lines
from bot.commands.answers import Offer
from bot.commands.reply import CardReply
from bot.messages import card_kit
from bot.messages.card_kit import Element
from bot.messages.mrkdwn import clean

_BUTTONS_BYTES = 8_000
"""What the buttons of a card may take: a search in one has room for 1,500 characters."""


def offer_buttons(offers: Sequence[Offer]) -> list[Element]:
    """Render what can be done next; what there is no room for is left out."""
    shown = [_button(offer) for offer in lines.fitting(offers)]
    return [one for one in shown if card_kit.size(one) < _BUTTONS_BYTES]


def _button(offer: Offer) -> Element:
    style = {"style": "positive"} if offer.primary else {}
    return card_kit.button(offer.label, offer.action) | style


def reply(body: Sequence[Element], offers: Sequence[Offer] = (), *, text: str) -> CardReply:
    """Give a card for the person who asked. `text`: it in plain words."""
    buttons = card_kit.fitting(offer_buttons(offers), _BUTTONS_BYTES) if offers else []
    shown = card_kit.card(body, buttons, fallback=text)
    return CardReply((shown,), clean(text, card_kit.FALLBACK_TEXT))
