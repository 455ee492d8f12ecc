"""Text of entries: markup out, entities resolved, spaces tidied, lengths bounded. Pure."""

from __future__ import annotations

import html
import re

import nh3

MAX_TITLE = 500
MAX_SUMMARY = 10_000
MAX_CONTENT = 200_000
MAX_MARKUP = 2_000_000
MAX_ELEMENTS = 10_000

_MARKUP = re.compile(r"<(?:[a-zA-Z/!?])|&(?:#\d|#[xX]|[a-zA-Z])")
_ELEMENT = re.compile(
    r"</?(?:a|abbr|article|aside|b|big|blockquote|body|br|center|cite|code|dd|del|div|dl|dt|em"
    r"|figcaption|figure|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|li"
    r"|link|main|mark|meta|nav|object|ol|option|p|pre|q|s|samp|script|section|small|span|strike"
    r"|strong|style|sub|sup|svg|table|tbody|td|tfoot|th|thead|title|tr|tt|u|ul|video|wbr)"
    r"(?:\s[^<>]*|/)?>|<!--|<!\[CDATA\[|&(?:#\d+|#[xX][\da-fA-F]+|[a-zA-Z]\w{1,30});",
    re.IGNORECASE,
)
_BLOCK = re.compile(
    r"<(?=/?(?:address|article|aside|blockquote|br|center|dd|div|dl|dt|figcaption|figure|footer"
    r"|form|h[1-6]|header|hr|li|main|nav|ol|option|p|pre|section|table|td|th|tr|ul)\b)",
    re.IGNORECASE,
)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)(?:\]\]>|$)", re.DOTALL)
_TAG = re.compile(r"<[a-zA-Z/!?][^<>]*>?")
_SCRIPT = re.compile(r"<(script|style)\b[^<]*(?:<(?!/\1)[^<]*)*", re.IGNORECASE)
_ENDLESS_NUMBER = re.compile(r"&#\d{20,};?")
_SPACES = re.compile(r"[^\S\n]+")
_NEWLINES = re.compile(r" ?\n[ \n]*")
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)


def has_markup(text: str) -> bool:
    """Whether `text` holds an HTML element or an entity (a lone `<` or `&` is none)."""
    return ("<" in text or "&" in text) and _ELEMENT.search(text) is not None


def to_text(markup: str, *, limit: int = MAX_CONTENT, literal: bool = False) -> str:
    """Give the text of HTML, at most `limit` characters, paragraphs as lines.

    `literal`: it is declared to be plain text, so nothing in it is markup.
    """
    text = markup[: max(MAX_MARKUP, limit)]
    if not literal and ("<" in text or "&" in text) and _MARKUP.search(text):
        if "<![CDATA[" in text:
            text = _CDATA.sub(r"\1", text)
        if "<" in text and _ELEMENT.search(text):
            text = _without_elements(_BLOCK.sub("\n<", text))
        text = html.unescape(_ENDLESS_NUMBER.sub("\ufffd", text))
    return clip(tidy(text), limit)


def _without_elements(markup: str) -> str:
    """Take the elements out; by a plain pattern where they are so many that a parser, whose time
    grows with the square of their depth, would take minutes."""
    if markup.count("<") <= MAX_ELEMENTS:
        return nh3.clean(storable(markup), tags=set(), link_rel=None)
    return _TAG.sub(" ", _SCRIPT.sub(" ", markup))


def to_line(markup: str, *, limit: int = MAX_TITLE, literal: bool = False) -> str:
    """Give the text of HTML on one line."""
    return clip(" ".join(to_text(markup, limit=limit * 4, literal=literal).split()), limit)


def storable(text: str) -> str:
    """Give `text` without NUL and halves of characters, as JSON may have them: no parser, hash or
    database takes them."""
    return text.encode(errors="ignore").decode().replace("\x00", "")


def tidy(text: str) -> str:
    """Give `text` without control characters and needless spaces; lines stay lines."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    text = _CONTROL.sub("", text.replace("\r", "\n"))
    return _NEWLINES.sub("\n", _SPACES.sub(" ", text)).strip()


def clip(text: str, limit: int) -> str:
    """Give at most `limit` characters, cut at a word, with an ellipsis where something was cut."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    space = cut.rfind(" ", limit // 2)
    return (cut[:space] if space > 0 else cut).rstrip() + "…"
