"""Results as data for other programs: JSON in the contract's shape, CSV for a spreadsheet.

A result's snippet is empty where its publication lets only headlines be shown, so nothing more
of such an article leaves the bot here than in a reply.
"""

from __future__ import annotations

from typing import Any

from bot.search.model import Result, Results
from bot.search.snippets import END, HIT
from bot.spreadsheet import csv_line, rfc3339

COLUMNS = ("id", "title", "link", "published", "publication", "topics", "snippet")


def as_json(found: Results) -> dict[str, Any]:
    """Give results in the contract's shape."""
    return {
        "total": found.total,
        "took_ms": round(found.took_ms, 1),
        "query": found.query,
        "notes": list(found.notes),
        "facets": {name: dict(counts) for name, counts in found.facets.items()},
        "results": [
            {
                "id": result.id,
                "title": result.title,
                "link": result.link,
                "published": rfc3339(result.published),
                "publication": result.publication,
                "topics": list(result.topics),
                "snippet": _plain(result.snippet),
            }
            | ({"step": result.step} if result.step else {})
            | {name: round(one, 3) for name, one in _sure(result).items() if one is not None}
            for result in found.results
        ],
    }


def _sure(result: Result) -> dict[str, float | None]:
    return {"sure": result.surety.sure, "perhaps": result.surety.perhaps}


def as_csv(found: Results) -> str:
    """Give results as CSV with a line of names."""
    lines = [csv_line(COLUMNS)]
    lines += [
        csv_line(
            (
                result.id,
                result.title,
                result.link,
                rfc3339(result.published),
                result.publication,
                " ".join(result.topics),
                _plain(result.snippet),
            )
        )
        for result in found.results
    ]
    return "".join(lines)


def _plain(snippet: str) -> str:
    return snippet.replace(HIT, "").replace(END, "")
