"""`exportnews feedback`: what people said of alerts, and saying it from the shell."""

from __future__ import annotations

import asyncio
import json
import sys
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.cli.opening import open_database, taxonomy_here
from bot.delivery.loading import StoredArticle, load_articles
from bot.errors import UsageError
from bot.handling import feedback
from bot.handling.feedback import Said
from bot.news.taxonomy import Taxonomy
from bot.spreadsheet import rfc3339
from bot.storage.tables import channel, workspace
from bot.subscriptions.explain import entries_of
from bot.subscriptions.model import OPERATOR

_NUMBER = 10
"""Digits of an article's number; an entry's id is shorter."""


_HELP = """What people said of alerts: not relevant, wrong topic.

In Slack and Teams it is given behind the three dots of an alert, and taken back with Undo; here
with `add` and `undo`. It is kept with who said it and counted by `exportnews evaluate`; it changes
no alert, score or subscription by itself.
"""


class VerdictName(StrEnum):
    """What is said, in the words of the chat's buttons."""

    not_relevant = "not-relevant"
    wrong_topic = "wrong-topic"


Entry = Annotated[
    str,
    typer.Argument(
        help="The article: its address, its number, or its id in `search WORDS --json`."
    ),
]
Verdict = Annotated[
    VerdictName, typer.Option("--verdict", help="not-relevant, or wrong-topic with --topic.")
]
AnyVerdict = Annotated[
    VerdictName | None, typer.Option("--verdict", help="Only this; default: all that was said.")
]
Topic = Annotated[str, typer.Option("--topic", help="The topic that the article has not.")]
Channel = Annotated[
    str,
    typer.Option("--channel", "-c", help="Said of the alert in this channel (its id or name)."),
]


def register(app: typer.Typer) -> None:
    """Add the `feedback` group."""
    group = typer.Typer(help=_HELP, no_args_is_help=True)
    app.add_typer(group, name="feedback")

    @group.command("list")
    def list_(
        workspace_: Annotated[
            str, typer.Option("--workspace", "-w", help="Only this workspace (platform's id).")
        ] = "",
        channel_: Annotated[
            str, typer.Option("--channel", "-c", help="Only this channel (platform's id).")
        ] = "",
        limit: Annotated[int, typer.Option(min=1, max=100_000, help="Lines at most.")] = 100,
        json_: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    ) -> None:
        """List what people said of alerts, the newest first: who, where, of which article."""
        found = asyncio.run(_listed(workspace_, channel_, limit))
        if json_:
            lines = [_as_json(one) for one in found]
            sys.stdout.write(json.dumps(lines, ensure_ascii=False) + "\n")
        elif found:
            _print(found)
        else:
            typer.echo("Nobody has said anything of an alert there yet.")

    @group.command()
    def add(entry: Entry, verdict: Verdict, topic: Topic = "", channel_: Channel = "") -> None:
        """Say of an article what the buttons under its alert say: not relevant, wrong topic."""
        typer.echo(asyncio.run(_add(entry, verdict, topic, channel_)))

    @group.command()
    def undo(
        entry: Entry, verdict: AnyVerdict = None, topic: Topic = "", channel_: Channel = ""
    ) -> None:
        """Take back what was said from the shell; what people said in chat stays."""
        typer.echo(asyncio.run(_undo(entry, verdict, topic, channel_)))


async def _listed(workspace_id: str, channel_id: str, limit: int) -> tuple[Said, ...]:
    async with open_database() as db, db.read() as conn:
        return await feedback.listed(
            conn, workspace_id=workspace_id, channel_id=channel_id, limit=limit
        )


async def _add(entry: str, verdict: VerdictName, topic: str, named: str) -> str:
    taxonomy = taxonomy_here()
    async with open_database() as db, db.write() as conn:
        article = await _article(conn, entry)
        topics = _topics(article, verdict, topic, taxonomy)
        place = await _channel(conn, named)
        now = await db.now(conn)
        new = await feedback.note(conn, article.id, place, OPERATOR, verdict.value, topics, now)
    said = f"{topics[0]} is wrong" if topics[0] else "not relevant"
    return f"{'Noted' if new else 'Noted already'}: {said} for “{article.title[:150]}”."


async def _undo(entry: str, verdict: VerdictName | None, topic: str, named: str) -> str:
    taxonomy = taxonomy_here()
    async with open_database() as db, db.write() as conn:
        article = await _article(conn, entry)
        wanted = _named(topic, taxonomy) if topic else ""
        place = await _channel(conn, named)
        gone = 0
        for each in VerdictName if verdict is None else (verdict,):
            gone += await feedback.take_back(conn, article.id, place, OPERATOR, each.value, wanted)
    if not gone:
        raise UsageError("That was not said from the shell, so there is nothing to take back.")
    return "Taken back."


async def _article(conn: AsyncConnection, typed: str) -> StoredArticle:
    """Give the article that is meant. Raises UsageError when it is not stored."""
    typed = typed.strip()
    found = [one.id for one in await entries_of(conn, typed)]
    if not found and typed.isdecimal() and len(typed) < _NUMBER:
        found = [int(typed)]
    articles = await load_articles(conn, found[:1])
    if not articles:
        raise UsageError(
            "No such article is stored here; give its address, its number, or the id that "
            "`exportnews search WORDS --json` shows."
        )
    return articles[found[0]]


def _topics(
    article: StoredArticle, verdict: VerdictName, topic: str, taxonomy: Taxonomy
) -> tuple[str, ...]:
    """Give the topic that is wrong, or an empty one. Raises UsageError when it is none of the
    article's, or when none or one too many is named."""
    has = [one.topic for one in article.topics]
    if verdict is VerdictName.not_relevant:
        if topic:
            raise UsageError("--topic goes with --verdict wrong-topic; `not-relevant` has none.")
        return ("",)
    if not has:
        raise UsageError("That article has no topic.")
    if not topic:
        if len(has) == 1:
            return (has[0],)
        raise UsageError(f"Name the topic that is wrong with --topic: {', '.join(has)}.")
    wanted = _named(topic, taxonomy)
    if wanted not in has:
        raise UsageError(f"That article has not the topic {wanted}; it has {', '.join(has)}.")
    return (wanted,)


def _named(topic: str, taxonomy: Taxonomy) -> str:
    found = taxonomy.resolve(topic)
    return found.id if found else topic


async def _channel(conn: AsyncConnection, named: str) -> int | None:
    """Give the number of a channel, or none where none is named."""
    if not named:
        return None
    name = named.removeprefix("#")
    rows = (
        await conn.execute(
            select(channel.c.id, channel.c.external_id)
            .join(workspace)
            .where((channel.c.external_id == named) | (channel.c.name == name))
        )
    ).all()
    exact = [row.id for row in rows if row.external_id == named] or [row.id for row in rows]
    if len(exact) != 1:
        many = "Several channels are" if exact else "No channel is"
        raise UsageError(f"{many} called {named}; `exportnews subscriptions` names their ids.")
    return int(exact[0])


def _as_json(one: Said) -> dict[str, object]:
    return {
        "id": one.id,
        "at": rfc3339(one.at),
        "entry": one.entry,
        "title": one.title,
        "link": one.link,
        "verdict": one.verdict,
        "topic": one.topic or None,
        "actor": one.actor,
        "platform": one.platform or None,
        "workspace": one.workspace or None,
        "channel": one.channel or None,
        "channel_name": one.channel_name or None,
    }


def _print(found: tuple[Said, ...]) -> None:
    table = Table(
        *("When (UTC)", "Who", "Channel", "What", "Entry", "On"), box=None, pad_edge=False
    )
    for one in found:
        what = f"wrong topic: {one.topic}" if one.topic else one.verdict.replace("-", " ")
        who = "an operator" if one.actor == OPERATOR else one.actor
        where = one.channel_name or one.channel or "-"
        table.add_row(f"{one.at:%Y-%m-%d %H:%M}", who, where, what, str(one.entry), one.title)
    Console(markup=False, highlight=False).print(table)
