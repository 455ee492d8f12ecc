"""The `exportnews` command: one module for each group of commands."""

from __future__ import annotations

import errno
import re
import sys
from typing import Annotated

import typer
from typer.exceptions import TyperException

from bot.cli.lazy import LazyGroup
from bot.errors import (
    BotError,
    CatalogueError,
    QueryError,
    SettingsError,
    TaxonomyError,
    UsageError,
)
from bot.wording import requirement

DONE, DONE_WITH_FAILURES, WRONG_USE = 0, 1, 2
_WRONG_VALUE = re.compile(r"Invalid value for (?P<option>.+?): (?P<reason>.+)", re.DOTALL)


def build() -> typer.Typer:
    """Put the command together; a command's own module is imported when it is called."""
    app = typer.Typer(
        name="exportnews",
        cls=LazyGroup,
        help="Export-control news, understood by topic and delivered once to the right channel.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback()
    def exportnews(
        version: Annotated[
            bool,
            typer.Option("--version", help="Say which version this is.", callback=_say_version),
        ] = False,
    ) -> None:
        """Stand for the command itself."""

    return app


def main() -> None:
    """Run the command; exit 0 done, 1 done with failures, 2 wrong use or input."""
    try:
        _refuse_no_text(sys.argv[1:])
        sys.exit(build()(prog_name="exportnews", standalone_mode=False))
    except TyperException as error:
        sys.exit(_refuse(error))
    except BotError as error:
        _say(str(error))
        sys.exit(_exit_status(error))
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:  # wherever a file is first looked at
            raise
        _say("The name of a file is too long.")
        sys.exit(WRONG_USE)
    except typer.Abort:
        sys.exit(DONE_WITH_FAILURES)


def _refuse_no_text(words: list[str]) -> None:
    """Raise UsageError for a word that could neither be stored nor be shown."""
    for word in words:
        try:
            word.encode()
        except UnicodeEncodeError:
            raise UsageError(
                f"{ascii(word)[:80]} is no UTF-8 text; write it so, or rename the file."
            ) from None


def _exit_status(error: BotError) -> int:
    wrong_use = (SettingsError, UsageError, CatalogueError, TaxonomyError, QueryError)
    return WRONG_USE if isinstance(error, wrong_use) else DONE_WITH_FAILURES


def _refuse(error: TyperException) -> int:
    """Say in one sentence what is wrong with the words of the command line."""
    message = error.format_message()
    if found := _WRONG_VALUE.fullmatch(message):
        message = f"{found['option']} {requirement(found['reason'])}."
    context = getattr(error, "ctx", None)
    if message:  # help that nobody asked for has been printed by now
        hint = f" See `{context.command_path} --help`." if context else ""
        end = "" if message.endswith((".", "?")) else "."
        _say(f"{message.replace(chr(39), '')}{end}{hint}")
    return error.exit_code


def _say(sentence: str) -> None:
    typer.echo(sentence, err=True)


def _say_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(version("exportnews"))
        raise typer.Exit
