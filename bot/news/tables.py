"""The tables that come with this package, as TOML."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any


def read_table(name: str) -> dict[str, Any]:
    """Read a TOML file of this package."""
    return tomllib.loads(files("bot.news").joinpath(name).read_text(encoding="utf-8"))
