"""Answers as Microsoft Teams takes them: Adaptive Cards, everything from outside made harmless."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.commands import card_forms, card_work_forms, help_lines, lines, noted_lines
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
    Offer,
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
    TrialAnswer,
    WhyAnswer,
    WrongTopicFormAnswer,
)
from bot.commands.card_offers import offer_buttons, reply
from bot.commands.listing_cards import listing
from bot.commands.noted_lines import Row
from bot.commands.reply import CardReply
from bot.commands.settings_cards import (
    COMMAND,
    change_list,
    permission,
    settings_list,
    subscription_change,
    trial,
)
from bot.messages import actions, alert_words, card_kit, rich, words
from bot.messages.card_kit import Element
from bot.messages.cards import alert_buttons, alert_elements
from bot.messages.digest_cards import digest_message
from bot.messages.rich import Rich, ours, outside, person, together, words_of

_STATES = {"ok": "✅", "waiting": "⏳", "paused": "⏸️", "silent": "💤", "failing": "⚠️"}


def render(answer: Answer, *, channels: card_forms.Channels = ()) -> CardReply:  # noqa: C901 - one line a kind
    """Render an answer for Teams: cards, or a form to open in a dialog.

    `channels`: those that a form may offer, the one that it is asked in first.
    """
    match answer:
        case Shared():
            return shared(answer)
        case SettingsFormAnswer():
            return card_forms.settings_form(answer, channels)
        case ShareFormAnswer():
            return card_forms.share_form(answer, channels)
        case WrongTopicFormAnswer():
            return card_forms.wrong_topic_form(answer)
        case AssignFormAnswer():
            return card_work_forms.assign_form(answer)
        case NotApplicableFormAnswer():
            return card_work_forms.not_applicable_form(answer)
        case RemindFormAnswer():
            return card_work_forms.remind_form(answer)
        case FileAnswer():
            return replace(sentence(Sentence(answer.sentence)), file=answer)
        case Listing():
            return listing(answer)
        case SettingsList():
            return settings_list(answer)
        case SubscriptionChange():
            return subscription_change(answer)
        case TrialAnswer():
            return trial(answer)
        case ChangeList():
            return change_list(answer)
        case PermissionAnswer():
            return permission(answer)
        case DigestAnswer():
            message = digest_message(answer.digest)
            return CardReply((message.card or {},), message.text)
        case TopicList():
            return topic_list(answer)
        case FeedList():
            return feed_list(answer)
        case WhyAnswer():
            return why(answer)
        case HelpPage():
            return help_page(answer)
        case RemindersList():
            head = ours(noted_lines.reminders_head(answer))
            return rows(head, noted_lines.reminder_rows(answer))
        case FeedbackList():
            return rows(noted_lines.feedback_head(answer), noted_lines.feedback_rows(answer))
        case Sentence():
            return sentence(answer)


def sentence(answer: Sentence) -> CardReply:
    """Render a sentence with what can be done next."""
    text = rich.with_code(answer.text)
    shown = together("🚫 ", text) if answer.refused else text
    return reply([card_kit.paragraph(shown)], answer.offers, text=words_of(text))


def rows(head: Rich, listed: Sequence[Row]) -> CardReply:
    """Render lines, each with what can be done with it."""
    body = [card_kit.paragraph(head)]
    for row in listed:
        body.append(card_kit.line(row.line))
        if row.offer:
            body.append(card_kit.row(offer_buttons([row.offer])))
    text = "; ".join(words_of(one) for one in (head, *(row.line for row in listed[:3])))
    return reply(body, text=text)


def shared(answer: Shared) -> CardReply:
    """Render an entry for all to see: who shares it, their note, the alert."""
    by = together(person(answer.by, answer.by_name), " shares this")
    body: list[Element] = [card_kit.small(by)]
    if answer.note:
        note = card_kit.paragraph(outside(answer.note, 1_000))
        body.append(card_kit.container([note], style="emphasis"))
    text = f"{words_of(by)}: {alert_words.fallback(answer.alert)}"
    shown = card_kit.card(
        [*body, *alert_elements(answer.alert)], alert_buttons(answer.alert), fallback=text
    )
    return CardReply((shown,), text, public=True, channel=answer.channel.channel)


def topic_list(answer: TopicList) -> CardReply:
    """Render every topic."""
    head = words.count(len(answer.rows), "topic")
    body = [card_kit.heading(head)]
    for row in answer.rows:
        body += [
            card_kit.paragraph(lines.topic_line(row)),
            card_kit.small(lines.topic_definition(row)),
        ]
    choose = Offer("Choose…", actions.SettingsForm(), primary=True)
    return reply(body, [choose] if answer.rows else [], text=lines.topics_text(answer))


def feed_list(answer: FeedList) -> CardReply:
    """Render the feeds and their health, those in trouble first."""
    if not answer.rows:
        text = rich.with_code(lines.NO_FEEDS)
        return reply([card_kit.paragraph(text)], text=words_of(text))
    head = lines.feeds_head(answer)
    rows = [card_kit.line(feed_line(row)) for row in answer.rows]
    return reply([card_kit.heading(head), *rows], text=lines.feeds_text(answer))


def feed_line(row: FeedRow) -> Rich:
    """Give one feed in one line, with a sign of how it is."""
    return together(f"{_STATES[row.state]} ", lines.feed_line(row))


def why(answer: WhyAnswer) -> CardReply:
    """Render why an entry came here, or at which step it stopped."""
    explained = answer.explanation
    body: list[Element] = []
    if explained.entry is not None:
        body += [
            card_kit.paragraph(lines.why_title(explained.entry), size="Medium"),
            card_kit.small(lines.why_origin(explained.entry)),
        ]
    body.append(card_kit.paragraph(outside(explained.sentence, 800)))
    considered = lines.why_lines(answer)
    if considered:
        body.append(card_kit.apart(card_kit.paragraph(ours(lines.ASKED_FOR))))
        body += [card_kit.line(together("• ", one)) for one in considered]
    if unclaimed := lines.unclaimed_line(answer):
        body.append(card_kit.apart(card_kit.small(unclaimed)))
    return reply(body, lines.unclaimed_offers(answer), text=lines.why_text(answer))


def help_page(answer: HelpPage) -> CardReply:
    """Render help: all commands by example, or all of one."""
    body: list[Element] = []
    for part in help_lines.parts(answer, COMMAND):
        if part.heading:
            body.append(card_kit.heading(part.heading, large=False))
        body += [card_kit.line(each) for each in part.lines]
    return reply(body, help_lines.offers(answer), text=help_lines.text(answer, COMMAND))
