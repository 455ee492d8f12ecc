"""The day on which an entry came out, as its publisher's calendar has it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.feeds.model import FeedEntry

_WASHINGTON = ZoneInfo("America/New_York")
_AGENCIES = (".gov", ".mil")
_MAILED = "/accounts/US"
"""How the paths of federal agencies begin at GovDelivery, which sends their bulletins."""


def publication_day(entry: FeedEntry) -> date | None:
    """Give the day of an entry's publication: Washington's for a US agency, else that of UTC.

    What an agency puts out in the evening is of the next day in UTC, from which its "60 days after
    publication" does not count. A day without a time, which is stored as midnight in UTC (all of
    the Federal Register's are), stays that day.
    """
    moment = entry.published
    if moment is None:
        return None
    if moment.astimezone(UTC).time() == time(0) or not of_agency(entry.link):
        return moment.date()
    return _local(moment)


def _local(moment: datetime) -> date:
    try:
        return moment.astimezone(_WASHINGTON).date()
    except OverflowError:  # the first day of the calendar
        return moment.date()


def of_agency(link: str) -> bool:
    """Whether an address is that of a US agency, or of its bulletins. Never raises."""
    try:
        parts = urlsplit(link)
        host = parts.hostname or ""
    except ValueError:
        return False
    if host.endswith(".govdelivery.com"):
        return parts.path.startswith(_MAILED)
    return host.endswith(_AGENCIES)
