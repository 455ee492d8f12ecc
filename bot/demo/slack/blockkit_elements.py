"""What stands inside blocks: text, options, buttons, menus and inputs, with Slack's limits.

Source: docs.slack.dev/reference/block-kit (block elements, composition objects).
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.demo.slack.blockkit_rules import (
    Check,
    Report,
    anything,
    at_least_one,
    boolean,
    by_type,
    initials_among_options,
    integer,
    items,
    one_of,
    shape,
    string,
    web_address,
)

BUTTON_TEXT, BUTTON_VALUE = 75, 2_000
OPTION_TEXT, OPTION_VALUE, OPTIONS_MOST = 75, 150, 100
OVERFLOW_MOST, CHOICES_MOST, PLACEHOLDER = 5, 10, 150
ADDRESS, ALT_TEXT, INPUT_TEXT = 3_000, 2_000, 3_000

action_id = string(255)


def plain(most: int) -> Check:
    """A `plain_text` object."""
    return by_type(
        {"plain_text": shape({"text": string(most)}, {"emoji": boolean})}, what="text type"
    )


def marked(most: int) -> Check:
    """A text object, plain or mrkdwn."""
    return by_type(
        {
            "plain_text": shape({"text": string(most)}, {"emoji": boolean}),
            "mrkdwn": shape({"text": string(most)}, {"verbatim": boolean}),
        },
        what="text type",
    )


confirm = shape(
    {"title": plain(100), "text": marked(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)
_style = one_of("primary", "danger")


def _option(text: Check, **more: Check) -> Check:
    return shape(
        {"text": text, "value": string(OPTION_VALUE)}, {"description": plain(OPTION_TEXT), **more}
    )


option = _option(plain(OPTION_TEXT))
_rich_option = shape(
    {"text": marked(OPTION_TEXT), "value": string(OPTION_VALUE)},
    {"description": marked(OPTION_TEXT)},
)
_link_option = _option(plain(OPTION_TEXT), url=web_address(ADDRESS))
_groups = items(
    shape({"label": plain(OPTION_TEXT), "options": items(option, OPTIONS_MOST)}), OPTIONS_MOST
)
_conversation_filter = shape(
    {},
    {
        "include": items(one_of("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)


def _interactive(
    required: Mapping[str, Check],
    optional: Mapping[str, Check] | None = None,
    *,
    also: Check | None = None,
) -> Check:
    return shape(required, {"action_id": action_id, **(optional or {})}, also=also)


def _field(
    optional: Mapping[str, Check],
    required: Mapping[str, Check] | None = None,
    *,
    also: Check | None = None,
) -> Check:
    shared = {"placeholder": plain(PLACEHOLDER), "focus_on_load": boolean}
    return _interactive(required or {}, {**shared, **optional}, also=also)


def _options_or_groups(value: object, at: str, report: Report) -> None:
    at_least_one("options", "option_groups")(value, at, report)
    if isinstance(value, Mapping) and "options" in value and "option_groups" in value:
        report.add(at, "only one of options and option_groups is allowed")
    initials_among_options(value, at, report)


_many = {"max_selected_items": integer(1, 10_000), "confirm": confirm}
_choices = {"options": items(option, OPTIONS_MOST), "option_groups": _groups}
_dispatch = shape(
    {}, {"trigger_actions_on": items(one_of("on_enter_pressed", "on_character_entered"), 2)}
)
_slack_file = shape({}, {"id": string(255), "url": web_address(ADDRESS)})

image = shape(
    {"alt_text": string(ALT_TEXT)},
    {"image_url": web_address(ADDRESS), "slack_file": _slack_file},
    also=at_least_one("image_url", "slack_file"),
)
button = _interactive(
    {"text": plain(BUTTON_TEXT)},
    {
        "url": web_address(ADDRESS),
        "value": string(BUTTON_VALUE),
        "style": _style,
        "confirm": confirm,
        "accessibility_label": string(75),
    },
)
_feedback = shape(
    {"text": plain(75), "value": string(BUTTON_VALUE)}, {"accessibility_label": string(75)}
)

BUTTONS: dict[str, Check] = {
    "button": button,
    "overflow": _interactive({"options": items(_link_option, OVERFLOW_MOST)}, {"confirm": confirm}),
    "workflow_button": _interactive(
        {"text": plain(BUTTON_TEXT), "workflow": anything},
        {"style": _style, "accessibility_label": string(75)},
    ),
}
MENUS: dict[str, Check] = {
    "static_select": _field(
        {**_choices, "initial_option": option, "confirm": confirm}, also=_options_or_groups
    ),
    "external_select": _field(
        {"initial_option": option, "min_query_length": integer(0, 255), "confirm": confirm}
    ),
    "users_select": _field({"initial_user": string(255), "confirm": confirm}),
    "channels_select": _field(
        {"initial_channel": string(255), "response_url_enabled": boolean, "confirm": confirm}
    ),
    "conversations_select": _field(
        {
            "initial_conversation": string(255),
            "default_to_current_conversation": boolean,
            "response_url_enabled": boolean,
            "filter": _conversation_filter,
            "confirm": confirm,
        }
    ),
}
MULTI_MENUS: dict[str, Check] = {
    "multi_static_select": _field(
        {**_choices, "initial_options": items(option, OPTIONS_MOST), **_many},
        also=_options_or_groups,
    ),
    "multi_external_select": _field(
        {
            "initial_options": items(option, OPTIONS_MOST),
            "min_query_length": integer(0, 255),
            **_many,
        }
    ),
    "multi_users_select": _field({"initial_users": items(string(255), 1_000), **_many}),
    "multi_channels_select": _field({"initial_channels": items(string(255), 1_000), **_many}),
    "multi_conversations_select": _field(
        {
            "initial_conversations": items(string(255), 1_000),
            "default_to_current_conversation": boolean,
            "filter": _conversation_filter,
            **_many,
        }
    ),
}
PICKERS: dict[str, Check] = {
    "datepicker": _field(
        {"initial_date": string(10, pattern=r"\d{4}-\d\d-\d\d"), "confirm": confirm}
    ),
    "timepicker": _field(
        {
            "initial_time": string(5, pattern=r"([01]\d|2[0-3]):[0-5]\d"),
            "timezone": string(64),
            "confirm": confirm,
        }
    ),
    "checkboxes": _interactive(
        {"options": items(_rich_option, CHOICES_MOST)},
        {
            "initial_options": items(_rich_option, CHOICES_MOST),
            "confirm": confirm,
            "focus_on_load": boolean,
        },
        also=initials_among_options,
    ),
    "radio_buttons": _interactive(
        {"options": items(_rich_option, CHOICES_MOST)},
        {"initial_option": _rich_option, "confirm": confirm, "focus_on_load": boolean},
        also=initials_among_options,
    ),
}
MOMENTS: dict[str, Check] = {
    "datetimepicker": _interactive(
        {},
        {
            "initial_date_time": integer(1_000_000_000, 9_999_999_999),
            "confirm": confirm,
            "focus_on_load": boolean,
        },
    )
}
INPUTS: dict[str, Check] = {
    "plain_text_input": _field(
        {
            "initial_value": string(INPUT_TEXT, least=0),
            "multiline": boolean,
            "min_length": integer(0, 3_000),
            "max_length": integer(1, 3_000),
            "dispatch_action_config": _dispatch,
        }
    ),
    "email_text_input": _field({"initial_value": string(255), "dispatch_action_config": _dispatch}),
    "url_text_input": _field(
        {"initial_value": string(ADDRESS), "dispatch_action_config": _dispatch}
    ),
    "number_input": _field(
        {
            "initial_value": string(64),
            "min_value": string(64),
            "max_value": string(64),
            "dispatch_action_config": _dispatch,
        },
        {"is_decimal_allowed": boolean},
    ),
    "rich_text_input": _field({"initial_value": anything, "dispatch_action_config": _dispatch}),
    "file_input": _interactive(
        {}, {"filetypes": items(string(16), 100), "max_files": integer(1, 10)}
    ),
}
QUICK_ACTIONS: dict[str, Check] = {
    "feedback_buttons": _interactive({"positive_button": _feedback, "negative_button": _feedback}),
    "icon_button": _interactive(
        {"icon": one_of("trash"), "text": plain(75)},
        {
            "value": string(BUTTON_VALUE),
            "confirm": confirm,
            "accessibility_label": string(75),
            "visible_to_user_ids": items(string(255), 100),
        },
    ),
}
