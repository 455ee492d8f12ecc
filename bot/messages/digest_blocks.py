"""Digests as Block Kit: grouped by topic, what matters most first, never more than fits."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.messages import digest_words, kit, limits
from bot.messages.action_values import encode
from bot.messages.kit import Block
from bot.messages.model import Digest, DigestGroup, Message, ReadReport
from bot.messages.mrkdwn import escape
from bot.messages.slack_text import mrkdwn

_FALLBACK = 600
_AROUND = 8
"""Blocks kept for the heading, notes, coverage and buttons."""
_ROOM = limits.MESSAGE_CHARACTERS - 2_000


@dataclass(slots=True)
class _Page:
    """Groups as they are put into blocks, until there is no more room."""

    blocks: list[Block] = field(default_factory=list)
    shown: int = 0
    used: int = 0
    full: bool = False

    def add(self, group: DigestGroup) -> None:
        """Put in as many of a group's stories as there is room for, in order."""
        heading = mrkdwn(digest_words.group_heading(group))
        lines, length = [heading], len(heading)
        for item in group.items:
            line = f"• {mrkdwn(digest_words.line(item))}"
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
    blocks = [kit.header(digest_words.heading(digest))]
    notes = [mrkdwn(note) for note in digest_words.notes(digest)]
    if notes:
        blocks.append(kit.context(*notes))
    blocks += page.blocks
    end = digest.offset + page.shown
    if end < digest.stories:
        onward = encode(digest_words.onward(digest, end))
        blocks += [
            kit.context(digest_words.left_over(digest, end)),
            kit.actions([kit.button("Show more", "onward", onward)]),
        ]
    if digest.read is not None:
        blocks.append(kit.context(_coverage(digest.read, quiet=not digest.stories)))
    text = escape(digest_words.fallback(digest), _FALLBACK)
    return Message(text=text, blocks=tuple(blocks))


def _coverage(read: ReadReport, *, quiet: bool) -> str:
    line = mrkdwn(digest_words.coverage(read, quiet=quiet))
    unread = mrkdwn(digest_words.unread(read))
    return f"{line} :warning: {unread}" if unread else line
