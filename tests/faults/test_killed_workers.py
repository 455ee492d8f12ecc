"""Workers are killed or frozen while Slack misbehaves; nothing is lost, nothing comes twice.

A short run of `bench/faults.py`, with real worker processes.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.faults import Plan, run

QUICK = Plan(
    workers=1,
    workspaces=2,
    channels=20,
    stories=5,
    kills=2,
    story_every=0.3,
    call=2.0,
    lease=6.0,
    settle=2.5,
)


@pytest.mark.timeout(300)
async def test_killed_workers_lose_and_repeat_nothing_on_postgresql(postgres_url: str) -> None:
    found = await run(postgres_url, replace(QUICK, workers=3, kills=4, freezes=1))
    assert (found.kills, found.freezes) == (4, 1)
    assert (found.lost, found.repeated, found.disordered, found.unsettled) == (0, 0, 0, 0)
    assert found.calls > found.deliveries == 100


@pytest.mark.timeout(300)
async def test_a_killed_worker_loses_and_repeats_nothing_on_sqlite(sqlite_url: str) -> None:
    found = await run(sqlite_url, QUICK)
    assert found.kills == 2
    assert (found.lost, found.repeated, found.disordered, found.unsettled) == (0, 0, 0, 0)
