"""The list of feeds as lines of text, for a terminal of any width. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from textwrap import wrap

from rich.text import Text

from bot.feeds.addresses import shown
from bot.feeds.roster import FeedHealth

LEAST_WIDTH = 60
_INDENT = " " * 5
_COLUMNS = "{state:<8} {entries:>7}  {newest:>10}  {due:>9}"
_FIXED = len(_INDENT) + 2 + 8 + 1 + 7 + 2 + 10 + 2 + 9
_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60))


def feed_lines(feeds: Sequence[FeedHealth], now: datetime, width: int) -> Iterator[str]:
    """Give the lines: of each feed its state, its address (cut where it is too long), and what is
    wrong with it in whole words."""
    if not feeds:
        yield "No feed is watched. Add one: exportnews feeds add https://www.example.org/"
        return
    width = max(width, LEAST_WIDTH)
    room = min(width - _FIXED, max(len("Publication"), *(len(one.publication) for one in feeds)))
    head = _COLUMNS.format(state="State", entries="Entries", newest="Newest", due="Next poll")
    yield f"{'No':>3}  {'Publication':<{room}}  {head}"
    for one in feeds:
        due = _due(one.next_poll_at, now) if one.state == "active" else "-"
        newest = one.newest_entry_at.strftime("%Y-%m-%d") if one.newest_entry_at else "-"
        columns = _COLUMNS.format(state=state_of(one), entries=one.entries, newest=newest, due=due)
        yield f"{one.id:>3}  {_cut(one.publication, room)}  {columns}"
        yield _INDENT + _cut(shown(one.url), width - len(_INDENT)).rstrip()
        wrong = one.state_reason if one.state != "active" else one.last_error
        yield from (_INDENT + line for line in wrap(wrong or "", width - len(_INDENT)))
    yield _counted(feeds)


def state_of(one: FeedHealth) -> str:
    """Give a feed's state in one word: an active one may be failing, or silent."""
    if one.state != "active":
        return one.state
    if one.failures:
        return "failing"
    return "silent" if one.silent else "active"


def _counted(feeds: Sequence[FeedHealth]) -> str:
    states = Counter(state_of(one) for one in feeds)
    counts = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    return f"{len(feeds)} feed{'' if len(feeds) == 1 else 's'}: {counts}"


def _due(moment: datetime | None, now: datetime) -> str:
    if moment is None or moment <= now + timedelta(seconds=1):
        return "now"
    seconds = (moment - now).total_seconds()
    for unit, size in _UNITS:
        if seconds >= size:
            return f"in {round(seconds / size)} {unit}"
    return "in 1 min"


def _cut(text: str, room: int) -> str:
    """Give `text` in exactly `room` columns of a terminal, with an ellipsis where it is cut."""
    fitted = Text(text)
    fitted.truncate(room, overflow="ellipsis", pad=True)
    return fitted.plain
