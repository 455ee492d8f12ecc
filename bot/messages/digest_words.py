"""What a digest says, for every platform: heading, stories, proof of coverage, how to read on."""

from __future__ import annotations

from bot.messages import actions, rich, words
from bot.messages.alert_words import LABEL
from bot.messages.model import Digest, DigestGroup, DigestItem, ReadReport
from bot.messages.rich import Rich, joined, ours, outside, some, together

_TITLE = 200


def heading(digest: Digest) -> str:
    """Give the heading: what it is, and how many stories."""
    name = words.CAUSE_WORDS.get(digest.cause, "Digest")
    if not digest.stories:
        return f"{name}: nothing new for you"
    return f"{name}: {words.count(digest.stories, 'story', 'stories')}"


def notes(digest: Digest) -> list[Rich]:
    """Give the time it spans, and why its stories come together."""
    found = []
    if digest.since and digest.until:
        found.append(together(rich.when(digest.since), " to ", rich.when(digest.until)))
    if note := words.CAUSE_NOTES.get(digest.cause):
        found.append(ours(note))
    return found


def group_heading(group: DigestGroup) -> Rich:
    """Give what a group is about, and how many stories it has."""
    stories = words.count(len(group.items), "story", "stories")
    return together(rich.bold(outside(group.title, LABEL)), f"  ({stories})")


def line(item: DigestItem) -> Rich:
    """Give one story as one line."""
    title = outside(item.title, _TITLE, link=item.link) or ours("Untitled")
    where = [outside(item.publication, LABEL), rich.published(item.published, "day")]
    if item.reports > 1:
        where.append(ours(f"{item.reports} reports"))
    if item.perhaps:
        where.append(together("may be the same as “", outside(item.perhaps, LABEL), "”"))
    shown = together(rich.strike(title), " (withdrawn)") if item.retracted else title
    return together(shown, "  ", rich.italic(joined(where, " · ")))


def coverage(read: ReadReport, *, quiet: bool) -> Rich:
    """Give the proof of coverage: `14 of 14 publications read by 08:50, 63 entries`."""
    by = together(" by ", rich.when(read.read_by, "time")) if read.read_by else ()
    return together(
        f"{read.read} of {words.count(read.publications, 'publication')} read",
        by,
        f", {words.count(read.entries, 'entry', 'entries')}",
        ", nothing for you." if quiet else ".",
    )


def unread(read: ReadReport) -> Rich:
    """Name the publications that could not be read, if any."""
    names = [outside(name, LABEL) for name in read.unread]
    return together("Could not be read: ", some(names, 10), ".") if names else ()


def onward(digest: Digest, end: int) -> actions.Action:
    """Give what reads on in a digest of which the first `end` stories were shown."""
    listed = digest.stories - end - digest.more
    if listed > 0 and digest.delivery_id is not None:
        return actions.DigestPage(digest.delivery_id, end)
    if listed > 0 and digest.days:
        return actions.CatchUp(digest.days, end)
    return actions.LatestPage()


def left_over(digest: Digest, end: int) -> str:
    """Say how many stories are not shown."""
    return f"and {words.count(digest.stories - end, 'more story', 'more stories')}"


def fallback(digest: Digest) -> str:
    """Give the digest in one line, for notifications and screen readers. Not escaped."""
    first = [item.title for group in digest.groups for item in group.items][:3]
    title = heading(digest)
    return f"{title}. {'; '.join(first)}" if first else title
