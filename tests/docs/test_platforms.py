"""Promise: docs/platforms.md has every feature by platform, each with a test that is there."""

from __future__ import annotations

import re

import pytest

from tests.docs.named import NAMED, ROOT, missing

PAGE = ROOT / "docs" / "platforms.md"
REASON = re.compile(r"^not there: .{20,}\.$")


def rows() -> list[tuple[str, str, str]]:
    """Give the rows of the table: feature, Slack, Teams."""
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    assert all(len(row) == 3 for row in cells)
    header, _rule, *body = cells
    assert header == ["feature", "Slack", "Teams"]
    return [(row[0], row[1], row[2]) for row in body]


@pytest.mark.parametrize("row", rows(), ids=lambda row: str(row[0]))
def test_every_feature_has_a_test_or_a_reason_on_each_platform(row: tuple[str, str, str]) -> None:
    for cell in row[1:]:
        assert NAMED.search(cell) or REASON.match(cell), cell
        assert missing(cell) == []


def test_each_platform_is_shown_by_names_in_its_own() -> None:
    for _feature, slack, teams in rows():
        assert "tests/teams/" not in slack
        assert not REASON.match(slack) or not REASON.match(teams)
