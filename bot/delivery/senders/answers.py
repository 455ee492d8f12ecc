"""What every platform's HTTP answers have in common: a bound, and a time to wait."""

from __future__ import annotations

import aiohttp

DEFAULT_RETRY_AFTER = 30.0
"""Seconds to wait when a platform asks to wait and does not say how long."""

_SHORTEST, _LONGEST = 0.5, 3600.0


async def read_at_most(response: aiohttp.ClientResponse, most: int) -> bytes | None:
    """Give the body of an answer, None when it is larger than `most` bytes."""
    if response.content_length is not None and response.content_length <= most:
        return await response.read()
    taken = bytearray()
    async for chunk in response.content.iter_chunked(65_536):
        taken += chunk
        if len(taken) > most:
            return None
    return bytes(taken)


def retry_after(header: str | None) -> float:
    """Give the seconds that a Retry-After header asks for, within half a second and an hour."""
    try:
        seconds = float(header) if header else DEFAULT_RETRY_AFTER
    except ValueError:
        return DEFAULT_RETRY_AFTER
    return min(max(seconds, _SHORTEST), _LONGEST)
