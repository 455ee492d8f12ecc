"""Words that every rendering shares: lists, counts, days, the names of reasons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.messages.model import Alert, Why

CITED_KINDS = {
    "eccn": "ECCNs",
    "usml": "USML",
    "fr-document": "Federal Register",
    "fr-page": "Federal Register",
    "cfr": "CFR",
    "usc": "US Code",
    "hts": "HTS",
    "docket": "Dockets",
    "footnote": "Entity List",
    "bill": "Bills",
    "general-licence": "OFAC general licences",
    "public-law": "Public laws",
    "executive-order": "Executive orders",
    "eu-act": "EU acts",
    "uk-si": "UK instruments",
    "cn-announcement": "Chinese announcements",
    "rin": "RIN",
}
"""Headings of cited references; article numbers have lines of their own."""

DATE_WORDS = {
    "effective": "Effective",
    "comments": "Comments due",
    "compliance": "Comply by",
    "expiry": "Ends",
}
WHY_WORDS = {"topic": "", "watch": "watch ", "search": "saved search "}
CAUSE_WORDS = {
    "digest": "Digest",
    "quiet": "While it was quiet",
    "pause": "While this channel was paused",
    "outage": "Missed while a publication could not be read",
    "flood": "An unusual number of articles at once",
    "now": "Catching up",
}
CAUSE_NOTES = {
    "quiet": "These alerts were held by your quiet hours.",
    "pause": "These alerts were kept while nothing could be posted here.",
    "outage": "A publication could not be read for a while; these articles came out meanwhile.",
    "flood": "A feed gave far more than it usually does, so they come as one message.",
}


def count(number: int, one: str, many: str = "") -> str:
    """Give `1 story`, `2 stories`, `1,204 stories`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def some(words: Sequence[str], most: int, *, joint: str = ", ") -> str:
    """Give the first `most` words, and how many more there are."""
    shown = joint.join(words[:most])
    return f"{shown} and {len(words) - most} more" if len(words) > most else shown


def day(on: date) -> str:
    """Give a date as `2 Dec 2024`."""
    return f"{on.day} {on:%b %Y}"


def moment_in(moment: datetime, zone: str) -> str:
    """Give a moment in a zone: `2 Dec 2024 14:05 (Europe/Berlin)`."""
    at = local(moment, zone)
    return f"{day(at.date())} {at:%H:%M} ({at.tzinfo})"


def is_day(published: datetime) -> bool:
    """Whether a publication gave but a day, as the Federal Register does: midnight in UTC is the
    evening before in America."""
    return published.astimezone(UTC).time() == time()


def published_in(published: datetime, zone: str) -> str:
    """Give when something was published, in a zone; a bare day is that day everywhere."""
    if is_day(published):
        return day(published.astimezone(UTC).date())
    return moment_in(published, zone)


def local(moment: datetime, zone: str) -> datetime:
    """Give a moment in a zone (IANA); in UTC where there is no such zone."""
    try:
        return moment.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        return moment.astimezone(UTC)


def why_label(why: Why) -> str:
    """Give what a reason is called: `Entity List`, `watch ACME`."""
    return f"{WHY_WORDS.get(why.kind, '')}{why.label}"


def badge(alert: Alert) -> str:
    """Give what is special about an alert, or nothing."""
    if alert.retracted:
        return "Withdrawn by its publisher"
    if alert.edited:
        return "Changed since it was posted"
    if alert.perhaps is not None:
        return "May be the same story"
    return "Follow-up" if alert.follow_up else ""


def cited(alert: Alert) -> dict[str, list[tuple[str, str]]]:
    """Give an alert's references by heading: value and official page, each value once."""
    found: dict[str, list[tuple[str, str]]] = {}
    for citation in alert.citations:
        heading = CITED_KINDS.get(citation.kind)
        if heading is None:
            continue
        values = found.setdefault(heading, [])
        if citation.value not in [value for value, _url in values]:
            values.append((citation.value, citation.url))
    return found


def unstored_numbers(alert: Alert) -> list[str]:
    """Give the article numbers that the text refers to and that are not stored here."""
    known = {related.number for related in alert.refers_to}
    numbers = [c.value for c in alert.citations if c.kind == "article" and c.value not in known]
    return list(dict.fromkeys(numbers))
