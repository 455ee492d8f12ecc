"""Interactive elements: finding them in blocks, and what they send when a person uses them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

# What the action carries, by the element's type (docs.slack.dev/reference/interaction-payloads).
_ONE = {
    "static_select": "selected_option",
    "external_select": "selected_option",
    "overflow": "selected_option",
    "radio_buttons": "selected_option",
}
_MANY = {
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
}
_PLAIN = {
    "users_select": "selected_user",
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
    "multi_users_select": "selected_users",
    "multi_channels_select": "selected_channels",
    "multi_conversations_select": "selected_conversations",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}
_INITIAL = {
    **{kind: key.replace("selected", "initial") for kind, key in (_ONE | _MANY | _PLAIN).items()},
    "plain_text_input": "initial_value",
    "number_input": "initial_value",
    "email_text_input": "initial_value",
    "url_text_input": "initial_value",
}


Given = str | int | dict[str, Any] | list[Any] | None
"""What a person sets an element to: an option's value, a text, several of them, or nothing."""


class NoSuchElement(LookupError):
    """There is nothing with that action_id (and value) to use."""


def identify(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the blocks with ids wherever the bot named none, as Slack does."""
    named = []
    for block in blocks:
        block = {"block_id": secrets.token_hex(3), **block}
        for key in ("accessory", "element"):
            if isinstance(block.get(key), dict):
                block[key] = _with_action_id(block[key])
        if block["type"] in ("actions", "context_actions"):
            block["elements"] = [_with_action_id(element) for element in block["elements"]]
        named.append(block)
    return named


def _with_action_id(element: dict[str, Any]) -> dict[str, Any]:
    if element.get("type") == "image":
        return element
    return {"action_id": secrets.token_hex(3), **element}


def elements(blocks: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every interactive element with its block's id."""
    for block in blocks:
        for element in (
            *block.get("elements", []),
            *(block[key] for key in ("accessory", "element") if key in block),
        ):
            if isinstance(element, dict) and element.get("action_id"):
                yield str(block["block_id"]), element


def find(
    blocks: list[dict[str, Any]], action_id: str, value: str | None
) -> tuple[str, dict[str, Any]]:
    """Find the element with an action_id; `value` decides between several.

    Raises NoSuchElement.
    """
    found = [(b, e) for b, e in elements(blocks) if e["action_id"] == action_id]
    if value is not None:
        found = [(b, e) for b, e in found if _offers(e, value)]
    if not found:
        raise NoSuchElement(f"no element {action_id!r} with value {value!r}")
    return found[0]


def use(element: dict[str, Any], value: Given) -> dict[str, Any]:
    """Give what an element says once a person set it to `value` (an option's value, a text, ...).

    For a button, None; for several choices, a list.
    """
    kind = str(element["type"])
    said: dict[str, Any] = {"type": kind}
    if kind == "button":
        return said | {"text": element["text"], "value": element.get("value", "")}
    if kind in _ONE:
        return said | {_ONE[kind]: _option(element, value) if value is not None else None}
    if kind in _MANY:
        return said | {_MANY[kind]: [_option(element, one) for one in _several(value)]}
    if kind in _PLAIN:
        return said | {_PLAIN[kind]: value}
    return said | {"value": value}


def initial(element: dict[str, Any]) -> dict[str, Any]:
    """Give what an element says before anybody touched it."""
    kind = str(element["type"])
    given = element.get(_INITIAL.get(kind, ""))
    key = (_ONE | _MANY | _PLAIN).get(kind, "value")
    return {"type": kind, key: given if given is not None else ([] if kind in _MANY else None)}


def options(element: dict[str, Any]) -> list[dict[str, Any]]:
    """Give an element's options, groups opened."""
    grouped = [o for group in element.get("option_groups", []) for o in group.get("options", [])]
    return [*element.get("options", []), *grouped]


def _several(value: Given) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _option(element: dict[str, Any], value: Given) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    for option in options(element):
        if option.get("value") == value:
            return dict(option)
    if "external" in str(element["type"]):
        return {"text": {"type": "plain_text", "text": str(value)}, "value": str(value)}
    raise NoSuchElement(f"no option {value!r} in {element.get('action_id')!r}")


def _offers(element: dict[str, Any], value: str) -> bool:
    if element["type"] == "button":
        return bool(element.get("value", "") == value)
    known = [option.get("value") for option in options(element)]
    return value in known if known else True
