"""`exportnews subscribe`, `unsubscribe`, `subscriptions`, `watch`, `unwatch`: for operators."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Annotated, TypeVar

import typer

from bot.cli import DONE_WITH_FAILURES
from bot.cli.opening import open_database, taxonomy_here
from bot.cli.wrapping import indented
from bot.commands import settings_lines
from bot.commands.names import read_names
from bot.commands.settings_words import unknown_sentence
from bot.commands.topic_words import TopicWords, find_topics
from bot.errors import UsageError
from bot.messages.rich import ours
from bot.settings import load_settings
from bot.storage.secrets import Vault
from bot.subscriptions.model import Actor, Changed, ChannelRef, ChannelSettings
from bot.subscriptions.service import Subscriptions

T = TypeVar("T")

OPERATOR = Actor("cli", "operator")


class PlatformName(StrEnum):
    """Where a channel is."""

    slack = "slack"
    teams = "teams"
    console = "console"
    webhook = "webhook"


class ModeName(StrEnum):
    """When news comes."""

    instant = "instant"
    daily = "daily"
    weekly = "weekly"


Workspace = Annotated[
    str, typer.Option("--workspace", "-w", help="The platform's id of the workspace.")
]
Channel = Annotated[
    str, typer.Option("--channel", "-c", help="The platform's id of the channel, or a webhook.")
]
AnyChannel = Annotated[str | None, typer.Option("--channel", "-c", help="Only this channel.")]
Platform = Annotated[PlatformName, typer.Option("--platform", "-p", help="Where it is.")]
Mode = Annotated[ModeName, typer.Option("--mode", help="At once, or in a digest.")]
Topics = Annotated[list[str], typer.Argument(help="Topics, or `all`; see `exportnews topics`.")]
Term = Annotated[
    str, typer.Argument(help="A company, an ECCN, a phrase; `TERM = ALIAS, ...` as in chat.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""

    @app.command()
    def subscribe(
        topics: Topics,
        channel: Channel,
        workspace: Workspace = "",
        platform: Platform = PlatformName.slack,
        mode: Mode = ModeName.instant,
        min_score: Annotated[
            float | None, typer.Option(help="Least score, 0 to 1; default: the channel's.")
        ] = None,
    ) -> None:
        """Subscribe a channel to topics."""
        ref = _ref(platform, workspace, channel)
        meant = _meant(topics)
        changed = _run(
            lambda door: door.subscribe(
                ref, OPERATOR, meant.topics, mode=mode.value, min_score=min_score
            )
        )
        _say(changed, "Subscribed to", "Was not subscribed to")
        _say_where(ref)
        _say_unknown(meant)

    @app.command()
    def unsubscribe(
        topics: Topics,
        channel: Channel,
        workspace: Workspace = "",
        platform: Platform = PlatformName.slack,
    ) -> None:
        """Take topics from a channel."""
        ref = _ref(platform, workspace, channel)
        meant = _meant(topics)
        changed = _run(lambda door: door.unsubscribe(ref, OPERATOR, meant.topics))
        _say(changed, "Unsubscribed from", "Was not subscribed to")
        _say_unknown(meant)

    @app.command()
    def subscriptions(
        workspace: Workspace = "",
        channel: AnyChannel = None,
        platform: Platform = PlatformName.slack,
        as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    ) -> None:
        """Show what the channels of a workspace get."""
        where = _workspace(platform, workspace)
        found = _run(lambda door: door.channels(platform.value, where))
        shown = [one for one in found if channel in (None, one.ref.channel)]
        if as_json:
            typer.echo(json.dumps([_as_json(one) for one in shown], ensure_ascii=False, indent=2))
        else:
            _show(shown)

    @app.command()
    def watch(
        term: Term,
        channel: Channel,
        workspace: Workspace = "",
        platform: Platform = PlatformName.slack,
        alias: Annotated[
            list[str] | None, typer.Option("--alias", help="Another name; give it as often.")
        ] = None,
        mode: Mode = ModeName.instant,
    ) -> None:
        """Watch a term for a channel."""
        ref = _ref(platform, workspace, channel)
        name, aliases = read_names(term)
        aliases += tuple(alias or ())
        changed = _run(lambda door: door.watch(ref, OPERATOR, name, aliases, mode=mode.value))
        _say(changed, "Watching", "Was not watching")
        _say_where(ref)

    @app.command()
    def unwatch(
        term: Term,
        channel: Channel,
        workspace: Workspace = "",
        platform: Platform = PlatformName.slack,
    ) -> None:
        """Watch a term no more."""
        ref = _ref(platform, workspace, channel)
        name, _aliases = read_names(term)
        changed = _run(lambda door: door.unwatch(ref, OPERATOR, name))
        _say(changed, "Watching no more", "Was not watching")


def _meant(words: list[str]) -> TopicWords:
    """Read topics as the chat does. Raises UsageError when no word is one."""
    meant = find_topics(taxonomy_here(), words)
    if not meant.topics and meant.unknown:
        raise UsageError(unknown_sentence(meant.unknown[0]))
    return meant


def _say_unknown(meant: TopicWords) -> None:
    """Say which words were no topics; the others were done all the same, as in the chat."""
    for unknown in meant.unknown:
        typer.echo(unknown_sentence(unknown), err=True)
    if meant.unknown:
        raise typer.Exit(DONE_WITH_FAILURES)


def _say_where(ref: ChannelRef) -> None:
    """Note when nothing can come there yet, perhaps for a slip in the workspace's id."""
    if ref.platform not in {PlatformName.slack, PlatformName.teams}:
        return
    if not _run(lambda door: door.is_installed(ref.platform, ref.workspace)):
        typer.echo(
            f"Saved; but no {ref.platform} workspace {ref.workspace} is connected yet, so nothing "
            "comes there. Check the id if it should be.",
            err=True,
        )


def _workspace(platform: PlatformName, workspace: str) -> str:
    if workspace:
        return workspace
    if platform in {PlatformName.console, PlatformName.webhook}:
        return platform.value
    raise UsageError(f"Name the {platform.value} workspace with --workspace.")


def _ref(platform: PlatformName, workspace: str, channel: str) -> ChannelRef:
    return ChannelRef(platform.value, _workspace(platform, workspace), channel)


def _run(work: Callable[[Subscriptions], Awaitable[T]]) -> T:
    return asyncio.run(_with_door(work))


async def _with_door(work: Callable[[Subscriptions], Awaitable[T]]) -> T:
    settings = load_settings()
    vault = Vault(settings.exportnews_secret_key)
    async with open_database(settings) as db:
        return await work(Subscriptions(db, taxonomy_here(), vault=vault))


def _say(changed: Changed, done: str, missing: str) -> None:
    for word, targets in (
        (done, changed.added or changed.removed),
        ("No change:", changed.already),
        (missing, changed.missing),
    ):
        if targets:
            typer.echo(f"{word} {', '.join(targets)}.")
    for note in changed.notes:
        typer.echo(note)


def _show(channels: list[ChannelSettings]) -> None:
    if not channels:
        typer.echo("No channel of this workspace gets anything yet.")
        return
    titles = {topic.id: topic.title for topic in taxonomy_here().topics}
    for one in channels:
        name = f"{one.ref.name} ({one.ref.channel})" if one.ref.name else one.ref.channel
        typer.echo(f"{name}, {one.ref.platform} {one.ref.workspace}")
        lines = [settings_lines.subscription_line(wanted) for wanted in one.subscriptions]
        said = [settings_lines.paused_line(one), settings_lines.how_it_comes(one, titles)]
        for line in (*(lines or [ours("gets nothing yet")]), *said):
            if line:
                typer.echo(indented(line, one.timezone))


def _as_json(one: ChannelSettings) -> dict[str, object]:
    return {
        "platform": one.ref.platform,
        "workspace": one.ref.workspace,
        "channel": one.ref.channel,
        "name": one.ref.name,
        "timezone": one.timezone,
        "digest_at": one.digest_at,
        "quiet": [one.quiet_from, one.quiet_to] if one.quiet_from else None,
        "min_score": one.min_score,
        "paused": one.paused_reason or None,
        "subscriptions": [
            {
                "kind": wanted.kind,
                "target": wanted.target,
                "label": wanted.label,
                "aliases": list(wanted.aliases),
                "mode": wanted.mode,
                "min_score": wanted.min_score,
                "created_by": wanted.created_by,
                "created_at": wanted.created_at.isoformat(),
            }
            for wanted in one.subscriptions
        ],
    }
