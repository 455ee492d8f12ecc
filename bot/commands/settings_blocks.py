"""What channels get, as Block Kit: who set it, how to change it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.commands.answers import (
    ChangeList,
    Offer,
    PermissionAnswer,
    SettingsList,
    SubscriptionChange,
    TrialAnswer,
)
from bot.commands.listing_blocks import offers
from bot.commands.settings_words import (
    digest_sentence,
    quiet_sentence,
    score_sentence,
    unknown_sentence,
    updates_sentence,
    urgent_sentence,
)
from bot.messages import actions, kit, words
from bot.messages.kit import Block
from bot.messages.model import Message
from bot.messages.mrkdwn import bold, code, date_time, escape, link, person
from bot.subscriptions.model import ChannelRef, ChannelSettings, Mode, Subscription, Trial

_LABEL, _NAMES, _DAY = 100, 10, "{date_short_pretty}"
_SLACK_ID = re.compile(r"[A-Z][A-Z0-9]{1,30}")
_MOST_CHANNELS = 8

MODE_WORDS: Mapping[Mode, str] = {
    "instant": "at once",
    "daily": "in the daily digest",
    "weekly": "in the weekly digest",
}
KIND_WORDS = {"topic": "", "watch": "watch ", "search": "saved search "}
_OF_FORM = "Nothing is saved yet; go back to the form for that. Watches and searches are not tried."
_NOTHING_YET = (
    "Nothing comes to {channel} yet. Try `/exportnews subscribe entity-list`, or "
    "choose in the form."
)


def channel_name(ref: ChannelRef) -> str:
    """Give a channel as people see it; Slack shows the name of an id, where they may know it."""
    if ref.platform == "slack" and _SLACK_ID.fullmatch(ref.channel):
        return "this direct message" if ref.channel.startswith("D") else f"<#{ref.channel}>"
    return escape(f"#{ref.name}" if ref.name else "this channel", _LABEL)


def settings_list(answer: SettingsList) -> Message:
    """Render channels with their settings."""
    blocks: list[Block] = []
    if answer.lead:
        blocks.append(kit.section(escape(answer.lead, 500)))
    if answer.access:
        blocks.append(kit.section(f":warning: {answer.access}"))
    if answer.brief and answer.channels:
        ref = answer.channels[0].ref
        blocks.append(
            offers([Offer("All settings…", actions.SettingsForm(ref.channel))], "settings")
        )
        return Message(text=escape(answer.lead, 500), blocks=tuple(blocks))
    if not answer.channels:
        blocks.append(kit.section("No channel that you can see gets anything yet."))
    for settings in answer.channels[:_MOST_CHANNELS]:
        blocks += channel_blocks(settings, answer.topic_titles, answer.aliases)
    if len(answer.channels) > _MOST_CHANNELS:
        names = [channel_name(s.ref) for s in answer.channels[_MOST_CHANNELS:]]
        blocks.append(kit.context(f"Also: {words.some(names, 20)}"))
    text = answer.lead or f"What {words.count(len(answer.channels), 'channel')} get"
    return Message(text=escape(text, 500), blocks=tuple(blocks))


def channel_blocks(
    settings: ChannelSettings,
    topic_titles: Mapping[str, str],
    aliases: Mapping[str, tuple[str, ...]],
) -> list[Block]:
    """Render one channel: what comes there, how, and the button to change it."""
    name = channel_name(settings.ref)
    edit = Offer("Change…", actions.SettingsForm(settings.ref.channel))
    if not settings.subscriptions:
        first = Offer("Choose…", actions.SettingsForm(settings.ref.channel), primary=True)
        return [
            kit.section(_NOTHING_YET.format(channel=name)),
            offers([first], "settings"),
        ]
    lines = [f"*{name}*", *(_line(one, aliases) for one in settings.subscriptions)]
    blocks = kit.paragraphs(lines, sections=2)
    if settings.paused_at is not None:
        reason = escape(settings.paused_reason or "no reason was kept", 300)
        blocks.append(
            kit.section(
                f":double_vertical_bar: Paused since {date_time(settings.paused_at)}: {reason}"
            )
        )
    sentences = [
        digest_sentence(settings),
        quiet_sentence(settings),
        urgent_sentence(settings, topic_titles) if settings.quiet_from else "",
        score_sentence(settings),
        updates_sentence(settings),
    ]
    blocks.append(kit.context(" ".join(escape(one, 300) for one in sentences if one)))
    buttons = [edit, Offer("Who changed what", actions.Run(_changes(settings.ref)))]
    if settings.paused_at is not None:
        buttons.insert(0, Offer("Resume", actions.Resume(settings.ref.channel), primary=True))
    return [*blocks, offers(buttons, "settings")]


def _changes(ref: ChannelRef) -> str:
    return f"changes <#{ref.channel}>" if _SLACK_ID.fullmatch(ref.channel) else "changes"


def _line(one: Subscription, aliases: Mapping[str, tuple[str, ...]]) -> str:
    name = f"{KIND_WORDS[one.kind]}{bold(escape(one.label, _LABEL))}"
    if one.kind == "watch" and aliases.get(one.target):
        others = [escape(alias, 60) for alias in aliases[one.target]]
        name += f" (= {words.some(others, 5)})"
    parts = [f"{name}: {MODE_WORDS[one.mode]}"]
    if one.min_score is not None:
        parts.append(f"from score {one.min_score:.2g}")
    if one.muted_until is not None:
        parts.append(f"muted until {date_time(one.muted_until, form=_DAY)}")
    parts.append(f"set by {person(one.created_by)} ({date_time(one.created_at, form=_DAY)})")
    return f"• {', '.join(parts)}"


def subscription_change(answer: SubscriptionChange) -> Message:
    """Render what a change did."""
    lines = _done(answer)
    for unknown in answer.unknown:
        lines.append(escape_code(unknown_sentence(unknown)))
    lines += [escape(note, 300) for note in answer.notes]
    if answer.access:
        lines.append(f":warning: {answer.access}")
    blocks = kit.paragraphs(lines or ["Nothing was changed."])
    if answer.trial is not None:
        blocks += _tried(answer.trial, most=3)
    buttons = _next(answer)
    if buttons:
        blocks.append(offers(buttons, "next"))
    return Message(text=lines[0] if lines else "Nothing was changed.", blocks=tuple(blocks))


def _done(answer: SubscriptionChange) -> list[str]:
    name = channel_name(answer.channel.ref)
    mode = MODE_WORDS[answer.mode] if answer.mode else ""
    lines = []
    if answer.added:
        what = _names(answer.added)
        lines.append(
            {
                "watch": f"{name} watches {what}: it comes {mode}.",
                "save-search": f"What {what} finds anew comes to {name} {mode}.",
            }.get(answer.verb, f"{name} gets {what} {mode}.")
        )
    if answer.already:
        lines.append(f"{_names(answer.already)} came to {name} that way already.")
    if answer.removed:
        lines.append(f"{_names(answer.removed)} comes to {name} no more.")
    if answer.missing:
        lines.append(f"{_names(answer.missing)} did not come to {name} anyway.")
    return lines


def _names(names: tuple[str, ...]) -> str:
    return words.some([bold(escape(name, _LABEL)) for name in names], _NAMES)


def escape_code(sentence: str) -> str:
    """Escape a sentence of ours that has `code` in it."""
    return re.sub(
        r"`([^`]*)`|([^`]+)",
        lambda found: code(found[1], 80) if found[1] else _escape_part(found[0]),
        sentence,
    )


def _escape_part(text: str) -> str:
    lead = " " if text[:1].isspace() else ""
    trail = " " if text[-1:].isspace() and text.strip() else ""
    return f"{lead}{escape(text, 400)}{trail}"


def trial(answer: TrialAnswer) -> Message:
    """Render what topics would have sent, with the button that subscribes to them."""
    names = _names(tuple(title for _topic, title in answer.topics))
    lines = [names, *(escape_code(unknown_sentence(unknown)) for unknown in answer.unknown)]
    ids = " ".join(topic for topic, _title in answer.topics)
    buttons = [
        Offer("Subscribe", actions.Run(f"subscribe {ids}"), primary=True),
        Offer("In the daily digest", actions.Run(f"subscribe {ids} daily")),
    ]
    blocks = [*kit.paragraphs(lines), *_tried(answer.trial, most=10)]
    blocks.append(kit.context(_OF_FORM) if answer.of_form else offers(buttons, "try"))
    text = f"{names}: {words.count(answer.trial.alerts, 'alert')} in {answer.trial.days} days"
    return Message(text=text, blocks=tuple(blocks))


def _tried(trial: Trial, *, most: int) -> list[Block]:
    if not trial.alerts:
        return [kit.context(f"In the last {trial.days} days this would have sent nothing.")]
    alerts = words.count(trial.alerts, "alert")
    lines = [f"In the last {trial.days} days this would have been *{alerts}*, for example:"]
    lines += [
        f"• {link(story.link, story.title, 150)} _{escape(story.publication, 80)}, "
        f"{date_time(story.published, form=_DAY)}_"
        for story in trial.stories[:most]
    ]
    return kit.paragraphs(lines, sections=2)


def _next(answer: SubscriptionChange) -> list[Offer]:
    make = actions.Unsubscribe if answer.verb == "unsubscribe" else actions.Subscribe
    near: dict[str, str] = {}
    for unknown in answer.unknown:
        near.update(unknown.near[:2])
    found = []
    if answer.here:
        word = "Unsubscribe from" if answer.verb == "unsubscribe" else "Subscribe to"
        found = [Offer(f"{word} {title}", make(topic)) for topic, title in list(near.items())[:4]]
    if answer.here and answer.verb == "subscribe" and answer.added:
        ids = [topic for topic, title in answer.topic_titles.items() if title in answer.added]
        found.append(Offer("Undo", actions.Run(f"unsubscribe {' '.join(ids)}")))
    found.append(Offer("All settings…", actions.SettingsForm(answer.channel.ref.channel)))
    return found


def change_list(answer: ChangeList) -> Message:
    """Render who changed what."""
    where = channel_name(answer.channel) if answer.channel else "This workspace"
    if not answer.changes:
        text = f"Nothing was ever changed for {where}."
        return Message(text=text, blocks=(kit.section(text),))
    lines = [f"*Changes of {where}*, newest first:"]
    for change in answer.changes:
        what = escape(change_words(change.action, change.before, change.after), 300)
        lines.append(f"• {date_time(change.at)}: {person(change.actor)}: {what}")
    return Message(text=f"Changes of {where}", blocks=tuple(kit.paragraphs(lines)))


def change_words(action: str, before: Mapping[str, object], after: Mapping[str, object]) -> str:
    """Give one recorded change in words: what it was, what it is."""
    parts = []
    for key in sorted({*before, *after}):
        was, is_now = _value(before.get(key)), _value(after.get(key))
        if was != is_now:
            parts.append(f"{key.replace('_', ' ')}: {was or 'none'} → {is_now or 'none'}")
    return f"{action} ({'; '.join(parts)})" if parts else action


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} ({one})" for key, one in sorted(value.items()))
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    return "" if value is None else str(value)


def permission(answer: PermissionAnswer) -> Message:
    """Render who may change settings."""
    who = {"everyone": "everyone", "members": "members of a channel", "admins": "admins"}
    lead = "From now on" if answer.changed else "In this workspace"
    text = f"{lead}, {who[answer.who]} may change what channels get."
    if not answer.changed:
        text += " Admins change this with `/exportnews permission everyone|members|admins`."
    return Message(text=text, blocks=(kit.section(text),))
