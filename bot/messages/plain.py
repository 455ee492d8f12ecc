"""Alerts, digests and notices as plain text, for the console, webhooks and the command line."""

from __future__ import annotations

from bot.messages import words
from bot.messages.digest_words import heading
from bot.messages.model import Alert, Digest, DigestItem, Message, ReadReport, Related
from bot.messages.mrkdwn import clean
from bot.news.model import WHOLE

_TITLE, _SUMMARY, _LABEL, _LINES = 300, 700, 80, 200


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
    origin = [alert.publication, words.moment_in(alert.published, zone), alert.document_type]
    lines = [
        f"[{badge}] {title}" if badge else title,
        "  " + " · ".join(clean(part, _LABEL) for part in origin if part),
    ]
    if alert.link:
        lines.append(f"  {clean(alert.link, 3_000)}")
    lines += [f"  {line}" for line in _facts(alert)]
    if alert.summary and not alert.retracted:
        lines.append(f"  {clean(alert.summary, _SUMMARY)}")
    return "\n".join(lines)


def _facts(alert: Alert) -> list[str]:
    lines = []
    if alert.topics:
        lines.append(f"Topics: {words.some([clean(t, _LABEL) for t in alert.topics], 8)}")
    if alert.why:
        lines.append(f"Why: {why_text(alert)}")
    lines += [
        f"{words.DATE_WORDS.get(date.kind, date.kind)}: {words.day(date.on)}"
        for date in alert.dates
    ]
    if alert.companies:
        names = [clean(company.name, _LABEL) for company in alert.companies]
        lines.append(f"Companies: {words.some(names, 8)}")
    for name, values in words.cited(alert).items():
        lines.append(f"{name}: {words.some([clean(value, _LABEL) for value, _ in values], 8)}")
    lines += [f"Earlier: {_related(one)}" for one in alert.refers_to[:4]]
    if unstored := words.unstored_numbers(alert):
        lines.append(
            f"Refers to: {words.some([clean(one, 20) for one in unstored], 6)} (not in the archive)"
        )
    if alert.also_covered:
        others = [clean(one.publication or one.title, _LABEL) for one in alert.also_covered]
        lines.append(f"Also covered by: {words.some(others, 4)}")
    return lines


def why_text(alert: Alert) -> str:
    """Give an alert's reasons with the phrases found."""
    parts = []
    for why in alert.why:
        phrases = ", ".join(
            phrase if phrase == WHOLE else f"“{clean(phrase, 60)}”"
            for phrase in why.phrases[:3]
            if phrase
        )
        label = clean(words.why_label(why), _LABEL)
        passing = "" if why.main else ", in passing"
        parts.append(f"{label}{passing} ({phrases})" if phrases else f"{label}{passing}")
    return words.some(parts, 6, joint="; ")


def _related(one: Related) -> str:
    where = ", ".join(
        part for part in (clean(one.number, 20), words.day(one.published.date())) if part
    )
    return f"{clean(one.title, 150)} ({where})"


def digest_text(digest: Digest, zone: str) -> str:
    """Give a digest as lines, each story with its link, at most 200 of them."""
    lines = [heading(digest)]
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
    origin = f"{clean(item.publication, _LABEL)}, {words.moment_in(item.published, zone)}{reports}"
    link = f"\n    {clean(item.link, 3_000)}" if item.link else ""
    return f"  - {title}\n    {origin}{link}"


def coverage_text(read: ReadReport, zone: str, *, quiet: bool) -> str:
    """Give the proof of coverage in one line."""
    by = f" by {words.moment_in(read.read_by, zone)}" if read.read_by else ""
    line = (
        f"{read.read} of {words.count(read.publications, 'publication')} read{by}, "
        f"{words.count(read.entries, 'entry', 'entries')}"
    )
    line += ", nothing for you." if quiet else "."
    if read.unread:
        line += f" Could not be read: {words.some([clean(n, _LABEL) for n in read.unread], 10)}."
    return line
