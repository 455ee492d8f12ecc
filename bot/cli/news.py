"""`exportnews classify` and `topics`: what the bot makes of news, and by which topics."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from rich.console import Console
from rich.table import Table

from bot.cli.opening import taxonomy_here
from bot.errors import UsageError
from bot.feeds.text import to_line
from bot.news.entries_file import FileEntry, read_entries
from bot.news.model import WHOLE, Analysis
from bot.news.taxonomy import SHIPPED, Taxonomy, load_taxonomy

STANDARD_INPUT = Path("-")

TaxonomyFile = Annotated[
    Path | None, typer.Option("--taxonomy", help="A taxonomy file instead of the one in use.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""

    @app.command()
    def classify(
        file: Annotated[
            Path | None, typer.Argument(help="JSONL with id, title, summary, source, url.")
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help="JSONL, on a terminal too.")] = False,
        details: Annotated[
            bool,
            typer.Option("--details", help="Places and pages of citations, companies, dates too."),
        ] = False,
        taxonomy: TaxonomyFile = None,
    ) -> None:
        """Say which topics entries have, and why: reads JSONL from FILE or standard input."""
        from bot.news.analyst import Analyst  # slow to import, and `topics` needs none of it

        analyst = Analyst(chosen(taxonomy))
        readable = sys.stdout.isatty() and not as_json
        with opened(file) as lines:
            for each in entries_of(lines):
                analysis = analyst.analyse(each.entry, each.source)
                if readable:
                    _print_readable(each.entry.title, analysis, details=details)
                else:
                    line = json.dumps(
                        _as_json(each.id, analysis) | (_details(analysis) if details else {}),
                        ensure_ascii=False,
                    )
                    typer.echo(line.encode("utf-8", "backslashreplace"))

    @app.command()
    def topics(
        as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
        copy: Annotated[
            Path | None, typer.Option(help="Write the shipped taxonomy there, to be edited.")
        ] = None,
        taxonomy: TaxonomyFile = None,
    ) -> None:
        """Show the topics: what belongs to each and what does not."""
        if copy is not None:
            _copy(copy)
            return
        found = chosen(taxonomy)
        if as_json:
            typer.echo(json.dumps(_topics_as_json(found), ensure_ascii=False, indent=2))
        else:
            _print_topics(found)


def _copy(file: Path) -> None:
    """Write the shipped taxonomy to `file`. Raises UsageError; replaces nothing."""
    try:
        with file.open("x", encoding="utf-8") as copy:
            copy.write(SHIPPED.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}.") from error
    typer.echo(f"Copied to {file}. To use it, set EXPORTNEWS_TAXONOMY={file}.")


def chosen(file: Path | None) -> Taxonomy:
    """Give the taxonomy of `file`, or that of the settings."""
    return load_taxonomy(file) if file else taxonomy_here()


@contextmanager
def opened(file: Path | None) -> Iterator[BinaryIO]:
    """Give the lines of `file`, or of standard input. Raises UsageError when it cannot be read."""
    if file is None or file == STANDARD_INPUT:
        yield sys.stdin.buffer
        return
    try:
        lines = file.open("rb")
    except OSError as error:
        raise UsageError(f"Cannot read {file}: {error.strerror}.", detail=str(error)) from error
    with lines:
        yield lines


def entries_of(lines: Iterable[bytes]) -> Iterator[FileEntry]:
    """Read entries, and say on standard error which were cut."""
    for each in read_entries(lines):
        for what in each.cut:
            typer.echo(f"Line {each.line}: a {what}; the rest was not read.", err=True)
        yield each


def _as_json(entry_id: str | int, analysis: Analysis) -> dict[str, object]:
    return {
        "id": entry_id,
        "topics": [
            {
                "topic": match.topic,
                "score": match.score,
                "main": match.main,
                "evidence": [
                    {"text": e.text, "start": e.start, "end": e.end, "field": e.field}
                    | ({"whole": True} if e.whole else {})
                    for e in match.evidence
                ],
            }
            for match in analysis.topics
        ],
        "citations": [{"kind": c.kind, "value": c.value} for c in analysis.citations],
    }


def _details(analysis: Analysis) -> dict[str, object]:
    """Give what the contract's short form leaves out, for who wants to see all that was read."""
    return {
        "citations": [asdict(cited) for cited in analysis.citations],
        "companies": [asdict(company) for company in analysis.companies],
        "dates": [
            {"kind": each.kind, "on": each.on.isoformat(), "text": each.text}
            for each in analysis.dates
        ],
        "roundup": analysis.roundup,
    }


def readable_line(text: str) -> str:
    """Give a stranger's text for a terminal: on one line, with no code that it would obey."""
    return to_line(text, literal=True)


def _print_readable(title: str, analysis: Analysis, *, details: bool) -> None:
    typer.echo(readable_line(title))
    for match in analysis.topics:
        why = ", ".join(
            dict.fromkeys(
                WHOLE if each.whole else f"“{readable_line(each.text)}”" for each in match.evidence
            )
        )
        typer.echo(f"  {match.topic}  {match.score:.2f}  {why}")
    if details:
        _print_details(analysis)
    elif analysis.citations:
        cited = ", ".join(f"{c.kind} {c.value}" for c in analysis.citations)
        typer.echo(f"  cites {cited}")
    if not analysis.topics:
        typer.echo("  a round-up" if analysis.roundup else "  no topic")


def _print_details(analysis: Analysis) -> None:
    """Print what was read beside the topics: a line each."""
    for cited in analysis.citations:
        where = f"in the {cited.field}, {cited.start} to {cited.end}"
        typer.echo(
            readable_line(f"  cites {cited.kind} {cited.value}  {where}  {cited.url}").rstrip()
        )
    for company in analysis.companies:
        country = f" ({company.country})" if company.country else ""
        also = f", also {', '.join(company.aliases)}" if company.aliases else ""
        typer.echo(f"  company {readable_line(company.name + country + also)}")
    for date in analysis.dates:
        typer.echo(f"  {date.kind} {date.on.isoformat()}  “{readable_line(date.text)}”")


def _topics_as_json(taxonomy: Taxonomy) -> list[dict[str, object]]:
    return [
        {
            "id": topic.id,
            "title": topic.title,
            "definition": topic.definition,
            "excludes": topic.excludes,
            "aliases": list(topic.aliases),
        }
        for topic in taxonomy.topics
    ]


def _print_topics(taxonomy: Taxonomy) -> None:
    table = Table("Topic", "What belongs", "What does not", box=None, pad_edge=False)
    for topic in taxonomy.topics:
        table.add_row(topic.id, topic.definition, topic.excludes)
    Console(markup=False, highlight=False).print(table)
