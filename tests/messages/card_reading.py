"""Reads a card as Teams would: is it taken, and does what others wrote do anything in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
from markdown_it import MarkdownIt

from bot.messages import action_values, actions, card_kit

_SCHEMA = Path(__file__).parent / "data" / "adaptive-card-1.5.json"
_FUNCTION = re.compile(r"\{\{(?:DATE\([0-9TZ:-]{20}, SHORT\)|TIME\([0-9TZ:-]{20}\))\}\}")
_NOT_ONE_LINE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_QUIET = {"inline", "text", "link_open", "link_close", "strong_open", "strong_close"}
_INPUTS = ("Input.Text", "Input.ChoiceSet", "Input.Time", "Input.Date", "Input.Toggle")


@cache
def schema() -> jsonschema_rs.Draft6Validator:
    """Microsoft's published schema of Adaptive Cards 1.5."""
    return jsonschema_rs.Draft6Validator(json.loads(_SCHEMA.read_text("utf-8")))


def objects(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every object of a card that says its type, from outside in."""
    if isinstance(value, Mapping):
        if "type" in value:
            yield value
        for one in value.values():
            yield from objects(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from objects(one)


def texts(card: Mapping[str, Any]) -> Iterator[str]:
    """Everything that a card shows as text, in order; Markdown as it is written."""
    for one in objects(card):
        match one["type"]:
            case "TextBlock":
                yield one["text"]
            case "RichTextBlock":
                yield "".join(
                    run if isinstance(run, str) else run["text"] for run in one["inlines"]
                )
            case "FactSet":
                yield from (f"{fact['title']}: {fact['value']}" for fact in one["facts"])


def buttons(card: Mapping[str, Any]) -> dict[str, actions.Action | None]:
    """What a card's buttons ask for, by their titles."""
    return {
        one["title"]: action_values.read(one["data"])
        for one in objects(card)
        if one["type"] in {"Action.Execute", "Action.Submit"} and "data" in one
    }


def markdown_links(text: str) -> list[str]:
    """The addresses that Markdown links to. Raises AssertionError for anything else it does."""
    tokens = MarkdownIt("commonmark").parse(text)
    found = []
    for token in tokens:
        assert token.type in {"paragraph_open", "paragraph_close", "inline"}, (token.type, text)
        for child in token.children or ():
            assert child.type in _QUIET, (child.type, text)
            if child.type == "link_open":
                found.append(str(child.attrs["href"]))
    return found


def problems_of_card(card: Mapping[str, Any]) -> list[str]:
    """What Teams would refuse, or what would not be shown as it was meant."""
    found = [f"schema: {error}"[:600] for error in schema().iter_errors(_published(card))]
    if (size := message_size(card)) > card_kit.MESSAGE_BYTES:
        found.append(f"{size} bytes")
    if card["version"] != "1.5" or not card["fallbackText"]:
        found.append("version or fallback")
    names = [one["id"] for one in objects(card) if one["type"] in _INPUTS]
    if len(names) != len(set(names)):
        found.append("two inputs of one name")
    return found + [problem for one in objects(card) for problem in _problems(one)]


def message_size(card: Mapping[str, Any]) -> int:
    """The bytes of the message that brings a card."""
    attachment = {"contentType": card_kit.CONTENT_TYPE, "contentUrl": None, "content": card}
    message = {"type": "message", "summary": card["fallbackText"], "attachments": [attachment]}
    return len(json.dumps(message, ensure_ascii=False).encode())


def _published(card: Mapping[str, Any]) -> dict[str, Any]:
    """A card without what only Teams knows: its width, and the choice of people."""
    assert card["msteams"] == {"width": "Full"}
    body = [{k: v for k, v in one.items() if k != "choices.data"} for one in card["body"]]
    return {name: value for name, value in card.items() if name != "msteams"} | {"body": body}


def _problems(one: Mapping[str, Any]) -> Iterator[str]:
    if one["type"] == "Action.OpenUrl" and not re.match(r"(?i)https?://[^\s<>\"]+$", one["url"]):
        yield f"address {one['url']}"
    if one["type"] in _INPUTS and not one.get("label"):
        yield "an input without a label"
    if one.get("isRequired") and not one.get("errorMessage"):
        yield "a required input that does not say what is wrong"
    if (
        one["type"].startswith("Action.")
        and not one.get("title")
        and one["type"] != "Action.OpenUrl"
    ):
        yield "a button without a title"
    for text in _shown(one):
        if "{{" in _FUNCTION.sub("", text):
            yield f"function in {text!r}"
        if re.search(r"</?at\b", text, re.IGNORECASE):
            yield f"mention in {text!r}"
        if _NOT_ONE_LINE.search(text):
            yield f"control character in {text!r}"


def _shown(one: Mapping[str, Any]) -> Iterator[str]:
    if one["type"] in {"TextBlock", "TextRun"}:
        yield one["text"]
    if one["type"] == "RichTextBlock":
        yield from (run for run in one["inlines"] if isinstance(run, str))
    if one["type"] == "FactSet":
        yield from (fact["value"] for fact in one["facts"])
