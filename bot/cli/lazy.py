"""A group that lists its commands without importing them; one is imported when it is called."""

from __future__ import annotations

import importlib
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from bot.cli.examples import add_examples
from bot.cli.table import COMMANDS


class LazyGroup(TyperGroup):
    """The commands of `bot.cli.table`. Importing all of them costs seconds, one alone little."""

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401 - typer passes them on
        super().__init__(**attributes)
        for one in COMMANDS:
            self.add_command(TyperCommand(one.name, help=one.help, rich_help_panel=one.panel))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - typer's own
        """Find the command to call, which is first put in the place of its line of help."""
        for one in COMMANDS:
            if one.name == args[0]:
                self.add_command(load(one.module)[one.name])
        return super().resolve_command(ctx, args)


def load(module: str) -> dict[str, Any]:
    """Import a module of `bot.cli` and give its commands by name."""
    app = typer.Typer()
    importlib.import_module(f"bot.cli.{module}").register(app)
    commands = dict(get_group(app).commands)
    for name, command in commands.items():
        add_examples(name, command)
    return commands
