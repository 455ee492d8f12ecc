"""An import that is killed leaves nothing behind, and run again neither loses nor repeats."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from sqlalchemy import func, select

from bot.importing import Importer
from bot.storage.database import Database
from bot.storage.tables import entry
from tests.search.test_import import line

_IMPORTING = """
import asyncio, os, sys
from bot import importing
from bot.storage.database import Database

importing.BATCH = 50

async def main(url, path):
    with open(path, "rb") as lines:
        # The first batch is stored: now say which processes read, and wait to be killed.
        await importing.Importer(Database(url), processes=2).run(lines, said)

def said(done):
    children = importing.multiprocessing.active_children()
    print(*(child.pid for child in children), flush=True)
    sys.stdin.read()

if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
"""


async def test_an_import_killed_half_way_is_simply_run_again(db: Database, tmp_path: Path) -> None:
    lines = [line(number, f"Notice number {number}", source="Gazette") for number in range(400)]
    (tmp_path / "news.jsonl").write_bytes(b"".join(lines))
    (tmp_path / "importing.py").write_text(_IMPORTING)
    url = db.url.render_as_string(hide_password=False)
    command = [sys.executable, str(tmp_path / "importing.py"), url, str(tmp_path / "news.jsonl")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, env=os.environ) as importing:
        assert importing.stdout is not None
        readers = [int(number) for number in importing.stdout.readline().split()]
        importing.send_signal(signal.SIGKILL)
    assert len(readers) == 2
    for reader in readers:
        _ends(reader)
    async with db.read() as conn:
        assert await conn.scalar(select(func.count()).select_from(entry)) == 50
    done = await Importer(db, processes=1).run(lines)
    assert (done.read, done.new) == (400, 350)
    async with db.read() as conn:
        assert await conn.scalar(select(func.count(entry.c.guid.distinct()))) == 400


def _ends(process: int) -> None:
    """Wait until a process that is no child of ours has ended."""
    given_up = threading.Event()
    timer = threading.Timer(20, given_up.set)
    timer.start()
    try:
        while _lives(process):
            assert not given_up.is_set(), f"process {process} has outlived its import"
            os.sched_yield()
    finally:
        timer.cancel()


def _lives(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2]
    except FileNotFoundError:
        return False
    return not state.startswith("Z")
