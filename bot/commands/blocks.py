"""Answers as Slack takes them: Block Kit within all limits, everything from outside escaped."""

from __future__ import annotations

from collections.abc import Sequence

from bot.commands import help_lines, lines, noted_lines, views, work_views
from bot.commands.answers import (
    Answer,
    AssignFormAnswer,
    ChangeList,
    DigestAnswer,
    FeedbackList,
    FeedList,
    FeedRow,
    FileAnswer,
    HelpPage,
    Listing,
    NotApplicableFormAnswer,
    PermissionAnswer,
    RemindersList,
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
from bot.commands.noted_lines import Row
from bot.commands.reply import Reply
from bot.commands.settings_blocks import (
    COMMAND,
    change_list,
    permission,
    settings_list,
    subscription_change,
    trial,
)
from bot.messages import blocks, kit, rich, words
from bot.messages.action_values import encode
from bot.messages.digest_blocks import digest_message
from bot.messages.kit import Block
from bot.messages.model import Message
from bot.messages.mrkdwn import escape
from bot.messages.rich import Rich, ours, person, together, words_of
from bot.messages.slack_text import mrkdwn

_WITH_BUTTONS = 40
"""Topics that are listed with a button each; a message has 50 blocks."""
_STATES = {
    "ok": ":white_check_mark:",
    "waiting": ":hourglass_flowing_sand:",
    "paused": ":double_vertical_bar:",
    "silent": ":zzz:",
    "failing": ":warning:",
}


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
        case RemindersList():
            head = ours(noted_lines.reminders_head(answer))
            return Reply(rows(head, noted_lines.reminder_rows(answer)))
        case FeedbackList():
            head = noted_lines.feedback_head(answer)
            return Reply(rows(head, noted_lines.feedback_rows(answer)))
        case Sentence():
            return Reply(sentence(answer))


def sentence(answer: Sentence) -> Message:
    """Render a sentence with what can be done next."""
    text = mrkdwn(rich.with_code(answer.text))
    shown = [kit.section(f":no_entry_sign: {text}" if answer.refused else text)]
    if answer.offers:
        shown.append(offers(answer.offers, "next"))
    return Message(text=text, blocks=tuple(shown))


def rows(head: Rich, listed: Sequence[Row]) -> Message:
    """Render lines, each with what can be done with it."""
    text = "; ".join(words_of(one) for one in (head, *(row.line for row in listed[:3])))
    return Message(text=escape(text, 600), blocks=(kit.section(mrkdwn(head)), *row_blocks(listed)))


def row_blocks(listed: Sequence[Row]) -> list[Block]:
    """Render lines as sections, each with its button."""
    return [
        kit.section(
            mrkdwn(row.line),
            accessory=kit.button(row.offer.label, f"row-{number}", encode(row.offer.action))
            if row.offer
            else None,
        )
        for number, row in enumerate(listed)
    ]


def shared(answer: Shared) -> Message:
    """Render an entry for all to see: who shares it, their note, the alert."""
    alert = blocks.alert_message(answer.alert)
    by = mrkdwn(together(person(answer.by, answer.by_name), " shares this"))
    top = [kit.context(by)]
    if answer.note:
        top.append(kit.section(f"&gt; {escape(answer.note, 1_000)}"))
    return Message(text=f"{by}: {alert.text}", blocks=(*top, *alert.blocks))


def topic_list(answer: TopicList) -> Message:
    """Render every topic, with a button each where there is room."""
    text = escape(lines.topics_text(answer), 600)
    head = kit.section(f"*{words.count(len(answer.rows), 'topic')}*")
    if len(answer.rows) > _WITH_BUTTONS:
        listed = [f"• {_topic(row)}" for row in answer.rows]
        return Message(text=text, blocks=(head, *kit.paragraphs(listed)))
    shown = [kit.section(_topic(row), accessory=_topic_button(row)) for row in answer.rows]
    return Message(text=text, blocks=(head, *shown))


def _topic(row: TopicRow) -> str:
    return f"{mrkdwn(lines.topic_line(row))}\n{mrkdwn(lines.topic_definition(row))}"


def _topic_button(row: TopicRow) -> Block:
    offer = lines.topic_offer(row)
    return kit.button(offer.label, offer.label.casefold(), encode(offer.action))


def feed_list(answer: FeedList) -> Message:
    """Render the feeds and their health, those in trouble first."""
    if not answer.rows:
        text = mrkdwn(rich.with_code(lines.NO_FEEDS))
        return Message(text=text, blocks=(kit.section(text),))
    head = lines.feeds_head(answer)
    rows = kit.paragraphs([feed_line(row) for row in answer.rows])
    text = escape(lines.feeds_text(answer), 600)
    return Message(text=text, blocks=(kit.section(f"*{head}*"), *rows))


def feed_line(row: FeedRow) -> str:
    """Give one feed in one line, with a sign of how it is."""
    return f"{_STATES[row.state]} {mrkdwn(lines.feed_line(row))}"


def why(answer: WhyAnswer) -> Message:
    """Render why an entry came here, or at which step it stopped."""
    explained = answer.explanation
    shown = []
    if explained.entry is not None:
        title = mrkdwn(lines.why_title(explained.entry))
        shown.append(kit.section(f"{title}\n{mrkdwn(lines.why_origin(explained.entry))}"))
    shown.append(kit.section(escape(explained.sentence, 800)))
    if considered := lines.why_lines(answer):
        asked = [f"• {mrkdwn(one)}" for one in considered]
        shown += kit.paragraphs([lines.ASKED_FOR, *asked], sections=2)
    if unclaimed := lines.unclaimed_line(answer):
        shown.append(kit.context(mrkdwn(unclaimed)))
        shown.append(offers(lines.unclaimed_offers(answer), "subscribe"))
    return Message(text=escape(lines.why_text(answer), 600), blocks=tuple(shown))


def help_page(answer: HelpPage) -> Message:
    """Render help: all commands by example, or all of one."""
    shown: list[Block] = []
    for part in help_lines.parts(answer, COMMAND):
        head = [f"*{part.heading}*"] if part.heading else []
        shown += kit.paragraphs([*head, *(mrkdwn(line) for line in part.lines)], sections=2)
    shown.append(offers(help_lines.offers(answer), "help"))
    return Message(text=escape(help_lines.text(answer, COMMAND), 600), blocks=tuple(shown))
