"""`exportnews subscribe`, `unsubscribe`, `subscriptions`, `watch`, `unwatch`: for operators."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from typing import Annotated, TypeVar

import typer

from bot.cli import DONE_WITH_FAILURES
from bot.cli.opening import open_database, taxonomy_here
from bot.cli.places import Found, PlatformName, Words, all_channels, find, listed, other_workspaces
from bot.cli.wrapping import indented
from bot.commands import settings_lines
from bot.commands.answers import Unknown
from bot.commands.names import read_names
from bot.commands.settings_words import unknown_sentence
from bot.commands.topic_words import TopicWords, find_topics
from bot.errors import UsageError
from bot.messages.rich import ours
from bot.settings import Settings, load_settings
from bot.storage.secrets import Vault
from bot.subscriptions.model import Actor, Changed, ChannelRef, ChannelSettings
from bot.subscriptions.service import Subscriptions
from bot.subscriptions.topics import gone_from

T = TypeVar("T")

OPERATOR = Actor("cli", "operator")


class ModeName(StrEnum):
    """When news comes."""

    instant = "instant"
    daily = "daily"
    weekly = "weekly"


Workspace = Annotated[
    str,
    typer.Option(
        "--workspace", "-w", help="The platform's id of the workspace; default: the one there is."
    ),
]
Channel = Annotated[
    str,
    typer.Option(
        "--channel",
        "-c",
        help="The platform's id of the channel, or a webhook; default: the one there is.",
    ),
]
AnyChannel = Annotated[str, typer.Option("--channel", "-c", help="Only this channel.")]
Platform = Annotated[
    PlatformName | None,
    typer.Option(
        "--platform",
        "-p",
        metavar="NAME",
        help="slack, teams, console or webhook; default: where the workspace is.",
    ),
]
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
        channel: Channel = "",
        workspace: Workspace = "",
        platform: Platform = None,
        mode: Mode = ModeName.instant,
        min_score: Annotated[
            float | None, typer.Option(help="Least score, 0 to 1; default: the channel's.")
        ] = None,
    ) -> None:
        """Subscribe a channel to topics."""
        meant = _meant(topics)
        _change(
            Words(platform, workspace, channel),
            lambda door, ref: door.subscribe(
                ref, OPERATOR, meant.topics, mode=mode.value, min_score=min_score
            ),
            done="Subscribed to",
            missing="Was not subscribed to",
            new=True,
        )
        _say_unknown(meant.unknown)

    @app.command()
    def unsubscribe(
        topics: Topics,
        channel: Channel = "",
        workspace: Workspace = "",
        platform: Platform = None,
    ) -> None:
        """Take topics from a channel."""
        unknown: list[Unknown] = []

        _change(
            Words(platform, workspace, channel),
            lambda door, ref: _unsubscribed(door, ref, topics, unknown),
            done="Unsubscribed from",
            missing="Was not subscribed to",
        )
        _say_unknown(unknown)

    @app.command()
    def subscriptions(
        workspace: Workspace = "",
        channel: AnyChannel = "",
        platform: Platform = None,
        as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    ) -> None:
        """Show what the channels of a workspace get, or of all."""
        words = Words(platform, workspace, channel)
        found = asyncio.run(_open(lambda door, _settings: all_channels(door, words)))
        name = channel.removeprefix("#")
        shown = [one for one in found if channel in ("", one.ref.channel) or one.ref.name == name]
        if channel and found and not shown:
            typer.echo(f"{channel} gets nothing; these do: {listed(found)}.", err=True)
        elif workspace and not found:
            names = asyncio.run(_open(lambda door, _settings: other_workspaces(door, workspace)))
            if names:
                typer.echo(f"{workspace} is not known here; known: {names}.", err=True)
        if as_json:
            typer.echo(json.dumps([_as_json(one) for one in shown], ensure_ascii=False, indent=2))
        else:
            _show(shown, everywhere=not workspace, asked=bool(channel and found))

    @app.command()
    def watch(
        term: Term,
        channel: Channel = "",
        workspace: Workspace = "",
        platform: Platform = None,
        alias: Annotated[
            list[str] | None,
            typer.Option("--alias", help="Another name; may be given again and again."),
        ] = None,
        mode: Mode = ModeName.instant,
    ) -> None:
        """Watch a term for a channel."""
        name, aliases = read_names(term)
        aliases += tuple(alias or ())
        _change(
            Words(platform, workspace, channel),
            lambda door, ref: door.watch(ref, OPERATOR, name, aliases, mode=mode.value),
            done="Watching",
            missing="Was not watching",
            new=True,
        )

    @app.command()
    def unwatch(
        term: Term,
        channel: Channel = "",
        workspace: Workspace = "",
        platform: Platform = None,
    ) -> None:
        """Watch a term no more."""
        name, _aliases = read_names(term)
        _change(
            Words(platform, workspace, channel),
            lambda door, ref: door.unwatch(ref, OPERATOR, name),
            done="Watching no more",
            missing="Was not watching",
        )


def _meant(words: list[str], gone: Sequence[str] = ()) -> TopicWords:
    """Read topics as the chat does; `gone`: such as the taxonomy has no more.

    Raises UsageError when no word is one.
    """
    meant = find_topics(taxonomy_here(), words, gone)
    if not meant.topics and meant.unknown:
        raise UsageError(_unknown(meant.unknown[0]))
    return meant


async def _unsubscribed(
    door: Subscriptions, ref: ChannelRef, topics: list[str], unknown: list[Unknown]
) -> Changed:
    """Take topics from a channel, also such as the taxonomy has no more; `unknown` gets the words
    that are none."""
    settings = await door.settings(ref)
    meant = _meant(topics, gone_from(settings) if settings else ())
    unknown.extend(meant.unknown)
    return await door.unsubscribe(ref, OPERATOR, meant.topics)


def _unknown(word: Unknown) -> str:
    return unknown_sentence(word, command="exportnews ")


def _say_unknown(words: Sequence[Unknown]) -> None:
    """Say which words were no topics; the others were done all the same, as in the chat."""
    for unknown in words:
        typer.echo(_unknown(unknown), err=True)
    if words:
        raise typer.Exit(DONE_WITH_FAILURES)


async def _open(work: Callable[[Subscriptions, Settings], Awaitable[T]]) -> T:
    settings = load_settings()
    vault = Vault(settings.exportnews_secret_key)
    async with open_database(settings) as db:
        return await work(Subscriptions(db, taxonomy_here(), vault=vault), settings)


def _change(
    words: Words,
    change: Callable[[Subscriptions, ChannelRef], Awaitable[Changed]],
    *,
    done: str,
    missing: str,
    new: bool = False,
) -> None:
    """Change what a channel gets, and say what was done. `new`: it may be a new channel."""

    async def work(door: Subscriptions, settings: Settings) -> tuple[Found, Changed]:
        found = await find(door, words, settings, new=new)
        return found, await change(door, found.ref)

    found, changed = asyncio.run(_open(work))
    _say(changed, done, missing)
    for note in found.notes:
        typer.echo(note, err=True)


def _say(changed: Changed, done: str, missing: str) -> None:
    for word, targets in (
        (done, changed.added or changed.removed),
        ("No change:", changed.already),
        (missing, changed.missing),
    ):
        if targets:
            said = f"{word} {', '.join(targets)}"
            typer.echo(said if said.endswith(".") else f"{said}.")
    for note in changed.notes:
        typer.echo(note)


def _show(channels: Sequence[ChannelSettings], *, everywhere: bool, asked: bool) -> None:
    if not channels:
        if not asked:
            where = "" if everywhere else " of this workspace"
            typer.echo(f"No channel{where} gets anything yet.")
        return
    titles = {topic.id: topic.title for topic in taxonomy_here().topics}
    for one in channels:
        name = f"{one.ref.name} ({one.ref.channel})" if one.ref.name else one.ref.channel
        place = " ".join(dict.fromkeys((one.ref.platform, one.ref.workspace)))
        typer.echo(", ".join(dict.fromkeys((name, place))))
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
                "in_taxonomy": not wanted.gone,
                "aliases": list(wanted.aliases),
                "mode": wanted.mode,
                "min_score": wanted.min_score,
                "created_by": wanted.created_by,
                "created_at": wanted.created_at.isoformat(),
            }
            for wanted in one.subscriptions
        ],
    }
