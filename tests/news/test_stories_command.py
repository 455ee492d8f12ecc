"""`exportnews stories`: entries of one story share its name, and no two stories have one name."""

from __future__ import annotations

import json
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from bot.cli import stories
from bot.cli.news import register as register_classify
from bot.errors import UsageError
from bot.news.entries_file import read_entries


def named(*lines: dict[str, Any]) -> list[tuple[Any, str]]:
    return [(line["id"], line["story"]) for line in printed(*lines)]


def printed(*lines: dict[str, Any]) -> list[dict[str, Any]]:
    app = typer.Typer()
    stories.register(app)
    register_classify(app)
    given = "\n".join(json.dumps(line) for line in lines)
    result = CliRunner().invoke(app, ["stories", "--json"], input=given)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.output.splitlines()]


@pytest.mark.parametrize("zone", ["+25:00", "+15:00", "-23:59"])
def test_a_time_in_a_zone_that_is_none_is_refused(zone: str) -> None:
    line = json.dumps({"id": 1, "title": "x", "published": f"2026-12-01T10:00:00{zone}"})
    with pytest.raises(UsageError, match='Line 1: "published" is not a date or time'):
        list(read_entries([line]))


def test_ids_that_are_written_alike_share_no_story() -> None:
    lines = (
        {"id": 1, "title": "Dutch court fines a chip dealer over parts for drones"},
        {"id": "1", "title": "Treasury sanctions five shipping firms over oil from Iran"},
        {"id": "1-2", "title": "Japan widens its list of controlled machine tools"},
        {"id": "1", "title": "Canada consults on controls of quantum computers"},
    )
    found = named(*lines)
    assert [id_ for id_, _ in found] == [1, "1", "1-2", "1"]
    assert len({story for _, story in found}) == 4
    assert "story-1" in {story for _, story in found}


def test_it_says_how_sure_it_is_that_an_entry_tells_its_story() -> None:
    oil, gas = "Two Oil Companies of Russia Designated by Treasury", "Brussels Adopts Gas Ban"
    first = {"id": 1, "title": oil, "source": "Daily", "published": "2026-03-02T12:00:00Z"}
    copy = first | {"id": 2, "source": "Wire", "published": "2026-03-02T13:00:00Z"}
    other = copy | {"id": 3, "title": gas}
    assert [line.get("sure") for line in printed(first, copy, other)] == [None, 1.0, None]
