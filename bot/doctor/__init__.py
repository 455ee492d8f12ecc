"""Looks for what keeps the bot from working, and says what to do about it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator

from bot.clock import Clock
from bot.doctor import chat, machine, stored
from bot.doctor.model import Finding
from bot.settings import Settings

__all__ = ["Finding", "collect", "examine"]


async def examine(settings: Settings, clock: Clock, *, ask: bool = False) -> AsyncIterator[Finding]:
    """Check files, port, database, feeds, deliveries, Slack and Teams, one after the other.

    `ask`: also ask every feed of the catalogue once, over the network.
    """
    for strange in machine.unknown(os.environ):
        yield strange
    yield machine.files(settings)
    yield machine.port(settings)
    if (proxied := machine.proxy()) is not None:
        yield proxied
    async for finding in stored.database(settings, clock):
        yield finding
    if ask:
        yield await machine.publications(settings)
    async for finding in chat.slack(settings, clock):
        yield finding
    async for finding in chat.teams(settings):
        yield finding
    yield machine.secret_key(settings)
    if (weak := machine.admin_token(settings)) is not None:
        yield weak


async def collect(
    settings: Settings, clock: Clock, *, ask: bool = False, seconds: float = 60.0
) -> list[Finding]:
    """Give all findings, within a bound of time."""
    found: list[Finding] = []
    try:
        async with asyncio.timeout(seconds):
            async for finding in examine(settings, clock, ask=ask):
                found.append(finding)  # noqa: PERF401 - what was found before a timeout is kept
    except TimeoutError:
        found.append(Finding("wrong", "doctor", f"Not finished within {seconds:.0f} s."))
    return found
