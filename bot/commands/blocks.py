"""Answers as Slack takes them: Block Kit within all limits, everything from outside escaped."""

from __future__ import annotations

from bot.commands import help_words, views, work_views
from bot.commands.answers import (
    Answer,
    AssignFormAnswer,
    ChangeList,
    DigestAnswer,
    FeedList,
    FeedRow,
    FileAnswer,
    HelpPage,
    Listing,
    NotApplicableFormAnswer,
    Offer,
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
from bot.commands.listing_blocks import listing, offers
from bot.commands.reply import Reply
from bot.commands.settings_blocks import (
    KIND_WORDS,
    MODE_WORDS,
    change_list,
    escape_code,
    permission,
    settings_list,
    subscription_change,
    trial,
)
from bot.messages import actions, blocks, kit, words
from bot.messages.actions import encode
from bot.messages.digest_blocks import digest_message
from bot.messages.kit import Block
from bot.messages.model import Message
from bot.messages.mrkdwn import bold, code, date_time, escape, link, person
from bot.subscriptions.explanation import Considered

_LABEL = 100
_WITH_BUTTONS = 40
"""Topics that are listed with a button each; a message has 50 blocks."""
_STATES = {
    "ok": ":white_check_mark:",
    "waiting": ":hourglass_flowing_sand:",
    "paused": ":double_vertical_bar:",
    "silent": ":zzz:",
    "failing": ":warning:",
}
_VERDICTS = {"wanted": "asks for it", "muted": "is muted", "below-score": "asks for a higher score"}


def render(answer: Answer) -> Reply:  # noqa: C901 - one line a kind
    """Render an answer for Slack. A message, or a form to open."""
    match answer:
        case Shared():
            return Reply(shared(answer), public=True, channel=answer.channel.channel)
        case SettingsFormAnswer():
            return Reply(view=views.settings_form(answer))
        case ShareFormAnswer():
            return Reply(view=views.share_form(answer))
        case WrongTopicFormAnswer():
            return Reply(view=views.wrong_topic_form(answer))
        case AssignFormAnswer():
            return Reply(view=work_views.assign_form(answer))
        case NotApplicableFormAnswer():
            return Reply(view=work_views.not_applicable_form(answer))
        case RemindFormAnswer():
            return Reply(view=work_views.remind_form(answer))
        case FileAnswer():
            return Reply(sentence(Sentence(answer.sentence)), file=answer)
        case Listing():
            return Reply(listing(answer))
        case SettingsList():
            return Reply(settings_list(answer))
        case SubscriptionChange():
            return Reply(subscription_change(answer))
        case TrialAnswer():
            return Reply(trial(answer))
        case ChangeList():
            return Reply(change_list(answer))
        case PermissionAnswer():
            return Reply(permission(answer))
        case DigestAnswer():
            return Reply(digest_message(answer.digest))
        case TopicList():
            return Reply(topic_list(answer))
        case FeedList():
            return Reply(feed_list(answer))
        case WhyAnswer():
            return Reply(why(answer))
        case HelpPage():
            return Reply(help_page(answer))
        case Sentence():
            return Reply(sentence(answer))


def sentence(answer: Sentence) -> Message:
    """Render a sentence with what can be done next."""
    text = escape_code(answer.text)
    shown = [kit.section(f":no_entry_sign: {text}" if answer.refused else text)]
    if answer.offers:
        shown.append(offers(answer.offers, "next"))
    return Message(text=text, blocks=tuple(shown))


def shared(answer: Shared) -> Message:
    """Render an entry for all to see: who shares it, their note, the alert."""
    alert = blocks.alert_message(answer.alert)
    by = f"{person(answer.by)} shares this"
    top = [kit.context(by)]
    if answer.note:
        top.append(kit.section(f"&gt; {escape(answer.note, 1_000)}"))
    return Message(text=f"{by}: {alert.text}", blocks=(*top, *alert.blocks))


def topic_list(answer: TopicList) -> Message:
    """Render every topic, with a button each where there is room."""
    head = kit.section(f"*{words.count(len(answer.rows), 'topic')}*")
    if len(answer.rows) > _WITH_BUTTONS:
        lines = [f"• {_topic_line(row)}" for row in answer.rows]
        return Message(text="Topics", blocks=(head, *kit.paragraphs(lines)))
    shown = [kit.section(_topic_line(row), accessory=_topic_button(row)) for row in answer.rows]
    return Message(text="Topics", blocks=(head, *shown))


def _topic_line(row: TopicRow) -> str:
    how = f"  _here {MODE_WORDS[row.mode]}_" if row.mode else ""
    return (
        f"{bold(escape(row.title, _LABEL))}  {code(row.id, 64)}{how}\n{escape(row.definition, 200)}"
    )


def _topic_button(row: TopicRow) -> Block:
    if row.mode is not None:
        return kit.button("Unsubscribe", "unsubscribe", encode(actions.Unsubscribe(row.id)))
    return kit.button("Subscribe", "subscribe", encode(actions.Subscribe(row.id)))


def feed_list(answer: FeedList) -> Message:
    """Render the feeds and their health, those in trouble first."""
    if not answer.rows:
        text = "No feed is read yet. An operator adds one with `exportnews feeds add URL`."
        return Message(text=text, blocks=(kit.section(text),))
    well = sum(row.state in {"ok", "waiting"} for row in answer.rows)
    head = f"*{well} of {words.count(len(answer.rows), 'feed')} in order*"
    return Message(
        text=head.strip("*"),
        blocks=(kit.section(head), *kit.paragraphs([feed_line(row) for row in answer.rows])),
    )


def feed_line(row: FeedRow) -> str:
    """Give one feed in one line."""
    parts = [f"{_STATES[row.state]} {link(row.url, row.title, _LABEL)}"]
    if row.publication != row.title:
        parts.append(escape(row.publication, _LABEL))
    parts.append(f"read {date_time(row.last_read)}" if row.last_read else "not read yet")
    if row.state == "silent" and row.newest is not None:
        parts.append(f"nothing new since {date_time(row.newest, form='{date_short_pretty}')}")
    if row.error and row.state in {"failing", "paused"}:
        parts.append(escape(row.error, 200))
    return " · ".join(parts)


def why(answer: WhyAnswer) -> Message:
    """Render why an entry came here, or at which step it stopped."""
    explained = answer.explanation
    shown = []
    if explained.entry is not None:
        found = explained.entry
        title = bold(link(found.link, found.title, 200))
        origin = f"{escape(found.publication, _LABEL)} · {date_time(found.published)}"
        shown.append(kit.section(f"{title}\n{origin}"))
    shown.append(kit.section(escape(explained.sentence, 800)))
    lines = [_considered(one, answer) for one in explained.considered]
    if lines:
        shown += kit.paragraphs(["What this channel asks for:", *lines], sections=2)
    unclaimed = [
        (topic, answer.topic_titles.get(topic, topic), score)
        for topic, score in explained.unclaimed
    ]
    if unclaimed:
        names = [f"{escape(title, _LABEL)} ({score:.2f})" for _topic, title, score in unclaimed]
        shown.append(kit.context(f"It also has, and nobody here asked for: {words.some(names, 8)}"))
        asked = [
            Offer(f"Subscribe to {title}", actions.Subscribe(topic))
            for topic, title, _ in unclaimed
        ]
        shown.append(offers(asked[:4], "subscribe"))
    return Message(text=escape(explained.sentence, 600), blocks=tuple(shown))


def _considered(one: Considered, answer: WhyAnswer) -> str:
    asked = one.subscription
    phrases = answer.phrases.get(asked.target, ()) if asked.kind == "topic" else ()
    quoted = ", ".join(f"“{escape(phrase, 60)}”" for phrase in phrases[:3])
    found = f": {quoted}" if quoted else ""
    score = (
        f" (score {one.score:.2f}, at least {one.least:.2f})"
        if asked.kind == "topic" and one.score is not None
        else ""
    )
    name = f"{KIND_WORDS[asked.kind]}{bold(escape(asked.label, _LABEL))}"
    return f"• {name} {_VERDICTS.get(one.verdict, one.verdict)}{score}{found}"


def help_page(answer: HelpPage) -> Message:
    """Render help: every command with an example."""
    shown: list[Block] = []
    if answer.note:
        shown.append(kit.section(escape_code(answer.note)))
    if not answer.about:
        shown.append(kit.section("*Export-control news, by topic, once, in the right channel.*"))
    for topic in help_words.find(answer.about):
        lines = [f"*{topic.name}*"]
        lines += [
            f"{code(f'/exportnews {text}', 200)}  {escape_code(meaning)}"
            for text, meaning in topic.lines
        ]
        shown += kit.paragraphs(lines, sections=1)
    buttons = [
        Offer("Settings…", actions.SettingsForm(), primary=True),
        Offer("Topics", actions.Run("topics")),
        Offer("Latest news", actions.LatestPage()),
    ]
    return Message(text="How to use exportnews", blocks=(*shown, offers(buttons, "help")))
