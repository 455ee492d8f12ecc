"""Promise: every command line of README and docs does what it says, or its test is named here.

Those that stand in a block are run, in an empty folder with the files they speak of, against a
newsroom on this machine; all others are held against what the program takes.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import update
from typer.main import get_command

from bot.cli import build
from bot.clock import system_clock
from bot.storage.tables import channel
from tests.docs.lines import Line, command_lines
from tests.docs.named import ROOT, missing
from tests.support.bot import open_bot, settings_for, write_catalogue
from tests.support.newsroom import Item, open_newsroom, rss
from tests.support.outbox import add_channels, add_story, add_workspace, owe

BIN = Path(sys.executable).parent
SECONDS = 100
LINES = command_lines()
WHOLE = [line for line in LINES if line.whole]

# What starts a service, installs, trains for minutes, or needs another machine is shown elsewhere.
SHOWN_BY = {
    r"export EXPORTNEWS_TAXONOMY=\S+": (
        "`tests/whole/test_command_line.py::test_topics_of_ones_own_count_where_they_are_set`"
    ),
    r"python -m pip install -c constraints.txt \. && exportnews demo": (
        "`tests/demo/test_demo.py::test_the_page_is_served_until_the_demo_is_ended`"
    ),
    r"exportnews demo( --once)?": (
        "`tests/demo/test_demo.py::test_every_topic_of_the_channels_has_an_alert`"
    ),
    r"export SLACK_BOT_TOKEN=\S+ SLACK_APP_TOKEN=\S+": (
        "`tests/whole/test_processes.py::"
        "test_run_answers_over_socket_mode_serves_its_page_and_stops_on_sigterm`"
    ),
    r"exportnews run": (
        "`tests/whole/test_processes.py::"
        "test_run_answers_over_socket_mode_serves_its_page_and_stops_on_sigterm`"
    ),
    r"python -m pip install -c constraints.txt -e '\.\[dev\]' && python -m pytest": (
        "`tests/docs/test_commands.py::test_ci_runs_the_readmes_own_test_command`"
    ),
    r"sudo (useradd|python3|/opt/exportnews/bin/python|install|systemctl) .+": (
        "`tests/docs/test_deploy.py::test_the_unit_starts_what_there_is`"
    ),
    r"docker .+": "`tests/docs/test_deploy.py::test_the_container_is_built_from_what_is_here`",
    r"python -m pip install -c constraints.txt '\.\[audit\]'|cyclonedx-py .+|pip-audit": (
        "`tests/docs/test_dependencies.py::"
        "test_ci_asks_for_known_holes_and_writes_the_bill_of_materials`"
    ),
}
TRAINS = re.compile(r"python (-m bench\.|bench/)")


def others() -> list[Line]:
    return [
        line
        for line in WHOLE
        if not TRAINS.match(line.text) and not any(re.fullmatch(p, line.text) for p in SHOWN_BY)
    ]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Path, dict[str, str]]]:
    """A folder with the files that the pages speak of, and the environment to run in."""
    folder = tmp_path_factory.mktemp("docs")
    shutil.copy(sqlite_template, folder / "bot.sqlite3")
    shutil.copy(ROOT / "bot" / "news" / "taxonomy.toml", folder / "my-own.toml")
    (folder / "labelled.jsonl").write_text(
        '{"id": 1, "title": "BIS adds firms to the Entity List", "topics": ["entity-list"]}\n'
    )
    (folder / "news.jsonl").write_text(
        '{"id": "a", "title": "BIS adds firms to the Entity List", '
        '"published": "2026-02-10T09:00:00Z"}\n'
    )
    (folder / "archive.jsonl").write_text(
        '{"id": "a", "title": "BIS adds firms to the Entity List", "source": "Wire", '
        '"url": "https://wire.example/a", "published": "2026-02-10T09:00:00Z"}\n'
    )
    async with open_newsroom() as newsroom:
        document = rss(Item("One", "https://wire.example/1", "g1"))
        feed = newsroom.serve("/f.xml", document)
        newsroom.serve("/other.xml", document)
        link = b"<link rel=alternate type=application/rss+xml href=/other.xml>"
        page = b"<!doctype html><html><head>" + link + b"</head></html>"
        site = newsroom.serve("/", page, content_type="text/html")
        (folder / "list.opml").write_text(
            f'<opml version="2.0"><body><outline text="Wire" xmlUrl="{feed}"/></body></opml>'
        )
        settings = settings_for(
            f"sqlite+aiosqlite:///{folder / 'bot.sqlite3'}", write_catalogue(folder, feed)
        )
        await _fill(settings)
        env = {
            **os.environ,
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": f"sqlite:///{folder / 'bot.sqlite3'}",
            "EXPORTNEWS_CATALOGUE": str(folder / "catalogue.toml"),
            "EXPORTNEWS_ALLOW_PRIVATE_NETWORK": "1",
            "EXPORTNEWS_SECRET_KEY": "a long random text",
            "CLIENT_ID": "6f1e1f6e-0000-4000-8000-000000000001",
            "NO_PROXY": "127.0.0.1",
            "COLUMNS": "200",
            "FEED": feed,
            "SITE": site,
        }
        yield folder, env


async def _fill(settings: Any) -> None:
    """Poll once, and owe something that could not be delivered, to a channel that is paused."""
    async with open_bot(settings, system_clock) as bot:
        await bot.once()
        db = bot.engine.db
        home = await add_workspace(db, "T123", system_clock())
        channels = await add_channels(db, home, ["C456"], system_clock(), name="alerts")
        told = await add_story(db, "A story", system_clock())
        await owe(db, told, channels, system_clock(), state="dead")
        async with db.write() as conn:
            await conn.execute(
                update(channel)
                .where(channel.c.id.in_(channels))
                .values(paused_at=system_clock(), paused_reason="archived")
            )


def as_here(line: Line, folder: Path, env: dict[str, str]) -> str:
    """Give the line with the addresses, numbers and places of this machine."""
    text = line.text
    for theirs, ours in (
        ("https://www.example.org/", env["SITE"]),
        ("--copy my-own.toml", "--copy another.toml"),
        ("feeds check https://...", f"feeds check {env['FEED']}"),
        ("pause 12", "pause 1"),
        ("retry 4711", "retry 1"),
        ("'https://...'", "https://flows.example/hook"),
        ("/backups/", f"{folder}/"),
    ):
        text = text.replace(theirs, ours)
    return text


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("line", others(), ids=lambda line: f"{line.page}: {line.text}")
async def test_it_does_what_it_says(place: tuple[Path, dict[str, str]], line: Line) -> None:
    folder, env = place
    process = await asyncio.create_subprocess_exec(
        *("bash", "-euo", "pipefail", "-c", as_here(line, folder, env)),
        cwd=folder,
        env=env,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(SECONDS):
        out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    assert out or err


@pytest.mark.parametrize(
    "line", [line for line in LINES if line.calls], ids=lambda line: f"{line.page}: {line.text}"
)
def test_the_program_takes_it(line: Line) -> None:
    for words in line.calls:
        command: Any = get_command(build())
        context = command.make_context("exportnews", [], resilient_parsing=True)
        rest = list(words)
        while rest and not rest[0].startswith("-") and hasattr(command, "resolve_command"):
            name, command, rest = command.resolve_command(context, rest)
            assert command is not None, f"there is no command {name}"
        if "--help" not in rest and (rest or line.whole):
            command.make_context(command.name, rest, parent=context)


@pytest.mark.parametrize(
    "line",
    [line for line in LINES if TRAINS.match(line.text)],
    ids=lambda line: f"{line.page}: {line.text}",
)
def test_a_bench_has_the_options_that_are_named(line: Line) -> None:
    _python, *words = line.text.split()
    name = words[1] if words[0] == "-m" else words[0].removesuffix(".py").replace("/", ".")
    assert importlib.util.find_spec(name) is not None
    options = re.findall(r"(?<=\s)--[a-z-]+", line.text)
    if not options:
        return
    done = subprocess.run(
        [sys.executable, "-m", name, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=SECONDS,
    )
    assert [one for one in options if one not in done.stdout] == []


def test_what_is_shown_elsewhere_is_shown_there() -> None:
    assert missing(" ".join(SHOWN_BY.values())) == []
    for pattern in SHOWN_BY:
        assert any(re.fullmatch(pattern, line.text) for line in WHOLE), f"no page says {pattern}"


def test_ci_runs_the_readmes_own_test_command() -> None:
    told = next(line.text for line in WHOLE if line.text.endswith("python -m pytest"))
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    (pattern,) = re.findall(r'grep -o -m1 "(.+?)" README.md', script)
    assert re.fullmatch(pattern, told)
