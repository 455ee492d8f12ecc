"""Promise: each setting appears in the one reference and in .env.example, as the program has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli.settings import as_env, as_markdown
from bot.settings import Settings, load_settings

ROOT = Path(__file__).parents[2]


def test_the_page_and_the_example_are_what_the_command_writes() -> None:
    told = "run: exportnews settings --format markdown > docs/settings.md"
    assert (ROOT / "docs" / "settings.md").read_text("utf-8") == as_markdown(), told
    told = "run: exportnews settings --format env > .env.example"
    assert (ROOT / ".env.example").read_text("utf-8") == as_env(), told


def test_every_setting_is_in_both_with_a_meaning() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert f"| `{name.upper()}` |" in as_markdown()
        assert f"\n{name.upper()}=" in as_env()


def test_the_example_as_it_stands_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    plain = load_settings()
    (tmp_path / ".env").write_text(as_env(), "utf-8")
    assert load_settings() == plain
