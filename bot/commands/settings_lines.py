"""What channels get, line by line, for every platform: who set it, how to change it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from bot.commands.answers import (
    ChangeList,
    Offer,
    PermissionAnswer,
    SubscriptionChange,
    TrialAnswer,
)
from bot.commands.settings_words import (
    digest_sentence,
    quiet_sentence,
    score_sentence,
    unknown_sentence,
    updates_sentence,
    urgent_sentence,
)
from bot.messages import actions, rich, words
from bot.messages.rich import Rich, joined, ours, outside, person, some, together
from bot.subscriptions.model import (
    Change,
    ChannelRef,
    ChannelSettings,
    Mode,
    Subscription,
    Trial,
)

_LABEL, _NAMES = 100, 10
_SLACK_ID = re.compile(r"[A-Z][A-Z0-9]{1,30}")

MODE_WORDS: Mapping[Mode, str] = {
    "instant": "at once",
    "daily": "in the daily digest",
    "weekly": "in the weekly digest",
}
NO_CHANNEL = "No channel that you can see gets anything yet."
OF_FORM = "Nothing is saved yet; go back to the form for that. Watches and searches are not tried."
KIND_WORDS = {"topic": "", "watch": "watch ", "search": "saved search "}


def channel_name(ref: ChannelRef) -> Rich:
    """Give a channel as people see it; Slack shows the name of an id, where they may know it."""
    if ref.platform == "slack" and _SLACK_ID.fullmatch(ref.channel):
        if ref.channel.startswith("D"):
            return ours("this direct message")
        name = outside(f"#{ref.name}", _LABEL) if ref.name else ours("that channel")
        return (replace(name[0], mention=f"#{ref.channel}"),)
    mark = "" if ref.platform == "teams" else "#"
    return outside(f"{mark}{ref.name}" if ref.name else "this channel", _LABEL)


def nothing_yet(ref: ChannelRef, command: str) -> Rich:
    """Say that a channel gets nothing, and how to begin. `command`: what commands begin with."""
    example = rich.code(f"{command}subscribe entity-list", 80)
    name = channel_name(ref)
    return together("Nothing comes to ", name, " yet. Try ", example, ", or choose in the form.")


def subscription_line(one: Subscription) -> Rich:
    """Give one thing that a channel wants: how it comes, and who set it."""
    others = [outside(alias, 60) for alias in one.aliases]
    also = together(" (= ", some(others, 5), ")") if others else ()
    name = together(KIND_WORDS[one.kind], rich.bold(outside(one.label, _LABEL)), also)
    parts = [together(name, f": {MODE_WORDS[one.mode]}")]
    if one.gone:
        take_away = rich.code(f"unsubscribe {one.target}", 80)
        parts = [together(name, ": no longer in the taxonomy; ", take_away, " takes it away")]
    if one.min_score is not None:
        parts.append(ours(f"from score {one.min_score:.2g}"))
    if one.muted_until is not None:
        parts.append(together("muted until ", rich.when(one.muted_until, "day")))
    by = together("set by ", person(one.created_by), " (", rich.when(one.created_at, "day"), ")")
    return joined([*parts, by], ", ")


def settings_text(channels: Sequence[ChannelSettings]) -> str:
    """Say what channels get, for notifications and screen readers."""
    return "; ".join(
        f"{rich.words_of(channel_name(one.ref))} gets "
        + (words.some([wanted.label for wanted in one.subscriptions], 8) or "nothing yet")
        for one in channels[:3]
    )


def paused_line(settings: ChannelSettings) -> Rich:
    """Say since when and why a channel is paused; nothing when it is not."""
    if settings.paused_at is None:
        return ()
    reason = outside(settings.paused_reason or "no reason was kept", 300)
    return together("Paused since ", rich.when(settings.paused_at), ": ", reason)


def how_it_comes(settings: ChannelSettings, topic_titles: Mapping[str, str]) -> Rich:
    """Say when digests come, when it is quiet, how sure a match must be."""
    sentences = [
        digest_sentence(settings),
        quiet_sentence(settings),
        urgent_sentence(settings, topic_titles) if settings.quiet_from else "",
        score_sentence(settings),
        updates_sentence(settings),
    ]
    return joined([outside(one, 300) for one in sentences if one], " ")


def channel_offers(settings: ChannelSettings) -> list[Offer]:
    """Give what can be done with a channel's settings."""
    ref = settings.ref
    if not settings.subscriptions:
        return [Offer("Choose…", actions.SettingsForm(ref.channel), primary=True)]
    changes = f"changes <#{ref.channel}>" if _SLACK_ID.fullmatch(ref.channel) else "changes"
    offers = [
        Offer("Change…", actions.SettingsForm(ref.channel)),
        Offer("Who changed what", actions.Run(changes)),
    ]
    if settings.paused_at is not None:
        offers.insert(0, Offer("Resume", actions.Resume(ref.channel), primary=True))
    return offers


def done_lines(answer: SubscriptionChange) -> list[Rich]:
    """Say what a change did, and what it could not."""
    name = channel_name(answer.channel.ref)
    mode = MODE_WORDS[answer.mode] if answer.mode else ""
    lines = []
    if answer.added:
        what = names(answer.added)
        lines.append(
            {
                "watch": together(name, " watches ", what, f": it comes {mode}."),
                "save-search": together("What ", what, " finds anew comes to ", name, f" {mode}."),
            }.get(answer.verb, together(name, " gets ", what, f" {mode}."))
        )
    if answer.already:
        lines.append(together(names(answer.already), " came to ", name, " that way already."))
    if answer.removed:
        lines.append(together(names(answer.removed), " comes to ", name, " no more."))
    if answer.missing:
        lines.append(together(names(answer.missing), " did not come to ", name, " anyway."))
    lines += [rich.with_code(unknown_sentence(unknown)) for unknown in answer.unknown]
    return lines + [outside(note, 300) for note in answer.notes]


def names(of: Sequence[str]) -> Rich:
    """Name things in bold."""
    return some([rich.bold(outside(name, _LABEL)) for name in of], _NAMES)


def next_offers(answer: SubscriptionChange) -> list[Offer]:
    """Give what can be done after a change: what was meant, undo, all settings."""
    make = actions.Unsubscribe if answer.verb == "unsubscribe" else actions.Subscribe
    near: dict[str, str] = {}
    for unknown in answer.unknown:
        near.update(unknown.near[:2])
    found = []
    if answer.here:
        word = "Unsubscribe from" if answer.verb == "unsubscribe" else "Subscribe to"
        found = [Offer(f"{word} {title}", make(topic)) for topic, title in list(near.items())[:4]]
    if answer.undo:
        found.append(Offer("Undo", actions.Run(answer.undo)))
    found.append(Offer("All settings…", actions.SettingsForm(answer.channel.ref.channel)))
    return found


def tried_line(trial: Trial, mode: Mode | None = None) -> Rich:
    """Say how many alerts there would have been, or stories in digests."""
    if not trial.alerts:
        return ours(f"In the last {trial.days} days this would have sent nothing.")
    at_once = mode in {None, "instant"}
    counted = words.count(trial.alerts, *(("alert",) if at_once else ("story", "stories")))
    told = rich.bold(ours(f"more than {counted}" if trial.more else counted))
    where = "" if at_once else f" in {mode} digests"
    return together(
        f"In the last {trial.days} days this would have been ", told, f"{where}, for example:"
    )


def trial_lines(answer: TrialAnswer) -> list[Rich]:
    """Name the topics that were tried, and the words that are none."""
    unknown = [rich.with_code(unknown_sentence(one)) for one in answer.unknown]
    return [names([title for _topic, title in answer.topics]), *unknown]


def trial_offers(answer: TrialAnswer) -> list[Offer]:
    """Give the ways to subscribe to what was tried."""
    ids = " ".join(topic for topic, _title in answer.topics)
    return [
        Offer("Subscribe", actions.Run(f"subscribe {ids}"), primary=True),
        Offer("In the daily digest", actions.Run(f"subscribe {ids} daily")),
    ]


def change_line(change: Change) -> Rich:
    """Give one recorded change: when, who, what."""
    what = outside(change_words(change.action, change.before, change.after), 300)
    return together(rich.when(change.at), ": ", person(change.actor), ": ", what)


def change_words(action: str, before: Mapping[str, object], after: Mapping[str, object]) -> str:
    """Give one recorded change in words: what it was, what it is."""
    parts = []
    for key in sorted({*before, *after}):
        was, is_now = _value(before.get(key)), _value(after.get(key))
        if was != is_now:
            name = _KEYS.get(key, key.replace("_", " "))
            parts.append(f"{name}: {was or 'none'} → {is_now or 'none'}")
    action = _ACTIONS.get(action, action)
    return f"{action} ({'; '.join(parts)})" if parts else action


_ACTIONS = {
    "configure": "settings",
    "save-search": "save search",
    "drop-search": "drop search",
    "unremind": "cancel a reminder",
}
_KEYS = {
    "min_score": "least score",
    "mode": "comes",
    "quiet_from": "quiet from",
    "quiet_to": "quiet until",
    "timezone": "time zone",
    "updates": "updates of alerts",
}


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} ({_value(one)})" for key, one in sorted(value.items()))
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    return "" if value is None else MODE_WORDS.get(cast(Mode, value), str(value))


def permission_sentence(answer: PermissionAnswer, command: str) -> str:
    """Say who may change settings. `command`: what commands begin with."""
    who = {"everyone": "everyone", "members": "members of a channel", "admins": "admins"}
    lead = "From now on" if answer.changed else "In this workspace"
    text = f"{lead}, {who[answer.who]} may change what channels get."
    if answer.changed:
        return text
    return f"{text} Admins change this with `{command}permission everyone|members|admins`."


def changed_where(answer: ChangeList) -> Rich:
    """Name what changes are of: a channel, or all of the workspace."""
    return channel_name(answer.channel) if answer.channel else ours("this workspace")
