"""When a worker looks for due work.

APScheduler keeps its jobs in memory; what is due stands in the database, so any number of
workers tick side by side and none of them leads.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import BotError
from bot.storage.database import is_passing

log = structlog.get_logger(__name__)

Job = Callable[[], Awaitable[object]]


class Schedule:
    """Runs jobs at their intervals; one run of a job at a time, missed ticks are made up once."""

    def __init__(self) -> None:
        # A tick that finds its job still running is left out, which is as it should be.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._under_way: set[asyncio.Task[None]] = set()
        self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
        )

    def every(self, seconds: float, name: str, job: Job) -> None:
        """Run `job` every so many seconds. An error is logged and the next tick tries again."""

        async def run() -> None:
            try:
                await job()
            except BotError as error:
                log.warning("job.failed", job=name, reason=str(error), detail=error.detail)
            except (SQLAlchemyError, OSError) as error:
                passing = is_passing(error)
                log.warning("job.failed", job=name, reason=type(error).__name__, passing=passing)
            except Exception:  # a job that fails once must run again
                log.exception("job.failed", job=name)

        async def tick() -> None:
            # APScheduler cancels what it runs when it stops; the job itself must not be cut off.
            task = asyncio.create_task(run(), name=f"job {name}")
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
            with suppress(asyncio.CancelledError):
                await asyncio.shield(task)

        self._scheduler.add_job(tick, "interval", seconds=seconds, id=name, name=name)

    def start(self) -> None:
        """Begin ticking."""
        self._scheduler.start()

    async def stop(self, seconds: float) -> None:
        """Tick no more; a job under way may end within `seconds`, then it is cut off."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=seconds)
            for task in late:
                task.cancel()
