"""Answers as plain text, for platforms without blocks and for the command line."""

from __future__ import annotations

from bot.commands import help_words
from bot.commands.answers import (
    Answer,
    AssignFormAnswer,
    ChangeList,
    DigestAnswer,
    FeedList,
    FileAnswer,
    HelpPage,
    Listing,
    NotApplicableFormAnswer,
    PermissionAnswer,
    RemindFormAnswer,
    Sentence,
    SettingsFormAnswer,
    SettingsList,
    Shared,
    ShareFormAnswer,
    SubscriptionChange,
    TopicList,
    TopicRow,
    TrialAnswer,
    WhyAnswer,
    WrongTopicFormAnswer,
)
from bot.commands.settings_lines import KIND_WORDS, MODE_WORDS, change_words
from bot.commands.settings_words import (
    digest_sentence,
    quiet_sentence,
    score_sentence,
    unknown_sentence,
    updates_sentence,
)
from bot.messages import words
from bot.messages.mrkdwn import HIT_END, HIT_START, clean
from bot.messages.plain import alert_text, digest_text
from bot.subscriptions.model import ChannelRef, ChannelSettings, Trial

_TITLE, _LABEL = 300, 100
_EMPTY = {
    "search": "Nothing was found for: {title}",
    "latest": "There is nothing yet.",
    "saved": "You have saved nothing yet.",
}


def render(answer: Answer, zone: str) -> str:  # noqa: C901 - one line a kind
    """Render an answer as text; times in `zone` (IANA). Forms have no text: what they would ask
    can be typed."""
    match answer:
        case Sentence():
            return answer.text
        case Listing():
            return listing(answer, zone)
        case TopicList():
            return "\n".join(_topic(row) for row in answer.rows)
        case SubscriptionChange():
            return subscription_change(answer, zone)
        case TrialAnswer():
            return trial(answer, zone)
        case SettingsList():
            listed = () if answer.brief else answer.channels
            shown = [channel_text(settings, zone) for settings in listed]
            return "\n".join(part for part in (answer.lead, answer.access, *shown) if part)
        case ChangeList():
            return change_list(answer, zone)
        case DigestAnswer():
            return digest_text(answer.digest, zone)
        case FeedList():
            return feed_list(answer, zone)
        case WhyAnswer():
            return why(answer)
        case HelpPage():
            return help_page(answer)
        case Shared():
            note = f"\n“{answer.note}”" if answer.note else ""
            return f"{answer.by} shares this:{note}\n{alert_text(answer.alert, zone)}"
        case PermissionAnswer():
            return f"Who may change what channels get: {answer.who}."
        case FileAnswer():
            return answer.sentence
        case (
            SettingsFormAnswer()
            | ShareFormAnswer()
            | WrongTopicFormAnswer()
            | AssignFormAnswer()
            | NotApplicableFormAnswer()
            | RemindFormAnswer()
        ):
            return "Forms are shown in Slack only; `help` lists what can be typed instead."


def listing(answer: Listing, zone: str) -> str:
    """Entries found, two or three lines each."""
    lines = [*answer.notes]
    if not answer.results.results:
        tried = ", ".join(offer.label for offer in answer.suggestions)
        lines.append(_EMPTY[answer.kind].format(title=answer.title))
        return "\n".join([*lines, f"Try instead: {tried}."] if tried else lines)
    first = answer.offset + 1
    total = words.count(answer.results.total, "article")
    lines.append(f"{answer.title}: {first} to {first + len(answer.results.results) - 1} of {total}")
    for number, result in enumerate(answer.results.results, first):
        topics = ", ".join(answer.topic_titles.get(topic, topic) for topic in result.topics)
        about = [result.publication, words.moment_in(result.published, zone), topics]
        lines.append(f"{number}. {clean(result.title, _TITLE)}")
        lines.append("   " + " · ".join(clean(part, 300) for part in about if part))
        if result.snippet:
            lines.append(f"   {clean(_unmarked(result.snippet), 400)}")
        if result.link:
            lines.append(f"   {result.link}")
    return "\n".join(lines)


def _unmarked(snippet: str) -> str:
    return snippet.replace(HIT_START, "").replace(HIT_END, "")


def channel_name(ref: ChannelRef) -> str:
    """Give a channel's name, else its id."""
    return f"#{ref.name}" if ref.name else ref.channel


def subscription_change(answer: SubscriptionChange, zone: str) -> str:
    """What a change did, a line for each kind of outcome."""
    name = channel_name(answer.channel.ref)
    mode = f" {MODE_WORDS[answer.mode]}" if answer.mode else ""
    lines = []
    if answer.added:
        lines.append(f"{name} gets {', '.join(answer.added)}{mode}.")
    if answer.already:
        lines.append(f"{name} has it that way already: {', '.join(answer.already)}.")
    if answer.removed:
        lines.append(f"{name} no longer gets {', '.join(answer.removed)}.")
    if answer.missing:
        lines.append(f"{name} did not get it anyway: {', '.join(answer.missing)}.")
    lines += [unknown_sentence(unknown) for unknown in answer.unknown]
    lines += answer.notes
    if answer.trial is not None:
        lines += _tried(answer.trial, zone)
    if answer.access:
        lines.append(answer.access)
    return "\n".join(lines) or "Nothing was changed."


def trial(answer: TrialAnswer, zone: str) -> str:
    """What topics would have sent."""
    names = ", ".join(title for _topic, title in answer.topics)
    unknown = [unknown_sentence(one) for one in answer.unknown]
    return "\n".join([names, *unknown, *_tried(answer.trial, zone)])


def _tried(tried: Trial, zone: str) -> list[str]:
    alerts = words.count(tried.alerts, "alert")
    return [
        f"In the last {tried.days} days this would have been {alerts}.",
        *(
            f"  - {clean(story.title, _TITLE)} ({words.moment_in(story.published, zone)})"
            for story in tried.stories
        ),
    ]


def channel_text(settings: ChannelSettings, zone: str) -> str:
    """One channel: what it gets, and who set it."""
    name = channel_name(settings.ref)
    if not settings.subscriptions:
        return f"{name} gets nothing yet; `subscribe entity-list` begins."
    lines = [name]
    for one in settings.subscriptions:
        by = f", set by {one.created_by or 'an operator'} on {words.day(one.created_at.date())}"
        score = f", from score {one.min_score:.2g}" if one.min_score is not None else ""
        label = f"{KIND_WORDS[one.kind]}{clean(one.label, _LABEL)}"
        lines.append(f"  - {label}: {MODE_WORDS[one.mode]}{score}{by}")
    if settings.paused_at is not None:
        since = words.moment_in(settings.paused_at, zone)
        lines.append(f"  Paused since {since}: {settings.paused_reason}")
    lines += [
        f"  {sentence(settings)}"
        for sentence in (digest_sentence, quiet_sentence, score_sentence, updates_sentence)
    ]
    return "\n".join(lines)


def change_list(answer: ChangeList, zone: str) -> str:
    """Who changed what, a line each."""
    return (
        "\n".join(
            f"{words.moment_in(change.at, zone)}  {change.actor}: "
            f"{clean(change_words(change.action, change.before, change.after), 400)}"
            for change in answer.changes
        )
        or "Nothing was ever changed here."
    )


def feed_list(answer: FeedList, zone: str) -> str:
    """The feeds, a line each."""
    lines = []
    for row in answer.rows:
        read = f"read {words.moment_in(row.last_read, zone)}" if row.last_read else "not read yet"
        error = f": {clean(row.error, 200)}" if row.error and row.state != "ok" else ""
        lines.append(
            f"{row.state:8} {clean(row.publication, _LABEL)}, {read}{error}\n         {row.url}"
        )
    return "\n".join(lines) or "No feed is read yet; `exportnews feeds add URL` adds one."


def why(answer: WhyAnswer) -> str:
    """Why an entry came, or where it stopped."""
    explained = answer.explanation
    lines = [clean(explained.entry.title, _TITLE)] if explained.entry else []
    lines.append(explained.sentence)
    for one in explained.considered:
        score = (
            f", score {one.score:.2f}, at least {one.least:.2f}" if one.score is not None else ""
        )
        lines.append(f"  - {clean(one.subscription.label, _LABEL)}: {one.verdict}{score}")
    if explained.unclaimed:
        others = [answer.topic_titles.get(topic, topic) for topic, _score in explained.unclaimed]
        lines.append(f"  It also has, and nobody here asked for: {', '.join(others)}")
    return "\n".join(lines)


def help_page(answer: HelpPage) -> str:
    """Every command with an example."""
    lines = [answer.note] if answer.note else []
    for topic in help_words.find(answer.about):
        lines.append(topic.name)
        lines += [f"  {text:54} {meaning}" for text, meaning in topic.lines]
    return "\n".join(lines)


def _topic(row: TopicRow) -> str:
    excludes = f" Not: {row.excludes}" if row.excludes else ""
    return f"{row.id:24} {row.title}: {row.definition}{excludes}"
