"""Parsing beside the event loop: a thread for one small document, worker processes for many.

A worker process is killed when a document takes too long or too much memory; the document is
then refused and the next one gets a fresh process.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import struct
import subprocess
import sys
from typing import IO, Any

import structlog

from bot.errors import FeedError, NotAFeed
from bot.feeds.documents import ParseTask
from bot.feeds.model import ParsedFeed
from bot.feeds.packing import pack, unpack
from bot.feeds.reading import Owner, Reading, read_for

log = structlog.get_logger(__name__)

PARSE_SECONDS = 30.0
SMALL = 50_000
"""Bytes that a thread reads: nothing of that size takes more than a second or two."""
MAX_PROCESSES = 4
MEMORY = 3 << 30
_LENGTH = struct.Struct("!I")

TOO_LONG = "The document takes too long to read; it was refused."


class ParserPool:
    """Parses documents. `processes`: how many workers at most; 0 parses in threads only."""

    def __init__(self, processes: int | None = None, *, seconds: float = PARSE_SECONDS) -> None:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2
        self._limit = min(cores, MAX_PROCESSES) if processes is None else processes
        self._seconds = seconds
        self._free = asyncio.Semaphore(max(self._limit, 1))
        self._idle: list[_Worker] = []
        self._busy = 0

    async def parse(self, task: ParseTask) -> ParsedFeed:
        """Read a document. Raises NotAFeed with a sentence when it cannot be read."""
        return (await self._run(task, None)).parsed

    async def read(self, task: ParseTask, owner: Owner) -> Reading:
        """Read a document of a feed, with its entries' keys. Raises as `parse` does."""
        return await self._run(task, owner)

    async def _run(self, task: ParseTask, owner: Owner | None) -> Reading:
        alone = self._busy == 0 and len(task.body) <= SMALL
        self._busy += 1
        try:
            if alone or self._limit == 0:
                return await asyncio.to_thread(read_for, task, owner)
            async with self._free:
                return await self._in_process(task, owner)
        finally:
            self._busy -= 1

    def close(self) -> None:
        """End the worker processes."""
        while self._idle:
            self._idle.pop().kill()

    async def _in_process(self, task: ParseTask, owner: Owner | None) -> Reading:
        worker = self._idle.pop() if self._idle else await asyncio.to_thread(_Worker)
        answer: Reading | FeedError | None = None
        try:
            async with asyncio.timeout(self._seconds):
                answer = await asyncio.to_thread(worker.ask, task, owner)
        except (TimeoutError, OSError, EOFError, pickle.UnpicklingError, struct.error) as error:
            log.warning("feeds.parse_refused", bytes=len(task.body), reason=type(error).__name__)
            raise NotAFeed(TOO_LONG, detail=type(error).__name__) from error
        finally:
            if answer is None:
                worker.kill()
            else:
                self._idle.append(worker)
        if isinstance(answer, FeedError):
            raise answer
        return answer


class _Worker:
    """One process that reads documents; used by one thread at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot.feeds.parsing"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )

    def ask(self, task: ParseTask, owner: Owner | None) -> Reading | FeedError:
        """Have one document read."""
        if self._process.stdin is None or self._process.stdout is None:
            raise EOFError
        _write(self._process.stdin, (task, owner))
        answer = _read(self._process.stdout)
        if isinstance(answer, Reading | FeedError):
            return answer
        raise EOFError

    def kill(self) -> None:
        """End it at once; a thread that waits for its answer gets EOFError."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None and not pipe.closed:
                try:
                    pipe.close()
                except OSError:
                    log.debug("feeds.pipe_was_broken")


def _write(pipe: IO[bytes], value: object) -> None:
    packed = pack(value)
    pipe.write(_LENGTH.pack(len(packed)) + packed)
    pipe.flush()


def _read(pipe: IO[bytes]) -> Any:  # noqa: ANN401 - whatever was written
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(head)
    packed = pipe.read(length)
    if len(packed) < length:
        raise EOFError
    return unpack(packed)


def _serve() -> None:
    """Read documents from standard input until it is closed."""
    _bound_memory()
    while True:
        try:
            task, owner = _read(sys.stdin.buffer)
        except EOFError:
            return
        _write(sys.stdout.buffer, _answer(task, owner))


def _answer(task: ParseTask, owner: Owner) -> Reading | FeedError:
    try:
        return read_for(task, owner)
    except FeedError as error:
        return error
    except MemoryError:
        return NotAFeed("The document needs too much memory to be read; it was refused.")


def _bound_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    if soft == resource.RLIM_INFINITY or soft > MEMORY:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, hard))


if __name__ == "__main__":
    _serve()
