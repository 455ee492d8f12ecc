"""`exportnews run`, `worker` and `web`: the long-running processes."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from typing import Annotated

import typer

from bot import logs
from bot.cli import DONE, DONE_WITH_FAILURES
from bot.errors import SettingsError
from bot.meeting import until_answered
from bot.messages.words import count
from bot.reporting import reporter
from bot.runtime import Runtime, open_runtime, stop_on_signals
from bot.settings import Settings, load_settings

HOW_TO_CONNECT = (
    "No Slack token is set, so alerts come to this terminal. To connect Slack, make the app from "
    "docs/slack-manifest.json, set SLACK_BOT_TOKEN and SLACK_APP_TOKEN, and start again; for "
    "Microsoft Teams see docs/teams.md."
)
NO_SOCKET = (
    "SLACK_APP_TOKEN is not set, so /exportnews is not answered here; alerts are posted. Set it "
    "to answer over Socket Mode, or run `exportnews web` with SLACK_SIGNING_SECRET."
)
HEALTH = ("/healthz", "/readyz", "/metrics")

Port = Annotated[int | None, typer.Option(min=0, max=65535, help="Port; default PORT or 3000.")]


def register(app: typer.Typer) -> None:
    """Add `run`, `worker` and `web`."""

    @app.command()
    def run(
        once: Annotated[
            bool, typer.Option("--once", help="Poll every due feed, send what is due, and exit.")
        ] = False,
        host: Annotated[
            str, typer.Option(help="Address to listen on; 0.0.0.0: for other machines too.")
        ] = "127.0.0.1",
        port: Port = None,
    ) -> None:
        """Watch the feeds and serve Slack and Teams, in one process."""
        settings = _settings()
        if once:
            raise typer.Exit(asyncio.run(_once(settings)))
        asyncio.run(_run(settings, host, port))

    @app.command()
    def worker() -> None:
        """Watch the feeds and send what is due (one or many processes)."""
        asyncio.run(_worker(_settings()))

    @app.command()
    def web(
        host: Annotated[str, typer.Option(help="Address to listen on.")] = "0.0.0.0",  # noqa: S104
        port: Port = None,
    ) -> None:
        """Answer Slack and Teams over HTTP; serve health, metrics and the console."""
        asyncio.run(_web(_settings(), host, port))


def _settings() -> Settings:
    settings = load_settings()
    report = reporter(settings)
    logs.configure(settings.exportnews_log_format, _log_level(settings), settings.secrets, report)
    return settings


def _log_level(settings: Settings) -> str:
    """Give the log level: that of the settings, but on a terminal that shows alerts only what
    went wrong, unless more was asked for."""
    asked = "exportnews_log_level" in settings.model_fields_set
    mixed = _on_console(settings) and sys.stdout.isatty() and sys.stderr.isatty()
    return "WARNING" if mixed and not asked else settings.exportnews_log_level


def _on_console(settings: Settings) -> bool:
    return settings.slack_bot_token is None and settings.client_id is None


async def _once(settings: Settings) -> int:
    async with open_runtime(settings) as runtime:
        _say_how_alerts_go(settings)
        report = await runtime.once()
    polls, sent = report.polls, report.deliveries
    typer.echo(
        f"{count(polls.polled, 'feed')} polled, {polls.failed} failed; "
        f"{count(polls.new, 'new entry', 'new entries')}; "
        f"{count(sent.sent, 'message')} sent, {sent.failed + sent.dead} not sent."
    )
    if polls.history:
        typer.echo(
            f"{count(polls.history, 'entry is', 'entries are')} of a feed's first poll: kept as "
            "history, which can be searched and alerts nobody."
        )
    if report.waiting and report.next_poll:
        typer.echo(
            f"{count(report.waiting, 'feed is', 'feeds are')} not due yet; "
            f"the next at {report.next_poll:%H:%M} UTC."
        )
    return DONE_WITH_FAILURES if polls.failed or sent.failed or sent.dead else DONE


async def _run(settings: Settings, host: str, port: int | None) -> None:
    stop = stop_on_signals()
    async with open_runtime(settings, meet=False) as runtime:
        _say_how_alerts_go(settings)
        port = settings.port if port is None else port
        console = _serve_if_free(runtime, host, port, stop, say=_on_console(settings))
        await _together(stop, _connect(runtime, stop), runtime.work(stop), console)


async def _connect(runtime: Runtime, stop: asyncio.Event) -> None:
    """Open Socket Mode once Slack has said who the bot is."""
    if not await runtime.meet(stop):
        return
    connected = await until_answered(runtime.connect, stop)
    if connected is False and runtime.engine.settings.slack_bot_token:
        typer.echo(NO_SOCKET, err=True)


async def _worker(settings: Settings) -> None:
    stop = stop_on_signals()
    async with open_runtime(settings, meet=False) as runtime:
        _say_how_alerts_go(settings)
        port = settings.exportnews_metrics_port
        if port is None:
            await runtime.work(stop)
        else:
            health = runtime.serve("0.0.0.0", port, stop, only=HEALTH)  # noqa: S104
            await _together(stop, runtime.work(stop), health)


async def _web(settings: Settings, host: str, port: int | None) -> None:
    stop = stop_on_signals()
    async with open_runtime(settings, catalogue=False, meet=False) as runtime:
        pages = runtime.serve(host, settings.port if port is None else port, stop)
        await _together(stop, _meet(runtime, stop), pages)


async def _meet(runtime: Runtime, stop: asyncio.Event) -> None:
    await runtime.meet(stop)


async def _serve_if_free(
    runtime: Runtime, host: str, port: int, stop: asyncio.Event, *, say: bool
) -> None:
    """Serve the console; a port that is taken does not stop the alerts. `say` where it is."""
    try:
        await runtime.serve(host, port, stop, told=_say_console if say else None)
    except SettingsError as error:
        typer.echo(f"The console is off. {error}", err=True)


def _say_console(address: str) -> None:
    typer.echo(f"The console: {address}", err=True)


async def _together(stop: asyncio.Event, *parts: Coroutine[None, None, None]) -> None:
    """Run the parts until all have ended; when one fails the others are stopped in order."""

    async def guarded(part: Coroutine[None, None, None]) -> None:
        try:
            await part
        except BaseException:
            stop.set()
            raise

    results = await asyncio.gather(*(guarded(part) for part in parts), return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result


def _say_how_alerts_go(settings: Settings) -> None:
    if _on_console(settings):
        typer.echo(HOW_TO_CONNECT, err=True)
