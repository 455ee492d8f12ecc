"""`exportnews evaluate`: how well topics are found, by a labelled file or by people's words."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.cli.news import TaxonomyFile, chosen, opened, readable_line
from bot.cli.opening import open_database
from bot.errors import UsageError
from bot.feeds.model import FeedEntry
from bot.news.analyst import Analyst
from bot.news.quality import (
    LabelledItem,
    Mistake,
    Verdicts,
    macro,
    measure,
    micro,
    mistakes,
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
        errors: Annotated[
            bool, typer.Option("--errors", help="Name the lines of FILE that were wrong, too.")
        ] = False,
        taxonomy: TaxonomyFile = None,
    ) -> None:
        """Show precision by topic, from a labelled file or from the feedback in the database.

        Topics in FILE are ids, titles or aliases; one that there is not is refused with its line.

        Without FILE it counts what people said of alerts (see `exportnews help feedback`): of each
        topic's articles that went out, how many were called "wrong topic" or "not relevant", and
        what share nobody called so. The score of a topic does not change by it.
        """
        wrong: tuple[Mistake, ...] = ()
        if file is not None:
            rows, wrong = _measured(file, chosen(taxonomy))
        elif errors:
            raise UsageError(
                "--errors is of a labelled file; `exportnews feedback list` names the alerts that "
                "people called wrong."
            )
        else:
            rows = _verdict_rows(asyncio.run(_stored()))
        if as_json:
            told = {"topics": rows, "errors": [_as_json(one) for one in wrong]}
            typer.echo(json.dumps(told if errors else rows, ensure_ascii=False, indent=2))
        elif rows:
            _print(rows)
            if errors:
                _print_errors(wrong)
        else:
            typer.echo("Nothing has gone out and nobody has said anything yet.")


def _measured(file: Path, taxonomy: Taxonomy) -> tuple[list[Row], tuple[Mistake, ...]]:
    """Compare a labelled file with what is found; raises UsageError where it holds nothing."""
    with opened(file) as lines:
        items = list(read_labelled(lines, taxonomy))
    if not items:
        raise UsageError(f"{file} holds no labelled item.")
    analyst = Analyst(taxonomy)
    found = [
        {
            match.topic: match.score
            for match in analyst.analyse(FeedEntry(item.title, summary=item.text)).topics
        }
        for item in items
    ]
    return _rows(items, found), mistakes(items, found)


def _print_errors(wrong: Sequence[Mistake]) -> None:
    for one in wrong:
        said = [f"{topic} was missed" for topic in one.missed]
        said += [f"{topic} ({score:.2f}) is wrong" for topic, score in one.wrong]
        where = f"Line {one.item.line} ({readable_line(one.item.id)})"
        typer.echo(f"{where}: {', '.join(said)}: {readable_line(one.item.title)}")
    if not wrong:
        typer.echo("No line was wrong.")


def _as_json(one: Mistake) -> dict[str, object]:
    return {
        "line": one.item.line,
        "id": one.item.id,
        "title": one.item.title,
        "missed": list(one.missed),
        "wrong": [{"topic": topic, "score": round(score, 3)} for topic, score in one.wrong],
    }


async def _stored() -> tuple[Verdicts, ...]:
    async with open_database() as db, db.read() as conn:
        return await verdicts(conn)


def _rows(items: Sequence[LabelledItem], found: Sequence[Mapping[str, float]]) -> list[Row]:
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
