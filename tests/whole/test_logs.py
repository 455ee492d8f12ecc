"""Promise: log lines and error reports say what happened, hold no secret, and cannot be forged."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest
import structlog
from aiohttp import web
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from bot import logs
from bot.demo.setting import DemoClock
from bot.settings import LogFormat, load_settings
from tests.support.bot import open_bot, settings_for, write_catalogue
from tests.support.newsroom import Item, open_newsroom, rss
from tests.support.slack import CHANNEL, MEMBER, open_slack
from tests.whole.test_processes import environment, exportnews, result_of

SECRETS = {
    "slack_bot_token": "xoxb-1-two-three",
    "slack_app_token": "xapp-1-A2-three",
    "slack_signing_secret": "8f742231b10e8888abcd99yyyzzz85a5",
    "client_secret": "Q8~tilde.and.dots_8",
    "exportnews_secret_key": "the new key, the former key",
    "exportnews_admin_token": "opens the console",
    "database_url": "postgresql://bot:pass%2Fword1@db.example/news",
}
NEVER = (
    *(value for name, value in SECRETS.items() if name != "database_url"),
    "the former key",
    "pass/word1",
    "pass%2Fword1",
)


@pytest.mark.parametrize("log_format", list(LogFormat))
def test_no_secret_of_the_settings_is_in_any_line(
    capsys: pytest.CaptureFixture[str], log_format: LogFormat
) -> None:
    logs.configure(log_format, "INFO", load_settings(**SECRETS).secrets)
    ours, theirs = structlog.get_logger("bot.some"), logging.getLogger("somebody.elses")
    for secret in NEVER:
        ours.warning("it.failed", reason=f"refused {secret}.", seen=[{"in": ("it", secret)}])
        theirs.warning("could not use %s", secret)
        try:
            raise ValueError(secret)
        except ValueError:
            ours.exception("it.broke")
            theirs.exception("it broke")
    said = capsys.readouterr().err
    assert said.count("[hidden]") >= 5 * len(NEVER)
    assert [secret for secret in NEVER if secret in said] == []


def test_what_looks_like_a_secret_is_hidden_though_it_is_in_no_setting() -> None:
    hide = logs.Blotter().hide
    for text in (
        "xoxb-12-ab",
        "xoxe.xoxp-1-ab",
        "https://hooks.slack.com/services/T/B/x",
        "https://me:word@host.example/feed",
        "Authorization: Bearer abc.def",
        "https://x.example/?token=abc",
    ):
        assert "[hidden]" in hide(text), text
    assert hide("https://me:word@host.example/feed") == "https://[hidden]@host.example/feed"


def test_words_of_strangers_begin_no_line_and_steer_no_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure(LogFormat.console, "INFO")
    forged = "gone\n2026-01-01T00:00:00Z [info] console.signed_in who=admin\x1b[2J\u2028\x9b1m\r"
    structlog.get_logger("bot.some").info("websub.denied", reason=forged)
    logging.getLogger("somebody.elses").warning("%s", forged)
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 2
    assert not {"\x1b", "\x9b", "\r", "\u2028"} & set(said)
    assert r"gone\n2026" in said


def answers() -> float:
    name = "exportnews_answer_seconds_count"
    return REGISTRY.get_sample_value(name, {"platform": "slack"}) or 0.0


async def test_one_id_leads_from_the_poll_to_the_delivery(sqlite_url: str, tmp_path: Path) -> None:
    clock = DemoClock()
    async with open_newsroom() as newsroom, open_slack() as slack:
        known = Item("One", "https://wire.example/1", "g1")
        address = newsroom.serve("/f.xml", rss(known))
        settings = settings_for(sqlite_url, write_catalogue(tmp_path, address), slack)
        async with open_bot(settings, clock) as bot:
            await bot.connect()
            answered = answers()
            await slack.slash("subscribe entity-list", channel=CHANNEL, user=MEMBER)
            await bot.once()
            clock.skip(65)
            fresh = Item("BIS adds firms to the Entity List", "https://wire.example/2", "g2")
            newsroom.serve("/f.xml", rss(fresh, known))
            with capture_logs() as lines:
                await bot.once()
    assert answers() == answered + 1
    (posted,) = slack.messages(CHANNEL)
    assert posted.metadata is not None
    named = posted.metadata["event_payload"]
    (told,) = [line for line in lines if line["event"] == "ingest.story"]
    (sent,) = [line for line in lines if line["event"] == "delivery.sent"]
    (polled,) = [line for line in lines if line["event"] == "feeds.polled"]
    assert told["story"] == sent["story"] == int(named["story"])
    assert sent["deliveries"] == [int(named["delivery"])]
    assert told["feed"] == polled["feed"]


@pytest.fixture
def program(tmp_path: Path) -> str:
    """A program that sets up as `exportnews worker` does, and breaks in a way nobody foresaw."""
    file = tmp_path / "breaks.py"
    file.write_text(
        "import os, structlog\n"
        "from bot.cli.run import _settings\n"
        "_settings()\n"
        "log = structlog.get_logger('bot.some')\n"
        "log.error('it.failed', reason='foreseen, so nobody is told')\n"
        "try:\n"
        "    local = os.environ['SLACK_BOT_TOKEN']\n"
        "    raise ValueError(f'nobody foresaw {local}')\n"
        "except ValueError:\n"
        "    log.exception('it.broke', feed=12, secret=os.environ['EXPORTNEWS_ADMIN_TOKEN'])\n",
        "utf-8",
    )
    return str(file)


async def test_unexpected_errors_are_reported_without_secrets(program: str, tmp_path: Path) -> None:
    envelopes: list[bytes] = []

    async def take(request: web.Request) -> web.StreamResponse:
        envelopes.append(await request.read())
        return web.json_response({"id": "1"})

    async with open_newsroom() as newsroom:
        address = newsroom.handle("/api/7/envelope/", take)
        dsn = address.replace("http://", "http://the-public-key@").replace("api/7/envelope/", "7")
        env = environment(tmp_path) | {
            "EXPORTNEWS_SENTRY_DSN": dsn,
            "SLACK_BOT_TOKEN": SECRETS["slack_bot_token"],
            "EXPORTNEWS_ADMIN_TOKEN": SECRETS["exportnews_admin_token"],
        }
        process = await exportnews(env=env, program=(program,))
        _out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    (envelope,) = envelopes
    _head, about, event, *_ = envelope.splitlines()
    assert json.loads(about)["type"] == "event"
    told = json.loads(event)
    (caught,) = told["exception"]["values"]
    assert caught["value"] == "nobody foresaw [hidden]"
    assert caught["stacktrace"]["frames"][-1]["lineno"] == 8
    assert "vars" not in caught["stacktrace"]["frames"][-1]
    assert told["tags"] == {"event": "it.broke"}
    assert told["extra"]["feed"] == 12
    assert told["release"].startswith("exportnews@")
    for secret in (env["SLACK_BOT_TOKEN"], env["EXPORTNEWS_ADMIN_TOKEN"]):
        assert secret.encode() not in envelope
        assert secret.encode() not in err


async def test_a_dsn_that_is_none_stops_the_start_with_one_line(tmp_path: Path) -> None:
    env = environment(tmp_path) | {"EXPORTNEWS_SENTRY_DSN": "no-dsn-at-all"}
    status, _out, err = await result_of("run", "--once", env=env)
    assert (status, err.count("\n")) == (2, 1)
    assert err.startswith("EXPORTNEWS_SENTRY_DSN must be a DSN")
    assert "no-dsn" not in err


def test_without_the_sdk_a_dsn_says_what_to_install(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['sentry_sdk'] = None\n"
        "from bot.cli import main\n"
        "sys.argv = ['exportnews', 'run', '--once']\n"
        "main()"
    )
    env = environment(tmp_path) | {"EXPORTNEWS_SENTRY_DSN": "https://key@errors.example/1"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.strip().endswith("python -m pip install 'exportnews[sentry]'.")
