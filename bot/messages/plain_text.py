"""Rich text as plain text, for the command line: no marks, moments in a zone."""

from __future__ import annotations

from itertools import groupby

from bot.messages import words
from bot.messages.mrkdwn import clean
from bot.messages.rich import SOMEBODY, Rich, Run

_ADDRESS = 3_000


def plain_text(rich: Rich, zone: str = "UTC") -> str:
    """Give rich text without marks; times in `zone` (IANA), and ids for people without a name."""
    return "".join(_plain(run, zone) for run in rich)


def written_out(rich: Rich, zone: str = "UTC") -> str:
    """Give rich text without marks, each linked text with its address behind it."""
    linked = groupby(rich, key=lambda run: run.link)
    return "".join(with_address(plain_text(tuple(runs), zone), link) for link, runs in linked)


def with_address(text: str, address: str) -> str:
    """Give a linked text as a terminal has it: `15 CFR 744 https://...`."""
    return " ".join(part for part in (text, clean(address, _ADDRESS)) if part)


def _plain(run: Run, zone: str) -> str:
    if run.at is None:
        unnamed = run.text == SOMEBODY and run.mention.startswith("@")
        return run.mention[1:] if unnamed else run.text
    at = words.local(run.at, zone)
    match run.form:
        case "day":
            return words.day(at.date())
        case "time":
            return f"{at:%H:%M} ({at.tzinfo})"
        case "moment":
            return words.moment_in(run.at, zone)
