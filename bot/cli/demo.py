"""`exportnews demo`: the real bot against a newsroom and a Slack look-alike on this machine."""

from __future__ import annotations

import asyncio
import os
import webbrowser
from collections import Counter
from contextlib import AbstractAsyncContextManager
from typing import Annotated

import typer

from bot import logs
from bot.cli import DONE, DONE_WITH_FAILURES
from bot.delivery import ledger
from bot.demo.printed import text_of
from bot.demo.setting import CHANNELS, PORT, YOU, Setting, open_setting
from bot.runtime import Runtime, open_runtime, stop_on_signals
from bot.settings import Settings, load_settings
from bot.subscriptions.model import Actor, ChannelRef

ARTICLE_SECONDS = 4.0
BATCH = 6
STEP_SECONDS = 10.0
PROXIES = {"http_proxy", "https_proxy", "all_proxy"}
LEDGER_LINES = 1000
QUIET_ROUNDS, MOST_ROUNDS = 3, 200
CORE_TOPICS = CHANNELS[0].topics


def register(app: typer.Typer) -> None:
    """Add `demo`."""

    @app.command()
    def demo(
        port: Annotated[
            int | None, typer.Option(min=0, max=65535, help=f"Port of the page; default {PORT}.")
        ] = None,
        no_browser: Annotated[
            bool, typer.Option("--no-browser", help="Do not open a browser.")
        ] = False,
        once: Annotated[
            bool, typer.Option("--once", help="Print the alerts as text, and exit.")
        ] = False,
    ) -> None:
        """Try it with no account: sample news, and a Slack look-alike in your browser."""
        # All of it runs on this machine, and slack_sdk asks a proxy whatever NO_PROXY says.
        for name in [name for name in os.environ if name.lower() in PROXIES]:
            del os.environ[name]
        if once:
            raise typer.Exit(asyncio.run(_once()))
        asyncio.run(_show(port, browser=not no_browser))


async def _once() -> int:
    async with open_setting(port=0) as setting, _open_bot(setting) as runtime:
        await _prepare(setting, runtime)
        await _poll_until_quiet(setting, runtime)
        return await _print_alerts(setting, runtime)


async def _show(port: int | None, *, browser: bool) -> None:
    stop = stop_on_signals()
    async with open_setting(port=port) as setting:
        typer.echo(f"The demo is at {setting.slack.url} (its newsroom at {setting.newsroom.url}).")
        typer.echo("Type `/exportnews help` there. Ctrl+C ends it; nothing is kept.")
        if browser:
            await asyncio.to_thread(webbrowser.open, setting.slack.url)
        async with _open_bot(setting) as runtime:
            await _prepare(setting, runtime)
            await runtime.connect()
            await asyncio.gather(runtime.work(stop), setting.newsroom.run(ARTICLE_SECONDS, stop))


def _open_bot(setting: Setting) -> AbstractAsyncContextManager[Runtime]:
    settings: Settings = load_settings(**setting.overrides)
    logs.configure(settings.exportnews_log_format, settings.exportnews_log_level)
    return open_runtime(settings, clock=setting.clock)


async def _prepare(setting: Setting, runtime: Runtime) -> None:
    """Subscribe the channels, and take in yesterday's news as history."""
    subscriptions = runtime.engine.subscriptions
    for channel in CHANNELS:
        if channel.topics:
            ref = ChannelRef("slack", setting.slack.team_id, channel.id, channel.name)
            await subscriptions.subscribe(ref, Actor(YOU, "You", admin=True), channel.topics)
    await runtime.once()


async def _poll_until_quiet(setting: Setting, runtime: Runtime) -> None:
    """Publish, poll and send in rounds, until nothing new has come for a while."""
    quiet = 0
    for _ in range(MOST_ROUNDS):
        setting.newsroom.publish(BATCH)
        setting.clock.skip(STEP_SECONDS)
        report = await runtime.once()
        busy = setting.newsroom.remaining or report.polls.new or report.deliveries.sent
        quiet = 0 if busy else quiet + 1
        if quiet == QUIET_ROUNDS:
            return


async def _print_alerts(setting: Setting, runtime: Runtime) -> int:
    """Print what stands in the channels; 1 when a core topic has no alert."""
    async with runtime.engine.db.read() as conn:
        lines = await ledger.lines(conn, limit=LEDGER_LINES)
    topics = {line.id: _topics(line.reasons) for line in lines}
    counts: Counter[str] = Counter()
    for channel in CHANNELS:
        messages = setting.slack.messages(channel.id)
        if not messages:
            continue
        typer.secho(f"\n#{channel.name}: {len(messages)} messages", bold=True)
        for message in messages:
            payload = (message.metadata or {}).get("event_payload", {})
            own = topics.get(int(payload.get("delivery", 0)), [])
            counts.update(own)
            typer.echo(f"\n[{', '.join(own)}] {text_of(message)}")
    typer.echo("\n" + ", ".join(f"{topic}: {count}" for topic, count in counts.most_common()))
    return DONE if all(counts[topic] for topic in CORE_TOPICS) else DONE_WITH_FAILURES


def _topics(reasons: str) -> list[str]:
    return [one.removeprefix("topic:") for one in reasons.split(",") if one.startswith("topic:")]
