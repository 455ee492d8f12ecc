"""`exportnews evaluate`: how well topics are found, by a labelled file or by people's words."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.cli.news import TaxonomyFile, chosen, opened
from bot.cli.opening import open_database
from bot.errors import UsageError
from bot.feeds.model import FeedEntry
from bot.news.analyst import Analyst
from bot.news.quality import (
    LabelledItem,
    Verdicts,
    macro,
    measure,
    micro,
    read_labelled,
    verdicts,
)
from bot.news.taxonomy import Taxonomy

Row = dict[str, str | int | float | None]


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def evaluate(
        file: Annotated[
            Path | None,
            typer.Argument(help="JSONL with id, title, summary, topics; else people's feedback."),
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
        taxonomy: TaxonomyFile = None,
    ) -> None:
        """Show precision by topic, from a labelled file or from the feedback in the database."""
        if file is None:
            rows = _verdict_rows(asyncio.run(_stored()))
        else:
            with opened(file) as lines:
                items = list(read_labelled(lines))
            if not items:
                raise UsageError(f"{file} holds no labelled item.")
            topics = chosen(taxonomy)
            _name_unknown(items, topics)
            rows = _rows(items, Analyst(topics))
        if as_json:
            typer.echo(json.dumps(rows, indent=2))
        elif rows:
            _print(rows)
        else:
            typer.echo("Nothing has gone out and nobody has said anything yet.")


def _name_unknown(items: Sequence[LabelledItem], taxonomy: Taxonomy) -> None:
    """Say on standard error which labels are no topic: nothing is ever found for them."""
    known = {topic.id for topic in taxonomy.topics}
    for label in sorted({topic for item in items for topic in item.topics} - known):
        near = taxonomy.suggest(label)
        typer.echo(
            f"There is no topic “{label}”" + (f"; nearest: {', '.join(near)}." if near else "."),
            err=True,
        )


async def _stored() -> tuple[Verdicts, ...]:
    async with open_database() as db, db.read() as conn:
        return await verdicts(conn)


def _rows(items: Sequence[LabelledItem], analyst: Analyst) -> list[Row]:
    found = [
        {
            match.topic: match.score
            for match in analyst.analyse(FeedEntry(item.title, summary=item.text)).topics
        }
        for item in items
    ]
    counts = measure(items, found)
    rows: list[Row] = [
        {
            "topic": topic,
            "items": count.right + count.missed,
            "precision": round(count.precision, 3),
            "recall": round(count.recall, 3),
            "f1": round(count.f1, 3),
        }
        for topic, count in [*sorted(counts.items()), ("all together", micro(counts))]
    ]
    mean: Row = {"topic": "mean", "items": len(items), "f1": round(macro(counts), 3)}
    rows.append(mean | {"topics": len(counts)})
    return rows


def _verdict_rows(said: Sequence[Verdicts]) -> list[Row]:
    # Where nobody has judged anything, silence is no praise: there is no precision to give.
    judged = any(each.wrong or each.not_relevant for each in said)
    return [
        {
            "topic": each.topic,
            "sent": each.sent,
            "wrong topic": each.wrong,
            "not relevant": each.not_relevant,
            "precision": round(each.precision, 3) if judged else None,
        }
        for each in said
    ]


def _print(rows: Sequence[Row]) -> None:
    columns = list(rows[0])
    mean = rows[-1]
    table = Table(*(column.capitalize() for column in columns), box=None, pad_edge=False)
    for row in rows:
        cells = (row.get(column, "") for column in columns)
        table.add_row(*("no feedback yet" if cell is None else str(cell) for cell in cells))
    Console(markup=False, highlight=False).print(table)
    if "topics" in mean:
        one = mean["topics"] == 1
        them = "one topic that is" if one else f"{mean['topics']} topics that are"
        typer.echo(f"The mean is of the {them} in the file or {'was' if one else 'were'} found.")
