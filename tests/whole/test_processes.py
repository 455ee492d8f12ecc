"""Promise: the commands start, say what is wrong in one line, and stop cleanly when asked."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx
import pytest

from bot.demo.slack import SlackLookalike
from tests.support.bot import write_catalogue
from tests.support.newsroom import Item, open_newsroom, rss
from tests.support.slack import CHANNEL, MEMBER, open_slack, until

SECONDS = 100
ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


async def exportnews(
    *args: str, env: Mapping[str, str], program: Sequence[str] = ("-m", "bot")
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *program,
        *args,
        env={**os.environ, **env},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def result_of(*args: str, env: Mapping[str, str]) -> tuple[int | None, str, str]:
    process = await exportnews(*args, env=env)
    async with asyncio.timeout(SECONDS):
        out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


def environment(tmp_path: Path, *feeds: str, slack: SlackLookalike | None = None) -> dict[str, str]:
    found = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'bot.sqlite3'}",
        "EXPORTNEWS_CATALOGUE": str(write_catalogue(tmp_path, *feeds)),
        "EXPORTNEWS_ALLOW_PRIVATE_NETWORK": "1",
        "EXPORTNEWS_POLL_SECONDS": "0.2",
        "EXPORTNEWS_LOG_LEVEL": "WARNING",
        "NO_PROXY": "127.0.0.1",
        "PORT": str(free_port()),
    }
    if slack is not None:
        found |= {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            "EXPORTNEWS_SLACK_API_URL": slack.api_url,
        }
    return found


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


async def answers(url: str) -> None:
    """Wait until a page answers 200."""
    async with asyncio.timeout(SECONDS), httpx.AsyncClient(trust_env=False) as client:
        while True:
            try:
                if (await client.get(url)).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)  # another process starts; only asking tells when it is up


async def test_run_once_without_slack_prints_and_says_how_to_connect(tmp_path: Path) -> None:
    async with open_newsroom() as newsroom:
        url = newsroom.serve("/f.xml", rss(Item("One", "https://wire.example/1", "g1")))
        env = environment(tmp_path, url)
        status, out, err = await result_of("run", "--once", env=env)
        assert status == 0, err
        assert "1 feed polled, 0 failed; 1 new entry" in out
        assert "1 entry is of a feed's first poll: kept as history, which can be searched" in out
        assert "not due" not in out
        assert "SLACK_BOT_TOKEN" in err
        status, out, _err = await result_of("run", "--once", env=env)
    assert status == 0
    assert "0 feeds polled, 0 failed; 0 new entries" in out
    assert re.search(r"\n1 feed is not due yet; the next at \d\d:\d\d UTC\.\n", out)
    assert "history" not in out


async def test_where_no_feed_can_be_read_this_machines_network_is_suspected(
    tmp_path: Path,
) -> None:
    dead = [f"http://127.0.0.1:{free_port()}/{number}.xml" for number in range(7)]
    env = environment(tmp_path, *dead)
    _status, _out, err = await result_of("run", "--once", env=env)
    assert err.count("No feed could be read; this machine may have no network") == 1
    status, out, _err = await result_of("doctor", "--no-ask", env=env)
    assert status == 1
    assert "None can be read; this machine may have no network" in out
    assert "And 2 more. See `exportnews feeds list`." in out


async def test_run_once_with_a_dead_feed_is_done_with_failures(tmp_path: Path) -> None:
    dead = f"http://127.0.0.1:{free_port()}/feed.xml"
    status, out, err = await result_of("run", "--once", env=environment(tmp_path, dead))
    assert status == 1
    assert "1 failed" in out
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("variable", "value"),
    [("SLACK_BOT_TOKEN", "xapp-1-wrong"), ("DATABASE_URL", "mysql://x"), ("PORT", "eighty")],
)
async def test_a_wrong_setting_stops_the_start_with_one_line(
    tmp_path: Path, variable: str, value: str
) -> None:
    env = {**environment(tmp_path), variable: value}
    status, _out, err = await result_of("run", "--once", env=env)
    assert status == 2
    assert len(err.strip().splitlines()) == 1
    assert variable in err
    assert value not in err


async def test_a_token_that_slack_refuses_is_one_line(tmp_path: Path) -> None:
    async with open_slack() as slack:
        env = environment(tmp_path, slack=slack) | {"SLACK_BOT_TOKEN": "xoxb-not-a-token"}
        status, _out, err = await result_of("run", "--once", env=env)
    assert status == 2
    assert "SLACK_BOT_TOKEN: Slack refuses it (invalid_auth)" in err
    assert "Traceback" not in err
    assert "not-a-token" not in err


async def test_run_answers_over_socket_mode_serves_its_page_and_stops_on_sigterm(
    tmp_path: Path,
) -> None:
    async with open_newsroom() as newsroom, open_slack() as slack:
        url = newsroom.serve("/f.xml", rss(Item("One", "https://wire.example/1", "g1")))
        env = environment(tmp_path, url, slack=slack)
        process = await exportnews("run", env=env)
        await answers(f"http://127.0.0.1:{env['PORT']}/readyz")
        await until(slack, lambda: slack.sockets.count > 0, timeout=SECONDS)
        replies = await slack.slash("help", channel=CHANNEL, user=MEMBER)
        assert replies.acked
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(SECONDS):
            _out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    assert b"Traceback" not in err


async def test_run_listens_where_it_is_told_and_says_where(tmp_path: Path) -> None:
    port = str(free_port())
    process = await exportnews(
        "run", "--host", "127.0.0.2", "--port", port, env=environment(tmp_path)
    )
    await answers(f"http://127.0.0.2:{port}/healthz")
    process.terminate()
    async with asyncio.timeout(SECONDS):
        _out, err = await process.communicate()
    assert process.returncode == 0
    assert f"The console: http://127.0.0.2:{port}\n" in err.decode()


async def test_run_says_only_that_the_console_is_off_where_its_port_is_taken(
    tmp_path: Path,
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = await exportnews("run", env=environment(tmp_path) | {"PORT": str(port)})
        assert process.stderr is not None
        async with asyncio.timeout(SECONDS):
            said = (await process.stderr.readuntil(b"The console is off.")).decode()
        process.terminate()
        async with asyncio.timeout(SECONDS):
            _out, err = await process.communicate()
    assert process.returncode == 0
    assert "The console: " not in said + err.decode()


async def test_the_procfile_serves_alerts_and_stops_cleanly(tmp_path: Path) -> None:
    known = Item("One", "https://wire.example/1", "g1")
    fresh = Item("BIS adds firms to the Entity List", "https://wire.example/2", "g2")
    async with open_newsroom() as newsroom, open_slack() as slack:
        url = newsroom.serve("/f.xml", rss(known))
        env = environment(tmp_path, url, slack=slack)
        write_catalogue(tmp_path, url, every="5s")
        status, out, _err = await result_of("db", "upgrade", env=env)
        assert (status, "version" in out) == (0, True)
        honcho = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "honcho", "--no-colour", "-f", str(ROOT / "Procfile")),
            *("start", "-p", env["PORT"], "web", "worker"),
            env={
                **os.environ,
                **env,
                "EXPORTNEWS_LOG_LEVEL": "INFO",
                "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            },
            cwd=tmp_path,
            stdout=(output := (tmp_path / "honcho.txt").open("wb")),
            stderr=asyncio.subprocess.STDOUT,
        )
        await answers(f"http://127.0.0.1:{env['PORT']}/readyz")
        slack.http_target = f"http://127.0.0.1:{env['PORT']}/slack/events"
        said = await slack.slash("subscribe entity-list", channel=CHANNEL, user=MEMBER)
        assert "Entity List" in said.messages[0]["text"]
        async with asyncio.timeout(SECONDS):
            while not newsroom.asked("/f.xml"):
                await asyncio.sleep(0.1)  # the worker is another process
        newsroom.serve("/f.xml", rss(fresh, known))
        await until(slack, lambda: bool(slack.messages(CHANNEL)), timeout=SECONDS)
        honcho.send_signal(signal.SIGTERM)
        async with asyncio.timeout(SECONDS):
            await honcho.wait()
    output.close()
    lines = (tmp_path / "honcho.txt").read_text()
    assert fresh.title in slack.messages(CHANNEL)[0].text
    assert "Traceback" not in lines
    assert lines.count("process.stopped") == 2, "both parts ended by themselves, not cut off"
