"""Rich text as Slack's mrkdwn: everything from outside escaped, moments in the reader's zone."""

from __future__ import annotations

from itertools import groupby

from bot.messages.mrkdwn import (
    LINK_ADDRESS,
    ZERO_WIDTH,
    address,
    date_time,
    escape_entities,
    unformatted,
)
from bot.messages.rich import Form, Rich, Run

_FORMS: dict[Form, str] = {
    "moment": "{date_short_pretty} at {time}",
    "day": "{date_short_pretty}",
    "time": "{time}",
}


def mrkdwn(rich: Rich) -> str:
    """Give rich text as mrkdwn. Pieces of one style that follow each other are marked as one."""
    text = "".join(_wrapped(style, list(alike)) for style, alike in groupby(rich, key=_style))
    return ZERO_WIDTH + text if text.startswith("&gt;") else text  # it would be a quotation


def _style(run: Run) -> tuple[bool, bool, bool]:
    return run.bold, run.italic, run.strike


def _wrapped(style: tuple[bool, bool, bool], runs: list[Run]) -> str:
    text = "".join(_run(run) for run in runs)
    core = text.strip()
    if not core:
        return text
    for mark, on in zip("*_~", style, strict=True):
        core = f"{mark}{core}{mark}" if on else core
    lead = text[: len(text) - len(text.lstrip())]
    return f"{lead}{core}{text[len(text.rstrip()) :]}"


def _run(run: Run) -> str:
    if run.at:
        return date_time(run.at, form=_FORMS[run.form])
    if run.mention:
        return f"<{run.mention}>"
    if run.code:
        return f"`{escape_entities(run.text)}`"
    label = escape_entities(unformatted(run.text))
    safe = address(run.link).replace("&", "&amp;")
    return f"<{safe}|{label}>" if safe and len(safe) <= LINK_ADDRESS else label
