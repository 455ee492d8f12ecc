"""One document of any kind to a parsed feed. Pure, so that it can run in a worker process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.feeds.federal_register import federal_register_address, read_federal_register
from bot.feeds.model import Kind, ParsedFeed
from bot.feeds.parser import parse_feed
from bot.feeds.sources import read_page


@dataclass(frozen=True, slots=True)
class ParseTask:
    """What is needed to read a document."""

    body: bytes
    url: str
    kind: Kind = "feed"
    content_type: str = ""
    select: Mapping[str, str] = field(default_factory=dict)


def address_to_ask(url: str, kind: Kind) -> str:
    """Give the address that is fetched for a feed whose address is `url`."""
    return federal_register_address(url) if kind == "federal-register" else url


def read_document(task: ParseTask) -> ParsedFeed:
    """Read a document. Raises NotAFeed with a sentence when it is none of its kind."""
    if task.kind == "federal-register":
        return read_federal_register(task.body, task.url)
    if task.kind == "page":
        return read_page(task.body, task.url, task.select)
    return parse_feed(task.body, task.url, task.content_type)
