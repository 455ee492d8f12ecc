"""Many callers' writes in one transaction.

While one transaction is being written, the next writes gather; each caller waits until its own
is committed. So a thousand polls cost some dozens of transactions, not a thousand. How many go into
one follows from how long they take: others wait for it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from bot.storage.database import is_passing

T = TypeVar("T")
R = TypeVar("R")

QUICK_SECONDS = 0.25
"""A full transaction that took less is followed by one of twice the weight, if it may be."""

SLOW_SECONDS = 0.75
"""After one that took more, the next has the least weight again."""


class GroupCommit(Generic[T, R]):
    """Hands what callers bring to `write`, which commits all of it or raises.

    What one caller brought can spoil no other's: when a group fails each is written alone, unless
    the database itself is away. `most`: the weight that one transaction takes, if it is not a
    single caller's; `limit`: up to where that grows while transactions are quick.
    """

    def __init__(
        self,
        write: Callable[[Sequence[T]], Awaitable[Sequence[R]]],
        most: int,
        weight: Callable[[T], int] = lambda _: 1,
        *,
        limit: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._write = write
        self._least = self._most = most
        self._limit = max(limit, most)
        self._weight = weight
        self._clock = clock
        self._gathered: list[tuple[T, asyncio.Future[R]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def add(self, item: T) -> R:
        """Have `item` written, and give what `write` gave for it, or raise its error."""
        done: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._gathered.append((item, done))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all(), name="group commit")
        return await done

    async def finish(self) -> None:
        """Wait for the transaction that is being written; callers that gave up are left out."""
        if self._writing is not None:
            await self._writing

    async def _write_all(self) -> None:
        while group := self._next():
            started = self._clock()
            await self._settle(group)
            self._learn(sum(self._weight(item) for item, _ in group), self._clock() - started)

    def _learn(self, weight: int, seconds: float) -> None:
        if seconds > SLOW_SECONDS:
            self._most = self._least
        elif seconds < QUICK_SECONDS and weight * 2 > self._most:
            self._most = min(self._most * 2, self._limit)

    def _next(self) -> list[tuple[T, asyncio.Future[R]]]:
        waiting = [(item, done) for item, done in self._gathered if not done.done()]
        group, weight = 0, 0
        for item, _ in waiting:
            weight += self._weight(item)
            if group and weight > self._most:
                break
            group += 1
        self._gathered = waiting[group:]
        return waiting[:group]

    async def _settle(self, group: list[tuple[T, asyncio.Future[R]]]) -> None:
        try:
            results = await self._write([item for item, _ in group])
        except Exception as error:  # noqa: BLE001 - its caller gets it and deals with it
            if len(group) > 1 and not is_passing(error):
                for one in group:
                    await self._settle([one])
                return
            for _, done in group:
                if not done.done():
                    done.set_exception(error)
            return
        for (_, done), result in zip(group, results, strict=True):
            if not done.done():
                done.set_result(result)
