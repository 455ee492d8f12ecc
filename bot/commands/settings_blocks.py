"""What channels get, as Block Kit: who set it, how to change it."""

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
from bot.commands.listing_blocks import offers
from bot.messages import actions, kit, rich, words
from bot.messages.kit import Block
from bot.messages.model import Message
from bot.messages.mrkdwn import escape
from bot.messages.rich import Rich, ours, some, together
from bot.messages.slack_text import mrkdwn
from bot.subscriptions.model import ChannelRef, ChannelSettings, Mode, Trial

COMMAND = "/exportnews "
_MOST_CHANNELS = 8


def channel_name(ref: ChannelRef) -> str:
    """Give a channel as people see it."""
    return mrkdwn(settings_lines.channel_name(ref))


def settings_list(answer: SettingsList) -> Message:
    """Render channels with their settings."""
    blocks: list[Block] = []
    if answer.lead:
        blocks.append(kit.section(escape(answer.lead, 500)))
    blocks += [kit.section(line) for line in _warning(answer.access)]
    if answer.brief and answer.channels:
        form = actions.SettingsForm(answer.channels[0].ref.channel)
        blocks.append(offers([Offer("All settings…", form)], "settings"))
        return Message(text=escape(answer.lead, 500), blocks=tuple(blocks))
    if not answer.channels:
        blocks.append(kit.section(settings_lines.NO_CHANNEL))
    for settings in answer.channels[:_MOST_CHANNELS]:
        blocks += channel_blocks(settings, answer.topic_titles)
    if further := answer.channels[_MOST_CHANNELS:]:
        names = [settings_lines.channel_name(one.ref) for one in further]
        blocks.append(kit.context(mrkdwn(together("Also: ", some(names, 20)))))
    text = answer.lead or settings_lines.settings_text(answer.channels) or settings_lines.NO_CHANNEL
    return Message(text=escape(text, 500), blocks=tuple(blocks))


def _warning(sentence: str) -> list[str]:
    return [f":warning: {mrkdwn(rich.with_code(sentence))}"] if sentence else []


def channel_blocks(settings: ChannelSettings, topic_titles: Mapping[str, str]) -> list[Block]:
    """Render one channel: what comes there, how, and the button to change it."""
    buttons = offers(settings_lines.channel_offers(settings), "settings")
    if not settings.subscriptions:
        nothing = settings_lines.nothing_yet(settings.ref, COMMAND)
        return [kit.section(mrkdwn(nothing)), buttons]
    wanted = [settings_lines.subscription_line(one) for one in settings.subscriptions]
    name = mrkdwn(rich.bold(settings_lines.channel_name(settings.ref)))
    blocks = kit.paragraphs([name, *_bullets(wanted)], sections=2)
    if paused := settings_lines.paused_line(settings):
        blocks.append(kit.section(f":double_vertical_bar: {mrkdwn(paused)}"))
    blocks.append(kit.context(mrkdwn(settings_lines.how_it_comes(settings, topic_titles))))
    return [*blocks, buttons]


def _bullets(items: Iterable[Rich]) -> list[str]:
    return [f"• {mrkdwn(item)}" for item in items]


def subscription_change(answer: SubscriptionChange) -> Message:
    """Render what a change did."""
    done = settings_lines.done_lines(answer) or [ours("Nothing was changed.")]
    said = [mrkdwn(line) for line in done]
    blocks = kit.paragraphs([*said, *_warning(answer.access)])
    if answer.trial is not None:
        blocks += _tried(answer.trial, answer.mode, most=3)
    blocks.append(offers(settings_lines.next_offers(answer), "next"))
    return Message(text=said[0], blocks=tuple(blocks))


def trial(answer: TrialAnswer) -> Message:
    """Render what topics would have sent, with the button that subscribes to them."""
    said = [mrkdwn(line) for line in settings_lines.trial_lines(answer)]
    blocks = [*kit.paragraphs(said), *_tried(answer.trial, most=10)]
    if answer.of_form:
        blocks.append(kit.context(settings_lines.OF_FORM))
    else:
        blocks.append(offers(settings_lines.trial_offers(answer), "try"))
    tried = answer.trial
    text = f"{said[0]}: {words.count(tried.alerts, 'alert')} in {tried.days} days"
    return Message(text=text, blocks=tuple(blocks))


def _tried(trial: Trial, mode: Mode | None = None, *, most: int) -> list[Block]:
    head = mrkdwn(settings_lines.tried_line(trial, mode))
    stories = _bullets(lines.story_line(story) for story in trial.stories[:most])
    return kit.paragraphs([head, *stories], sections=2) if trial.alerts else [kit.context(head)]


def change_list(answer: ChangeList) -> Message:
    """Render who changed what."""
    where = settings_lines.changed_where(answer)
    if not answer.changes:
        text = mrkdwn(together("Nothing was ever changed for ", where, "."))
        return Message(text=text, blocks=(kit.section(text),))
    head = together("Changes of ", where)
    said = [mrkdwn(together(rich.bold(head), ", newest first:"))]
    said += _bullets(settings_lines.change_line(change) for change in answer.changes)
    newest = settings_lines.change_line(answer.changes[0])
    text = mrkdwn(together(head, ", the newest: ", newest))
    return Message(text=text, blocks=tuple(kit.paragraphs(said)))


def permission(answer: PermissionAnswer) -> Message:
    """Render who may change settings."""
    text = settings_lines.permission_sentence(answer, COMMAND)
    return Message(text=text, blocks=(kit.section(text),))
