"""Rich text as data: what is said, apart from how a platform marks it.

What is decided about an alert or an answer is said in `Rich` once; `bot.messages.mrkdwn` and
`bot.messages.card_text` turn it into Slack's markup and into that of Adaptive Cards.
Texts from outside are cleaned and cut here, and escaped where they are marked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from bot.messages import words
from bot.messages.mrkdwn import HIT_END, HIT_START, clean

Form = Literal["moment", "day", "time"]
"""How a moment is shown: day and time of day, only the one, or only the other."""


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text in one style. `link`: an address as published; `at`: a moment, shown in
    `form` in place of the text; `mention`: a Slack channel's (`#C1`) or person's (`@U1`) id,
    shown by its name where the platform knows it."""

    text: str = ""
    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False
    link: str = ""
    at: datetime | None = None
    form: Form = "moment"
    mention: str = ""


Rich = tuple[Run, ...]

SOMEBODY = "somebody"
"""A person whose name is not known."""

_SLACK_PERSON = re.compile(r"[UW][A-Z0-9]{1,30}")
_OPAQUE_ID = re.compile(r"\d+:\S+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
"""An id of Teams or Entra, which says nothing to people."""


def ours(text: str) -> Rich:
    """Give words of our own, which hold no marks."""
    return (Run(text),) if text else ()


def outside(text: str, most: int, *, link: str = "") -> Rich:
    """Give text from outside: one line of at most `most` characters, linked to an address."""
    shown = clean(text, most)
    return (Run(shown, link=link),) if shown else ()


def code(text: str, most: int) -> Rich:
    """Give text that can be copied as it is."""
    shown = clean(text, most).replace("`", "'")
    return (Run(shown, code=True),) if shown else ()


def when(moment: datetime, form: Form = "moment") -> Rich:
    """Give a moment, shown in the reader's zone."""
    return (Run(at=moment, form=form),)


def published(moment: datetime, form: Form = "moment") -> Rich:
    """Give when something was published, in the reader's zone; a bare day is that day in all."""
    if words.is_day(moment):
        return ours(words.published_in(moment, "UTC"))
    return when(moment, form)


def person(actor: str, name: str = "") -> Rich:
    """Give somebody by their id as people see them, and by their name where it is known; Slack
    shows the name of an id."""
    if _SLACK_PERSON.fullmatch(actor):
        return (Run(clean(name, 100) or SOMEBODY, mention=f"@{actor}"),)
    if actor in {"cli", ""}:
        return ours("an operator")
    return outside(name, 100) or (
        ours(SOMEBODY) if _OPAQUE_ID.fullmatch(actor) else outside(actor, 100)
    )


def bold(rich: Rich) -> Rich:
    """Give text in bold."""
    return tuple(replace(run, bold=True) for run in rich)


def italic(rich: Rich) -> Rich:
    """Give text in italics."""
    return tuple(replace(run, italic=True) for run in rich)


def strike(rich: Rich) -> Rich:
    """Give text struck through."""
    return tuple(replace(run, strike=True) for run in rich)


def together(*parts: Rich | str) -> Rich:
    """Put texts and words of our own one after the other."""
    return tuple(run for part in parts for run in (ours(part) if isinstance(part, str) else part))


def joined(parts: Iterable[Rich], joint: str) -> Rich:
    """Join the texts that say something."""
    shown: list[Run] = []
    for part in parts:
        if part:
            shown += together(joint if shown else "", part)
    return tuple(shown)


def some(parts: Sequence[Rich], most: int, *, joint: str = ", ") -> Rich:
    """Join the first `most` texts, and say how many more there are."""
    shown = joined(parts[:most], joint)
    left = len(parts) - most
    return together(shown, f" and {left} more") if left > 0 else shown


def with_code(sentence: str) -> Rich:
    """Give a sentence of ours that quotes people and has `code` in it."""
    return together(
        *(
            code(found[1], 80) if found[1] else _spaced(found[2] or "", 400)
            for found in re.finditer(r"`([^`]*)`|([^`]+)", sentence)
        )
    )


def snippet(text: str, most: int) -> Rich:
    """Give a search's snippet: hits (between U+E000 and U+E001) in bold."""
    pieces: list[Rich] = []
    room = most
    parts = re.split(f"{HIT_START}|{HIT_END}", text[: most * 4])
    for number, part in enumerate(parts):
        shown = _spaced(part, room)
        closed_hit = number % 2 == 1 and number < len(parts) - 1
        pieces.append(bold(shown) if closed_hit else shown)
        room -= sum(len(run.text) for run in shown)
        if room <= 4:
            break
    return _stripped(together(*pieces))


def _spaced(text: str, most: int) -> Rich:
    """Text from outside with the space before and after it kept."""
    shown = clean(text, max(most, 0))
    if not shown:
        return ours(" ") if text[:1].isspace() else ()
    lead = " " if text[:1].isspace() else ""
    trail = " " if text[-1:].isspace() else ""
    return (Run(f"{lead}{shown}{trail}"),)


def _stripped(rich: Rich) -> Rich:
    if not rich:
        return rich
    first = (replace(rich[0], text=rich[0].text.lstrip()), *rich[1:])
    return (*first[:-1], replace(first[-1], text=first[-1].text.rstrip()))


def words_of(rich: Rich) -> str:
    """Give the words alone, for labels and fallbacks; moments are left out."""
    return "".join(run.text for run in rich)
