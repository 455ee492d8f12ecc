"""`exportnews deliveries`, `deliveries retry`, `db backup`: by the command, on a SQLite file."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import update
from typer.testing import CliRunner, Result

from bot.cli import build
from bot.errors import UsageError
from bot.storage.database import Database
from bot.storage.tables import channel
from tests.support.clock import SetClock
from tests.support.outbox import add_channels, add_story, add_workspace, owe


@pytest.fixture
def filled(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with a sent, a failed and a dead delivery."""
    monkeypatch.setenv("DATABASE_URL", sqlite_url)

    async def fill() -> None:
        now = SetClock()()
        db = Database(sqlite_url)
        here = await add_workspace(db, "T1", now)
        (alerts,) = await add_channels(db, here, ["C1"], now, name="alerts")
        for number, state in enumerate(("sent", "failed", "dead")):
            told = await add_story(db, f"[red]Story {number}[/red]", now)
            error = "Slack refused the message." if state != "sent" else None
            await owe(db, told, [alerts], now, state=state, attempts=3, last_error=error)
        await db.close()

    asyncio.run(fill())
    return sqlite_url


def _run(*words: str) -> Result:
    return CliRunner().invoke(build(), list(words))


def test_deliveries_are_listed_with_what_went_wrong(filled: str) -> None:
    shown = _run("deliveries").stdout
    assert "alerts" in shown
    assert "Slack refused" in shown
    assert "[red]" in shown, "titles are text, not markup"
    assert "1 dead, 1 failed, 1 sent" in shown


def test_the_list_as_json(filled: str) -> None:
    (line,) = json.loads(_run("deliveries", "--state", "dead", "--json").stdout)
    assert line["channel"] == "C1"
    assert line["state"] == "dead"
    assert line["error"] == "Slack refused the message."
    assert line["created"] == "2026-03-02T15:00:00Z"
    assert line["sent"] is None


def test_dead_deliveries_are_retried(filled: str) -> None:
    assert "1 will be sent again" in _run("deliveries", "retry", "--all").stdout
    (line,) = json.loads(_run("deliveries", "--state", "pending", "--json").stdout)
    assert line["attempts"] == 0
    assert "1 will be sent again" in _run("deliveries", "retry", "2").stdout
    for words in (["retry", "1"], ["retry", "99"], ["retry"], ["--state", "lost"]):
        assert isinstance(_run("deliveries", *words).exception, UsageError)


def test_paused_channels_are_resumed_by_id_or_name(filled: str) -> None:
    async def pause() -> None:
        db = Database(filled)
        async with db.write() as conn:
            here = update(channel).values(paused_at=SetClock()(), paused_reason="It is archived.")
            await conn.execute(here)
        await db.close()

    for words, said in ((["#alerts"], "#alerts"), (["C1"], "#alerts"), (["--all"], "#alerts")):
        asyncio.run(pause())
        assert "channel paused: It is archived." in _run("deliveries").stdout
        assert _run("deliveries", "resume", *words).stdout == f"{said} is resumed.\n"
        assert "channel paused" not in _run("deliveries").stdout
    for words in (["C1"], ["C9"], [], ["--all"], ["C1", "--all"]):
        assert isinstance(_run("deliveries", "resume", *words).exception, UsageError)


def test_a_copy_is_made_by_the_command(filled: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite3"
    copy.touch()  # as `mktemp` leaves it
    assert "Copied" in _run("db", "backup", str(copy)).stdout
    first = copy.read_bytes()
    refused = _run("db", "backup", str(copy)).exception
    assert str(refused) == f"{copy} is there already; name another file, or give --force."
    assert copy.read_bytes() == first
    assert "Copied" in _run("db", "backup", str(copy), "--force").stdout
    assert "1 delivery was owed" in _run("db", "restored").stdout


def test_wrong_use_is_one_sentence_and_exit_status_2(filled: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "deliveries", "retry", "99"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.strip() == "There is no delivery 99."
