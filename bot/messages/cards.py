"""Alerts and notices as Adaptive Cards for Microsoft Teams."""

from __future__ import annotations

from collections.abc import Mapping

from bot.messages import alert_words, card_kit, handling
from bot.messages.card_kit import Card, Element
from bot.messages.model import Alert, HandlingState, Message
from bot.messages.mrkdwn import clean
from bot.messages.rich import ours, outside, together

_NOTICE = 2_000
_FACTS_BYTES = 6_500
_MARKS: Mapping[HandlingState, str] = {
    "acknowledged": "👀",
    "assigned": "👤",
    "not-applicable": "🚫",
    "done": "✅",
}


def alert_message(alert: Alert, *, buttons: bool = True) -> Message:
    """Render an alert for Teams: its card, and its text for notifications."""
    text = clean(alert_words.fallback(alert), card_kit.FALLBACK_TEXT)
    return Message(text=text, card=alert_card(alert, buttons=buttons))


def notice_message(text: str) -> Message:
    """Render one sentence for the operators."""
    return Message(text=clean(text, _NOTICE) or "-", card=notice_card(text))


def alert_card(alert: Alert, *, buttons: bool = True) -> Card:
    """Render an alert within all limits, everything from outside made harmless.

    `buttons`: the bot hears of them; a card that is posted through a workflow has none but the
    one that opens the article.
    """
    shown = alert_buttons(alert) if buttons else open_button(alert)
    return card_kit.card(alert_elements(alert), shown, fallback=alert_words.fallback(alert))


def alert_elements(alert: Alert) -> list[Element]:
    """Render what an alert says."""
    body = [
        card_kit.paragraph(alert_words.headline(alert), size="Medium"),
        {**card_kit.paragraph(alert_words.origin(alert), isSubtle=True), "spacing": "Small"},
    ]
    if summary := alert_words.summary(alert):
        body.append(card_kit.paragraph(summary))
    facts = [(fact.label, fact.value) for fact in alert_words.facts(alert)]
    if facts:
        body.append(card_kit.apart(card_kit.facts(facts, _FACTS_BYTES)))
    return body + _handling(alert)


def _handling(alert: Alert) -> list[Element]:
    """Render what the team does with an alert, for all to see."""
    if alert.handling is None:
        return []
    state = handling.state_line(alert.handling)
    if not state:
        return []
    mark = _MARKS.get(alert.handling.state, "")
    return [card_kit.container([card_kit.paragraph(together(f"{mark} ", state))], style="emphasis")]


def open_button(alert: Alert) -> list[Element]:
    """The button that opens the article; none when it has no address."""
    return card_kit.open_button(alert.link, said=f"Open {clean(alert.title, 60)}")


def alert_buttons(alert: Alert) -> list[Element]:
    """The buttons under an alert; what is done less often is behind the three dots."""
    first = [
        card_kit.button(choice.label, choice.action, said=choice.said)
        for choice in alert_words.first_choices(alert)
    ]
    further = [
        card_kit.button(choice.label, choice.action, said=choice.said, second=True)
        for choice in alert_words.further_choices(alert)
    ]
    steps = handling.choices(alert)
    taken = [
        card_kit.button(label, action, second=number > 0)
        for number, (label, action) in enumerate(steps)
    ]
    return [*open_button(alert), *taken[:1], *first, *taken[1:], *further]


def notice_card(text: str) -> Card:
    """Render one sentence for the operators."""
    shown = outside(text, _NOTICE) or ours("-")
    return card_kit.card([card_kit.paragraph(together("ℹ️ ", shown))], fallback=text)
