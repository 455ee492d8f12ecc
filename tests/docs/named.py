"""Tests that documents name, as `tests/room/test_it.py::test_this`."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def missing(text: str) -> list[str]:
    """Give the tests that `text` names and that are not there."""
    return [f"{path}::{test}" for path, test in NAMED.findall(text) if test not in names_in(path)]


@cache
def names_in(path: str) -> frozenset[str]:
    """Give the names of the tests in a file; none when there is no such file."""
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    return frozenset(
        node.name
        for node in ast.parse(file.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
    )


def rows_of(text: str, *header: str) -> list[list[str]]:
    """Give the rows of every table with this header."""
    found: list[list[str]] = []
    inside = False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if not line.startswith("|"):
            inside = False
        elif cells == list(header):
            inside = True
        elif inside and set(line) - set("|- "):
            found.append(cells)
    return found
