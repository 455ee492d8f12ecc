"""What HTTP answers mean for a feed, in words that a person can act on. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from bot.errors import FetchFailed

MAX_RETRY_AFTER = 86_400.0
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_GUARDS = re.compile(
    rb"cf-chl|cf_chl|cloudflare|just a moment|attention required|captcha|datadome|perimeterx"
    rb"|px-captcha|incapsula|imperva|akamai|access denied|are you a robot|verify you are human"
    rb"|distil",
    re.IGNORECASE,
)

BLOCKED = (
    "A bot guard keeps the server from answering programs. Ask the publisher to let this bot in, "
    "or use its API or e-mail service instead."
)


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Give how long a server asks to wait, seconds (RFC 9110, 10.2.3: seconds or a date).

    A date is compared with the server's own `Date` where it sends one. At most a day.
    """
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    if value.isdigit():
        return min(float(value[:9]), MAX_RETRY_AFTER)
    until = http_date(value)
    if until is None:
        return None
    base = http_date(headers.get("date", "")) or now or datetime.now(UTC)
    return min(max((until - base).total_seconds(), 0.0), MAX_RETRY_AFTER)


def http_date(value: str) -> datetime | None:
    """Read an HTTP date; None when it is none."""
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def max_age(headers: Mapping[str, str]) -> float | None:
    """Give how long the answer stays fresh, seconds, where `Cache-Control` says so."""
    found = _MAX_AGE.search(headers.get("cache-control", ""))
    return float(found.group(1)) if found else None


def too_large(bound: int) -> FetchFailed:
    """Give the error for a body over the bound (bytes)."""
    return FetchFailed(
        f"The document is larger than {bound // 1_000_000} MB, too large for a feed."
    )


def is_guarded(status: int, headers: Mapping[str, str], start: bytes) -> bool:
    """Whether a refusal comes from a bot guard rather than from the publisher itself."""
    if status not in {401, 403, 406, 429, 503}:
        return False
    if "cf-mitigated" in headers or "x-datadome" in headers:
        return True
    return status in {403, 406, 503} and _GUARDS.search(start) is not None


def refusal(
    status: int, headers: Mapping[str, str], start: bytes, wait: float | None
) -> FetchFailed:
    """Give the error for an answer that is not a document."""
    detail = "guard" if is_guarded(status, headers, start) else ""
    sentence = BLOCKED if detail else _SENTENCES.get(status) or _by_class(status)
    return FetchFailed(sentence, detail=detail, status=status, retry_after=wait)


_SENTENCES = {
    401: "The server wants credentials; give them with `exportnews feeds add`.",
    402: "The server wants a subscription; give the subscriber's own address or credentials.",
    403: "The server refuses to answer this bot; ask the publisher, or check the credentials.",
    404: "There is nothing at this address any more (404); look for the feed's new address.",
    410: "The publisher says that this feed is gone for good (410).",
    429: "The server says that it is asked too often (429); it will be asked later.",
    451: "The server may not give this document for legal reasons (451).",
    503: "The server is not available for the moment (503); it will be asked later.",
}


def _by_class(status: int) -> str:
    if status >= 500:
        return f"The server has a fault of its own ({status}); it will be asked again."
    return f"The server does not give the document ({status}); check the address."
