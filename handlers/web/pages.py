"""The console's templates, its style sheet, and the headers of its pages."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape

from bot.commands import settings_lines
from bot.messages.mrkdwn import address
from bot.messages.plain_text import plain_text
from bot.messages.words import badge, day
from bot.news.model import WHOLE

# No script, no frame, nothing from elsewhere; forms go to the console itself only.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
}
FOLDER = Path(__file__).parent / "templates"


def templates() -> Environment:
    """Give the templates; all that is put in is escaped."""
    pages = Environment(loader=FileSystemLoader(FOLDER), autoescape=select_autoescape())
    pages.filters |= {"moment": moment, "day": day, "plain": plain_text, "address": address}
    pages.globals |= {
        "whole": WHOLE,
        "badge": badge,
        "subscription_line": settings_lines.subscription_line,
        "paused_line": settings_lines.paused_line,
        "how_it_comes": settings_lines.how_it_comes,
    }
    return pages


def moment(at: datetime | None) -> str:
    """Give a time as `2 Dec 2024, 14:05 UTC`; nothing for None."""
    return f"{day(at)}, {at:%H:%M} UTC" if at else ""
