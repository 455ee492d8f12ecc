"""What channels get, as Adaptive Cards: who set it, how to change it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.commands import lines, settings_lines
from bot.commands.answers import (
    ChangeList,
    Offer,
    PermissionAnswer,
    SettingsList,
    SubscriptionChange,
    TrialAnswer,
)
from bot.commands.card_offers import offer_buttons, reply
from bot.commands.reply import CardReply
from bot.messages import actions, card_kit, rich, words
from bot.messages.card_kit import Element
from bot.messages.rich import Rich, ours, outside, some, together, words_of
from bot.subscriptions.model import ChannelSettings, Mode, Trial

_MOST_CHANNELS = 8
COMMAND = ""
"""What commands begin with in Teams: nothing; in a channel the bot is mentioned."""


def settings_list(answer: SettingsList) -> CardReply:
    """Render channels with their settings."""
    body: list[Element] = []
    if answer.lead:
        body.append(card_kit.paragraph(outside(answer.lead, 500)))
    body += warning(answer.access)
    if answer.brief and answer.channels:
        form = actions.SettingsForm(answer.channels[0].ref.channel)
        return reply(body, [Offer("All settings…", form)], text=answer.lead)
    if not answer.channels:
        body.append(card_kit.paragraph(ours(settings_lines.NO_CHANNEL)))
    for settings in answer.channels[:_MOST_CHANNELS]:
        body += channel_elements(settings, answer.topic_titles)
    if further := answer.channels[_MOST_CHANNELS:]:
        names = [settings_lines.channel_name(one.ref) for one in further]
        body.append(card_kit.small(together("Also: ", some(names, 20))))
    text = answer.lead or settings_lines.settings_text(answer.channels) or settings_lines.NO_CHANNEL
    return reply(body, text=text)


def warning(sentence: str) -> list[Element]:
    """Render what stands in the way, if anything."""
    if not sentence:
        return []
    shown = card_kit.paragraph(together("⚠️ ", rich.with_code(sentence)))
    return [card_kit.container([shown], style="warning")]


def channel_elements(settings: ChannelSettings, topic_titles: Mapping[str, str]) -> list[Element]:
    """Render one channel: what comes there, how, and the buttons to change it."""
    buttons = card_kit.row(offer_buttons(settings_lines.channel_offers(settings)))
    if not settings.subscriptions:
        nothing = settings_lines.nothing_yet(settings.ref, COMMAND)
        return [card_kit.paragraph(nothing), buttons]
    name = rich.bold(settings_lines.channel_name(settings.ref))
    shown = [card_kit.apart(card_kit.paragraph(name, size="Medium"))]
    shown += bullets(settings_lines.subscription_line(one) for one in settings.subscriptions)
    if paused := settings_lines.paused_line(settings):
        shown.append(card_kit.paragraph(together("⏸️ ", paused)))
    shown.append(card_kit.small(settings_lines.how_it_comes(settings, topic_titles)))
    return [*shown, buttons]


def bullets(items: Iterable[Rich]) -> list[Element]:
    """Render lines as a list."""
    return [card_kit.line(together("• ", item)) for item in items]


def subscription_change(answer: SubscriptionChange) -> CardReply:
    """Render what a change did."""
    done = settings_lines.done_lines(answer) or [ours("Nothing was changed.")]
    body = [card_kit.paragraph(line) for line in done]
    body += warning(answer.access)
    if answer.trial is not None:
        body += _tried(answer.trial, answer.mode, most=3)
    return reply(body, settings_lines.next_offers(answer), text=words_of(done[0]))


def trial(answer: TrialAnswer) -> CardReply:
    """Render what topics would have sent, with the button that subscribes to them."""
    said = settings_lines.trial_lines(answer)
    body = [card_kit.paragraph(line) for line in said]
    body += _tried(answer.trial, most=10)
    tried = answer.trial
    text = f"{words_of(said[0])}: {words.count(tried.alerts, 'alert')} in {tried.days} days"
    if answer.of_form:
        return reply([*body, card_kit.small(ours(settings_lines.OF_FORM))], text=text)
    return reply(body, settings_lines.trial_offers(answer), text=text)


def _tried(trial: Trial, mode: Mode | None = None, *, most: int) -> list[Element]:
    head = card_kit.paragraph(settings_lines.tried_line(trial, mode))
    return [head, *bullets(lines.story_line(story) for story in trial.stories[:most])]


def change_list(answer: ChangeList) -> CardReply:
    """Render who changed what."""
    where = settings_lines.changed_where(answer)
    if not answer.changes:
        text = together("Nothing was ever changed for ", where, ".")
        return reply([card_kit.paragraph(text)], text=words_of(text))
    head = together("Changes of ", where)
    body = [card_kit.paragraph(together(rich.bold(head), ", newest first:"))]
    body += bullets(settings_lines.change_line(change) for change in answer.changes)
    newest = settings_lines.change_line(answer.changes[0])
    return reply(body, text=words_of(together(head, ", the newest", newest)))


def permission(answer: PermissionAnswer) -> CardReply:
    """Render who may change settings."""
    text = rich.with_code(settings_lines.permission_sentence(answer, COMMAND))
    return reply([card_kit.paragraph(text)], text=words_of(text))
