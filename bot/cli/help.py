"""`exportnews help`: all of one command, also of those that are typed in the chat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from bot.cli.table import COMMANDS
from bot.errors import UsageError

_HERE = frozenset(one.name for one in COMMANDS)


def register(app: typer.Typer) -> None:
    """Add `help`."""

    @app.command("help")
    def help_(
        about: Annotated[
            list[str] | None, typer.Argument(help="A command, here or in the chat; or none.")
        ] = None,
    ) -> None:
        """Say all of one command: how it is written, what it does."""
        from bot.commands import help_words

        words = [word.removeprefix("/") for word in about or ()]
        words = words[1:] if words[:1] == ["exportnews"] else words
        if not words or words[0] in _HERE:
            _show(words)
            return
        asked = " ".join(words).casefold()
        found = help_words.command(asked)
        if found is not None and found.name in _HERE:
            _show([found.name])
        elif found is not None:
            typer.echo(_of_chat(found.name))
        else:
            near = help_words.nearest(asked, sorted(_HERE))
            meant = (
                f"did you mean `exportnews help {near}`?"
                if near
                else "`exportnews help` lists all."
            )
            raise UsageError(f"There is no command `{words[0][:60]}`; {meant}")


def _show(words: Sequence[str]) -> None:
    from bot.cli import build

    build()([*words, "--help"], prog_name="exportnews", standalone_mode=False)


def _of_chat(name: str) -> str:
    from bot.cli.wrapping import indented
    from bot.commands import help_lines
    from bot.commands.answers import HelpPage

    shown = ["This is typed in the chat."]
    for part in help_lines.parts(HelpPage(name), "/exportnews "):
        shown.append(f"\n{part.heading}" if part.heading else "")
        shown += [indented(line) for line in part.lines]
    related = help_lines.related_line(HelpPage(name), "/exportnews ")
    return "\n".join([*shown, "", indented(related)])
