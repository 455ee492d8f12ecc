"""Rich text as Adaptive Cards take it: runs of a RichTextBlock, and Markdown for facts.

Sources: learn.microsoft.com/adaptive-cards/authoring-cards/text-features and
learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format. Text from
outside goes into RichTextBlocks, in which nothing is formatted by what is written. TextBlocks and
facts read a subset of Markdown, in which Teams on phones shows the escaping backslash of a mark
(microsoft/AdaptiveCards issue 5590); so only short values are put there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import groupby
from typing import Any
from urllib.parse import quote, urlsplit

from bot.messages.limits import ADDRESS
from bot.messages.mrkdwn import ZERO_WIDTH, address
from bot.messages.rich import Form, Rich, Run

FACT_ADDRESS = 500
"""The longest address that is linked in a fact; the headline and the button have the whole."""

_KEPT = ":/?@!$&'()*+,;=~-._"
"""What an address may hold besides letters, digits and percent-encoded bytes (RFC 3986)."""
_HOST = re.compile(r"[A-Za-z0-9._-]+")
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_MARK = re.compile(r"[\\`*_\[\]<>~]|^(?:[-+#]|\d{1,9}(?=[.)]))")
"""What Markdown could read as a mark: emphasis, code, links, HTML, a list or heading's start."""
_FUNCTION = re.compile(r"\{(?=\{)")
_ENTITY = re.compile(r"&(?=#?\w{1,32};)")
_MENTION = re.compile(r"<(?=/?at\b)", re.IGNORECASE)


def runs(rich: Rich, **style: str | bool) -> list[dict[str, Any] | str]:
    """Give rich text as the inlines of a RichTextBlock; `style`: properties of every run."""
    inlines: list[dict[str, Any] | str] = []
    pieces = [_piece(run, style) for run in rich if run.at or run.text]
    for shown, alike in groupby(pieces, key=lambda piece: piece[1]):
        text = "".join(piece[0] for piece in alike)
        inlines.append({"type": "TextRun", "text": text, **shown} if shown else text)
    return inlines


def _piece(run: Run, style: Mapping[str, str | bool]) -> tuple[str, dict[str, Any]]:
    """Give a run's text, and how it looks."""
    shown: dict[str, Any] = dict(style)
    if run.bold:
        shown["weight"] = "Bolder"
    if run.italic:
        shown["isSubtle"] = True
    if run.strike:
        shown["strikethrough"] = True
    if run.code:
        shown["fontType"] = "Monospace"
    if safe := uri(run.link):
        shown["selectAction"] = {"type": "Action.OpenUrl", "url": safe}
    return _moment(run.at, run.form) if run.at else harmless(run.text), shown


def markdown(rich: Rich) -> str:
    """Give rich text as the Markdown of a fact: what was written by others is escaped."""
    return "".join(_marked(run) for run in rich)


def _marked(run: Run) -> str:
    if run.at:
        return _moment(run.at, run.form)
    text = escape(run.text)
    safe = uri(run.link)
    if safe and len(safe) <= FACT_ADDRESS and text.strip():
        target = (
            safe.replace("(", "%28").replace(")", "%29").replace("[", "%5B").replace("]", "%5D")
        )
        text = f"[{text}]({target})"
    if run.bold and text.strip():
        return f"**{text}**"
    return text


def escape(text: str) -> str:
    """Give plain text as Markdown that shows it as it is: no emphasis, link, list, HTML."""
    marked = _MARK.sub(lambda found: _escaped(found.group()), harmless(text))
    return _ENTITY.sub(f"&{ZERO_WIDTH}", marked)


def _escaped(mark: str) -> str:
    return f"{ZERO_WIDTH}{mark}" if mark.isdigit() else f"\\{mark}"


def uri(url: str) -> str:
    """Give a web address as a URI of RFC 3986, which the schema of cards asks for; nothing when
    it will not do. Only `http` and `https` are let through."""
    try:
        parts = urlsplit(address(url))
        port = f":{parts.port}" if parts.port else ""
        host = (parts.hostname or "").encode("idna").decode()
    except (ValueError, UnicodeError):
        return ""
    if not _HOST.fullmatch(host):
        return ""
    rest = _encoded(parts.path)
    rest += f"?{_encoded(parts.query)}" if parts.query else ""
    rest += f"#{_encoded(parts.fragment)}" if parts.fragment else ""
    found = f"{parts.scheme}://{host}{port}{rest}"
    return found if len(found) <= ADDRESS else ""


def _encoded(part: str) -> str:
    return quote(_LONE_PERCENT.sub("%25", part), safe=_KEPT + "%")


def harmless(text: str) -> str:
    """Give plain text in which a card runs no function (`{{DATE(...)}}`) and mentions nobody."""
    return _MENTION.sub(f"<{ZERO_WIDTH}", _FUNCTION.sub("{" + ZERO_WIDTH, text))


def _moment(at: datetime, form: Form) -> str:
    """Give a moment that the client shows in the reader's zone and language."""
    stamp = at.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
    day, time = f"{{{{DATE({stamp}, SHORT)}}}}", f"{{{{TIME({stamp})}}}}"
    return {"moment": f"{day} {time}", "day": day, "time": time}[form]
