"""A strict checker of Block Kit: what Slack would refuse as `invalid_blocks`, and why.

Knows every block and element of docs.slack.dev/reference/block-kit that an app may post, with
their fields, lengths and counts; a field that is not known is refused. Each problem is one
sentence with the place it is about, as Slack's `response_metadata.messages` are:
`must be less than 151 characters [json-pointer:/blocks/0/text/text]`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.demo.slack.blockkit_elements import (
    ALT_TEXT,
    BUTTONS,
    INPUTS,
    MENUS,
    MOMENTS,
    MULTI_MENUS,
    PICKERS,
    QUICK_ACTIONS,
    image,
    marked,
    plain,
)
from bot.demo.slack.blockkit_rules import (
    Check,
    Report,
    Surface,
    at_least_one,
    boolean,
    by_type,
    items,
    one_of,
    shape,
    string,
    web_address,
)
from bot.demo.slack.blockkit_text import rich_elements, table_columns, table_rows

MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
MESSAGE_TEXT, SECTION_TEXT, FIELD_TEXT, FIELDS = 40_000, 3_000, 2_000, 10
HEADER_TEXT, CONTEXT_ELEMENTS, ACTION_ELEMENTS = 150, 10, 25
MARKDOWN_TEXT = 12_000
VIEW_TITLE, PRIVATE_METADATA, ID_MOST = 24, 3_000, 255

_IN_SECTION = {**BUTTONS, **MENUS, **MULTI_MENUS, **PICKERS, "image": image}
_IN_ACTIONS = {**BUTTONS, **MENUS, **PICKERS, **MOMENTS}
_IN_INPUT = {**MENUS, **MULTI_MENUS, **PICKERS, **MOMENTS, **INPUTS}
_IN_CONTEXT: dict[str, Check] = {
    "image": image,
    "plain_text": plain(SECTION_TEXT),
    "mrkdwn": marked(SECTION_TEXT),
}
_EVERYWHERE: frozenset[Surface] = frozenset({"message", "modal", "home"})
_MESSAGES: frozenset[Surface] = frozenset({"message"})


def _distinct_actions(value: object, at: str, report: Report) -> None:
    if not isinstance(value, Mapping) or not isinstance(value.get("elements"), list | tuple):
        return
    seen: set[str] = set()
    for number, element in enumerate(value["elements"]):
        found = element.get("action_id") if isinstance(element, Mapping) else None
        if isinstance(found, str) and found in seen:
            report.add(f"{at}/elements/{number}/action_id", "action_id already exists in the block")
        elif isinstance(found, str):
            seen.add(found)


def _block(
    required: Mapping[str, Check],
    optional: Mapping[str, Check] | None = None,
    *,
    also: Check | None = None,
    on: frozenset[Surface] = _EVERYWHERE,
) -> Check:
    fields = shape(required, {"block_id": string(ID_MOST), **(optional or {})}, also=also)

    def check(value: object, at: str, report: Report) -> None:
        if report.surface not in on:
            report.add(f"{at}/type", f"unsupported type in a {report.surface}")
        fields(value, at, report)

    return check


_BLOCKS: dict[str, Check] = {
    "section": _block(
        {},
        {
            "text": marked(SECTION_TEXT),
            "fields": items(marked(FIELD_TEXT), FIELDS),
            "accessory": by_type(_IN_SECTION, what="element"),
            "expand": boolean,
        },
        also=at_least_one("text", "fields"),
    ),
    "header": _block({"text": plain(HEADER_TEXT)}),
    "divider": _block({}),
    "context": _block({"elements": items(by_type(_IN_CONTEXT, what="element"), CONTEXT_ELEMENTS)}),
    "actions": _block(
        {"elements": items(by_type(_IN_ACTIONS, what="element"), ACTION_ELEMENTS)},
        also=_distinct_actions,
    ),
    "context_actions": _block(
        {"elements": items(by_type(QUICK_ACTIONS, what="element"), 5)},
        also=_distinct_actions,
        on=_MESSAGES,
    ),
    "input": _block(
        {"label": plain(2_000), "element": by_type(_IN_INPUT, what="element")},
        {"hint": plain(2_000), "optional": boolean, "dispatch_action": boolean},
    ),
    "image": _block(
        {"alt_text": string(ALT_TEXT)},
        {
            "image_url": web_address(3_000),
            "slack_file": shape({}, {"id": string(ID_MOST), "url": web_address(3_000)}),
            "title": plain(2_000),
        },
        also=at_least_one("image_url", "slack_file"),
    ),
    "markdown": _block({"text": string(MARKDOWN_TEXT)}, on=_MESSAGES),
    "rich_text": _block({"elements": rich_elements}),
    "table": _block({"rows": table_rows}, {"column_settings": table_columns}, on=_MESSAGES),
    "file": _block({"external_id": string(ID_MOST), "source": one_of("remote")}, on=_MESSAGES),
    "video": _block(
        {
            "alt_text": string(ALT_TEXT),
            "title": plain(199),
            "thumbnail_url": web_address(3_000),
            "video_url": web_address(3_000),
        },
        {
            "author_name": string(49),
            "description": plain(200),
            "provider_icon_url": web_address(3_000),
            "provider_name": string(ID_MOST),
            "title_url": web_address(3_000),
        },
    ),
}
_any_block = by_type(_BLOCKS, what="type")


def _blocks(most: int, *, least: int) -> Check:
    each = items(_any_block, most, least=least)

    def check(value: object, at: str, report: Report) -> None:
        each(value, at, report)
        if isinstance(value, list | tuple):
            _together(value, at, report)

    return check


def _together(blocks: Sequence[object], at: str, report: Report) -> None:
    known = [block for block in blocks if isinstance(block, Mapping)]
    for number, block in enumerate(known):
        block_id = block.get("block_id")
        if isinstance(block_id, str) and block_id in report.block_ids:
            report.add(f"{at}/{number}/block_id", "block_id already exists for another block")
        elif isinstance(block_id, str):
            report.block_ids.add(block_id)
    if sum(block.get("type") == "table" for block in known) > 1:
        report.add(at, "only_one_table_allowed")
    texts = [block.get("text") for block in known if block.get("type") == "markdown"]
    if sum(len(text) for text in texts if isinstance(text, str)) > MARKDOWN_TEXT:
        report.add(at, f"markdown text must be less than {MARKDOWN_TEXT + 1} characters in all")


def check_message(message: Mapping[str, object] | Sequence[object]) -> list[str]:
    """Give what Slack would refuse in a message: its payload (`text`, `blocks`) or its blocks.

    An empty list means that Slack takes it.
    """
    report = Report("message")
    payload = message if isinstance(message, Mapping) else {"blocks": message}
    if "text" in payload:
        string(MESSAGE_TEXT, least=0)(payload["text"], "/text", report)
    _blocks(MESSAGE_BLOCKS, least=0)(payload.get("blocks", []), "/blocks", report)
    if not payload.get("text") and not payload.get("blocks"):
        report.add("", "no_text")
    return report.problems


_shared = {
    "private_metadata": string(PRIVATE_METADATA, least=0),
    "callback_id": string(ID_MOST, least=0),
    "external_id": string(ID_MOST, least=0),
    "blocks": _blocks(VIEW_BLOCKS, least=0),
    "type": one_of("modal", "home"),
}


def _submit_when_asking(view: object, at: str, report: Report) -> None:
    if not isinstance(view, Mapping) or not isinstance(view.get("blocks"), list | tuple):
        return
    asking = any(isinstance(b, Mapping) and b.get("type") == "input" for b in view["blocks"])
    if asking and "submit" not in view:
        report.add(at, "missing required field: submit (there are input blocks)")


def _focus_once(view: object, at: str, report: Report) -> None:
    if not isinstance(view, Mapping) or not isinstance(view.get("blocks"), list | tuple):
        return
    holders = [
        block.get(name)
        for block in view["blocks"]
        if isinstance(block, Mapping)
        for name in ("element", "accessory")
    ]
    if sum(isinstance(one, Mapping) and one.get("focus_on_load") is True for one in holders) > 1:
        report.add(at, "only one element may have focus_on_load")


def _modal_together(view: object, at: str, report: Report) -> None:
    _submit_when_asking(view, at, report)
    _focus_once(view, at, report)


_modal = shape(
    {"title": plain(VIEW_TITLE), "blocks": _shared["blocks"]},
    {
        **_shared,
        "submit": plain(VIEW_TITLE),
        "close": plain(VIEW_TITLE),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
    also=_modal_together,
)
_home = shape({"blocks": _shared["blocks"]}, _shared, also=_focus_once)


def check_view(view: Mapping[str, object]) -> list[str]:
    """Give what Slack would refuse in a view, a modal or a Home tab."""
    kind: Surface = "home" if isinstance(view, Mapping) and view.get("type") == "home" else "modal"
    report = Report(kind)
    by_type({"modal": _modal, "home": _home}, what="view type")(view, "/view", report)
    return report.problems
