"""Alerts and notices as Block Kit: read in two seconds, acted on with one click."""

from __future__ import annotations

from bot.messages import alert_words, kit, limits
from bot.messages.action_values import encode
from bot.messages.actions import OPEN
from bot.messages.handling_blocks import handling_blocks
from bot.messages.kit import Block
from bot.messages.model import Alert, Message
from bot.messages.mrkdwn import clean, escape, link
from bot.messages.slack_text import mrkdwn

_FALLBACK = 600
_BUTTON_IDS = ("save", "share", "timeline")


def alert_message(alert: Alert) -> Message:
    """Render an alert for Slack, within all its limits, everything from outside escaped."""
    blocks = [
        kit.section(mrkdwn(alert_words.headline(alert))),
        kit.context(mrkdwn(alert_words.origin(alert))),
    ]
    if summary := alert_words.summary(alert):
        blocks.append(kit.section(mrkdwn(summary)))
    facts = [f"*{fact.label}:* {mrkdwn(fact.value)}" for fact in alert_words.facts(alert)]
    if facts:
        blocks.append(kit.section(limits.fit_lines(facts, limits.SECTION_TEXT)))
    blocks.append(kit.actions(_buttons(alert)))
    blocks += handling_blocks(alert)
    return Message(text=escape(alert_words.fallback(alert), _FALLBACK), blocks=tuple(blocks))


def notice_message(text: str, title: str = "", url: str = "") -> Message:
    """Render one sentence for somebody, with the article that it is about."""
    shown = escape(text, limits.FIELD_TEXT) or "-"
    about = f"\n{link(url, title, alert_words.TITLE)}" if title else ""
    return Message(
        text=escape(f"{text} {title}".strip(), limits.FIELD_TEXT) or "-",
        blocks=(kit.section(f":information_source: {shown}{about}"),),
    )


def _buttons(alert: Alert) -> list[Block]:
    opening = kit.button("Open", OPEN, url=alert.link, label=f"Open {clean(alert.title, 40)}")
    buttons = [opening] if "url" in opening else []
    buttons += [
        kit.button(choice.label, name, encode(choice.action), label=choice.said)
        for name, choice in zip(_BUTTON_IDS, alert_words.first_choices(alert), strict=False)
    ]
    further = [
        kit.option(choice.label, encode(choice.action))
        for choice in alert_words.further_choices(alert)
    ]
    return [*buttons, kit.overflow("more", further)]
