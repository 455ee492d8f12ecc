"""Rich text as HTML: everything from outside escaped, moments as on every page."""

from __future__ import annotations

from markupsafe import Markup, escape

from bot.messages.mrkdwn import address
from bot.messages.plain_text import plain_text
from bot.messages.rich import Rich, Run

_MARKS = (
    ("bold", Markup("<b>{}</b>")),
    ("italic", Markup("<i>{}</i>")),
    ("strike", Markup("<s>{}</s>")),
    ("code", Markup("<code>{}</code>")),
)


def html(rich: Rich, zone: str = "UTC") -> Markup:
    """Give rich text as HTML; times in `zone` (IANA)."""
    return Markup("").join(_run(run, zone) for run in rich)


def _run(run: Run, zone: str) -> Markup:
    text = escape(plain_text((run,), zone))
    if run.at is not None:
        text = Markup('<time datetime="{}">{}</time>').format(run.at.isoformat(), text)
    for style, mark in _MARKS:
        if getattr(run, style) and text:
            text = mark.format(text)
    if safe := address(run.link):
        text = Markup('<a href="{}" rel="noreferrer">{}</a>').format(safe, text)
    return text
