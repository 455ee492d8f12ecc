"""An answer that fails: the person is told, the log knows why."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import httpx
import structlog

from bot.commands.apologies import apology
from bot.errors import BotError

log = structlog.get_logger(__name__)

T = TypeVar("T")


async def or_apologise(work: Awaitable[T], say: Callable[[str], T], kind: str) -> T:
    """Do some work; when it fails give what `say` makes of the sentence for the person."""
    try:
        return await work
    except (BotError, httpx.HTTPError) as error:
        log.warning("teams.answer_failed", kind=kind, reason=type(error).__name__)
        return say(apology(error))
    except Exception as error:
        log.exception("teams.answer_failed", kind=kind)
        return say(apology(error))
