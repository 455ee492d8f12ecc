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
from bot.messages.actions import encode
from bot.messages.kit import Block
from bot.messages.model import Message
from bot.messages.mrkdwn import bold, clean, escape
from bot.subscriptions.model import ChannelSettings, Mode
from bot.subscriptions.times import WEEKDAYS

View = dict[str, Any]

READING = "reading"
"""Callback id of modals that only show something."""

_SCORES = (
    (0.3, "Everything that may belong (0.3)"),
    (0.5, "What probably belongs (0.5)"),
    (0.7, "What most likely belongs (0.7)"),
    (0.9, "Only the surest (0.9)"),
)


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
        "Channel",
        {
            "type": "conversations_select",
            "action_id": forms.CHANNEL,
            "default_to_current_conversation": True,
            "filter": {"include": ["public", "private"], "exclude_bot_users": True},
        },
    )


def _topic_fields(answer: SettingsFormAnswer) -> list[Block]:
    labels: tuple[tuple[str, Mode, str], ...] = (
        (forms.INSTANT, "instant", "Topics, at once"),
        (forms.DAILY, "daily", "Topics, in the daily digest"),
        (forms.WEEKLY, "weekly", "Topics, in the weekly digest"),
    )
    have = {s.target: s.mode for s in answer.channel.subscriptions if s.kind == "topic"}
    return [
        input_block(
            block,
            label,
            choose_many(answer.topics, [t for t, m in have.items() if m == mode], "Choose topics"),
            optional=True,
        )
        for block, mode, label in labels
    ]


def _try_button() -> Block:
    return kit.actions([kit.button(form_words.TRY, "try-form", encode(actions.TryForm()))])


def _term_fields(answer: SettingsFormAnswer) -> list[Block]:
    settings = answer.channel
    watches = []
    for one in settings.subscriptions:
        if one.kind == "watch":
            others = answer.aliases.get(one.target, ())
            watches.append(f"{one.label} = {', '.join(others)}" if others else one.label)
    searches = [s.label for s in settings.subscriptions if s.kind == "search"]
    fields = [
        _lines_field(forms.WATCHES, "Watches", watches, "One a line: ACME Corp = ACME Ltd, Akme"),
        _lines_field(forms.SEARCHES, "Saved searches", searches, "One a line: eccn:3A090 china"),
    ]
    return [field for field in fields if field is not None]


def _lines_field(block: str, label: str, lines: Sequence[str], hint: str) -> Block | None:
    """A field of lines; none where those there are have no room, so that none is lost."""
    text = "\n".join(lines)
    if len(text) > limits.INPUT_TEXT:
        return None
    element: Block = {
        "type": "plain_text_input",
        "action_id": block,
        "multiline": True,
    }
    if text:
        element["initial_value"] = text
    return input_block(block, label, element, optional=True, hint=hint)


def _delivery_fields(settings: ChannelSettings) -> list[Block]:
    scores = dict(_SCORES)
    if settings.min_score not in scores:
        scores[settings.min_score] = f"As it is ({settings.min_score:.2g})"
    days = [(str(number), name) for number, name in enumerate(WEEKDAYS)]
    return [
        input_block(
            forms.SCORE,
            "How sure a match must be",
            choose_one(
                [(repr(score), label) for score, label in sorted(scores.items())],
                repr(settings.min_score),
            ),
        ),
        input_block(
            forms.DIGEST_AT, "Digests come at", time_of_day(forms.DIGEST_AT, settings.digest_at)
        ),
        input_block(
            forms.WEEKDAY, "Weekly digests come on", choose_one(days, str(settings.digest_weekday))
        ),
        input_block(
            forms.ZONE,
            "Time zone",
            {
                "type": "plain_text_input",
                "action_id": forms.ZONE,
                "initial_value": clean(settings.timezone, 64),
            },
            hint="A city or a zone: New York, Europe/Berlin, CET",
        ),
    ]


def _quiet_fields(answer: SettingsFormAnswer) -> list[Block]:
    settings = answer.channel
    switches = [
        (forms.QUIET_ON, "Hold alerts in quiet hours"),
        (forms.UPDATES_ON, "Update an alert when its article changes"),
    ]
    chosen = [forms.QUIET_ON] if settings.quiet_from else []
    chosen += [forms.UPDATES_ON] if settings.wants_updates else []
    quiet_from, quiet_to = settings.quiet_from or "20:00", settings.quiet_to or "07:00"
    return [
        input_block(
            forms.SWITCHES, "Also", checkboxes(switches, chosen, forms.SWITCHES), optional=True
        ),
        input_block(forms.QUIET_FROM, "Quiet from", time_of_day(forms.QUIET_FROM, quiet_from)),
        input_block(forms.QUIET_TO, "Quiet until", time_of_day(forms.QUIET_TO, quiet_to)),
        input_block(
            forms.URGENT,
            "Topics that pass quiet hours",
            choose_many(answer.topics, settings.urgent_topics, "None"),
            optional=True,
        ),
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
                "Note",
                {
                    "type": "plain_text_input",
                    "action_id": forms.NOTE,
                    "multiline": True,
                    "max_length": 1_000,
                },
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
                "Which of its topics are wrong?",
                checkboxes(topics, [], forms.TOPICS),
            ),
        ],
        submit="Send",
        metadata={"entry": answer.entry_id},
    )


def search_form(text: str = "") -> View:
    """The form of the shortcut that searches."""
    element: Block = {"type": "plain_text_input", "action_id": forms.QUERY, "max_length": 1_000}
    if text.strip():
        element["initial_value"] = clean(text, 500)
    hint = 'Words, "a phrase", -not, OR, topic:entity-list, from:2024-01-01, eccn:3A090'
    return modal(
        forms.SEARCH,
        "Search export news",
        [input_block(forms.QUERY, "Search for", element, hint=hint)],
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
