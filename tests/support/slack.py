"""The tests' Slack: the look-alike, with a channel and people, and how to wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bot.clock import Clock, system_clock
from bot.demo.slack import SlackLookalike

CHANNEL, OTHER_CHANNEL, PRIVATE_CHANNEL = "C0NEWS0001", "C0CHIPS001", "C0LEGAL001"
MEMBER, ADMIN = "U0MEMBER01", "U0ADMIN001"


@asynccontextmanager
async def open_slack(
    *, clock: Clock = system_clock, limits: bool = False, restricted_history: bool = False
) -> AsyncIterator[SlackLookalike]:
    """Give a look-alike with channels (CHANNEL: the bot is in it; OTHER_CHANNEL: it is not;
    PRIVATE_CHANNEL: private, without it) and two people, MEMBER (New York) and ADMIN (Tokyo)."""
    async with SlackLookalike(
        clock=clock, limits=limits, restricted_history=restricted_history
    ) as slack:
        slack.add_channel(CHANNEL, "export-controls")
        slack.add_channel(OTHER_CHANNEL, "chips", member=False)
        slack.add_channel(PRIVATE_CHANNEL, "legal", private=True, member=False)
        slack.add_user(MEMBER, "Mara Lindqvist")
        slack.add_user(ADMIN, "Ken Abe", tz="Asia/Tokyo", admin=True)
        yield slack


async def until(slack: SlackLookalike, holds: Callable[[], bool], *, timeout: float = 10.0) -> None:
    """Wait (real seconds) for something to become true in the look-alike.

    Looks again at each of its changes. Raises TimeoutError.
    """
    async with asyncio.timeout(timeout):
        while not holds():
            await slack.change(slack.version, timeout=0.5)
