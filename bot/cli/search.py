"""`exportnews search` and `exportnews import`."""

from __future__ import annotations

import asyncio
import json
import shlex
import sys
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from bot.cli.opening import open_database, taxonomy_here
from bot.errors import UsageError
from bot.search.export import as_csv, as_json
from bot.search.matter import rule_in
from bot.search.model import Result, Results
from bot.search.search import Search
from bot.search.snippets import END, HIT
from bot.subscriptions.explain import entries_of

MAX_LIMIT = 10_000


class Format(StrEnum):
    """How results are written."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


def register(app: typer.Typer) -> None:
    """Add the `search` command."""

    # `-huawei` excludes a word: neither that nor its first letter is an option.
    words = {"ignore_unknown_options": True, "help_option_names": ["--help"]}

    @app.command(context_settings=words)
    def search(
        context: typer.Context,
        query: Annotated[list[str], typer.Argument(help='Words, "phrases", topic:, from: ...')],
        limit: Annotated[int, typer.Option(min=1, max=MAX_LIMIT, help="Results at most.")] = 10,
        json_: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
        format_: Annotated[
            Format, typer.Option("--format", help="text, json or csv.")
        ] = Format.TEXT,
    ) -> None:
        """Search what is stored."""
        if "-h" in query:
            typer.echo(context.get_help())
            return
        for word in query:
            if word.startswith("--"):
                raise UsageError(f"There is no option {word.partition('=')[0]}.")
        found = asyncio.run(_find(" ".join(query), limit))
        wanted = Format.JSON if json_ else format_
        if wanted is Format.JSON:
            sys.stdout.write(json.dumps(as_json(found), ensure_ascii=False) + "\n")
        elif wanted is Format.CSV:
            for note in found.notes:
                typer.echo(note, err=True)
            sys.stdout.write(as_csv(found))
        else:
            _print(found)

    app.command()(timeline)


def timeline(
    article: Annotated[
        str,
        typer.Argument(help="An article's address or number; a document's, docket's or licence's."),
    ],
    json_: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Show the life of a matter: what came before and after an article, the oldest first."""
    found = asyncio.run(_life(article.strip()))
    if json_:
        sys.stdout.write(json.dumps(as_json(found), ensure_ascii=False) + "\n")
        return
    console = Console(soft_wrap=True, highlight=False)
    for result in found.results:
        console.print(_text_of(result))


async def _life(article: str) -> Results:
    async with open_database() as db:
        async with db.read() as conn:
            stored = await entries_of(conn, article)
        search = Search(db, taxonomy_here())
        entry_id = stored[0].id if stored else await search.named(article)
        if entry_id is None:
            raise UsageError(_nothing_of(article))
        return await search.matter(entry_id)


def _nothing_of(article: str) -> str:
    rule = rule_in(article)
    if rule is None:
        return "No such article is stored here; give its address or its number."
    field, value = rule
    wanted = f"{field}:{value}"
    return f"Many matters cite {value}: `exportnews search {shlex.quote(wanted)}` lists them."


async def _find(text: str, limit: int) -> Results:
    taxonomy = taxonomy_here()
    async with open_database() as db:
        return await Search(db, taxonomy).find(text, limit=limit)


def _print(found: Results) -> None:
    console = Console(soft_wrap=True, highlight=False)
    for note in found.notes:
        console.print(f"[yellow]{escape(note)}[/]")
    if not found.results:
        if found.query:
            console.print(f"Nothing found for: {escape(found.query)}")
        return
    console.print(f"{found.total:,} found in {found.took_ms:.0f} ms for: {escape(found.query)}\n")
    for result in found.results:
        console.print(_text_of(result))


def _text_of(result: Result) -> str:
    topics = escape(" ".join(result.topics))
    step = f"[yellow]{escape(result.step)}[/]  " if result.step else ""
    told = f"  ({said})" if (said := result.surety.said()) else ""
    source = f"{result.published:%Y-%m-%d}  {step}{escape(result.publication)}{told}"
    lines = [f"[bold]{escape(result.title)}[/]", f"  {source}  [cyan]{topics}[/]"]
    if result.snippet:
        marked = escape(result.snippet).replace(HIT, "[bold yellow]").replace(END, "[/]")
        lines.append(f"  {marked}")
    if result.link:
        lines.append(f"  {escape(result.link)}")
    return "\n".join(lines) + "\n"
