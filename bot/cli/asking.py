"""`exportnews why` and `digest`: what is asked in chat, answered by the same service."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer

from bot.cli.opening import open_database, taxonomy_here
from bot.cli.places import Words, find
from bot.cli.subscriptions import Channel, Platform, Workspace
from bot.cli.wrapping import indented
from bot.commands import lines
from bot.commands.answers import Answer, DigestAnswer, Sentence, SettingsList, WhyAnswer
from bot.commands.context import CommandContext
from bot.commands.service import Commands
from bot.errors import UsageError
from bot.messages.plain import digest_text
from bot.messages.plain_text import plain_text
from bot.messages.rich import ours, outside
from bot.search.search import Search
from bot.settings import load_settings
from bot.subscriptions.model import OPERATOR, Actor
from bot.subscriptions.service import Subscriptions


def register(app: typer.Typer) -> None:
    """Add the commands."""

    @app.command()
    def why(
        link: Annotated[str, typer.Argument(help="An article's address, or its ten-digit number.")],
        channel: Channel = "",
        workspace: Workspace = "",
        platform: Platform = None,
    ) -> None:
        """Say why an article came to a channel, or at which step it stopped."""
        answer, zone = _asked(f"why {link.strip()}", Words(platform, workspace, channel))
        if not isinstance(answer, WhyAnswer):
            raise UsageError("Give the article's address, or the ten digits of its number.")
        for line in _why(answer, zone):
            typer.echo(line)

    @app.command()
    def digest(
        span: Annotated[
            list[str] | None, typer.Argument(help="3 days, week, month; or at 8:30 on Monday.")
        ] = None,
        channel: Channel = "",
        workspace: Workspace = "",
        platform: Platform = None,
    ) -> None:
        """Show what concerned a channel in the last days, or set when its digests come."""
        words = Words(platform, workspace, channel)
        answer, zone = _asked(" ".join(("digest", *(span or ()))), words)
        match answer:
            case DigestAnswer():
                typer.echo(digest_text(answer.digest, zone))
            case SettingsList():
                typer.echo(answer.lead)
            case _:
                raise UsageError("Say of which days: `exportnews digest 3 days`.")


def _asked(text: str, words: Words) -> tuple[Answer, str]:
    """Ask as somebody in the channel would; gives the answer and the channel's zone.

    Raises UsageError for what was refused.
    """
    return asyncio.run(_ask(text, words))


async def _ask(text: str, words: Words) -> tuple[Answer, str]:
    settings, taxonomy = load_settings(), taxonomy_here()
    async with open_database(settings) as db:
        door = Subscriptions(db, taxonomy)
        found = await find(door, words, settings, new=False)
        for note in found.notes:
            typer.echo(note, err=True)
        known = await door.settings(found.ref)
        zone = known.timezone if known else "UTC"
        actor = Actor(OPERATOR, "operator", admin=True)
        context = CommandContext(found.ref, actor, zone)
        answer = await Commands(db, taxonomy, Search(db, taxonomy), door).answer(text, context)
    if isinstance(answer, Sentence) and answer.refused:
        raise UsageError(answer.text)
    return answer, zone


def _why(answer: WhyAnswer, zone: str) -> Sequence[str]:
    explained = answer.explanation
    shown = []
    if explained.entry is not None:
        shown.append(plain_text(lines.why_title(explained.entry), zone))
        shown.append(indented(lines.why_origin(explained.entry), zone))
    shown.append(indented(outside(explained.sentence, 800), zone))
    if considered := lines.why_lines(answer):
        shown.append(indented(ours(lines.ASKED_FOR)))
        shown += [indented((*ours("- "), *one), zone) for one in considered]
    if unclaimed := lines.unclaimed_line(answer):
        shown.append(indented(unclaimed, zone))
    return shown
