"""Tries to make deliveries get lost or come twice: `python -m bench.faults`.

Workers on one PostgreSQL send stories to channels of a Slack look-alike that delays, cuts
connections before and after accepting, answers 429, 500 and garbage, while workers are killed
with SIGKILL at random and new ones started, and others are frozen (SIGSTOP) until their leases have
run out, and then go on. Then the same on SQLite with one worker. At the end
every channel must have every story exactly once, in order of publication.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from sqlalchemy import func, select

from bench.delivery_worker import Job
from bot.demo.slack import SlackLookalike
from bot.demo.slack.faults import (
    ApiError,
    CutAfter,
    CutBefore,
    Delay,
    Fault,
    Garbage,
    Status,
)
from bot.storage import schema
from bot.storage.database import Database
from bot.storage.tables import delivery
from tests.support.databases import PostgresServer
from tests.support.outbox import add_channels, add_story, add_workspace, owe

OWED = ("pending", "failed", "sending")
PLACES = 30
"""Channels a worker serves at a time: enough to be killed with much in flight."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How hard it is tried. `faulty` is the share of calls that go wrong."""

    workers: int = 3
    workspaces: int = 5
    channels: int = 200
    stories: int = 50
    kills: int = 30
    freezes: int = 0
    kill_every: float = 1.0
    faulty: float = 0.15
    seconds: float = 900.0
    seed: int = 1
    story_every: float = 1.0
    call: float = 4.0
    lease: float = 15.0
    settle: float = 5.0


@dataclass(slots=True)
class Found:
    """What came of it."""

    deliveries: int = 0
    calls: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    freezes: int = 0
    lost: int = 0
    repeated: int = 0
    disordered: int = 0
    unsettled: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        faults = ", ".join(f"{name} {number}" for name, number in sorted(self.faults.items()))
        return (
            f"{self.deliveries} deliveries, {self.calls} posts, {self.kills} workers killed, "
            f"{self.freezes} frozen past their leases, {self.seconds:.0f} s\n  faults: {faults}\n"
            f"  lost {self.lost}, repeated {self.repeated}, out of order {self.disordered}, "
            f"not settled {self.unsettled}"
        )


async def run(url: str, plan: Plan, log: str = "") -> Found:
    """Run one trial on the database at `url` (its schema is there already)."""
    found = Found()
    db = Database(url)
    async with SlackLookalike(limits=False) as slack:
        ids = await _furnish(db, slack, plan)
        tokens = {team: home.bot_token for team, home in slack.workspaces.items()}
        crew = _Workers(url, slack.api_url, tokens, plan, log)
        began = time.monotonic()
        faults = asyncio.create_task(_keep_failing(slack, plan))
        await crew.start()
        killing = asyncio.create_task(crew.keep_killing())
        freezing = asyncio.create_task(crew.keep_freezing())
        try:
            async with asyncio.timeout(plan.seconds):
                await _publish(db, ids, plan)
                await killing
                await freezing
                while await _owed(db):
                    await asyncio.sleep(0.5)
        except TimeoutError:
            found.unsettled = await _owed(db)
        finally:
            for task in (faults, killing, freezing):
                task.cancel()
            await crew.stop()
        found.seconds = time.monotonic() - began
        found.kills, found.freezes = crew.kills, crew.freezes
        _count(slack, plan, ids, found)
    await db.close()
    return found


_METHODS = ("chat.postMessage", "conversations.history")


async def _furnish(db: Database, slack: SlackLookalike, plan: Plan) -> list[int]:
    now = datetime.now(UTC)
    ids: list[int] = []
    each = plan.channels // plan.workspaces
    for number in range(plan.workspaces):
        team = f"T{number}"
        home = slack.add_workspace(team, team)
        names = [f"C{number}X{n}" for n in range(each)]
        for name in names:
            home.add_channel(name, name.lower())
        workspace_id = await add_workspace(db, team, now)
        ids += await add_channels(db, workspace_id, names, now)
    return ids


async def _publish(db: Database, ids: Sequence[int], plan: Plan) -> None:
    for number in range(plan.stories):
        now = datetime.now(UTC)
        told = await add_story(db, f"Story {number}", now)
        await owe(db, told, ids, now)
        await asyncio.sleep(plan.story_every)


async def _keep_failing(slack: SlackLookalike, plan: Plan) -> None:
    rng = Random(plan.seed)
    while True:
        for method in _METHODS:
            missing = 500 - len(slack._api.plans[method])
            if missing > 0:
                slack.plan(method, *(_fault(rng, plan) for _ in range(missing)))
        await asyncio.sleep(0.1)


def _fault(rng: Random, plan: Plan) -> Fault | None:
    if rng.random() >= plan.faulty:
        return None
    faults: list[Fault] = [
        CutBefore(),
        CutAfter(),
        Delay(rng.uniform(0.2, 1.0)),
        Delay(plan.call + 1.0),
        Status(429, retry_after=1),
        Status(500),
        Garbage(),
        Garbage(done=True),
        ApiError("internal_error"),
    ]
    return rng.choice(faults)


async def _owed(db: Database) -> int:
    async with db.read() as conn:
        counted = select(func.count()).select_from(delivery).where(delivery.c.state.in_(OWED))
        return int(await conn.scalar(counted) or 0)


class _Workers:
    """Worker processes, killed at random and started anew."""

    def __init__(self, url: str, api: str, tokens: dict[str, str], plan: Plan, log: str) -> None:
        self._url, self._api, self._tokens, self._plan, self._log = url, api, tokens, plan, log
        self._rng = Random(plan.seed)
        self._processes: list[asyncio.subprocess.Process] = []
        self._started = 0
        self.kills = 0
        self.freezes = 0

    async def start(self) -> None:
        for _ in range(self._plan.workers):
            await self._start_one()

    async def _start_one(self) -> None:
        self._started += 1
        job = Job(
            database=self._url,
            api=self._api,
            name=f"worker-{self._started}",
            tokens=self._tokens,
            lease=self._plan.lease,
            call=self._plan.call,
            settle=self._plan.settle,
            first=0.5,
            tick=1.0,
            places=PLACES,
            log=self._log,
        )
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bench.delivery_worker",
            job.argument,
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        if not await process.stdout.readline():
            raise RuntimeError("a worker could not start")
        self._processes.append(process)

    async def keep_killing(self) -> None:
        """Kill a worker at a random moment, start another, until all kills are done."""
        while self.kills < self._plan.kills:
            await asyncio.sleep(self._rng.uniform(0.5, 2.0) * self._plan.kill_every)
            victim = self._processes.pop(self._rng.randrange(len(self._processes)))
            if victim.returncode is not None:
                raise RuntimeError(f"a worker ended by itself with {victim.returncode}")
            os.kill(victim.pid, signal.SIGKILL)
            await victim.wait()
            self.kills += 1
            await self._start_one()

    async def keep_freezing(self) -> None:
        """Freeze a worker until its leases have run out and others have its channels; repeat."""
        while self.freezes < self._plan.freezes:
            await asyncio.sleep(self._rng.uniform(0.5, 2.0) * self._plan.kill_every)
            victim = self._processes.pop(self._rng.randrange(len(self._processes)))
            os.kill(victim.pid, signal.SIGSTOP)
            try:
                await asyncio.sleep(self._plan.lease + 2 * self._plan.settle)
            finally:
                os.kill(victim.pid, signal.SIGCONT)
                self._processes.append(victim)
            self.freezes += 1

    async def stop(self) -> None:
        for process in self._processes:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        for process in self._processes:
            await process.wait()


def _count(slack: SlackLookalike, plan: Plan, ids: Sequence[int], found: Found) -> None:
    found.deliveries = len(ids) * plan.stories
    found.calls = len(slack.calls("chat.postMessage"))
    found.faults = Counter(
        call.outcome for method in _METHODS for call in slack.calls(method) if call.outcome != "ok"
    )
    for home in slack.workspaces.values():
        for here in home.channels.values():
            if not here.id.startswith("C") or "X" not in here.id:
                continue
            stories = [
                message.metadata["event_payload"]["story"]
                for message in here.visible()
                if message.metadata
            ]
            different = len(set(stories))
            found.lost += plan.stories - different
            found.repeated += len(stories) - different
            found.disordered += sum(a > b for a, b in itertools.pairwise(stories))


def on_postgresql(plan: Plan, log: str = "") -> Found:
    with (
        tempfile.TemporaryDirectory(prefix="exportnews-faults-") as folder,
        PostgresServer.start(Path(folder)) as server,
    ):
        return asyncio.run(run(server.url(server.create_database()), plan, log))


async def on_sqlite(plan: Plan, log: str = "") -> Found:
    with tempfile.TemporaryDirectory(prefix="exportnews-faults-") as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'faults.sqlite3'}"
        db = Database(url)
        await schema.upgrade(db)
        await db.close()
        return await run(url, plan, log)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["postgresql", "sqlite"])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--freezes", type=int, default=4)
    parser.add_argument("--stories", type=int, default=50)
    parser.add_argument("--channels", type=int, default=200)
    parser.add_argument("--log", default="", help="a file for the workers' log lines")
    asked = parser.parse_args()
    bad = 0
    if asked.only != "sqlite":
        plan = Plan(
            seed=asked.seed,
            kills=asked.kills,
            freezes=asked.freezes,
            stories=asked.stories,
            channels=asked.channels,
        )
        found = on_postgresql(plan, asked.log)
        print(f"PostgreSQL, {plan.workers} workers: {found}")
        bad += found.lost + found.repeated + found.unsettled
    if asked.only != "postgresql":
        plan = Plan(workers=1, channels=50, stories=25, kills=10, kill_every=2.0, seed=asked.seed)
        found = asyncio.run(on_sqlite(plan, asked.log))
        print(f"SQLite, one worker restarted: {found}")
        bad += found.lost + found.repeated + found.unsettled
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
