"""Rich text and tables, with Slack's limits (docs.slack.dev/reference/block-kit/blocks)."""

from __future__ import annotations

from bot.demo.slack.blockkit_rules import (
    Check,
    boolean,
    by_type,
    integer,
    items,
    one_of,
    shape,
    string,
    web_address,
)

TEXT_MOST, PARTS_MOST = 12_000, 1_000
TABLE_ROWS, TABLE_COLUMNS = 100, 20

_MARKS = ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight")
_style = shape({}, dict.fromkeys((*_MARKS, "unlink"), boolean))
_styled = {"style": _style}
_parts: dict[str, Check] = {
    "text": shape({"text": string(TEXT_MOST)}, _styled),
    "link": shape(
        {"url": web_address(3_000)}, {"text": string(TEXT_MOST), "unsafe": boolean, **_styled}
    ),
    "emoji": shape({"name": string(255)}, {"unicode": string(64), **_styled}),
    "channel": shape({"channel_id": string(255)}, _styled),
    "user": shape({"user_id": string(255)}, _styled),
    "usergroup": shape({"usergroup_id": string(255)}, _styled),
    "broadcast": shape({"range": one_of("here", "channel", "everyone")}, _styled),
    "color": shape({"value": string(16)}, _styled),
    "date": shape(
        {"timestamp": integer(0, 9_999_999_999), "format": string(255)},
        {"url": web_address(3_000), "fallback": string(255), **_styled},
    ),
}
_elements = items(by_type(_parts, what="rich text element"), PARTS_MOST, least=0)
_border = {"border": integer(0, 1)}
_section = shape({"elements": _elements})
_rich: dict[str, Check] = {
    "rich_text_section": _section,
    "rich_text_list": shape(
        {
            "style": one_of("bullet", "ordered"),
            "elements": items(by_type({"rich_text_section": _section}), PARTS_MOST),
        },
        {"indent": integer(0, 8), "offset": integer(0, 10_000), **_border},
    ),
    "rich_text_preformatted": shape({"elements": _elements}, {"language": string(64), **_border}),
    "rich_text_quote": shape({"elements": _elements}, _border),
}
rich_elements = items(by_type(_rich, what="rich text"), PARTS_MOST)

_cell = by_type(
    {
        "raw_text": shape({"text": string(TEXT_MOST)}),
        "raw_number": shape({"value": integer(-(10**15), 10**15)}, {"text": string(255)}),
        "rich_text": shape({"elements": rich_elements}),
    },
    what="cell",
)
table_rows = items(items(_cell, TABLE_COLUMNS), TABLE_ROWS)
table_columns = items(
    shape({}, {"align": one_of("left", "center", "right"), "is_wrapped": boolean}), TABLE_COLUMNS
)
