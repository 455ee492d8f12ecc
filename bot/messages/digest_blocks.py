"""Digests as Block Kit: grouped by topic, what matters most first, never more than fits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.messages import actions, kit, limits, words
from bot.messages.actions import encode
from bot.messages.blocks import LABEL
from bot.messages.kit import Block
from bot.messages.model import Digest, DigestGroup, DigestItem, Message, ReadReport
from bot.messages.mrkdwn import date_time, escape, link

_TITLE = 200
_AROUND = 8
"""Blocks kept for the heading, notes, coverage and buttons."""
_ROOM = limits.MESSAGE_CHARACTERS - 2_000
_DAY_ONLY = "{date_short_pretty}"


@dataclass(slots=True)
class _Page:
    """Groups as they are put into blocks, until there is no more room."""

    blocks: list[Block] = field(default_factory=list)
    shown: int = 0
    used: int = 0
    full: bool = False

    def add(self, group: DigestGroup) -> None:
        """Put in as many of a group's stories as there is room for, in order."""
        heading = (
            f"*{escape(group.title, LABEL)}*  ({words.count(len(group.items), 'story', 'stories')})"
        )
        lines, length = [heading], len(heading)
        for item in group.items:
            line = digest_line(item)
            cost = len(line) + 1
            if self.used + length + cost > _ROOM or self._blocks_left() < 1:
                self.full = True
                break
            if length + cost > limits.SECTION_TEXT:
                self._close(lines)
                lines, length = [], 0
            lines.append(line)
            length += cost
            self.shown += 1
        if lines and lines != [heading]:
            self._close(lines)

    def _blocks_left(self) -> int:
        return limits.MESSAGE_BLOCKS - _AROUND - len(self.blocks)

    def _close(self, lines: list[str]) -> None:
        text = "\n".join(lines)
        self.used += len(text)
        self.blocks.append(kit.section(text))


def digest_message(digest: Digest) -> Message:
    """Render a digest for Slack. What has no room is one button away."""
    page = _Page()
    for group in digest.groups:
        if not page.full:
            page.add(group)
    title = heading(digest)
    blocks = [kit.header(title)]
    notes = _notes(digest)
    if notes:
        blocks.append(kit.context(*notes))
    blocks += page.blocks
    end = digest.offset + page.shown
    if end < digest.stories:
        blocks += _reading_on(digest, end)
    if digest.read is not None:
        blocks.append(kit.context(coverage_line(digest.read, quiet=not digest.stories)))
    return Message(text=escape(_fallback(digest, title), 600), blocks=tuple(blocks))


def heading(digest: Digest) -> str:
    """Give the heading: what it is, and how many stories."""
    name = words.CAUSE_WORDS.get(digest.cause, "Digest")
    if not digest.stories:
        return f"{name}: nothing new for you"
    return f"{name}: {words.count(digest.stories, 'story', 'stories')}"


def digest_line(item: DigestItem) -> str:
    """Give one story as one line."""
    title = link(item.link, item.title or "Untitled", _TITLE)
    where = [escape(item.publication, LABEL), date_time(item.published, form=_DAY_ONLY)]
    if item.reports > 1:
        where.append(f"{item.reports} reports")
    shown = f"~{title}~ (withdrawn)" if item.retracted else title
    return f"• {shown}  _{' · '.join(part for part in where if part)}_"


def coverage_line(read: ReadReport, *, quiet: bool) -> str:
    """Give the proof of coverage: `14 of 14 publications read by 08:50, 63 entries`."""
    by = f" by {date_time(read.read_by, form='{time}')}" if read.read_by else ""
    line = (
        f"{read.read} of {words.count(read.publications, 'publication')} read{by}, "
        f"{words.count(read.entries, 'entry', 'entries')}"
    )
    line += ", nothing for you." if quiet else "."
    if read.unread:
        names = [escape(name, LABEL) for name in read.unread]
        line += f" :warning: Could not be read: {words.some(names, 10)}."
    return line


def _notes(digest: Digest) -> Iterable[str]:
    notes = []
    if digest.since and digest.until:
        start, end = (date_time(at) for at in (digest.since, digest.until))
        notes.append(f"{start} to {end}")
    if note := words.CAUSE_NOTES.get(digest.cause):
        notes.append(note)
    return notes


def _reading_on(digest: Digest, end: int) -> list[Block]:
    left = digest.stories - end
    listed = left - digest.more
    blocks = [kit.context(f"and {words.count(left, 'more story', 'more stories')}")]
    if listed > 0 and digest.delivery_id is not None:
        onward = encode(actions.DigestPage(digest.delivery_id, end))
    elif listed > 0 and digest.days:
        onward = encode(actions.CatchUp(digest.days, end))
    else:
        onward = encode(actions.LatestPage())
    blocks.append(kit.actions([kit.button("Show more", "onward", onward)]))
    return blocks


def _fallback(digest: Digest, title: str) -> str:
    first = [item.title for group in digest.groups for item in group.items][:3]
    return f"{title}. {'; '.join(first)}" if first else title
