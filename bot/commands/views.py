"""Forms and the Home tab as Slack's views: pure builders, within all limits.

What the forms send back is read by `bot.commands.forms`. Source of limits:
docs.slack.dev/reference/views.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.commands import form_words, forms
from bot.commands.answers import SettingsFormAnswer, ShareFormAnswer, WrongTopicFormAnswer
from bot.commands.fields import checkboxes, choose_many, choose_one, input_block, time_of_day
from bot.commands.settings_blocks import channel_name
from bot.messages import actions, kit, limits
from bot.messages.action_values import encode
from bot.messages.kit import Block
from bot.messages.model import Message
from bot.messages.mrkdwn import bold, clean, escape
from bot.subscriptions.model import ChannelSettings

View = dict[str, Any]

READING = "reading"
"""Callback id of modals that only show something."""


def settings_form(answer: SettingsFormAnswer) -> View:
    """The form of one channel's settings: everything that commands can set, in one place.

    Without a channel it asks for one, and for what to add to it.
    """
    settings = answer.channel
    if not settings.ref.channel:
        return modal(
            forms.SETTINGS,
            "Export news",
            [_channel_field(), *_topic_fields(answer), _try_button(), *_term_fields(answer)],
            submit="Subscribe",
        )
    return modal(
        forms.SETTINGS,
        "Export news here",
        [
            kit.section(f"What {channel_name(settings.ref)} gets"),
            *_topic_fields(answer),
            _try_button(),
            *_term_fields(answer),
            *_delivery_fields(settings),
            *_quiet_fields(answer),
        ],
        submit="Save",
        metadata={"channel": settings.ref.channel, "name": clean(settings.ref.name, 80)},
    )


def _channel_field() -> Block:
    return input_block(
        forms.CHANNEL,
        form_words.CHANNEL,
        {
            "type": "conversations_select",
            "default_to_current_conversation": True,
            "filter": {"include": ["public", "private"], "exclude_bot_users": True},
        },
    )


def _topic_fields(answer: SettingsFormAnswer) -> list[Block]:
    return [
        input_block(
            field,
            label,
            choose_many(
                answer.topics, form_words.topics_in(answer.channel, mode), form_words.CHOOSE_TOPICS
            ),
            optional=True,
        )
        for field, mode, label in form_words.TOPIC_FIELDS
    ]


def _try_button() -> Block:
    return kit.actions([kit.button(form_words.TRY, "try-form", encode(actions.TryForm()))])


def _term_fields(answer: SettingsFormAnswer) -> list[Block]:
    settings = answer.channel
    return [
        _lines_field(field, label, lines, hint)
        for field, label, lines, hint in form_words.term_fields(settings)
        if len(lines) <= limits.INPUT_TEXT  # so that none is lost
    ]


def _lines_field(field: str, label: str, lines: str, hint: str) -> Block:
    element: Block = {"type": "plain_text_input", "multiline": True}
    if lines:
        element["initial_value"] = lines
    return input_block(field, label, element, optional=True, hint=hint)


def _delivery_fields(settings: ChannelSettings) -> list[Block]:
    scores = form_words.score_choices(settings)
    weekday = str(settings.digest_weekday)
    zone = {"type": "plain_text_input", "initial_value": clean(settings.timezone, 64)}
    return [
        input_block(forms.SCORE, form_words.SCORE, choose_one(scores, repr(settings.min_score))),
        input_block(forms.DIGEST_AT, form_words.DIGEST_AT, time_of_day(settings.digest_at)),
        input_block(forms.WEEKDAY, form_words.WEEKDAY, choose_one(form_words.DAYS, weekday)),
        input_block(forms.ZONE, form_words.ZONE, zone, hint=form_words.ZONE_HINT),
    ]


def _quiet_fields(answer: SettingsFormAnswer) -> list[Block]:
    settings = answer.channel
    quiet_from, quiet_to = form_words.quiet_hours(settings)
    also = checkboxes(form_words.SWITCHES, form_words.switches_on(settings))
    urgent = choose_many(answer.topics, settings.urgent_topics, form_words.NONE)
    return [
        input_block(forms.SWITCHES, form_words.ALSO, also, optional=True),
        input_block(forms.QUIET_FROM, form_words.QUIET_FROM, time_of_day(quiet_from)),
        input_block(forms.QUIET_TO, form_words.QUIET_TO, time_of_day(quiet_to)),
        input_block(forms.URGENT, form_words.URGENT, urgent, optional=True),
    ]


def share_form(answer: ShareFormAnswer) -> View:
    """The form that asks where an entry is shared, and with what note."""
    return modal(
        forms.SHARE,
        "Share an article",
        [
            kit.section(bold(escape(answer.title, 250)) or "An article"),
            _channel_field(),
            input_block(
                forms.NOTE,
                form_words.NOTE,
                {"type": "plain_text_input", "multiline": True, "max_length": 1_000},
                optional=True,
            ),
        ],
        submit="Share",
        metadata={"entry": answer.entry_id},
    )


def wrong_topic_form(answer: WrongTopicFormAnswer) -> View:
    """The form that asks which topics of an entry are wrong."""
    topics = answer.topics[: limits.CHECKBOX_OPTIONS]
    return modal(
        forms.WRONG_TOPIC,
        "Wrong topic",
        [
            kit.section(bold(escape(answer.title, 250)) or "An article"),
            input_block(
                forms.TOPICS,
                form_words.WRONG_TOPICS,
                checkboxes(topics, []),
            ),
        ],
        submit="Send",
        metadata={"entry": answer.entry_id},
    )


def search_form(text: str = "") -> View:
    """The form of the shortcut that searches."""
    element: Block = {"type": "plain_text_input", "max_length": 1_000}
    if text.strip():
        element["initial_value"] = clean(text, 500)
    hint = 'Words, "a phrase", -not, OR, topic:entity-list, from:2024-01-01, eccn:3A090'
    return modal(
        forms.SEARCH,
        "Search export news",
        [input_block(forms.QUERY, form_words.SEARCH, element, hint=hint)],
        submit="Search",
    )


def message_view(message: Message, title: str = "Export news") -> View:
    """A message as a modal to read, where there is no channel to answer in."""
    return modal(READING, title, message.blocks)


def modal(
    callback_id: str,
    title: str,
    blocks: Sequence[Mapping[str, Any]],
    *,
    submit: str = "",
    metadata: Mapping[str, Any] | None = None,
) -> View:
    """A modal of these blocks."""
    view: View = {
        "type": "modal",
        "callback_id": callback_id,
        "title": kit.plain(title, limits.VIEW_TITLE),
        "close": kit.plain("Cancel" if submit else "Close", limits.VIEW_TITLE),
        "blocks": list(blocks[: limits.VIEW_BLOCKS]),
        "private_metadata": json.dumps(metadata or {}, ensure_ascii=False),
    }
    if submit:
        view["submit"] = kit.plain(submit, limits.VIEW_TITLE)
    return view
