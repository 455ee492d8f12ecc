"""Alerts, digests and notices as plain text, for the console, webhooks and the command line."""

from __future__ import annotations

from bot.messages import alert_words, digest_words, words
from bot.messages.model import Alert, Digest, DigestItem, Message, ReadReport
from bot.messages.mrkdwn import clean
from bot.messages.plain_text import plain_text, written_out
from bot.messages.rich import joined

_TITLE, _LABEL, _LINES = 300, 80, 200


def alert_message(alert: Alert, zone: str) -> Message:
    """Render an alert as text; times in `zone` (IANA)."""
    return Message(text=alert_text(alert, zone))


def digest_message(digest: Digest, zone: str) -> Message:
    """Render a digest as text; times in `zone` (IANA)."""
    return Message(text=digest_text(digest, zone))


def notice_message(text: str) -> Message:
    """Render one sentence for the operators."""
    return Message(text=clean(text, 2_000))


def alert_text(alert: Alert, zone: str) -> str:
    """Give an alert as lines: headline, origin, link, reasons, key facts, summary."""
    badge = words.badge(alert)
    title = clean(alert.title, _TITLE) or "Untitled"
    origin = [alert.publication, words.published_in(alert.published, zone), alert.document_type]
    lines = [
        f"[{badge}] {title}" if badge else title,
        "  " + " · ".join(clean(part, _LABEL) for part in origin if part),
    ]
    if alert.link:
        lines.append(f"  {clean(alert.link, 3_000)}")
    lines += [f"  {one.label}: {written_out(one.value, zone)}" for one in alert_words.facts(alert)]
    if summary := alert_words.summary(alert):
        lines.append(f"  {plain_text(summary)}")
    return "\n".join(lines)


def digest_text(digest: Digest, zone: str) -> str:
    """Give a digest as lines, each story with its link, at most 200 of them."""
    lines = [digest_words.heading(digest)]
    if note := words.CAUSE_NOTES.get(digest.cause):
        lines.append(note)
    shown = 0
    for group in digest.groups:
        lines.append(f"{clean(group.title, _LABEL)} ({len(group.items)})")
        for item in group.items[: max(0, _LINES - shown)]:
            lines.append(_item(item, zone))
            shown += 1
    left = digest.stories - digest.offset - shown
    if left > 0:
        lines.append(f"and {words.count(left, 'more story', 'more stories')}")
    if digest.read is not None:
        lines.append(coverage_text(digest.read, zone, quiet=not digest.stories))
    return "\n".join(lines)


def _item(item: DigestItem, zone: str) -> str:
    title = clean(item.title, _TITLE) or "Untitled"
    reports = f", {item.reports} reports" if item.reports > 1 else ""
    if item.perhaps:
        reports += f", may be the same as “{clean(item.perhaps, _LABEL)}”"
    origin = (
        f"{clean(item.publication, _LABEL)}, {words.published_in(item.published, zone)}{reports}"
    )
    link = f"\n    {clean(item.link, 3_000)}" if item.link else ""
    return f"  - {title}\n    {origin}{link}"


def coverage_text(read: ReadReport, zone: str, *, quiet: bool) -> str:
    """Give the proof of coverage in one line."""
    said = joined([digest_words.coverage(read, quiet=quiet), digest_words.unread(read)], " ")
    return plain_text(said, zone)
