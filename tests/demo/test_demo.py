"""`exportnews demo`: the real bot, from the newsroom to the channels of the look-alike."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner, Result

from bot.cli import build
from bot.demo.articles import Article, load_articles
from bot.demo.setting import CHANNELS

CORE = ("chip-controls", "entity-list", "trade-secrets")
NOTHING_TO_TELL = ("noise-payments", "near-miss-listing", "near-miss-secret", "near-miss-chips")
LIMIT_SECONDS = 90


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """What `demo --once` prints, on a machine whose own settings would lead it elsewhere."""
    folder = tmp_path_factory.mktemp("elsewhere")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        (folder / ".env").write_text("SLACK_CLIENT_ID=1\nEXPORTNEWS_OPERATOR_CHANNEL=C1\n")
        patch.setenv("SLACK_BOT_TOKEN", "xoxb-somebody-elses")
        patch.setenv("DATABASE_URL", f"sqlite:///{folder / 'real.sqlite3'}")
        patch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        result = CliRunner().invoke(build(), ["demo", "--once"])
    assert not (folder / "real.sqlite3").exists()
    return result


def alerts(printed: Result, channel: str = "") -> list[tuple[set[str], str]]:
    """The topics and headline of each alert, of one channel or all."""
    text = printed.output
    if channel:
        text = text.partition(f"\n#{channel}: ")[2].partition("\n#")[0]
    found = re.findall(r"^\[([a-z, -]+)\] (.+?)(?: http\S+)?$", text, re.MULTILINE)
    return [(set(topics.split(", ")), title) for topics, title in found]


def article(slug: str) -> Article:
    return next(one for one in load_articles() if one.slug == slug)


def test_every_topic_of_the_channels_has_an_alert(printed: Result) -> None:
    assert printed.exit_code == 0, printed.output
    topics = set().union(*(topics for topics, _ in alerts(printed)))
    assert topics == {topic for channel in CHANNELS for topic in channel.topics}
    assert topics.issuperset(CORE)


def test_yesterdays_news_and_what_is_no_news_are_not_alerted(printed: Result) -> None:
    titles = {title for _, title in alerts(printed)}
    silent = [one.title for one in load_articles() if one.days_ago is not None]
    silent += [article(slug).title for slug in (*NOTHING_TO_TELL, "roundup")]
    assert titles.isdisjoint(silent)


def test_what_two_publications_report_is_said_once(printed: Result) -> None:
    reports = {article(f"entity-list-{which}").title for which in ("toolmakers", "second-report")}
    titles = [title for _, title in alerts(printed, "export-controls")]
    assert len([title for title in titles if title in reports]) == 1
    assert len(set(titles)) == len(titles)


def test_the_trade_secrets_talks_have_three_topics_and_their_earlier_articles(
    printed: Result,
) -> None:
    talks = article("talks-on-secrets")
    (topics,) = [
        topics for topics, title in alerts(printed, "export-controls") if title == talks.title
    ]
    assert {"trade-secrets", "entity-list"} <= topics
    text = printed.output.partition(talks.title)[2].partition("\n\n")[0]
    assert article("october-chip-rule").title in text
    assert article("september-entity-list").title in text


@contextmanager
def started(*arguments: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    demo = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "bot", "demo", "--no-browser", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(folder)},
    )
    try:
        yield demo
    finally:
        demo.kill()
        demo.communicate()


def test_the_page_is_served_until_the_demo_is_ended(tmp_path: Path) -> None:
    with started("--port", "0", folder=tmp_path) as demo:
        assert demo.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", demo.stdout.readline())
        assert found
        http = httpx.Client(base_url=found[0], trust_env=False, timeout=LIMIT_SECONDS)
        deadline = time.monotonic() + LIMIT_SECONDS
        connected = False
        while not connected and time.monotonic() < deadline:
            state = http.get("/page/state").json()
            connected = state["connected"]
            time.sleep(0.1)
        assert connected
        asked = {"text": "help", "channel": CHANNELS[0].id}
        said = http.post("/page/slash", json=asked)
        assert said.json() == {"acked": True}
        demo.send_signal(signal.SIGINT)
        _, errors = demo.communicate(timeout=LIMIT_SECONDS)
    assert (demo.returncode, errors) == (0, "")
    assert list(tmp_path.glob("exportnews-demo-*")) == []


def test_a_port_that_is_taken_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with started("--port", str(taken.getsockname()[1]), folder=tmp_path) as demo:
            _, errors = demo.communicate(timeout=LIMIT_SECONDS)
    assert demo.returncode == 2
    assert re.fullmatch(r"--port: \d+ cannot be listened on .*\n", errors)
