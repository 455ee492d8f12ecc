"""Rich text as Slack's mrkdwn: everything from outside escaped, moments in the reader's zone."""

from __future__ import annotations

from collections.abc import Iterable
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
    pieces = [(style, _plain(alike)) for style, alike in groupby(rich, key=_style)]
    shown = [text for _style, text in pieces]
    text = "".join(
        text if _in_word(shown, number) else _wrapped(style, text)
        for number, (style, text) in enumerate(pieces)
    )
    return ZERO_WIDTH + text if text.startswith("&gt;") else text  # it would be a quotation


def _style(run: Run) -> tuple[bool, bool, bool]:
    return run.bold, run.italic, run.strike


def _plain(runs: Iterable[Run]) -> str:
    return "".join(_run(run) for run in runs)


def _in_word(pieces: list[str], number: int) -> bool:
    """Whether a piece is a part of a word: Slack marks whole words only."""
    before = pieces[number - 1][-1:] if number else ""
    after = pieces[number + 1][:1] if number + 1 < len(pieces) else ""
    piece = pieces[number]
    return (before.isalnum() and piece[:1].isalnum()) or (after.isalnum() and piece[-1:].isalnum())


def _wrapped(style: tuple[bool, bool, bool], text: str) -> str:
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
    safe = address(run.link).replace("&", "&amp;") if run.link else ""
    return f"<{safe}|{label}>" if safe and len(safe) <= LINK_ADDRESS else label
