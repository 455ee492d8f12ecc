"""Getting to know the platforms: who the bot is at Slack, or who has the alerts without one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import structlog

from bot.engine import Engine
from bot.errors import DeliveryError
from bot.subscriptions.model import Actor, ChannelRef

log = structlog.get_logger(__name__)

Answer = TypeVar("Answer")

CONSOLE = ChannelRef("console", "console", "console", "console")
_FIRST_PAUSE, _LONGEST_PAUSE = 2.0, 60.0


async def know_workspace(engine: Engine) -> None:
    """Ask Slack who the bot is, where there is a bot token, and keep its workspace.

    Raises SettingsError when Slack refuses the token, DeliveryError when it does not answer.
    """
    if engine.settings.slack_bot_token is not None:
        who = await engine.slack.identify()
        await engine.subscriptions.install("slack", who.workspace, who.workspace_name)


async def listen_on_console(engine: Engine) -> None:
    """Without Slack and Teams let the terminal have the alerts of every topic, until somebody has
    chosen."""
    if engine.slack.configured or engine.teams.configured:
        return
    subscriptions = engine.subscriptions
    if await subscriptions.settings(CONSOLE) is None:
        topics = [topic.id for topic in engine.taxonomy.topics]
        await subscriptions.install("console", CONSOLE.workspace, "This terminal")
        await subscriptions.subscribe(CONSOLE, Actor("cli", "exportnews"), topics)


async def until_answered(
    ask: Callable[[], Coroutine[Any, Any, Answer]], stop: asyncio.Event
) -> Answer | None:
    """Ask until Slack answers, with growing pauses; None when `stop` is set before it does.

    What is under way then is dropped. What `ask` raises beside DeliveryError goes on to the
    caller: a credential that is refused will not be taken when it is shown again.
    """
    pause = _FIRST_PAUSE
    stopped = asyncio.create_task(stop.wait())
    try:
        while not stop.is_set():
            asking = asyncio.create_task(ask())
            try:
                await asyncio.wait({asking, stopped}, return_when=asyncio.FIRST_COMPLETED)
                if asking.done():
                    return asking.result()
            except DeliveryError as error:
                log.warning("slack.away", reason=str(error), again_in_seconds=pause)
            finally:
                asking.cancel()
                await asyncio.wait({asking})
            await asyncio.wait({stopped}, timeout=pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
    finally:
        stopped.cancel()
    return None
